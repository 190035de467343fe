//! `close()` and `reopen()`, at any time.

use std::{cell::Cell, rc::Rc};

use wasm_bindgen_test::wasm_bindgen_test;
use wasm_eventsource::{CloseReason, State};

use super::{
    Scenario,
    harness::{Mounted, Probe, settle},
};
use crate::mount;

/// A component that has folded one event and was closed.
async fn closed(server: &Scenario, probe: &Rc<Probe>) -> Rc<dyn Mounted> {
    let component = mount(probe, Some(server.url("/live")));
    server.until("open=1").await;
    server.send("data: {\"n\":1}\n\n").await;
    probe.until("open, 1, 1").await;
    component.close();
    assert_eq!(component.state(), State::Closed(CloseReason::Called));
    probe.until("closed, 1, 1").await;
    assert_eq!(component.error(), None, "closing is no error");
    component
}

#[wasm_bindgen_test]
async fn closed_it_stays_closed_and_what_was_folded_stays() {
    let server = Scenario::new().await;
    let probe = Probe::new();
    let component = closed(&server, &probe).await;
    let still_closed = move || {
        assert_eq!(component.state(), State::Closed(CloseReason::Called));
        assert_eq!(component.folded(), ["1"]);
        component.unmount();
    };
    server.no_request_follows(1, still_closed).await;
}

#[wasm_bindgen_test]
async fn closed_it_can_be_reopened_and_goes_on_from_what_was_folded() {
    let server = Scenario::new().await;
    let probe = Probe::new();
    let component = closed(&server, &probe).await;
    component.reopen();
    assert_eq!(component.state(), State::Connecting);
    probe.until("open, 1, 1").await;
    server.until("requests=2&open=1").await;
    server.send("data: {\"n\":2}\n\n").await;
    probe.until("open, 2, 2").await;
    component.unmount();
    server.no_request_follows(2, move || drop(component)).await;
}

#[wasm_bindgen_test]
async fn after_the_close_event_it_can_be_reopened() {
    let server = Scenario::new().await;
    let probe = Probe::new();
    let component = mount(&probe, Some(server.url("/finish/2")));
    probe.until("closed, 2, 2").await;
    component.close();
    assert!(
        matches!(component.state(), State::Closed(CloseReason::Rule(_))),
        "the first reason counts"
    );
    component.reopen();
    probe.until("closed, 4, 2").await;
    component.unmount();
    server.no_request_follows(2, move || drop(component)).await;
}

#[wasm_bindgen_test]
async fn reopened_while_it_is_open_it_has_one_connection() {
    let server = Scenario::new().await;
    let probe = Probe::new();
    let component = mount(&probe, Some(server.url("/live")));
    server.until("open=1").await;
    component.reopen();
    server.until("opened=2&open=1").await;
    server.send("data: {\"n\":1}\n\n").await;
    probe.until("open, 1, 1").await;
    component.unmount();
    server.no_request_follows(2, move || drop(component)).await;
}

/// A component that has closed while it was made.
async fn closed_in_its_first_render(probe: &Rc<Probe>, url: String) -> Rc<dyn Mounted> {
    let component = mount(probe, Some(url));
    probe.until("closed, 0, none").await;
    settle().await;
    assert_eq!(component.state(), State::Closed(CloseReason::Called));
    component
}

#[wasm_bindgen_test]
async fn closed_in_its_first_render_it_sends_no_request() {
    let server = Scenario::new().await;
    let probe = Probe::closing_itself();
    let component = closed_in_its_first_render(&probe, server.url("/live")).await;
    server
        .no_request_follows(0, move || component.unmount())
        .await;
}

#[wasm_bindgen_test]
async fn closed_in_its_first_render_it_can_be_reopened() {
    let server = Scenario::new().await;
    let probe = Probe::closing_itself();
    let component = closed_in_its_first_render(&probe, server.url("/live")).await;
    component.reopen();
    probe.until("open, 0, none").await;
    component.unmount();
    server.no_request_follows(1, move || drop(component)).await;
}

