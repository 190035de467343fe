//! A fold that panics.

use wasm_bindgen_test::wasm_bindgen_test;
use wasm_eventsource::{CloseReason, State};

use super::{
    Scenario,
    harness::Probe,
    observe::{expect_exceptions, reported},
};
use crate::mount;

#[wasm_bindgen_test]
async fn a_fold_that_panics_is_reported_and_its_connection_is_closed() {
    expect_exceptions();
    let before = reported();
    for probe in [Probe::new(), Probe::over_fetch()] {
        let server = Scenario::new().await;
        let component = mount(&probe, Some(server.url("/live")));
        server.until("open=1").await;
        probe.in_fold(|event| {
            if event == "2" {
                // What a panic ends with. A panic itself would fail the test.
                std::arch::wasm32::unreachable();
            }
        });
        server.send("data: {\"n\":1}\n\n").await;
        probe.until("open, 1, 1").await;
        server.send("data: {\"n\":2}\n\ndata: {\"n\":3}\n\n").await;
        probe.until("closed, 0, none").await;
        server.until("open=0").await;
        assert_eq!(component.state(), State::Closed(CloseReason::Called));
        assert_eq!(probe.folds(), 2, "nothing is folded after it");
        // It works again.
        component.reopen();
        server.until("requests=2&open=1").await;
        server.send("data: {\"n\":4}\n\n").await;
        probe.until("open, 1, 4").await;
        component.unmount();
        server.no_request_follows(2, move || drop(component)).await;
    }
    assert_eq!(reported() - before, 2.0);
}

#[wasm_bindgen_test]
async fn a_closure_that_panics_instead_of_saying_what_to_open_leaves_it_closed() {
    expect_exceptions();
    let server = Scenario::new().await;
    let probe = Probe::new();
    let component = mount(&probe, Some(server.url("/live")));
    probe.until("open, 0, none").await;
    probe.in_source(|| std::arch::wasm32::unreachable());
    component.reopen();
    probe.until("closed, 0, none").await;
    server.until("open=0").await;
    probe.in_source(|| {});
    component.reopen();
    probe.until("open, 0, none").await;
    component.unmount();
    server.no_request_follows(2, move || drop(component)).await;
}

#[wasm_bindgen_test]
async fn a_fold_that_panics_over_what_cannot_be_opened_leaves_it_closed() {
    expect_exceptions();
    let server = Scenario::new().await;
    let probe = Probe::new();
    let component = mount(&probe, Some("http://[".to_owned()));
    probe.in_fold(|_| wasm_bindgen::throw_str("the fold panics on purpose"));
    probe.until("closed, 0, none").await;
    probe.in_fold(|_| {});
    probe.fall_back(server.url("/finish/1"));
    component.reopen();
    probe.until("closed, 1, 1").await;
    component.unmount();
    server.no_request_follows(1, move || drop(component)).await;
}
