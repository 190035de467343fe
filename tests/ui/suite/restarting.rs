//! `reopen()` goes on behind the last event, and `restart()` begins anew.

use std::rc::Rc;

use wasm_bindgen_test::wasm_bindgen_test;
use wasm_eventsource::State;

use super::{
    Scenario,
    harness::{Mounted, Probe},
};
use crate::mount;

/// A component that has folded the event 1 with the ID 7.
async fn with_an_event(server: &Scenario, probe: &Rc<Probe>) -> Rc<dyn Mounted> {
    let component = mount(probe, Some(server.url("/live")));
    server.until("open=1").await;
    server.send("id: 7\ndata: {\"n\":1}\n\n").await;
    probe.until("open, 1, 1").await;
    component
}

#[wasm_bindgen_test]
async fn restarted_it_begins_anew_with_the_first_value_and_without_a_last_event_id() {
    for probe in [Probe::new(), Probe::over_fetch()] {
        let server = Scenario::new().await;
        let component = with_an_event(&server, &probe).await;
        component.restart();
        assert_eq!(component.state(), State::Connecting);
        assert_eq!(component.folded(), Vec::<String>::new());
        probe.until("open, 0, none").await;
        server.send("data: {\"n\":2}\n\n").await;
        probe.until("open, 1, 2").await;
        assert_eq!(server.counts().await.last_event_ids, ["", ""]);
        component.unmount();
        server.no_request_follows(2, move || drop(component)).await;
    }
}

#[wasm_bindgen_test]
async fn closed_it_can_be_restarted() {
    let server = Scenario::new().await;
    let probe = Probe::new();
    let component = mount(&probe, Some(server.url("/finish/2")));
    probe.until("closed, 2, 2").await;
    component.restart();
    assert_eq!(component.folded(), Vec::<String>::new());
    server.until("requests=2").await;
    probe.until("closed, 2, 2").await;
    component.unmount();
    server.no_request_follows(2, move || drop(component)).await;
}

#[wasm_bindgen_test]
async fn reopened_over_fetch_it_goes_on_behind_the_last_event() {
    let server = Scenario::new().await;
    let probe = Probe::over_fetch();
    let component = with_an_event(&server, &probe).await;
    component.reopen();
    probe.until("open, 1, 1").await;
    server.until("requests=2&open=1").await;
    // Also when nothing has come meanwhile, and after a close.
    component.close();
    component.reopen();
    server.until("requests=3&open=1").await;
    assert_eq!(server.counts().await.last_event_ids, ["", "7", "7"]);
    server.send("data: {\"n\":2}\n\n").await;
    probe.until("open, 2, 2").await;
    component.unmount();
    server.no_request_follows(3, move || drop(component)).await;
}

#[wasm_bindgen_test]
async fn reopened_after_the_end_it_goes_on_behind_the_last_event() {
    let server = Scenario::new().await;
    let probe = Probe::over_fetch();
    let component = mount(&probe, Some(server.url("/finish/2")));
    probe.until("closed, 2, 2").await;
    component.reopen();
    probe.until("closed, 4, 2").await;
    assert_eq!(server.counts().await.last_event_ids, ["", "2"]);
    component.unmount();
    server.no_request_follows(2, move || drop(component)).await;
}

#[wasm_bindgen_test]
async fn another_url_begins_without_a_last_event_id() {
    let (server, other) = (Scenario::new().await, Scenario::new().await);
    let probe = Probe::over_fetch();
    let component = with_an_event(&server, &probe).await;
    component.set_url(Some(other.url("/live")));
    other.until("open=1").await;
    assert_eq!(other.counts().await.last_event_ids, [""]);
    component.unmount();
    other.no_request_follows(1, || {}).await;
    server.no_request_follows(1, move || drop(component)).await;
}

#[wasm_bindgen_test]
async fn a_value_that_is_dropped_with_the_connection_can_close_and_has_the_last_word() {
    for probe in [Probe::new(), Probe::over_fetch()] {
        let server = Scenario::new().await;
        let component = with_an_event(&server, &probe).await;
        probe.in_drop({
            let component = Rc::clone(&component);
            move || component.close()
        });
        component.reopen();
        probe.until("closed, 1, 1").await;
        component.unmount();
        server.no_request_follows(1, move || drop(component)).await;
    }
}

#[wasm_bindgen_test]
async fn a_value_that_is_dropped_with_the_connection_can_reopen_and_there_is_one_connection() {
    for probe in [Probe::new(), Probe::over_fetch()] {
        let (server, other) = (Scenario::new().await, Scenario::new().await);
        let component = with_an_event(&server, &probe).await;
        probe.in_drop({
            let component = Rc::clone(&component);
            move || component.reopen()
        });
        component.reopen();
        probe.until("open, 1, 1").await;
        server.until("requests=2&open=1").await;
        component.set_url(Some(other.url("/live")));
        other.until("open=1").await;
        other.send("data: {\"n\":2}\n\n").await;
        probe.until("open, 1, 2").await;
        assert_eq!(other.counts().await.requests, 1);
        component.unmount();
        other.no_request_follows(1, || {}).await;
        server.no_request_follows(2, move || drop(component)).await;
    }
}