#[wasm_bindgen_test]
async fn closed_in_the_fold_it_folds_what_had_come_before_and_ends() {
    let server = Scenario::new().await;
    let probe = Probe::new();
    let component = mount(&probe, Some(server.url("/end/3")));
    probe.in_fold({
        let component = Rc::clone(&component);
        move |_| component.close()
    });
    probe.until_state("closed").await;
    settle().await;
    assert_eq!(component.state(), State::Closed(CloseReason::Called));
    component.unmount();
    server.no_request_follows(1, move || drop(component)).await;
}

#[wasm_bindgen_test]
async fn reopened_in_the_fold_it_opens_once_more() {
    for probe in [Probe::new(), Probe::over_fetch()] {
        let server = Scenario::new().await;
        let component = mount(&probe, Some(server.url("/finish/3")));
        probe.in_fold({
            let component = Rc::clone(&component);
            let reopened = Cell::new(false);
            move |event| {
                if event == "2" && !reopened.replace(true) {
                    component.reopen();
                }
            }
        });
        probe.until("closed, 5, 3").await;
        assert_eq!(component.folded(), ["1", "2", "1", "2", "3"]);
        component.unmount();
        server.no_request_follows(2, move || drop(component)).await;
    }
}

#[wasm_bindgen_test]
async fn reopened_in_the_close_rule_it_has_one_connection() {
    for probe in [Probe::new(), Probe::over_fetch()] {
        let server = Scenario::new().await;
        let component = mount(&probe, Some(server.url("/live")));
        server.until("open=1").await;
        probe.in_rule({
            let component = Rc::clone(&component);
            let reopened = Cell::new(false);
            move || {
                if !reopened.replace(true) {
                    component.reopen();
                }
            }
        });
        server.send("data: {\"n\":1}\n\n").await;
        server.until("requests=2&open=1").await;
        server.send("data: {\"n\":2}\n\n").await;
        probe.until("open, 1, 2").await;
        component.unmount();
        server.no_request_follows(2, move || drop(component)).await;
    }
}

#[wasm_bindgen_test]
async fn closed_before_it_was_opened_it_opens_another_url() {
    let server = Scenario::new().await;
    let probe = Probe::closing_itself();
    let component = closed_in_its_first_render(&probe, server.url("/silent")).await;
    component.set_url(Some(server.url("/live")));
    probe.until("open, 0, none").await;
    component.unmount();
    server.no_request_follows(1, move || drop(component)).await;
}

#[wasm_bindgen_test]
async fn closed_in_the_closure_that_says_what_to_open_it_opens_nothing() {
    for probe in [Probe::new(), Probe::over_fetch()] {
        let server = Scenario::new().await;
        let component = mount(&probe, Some(server.url("/live")));
        probe.until("open, 0, none").await;
        probe.in_source({
            let component = Rc::clone(&component);
            move || component.close()
        });
        component.reopen();
        probe.until("closed, 0, none").await;
        settle().await;
        assert_eq!(component.state(), State::Closed(CloseReason::Called));
        probe.in_source(|| {});
        component.reopen();
        probe.until("open, 0, none").await;
        component.unmount();
        server.no_request_follows(2, move || drop(component)).await;
    }
}

#[wasm_bindgen_test]
async fn an_observer_of_the_end_that_reopens_has_the_last_word() {
    let server = Scenario::new().await;
    let probe = Probe::new();
    let component = mount(&probe, Some(server.url("/live")));
    probe.until_state("open").await;
    probe.in_state({
        let component = Rc::clone(&component);
        let reopened = Cell::new(false);
        move |state| {
            if matches!(state, State::Closed(_)) && !reopened.replace(true) {
                component.reopen();
            }
        }
    });
    component.close();
    assert_eq!(component.state(), State::Connecting);
    server.until("requests=2&open=1").await;
    probe.until_state("open").await;
    component.unmount();
    server.no_request_follows(2, move || drop(component)).await;
}
