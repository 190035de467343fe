//! A lost connection: it is seen as such, it comes back without end, and leaves nothing behind.

use wasm_bindgen_test::wasm_bindgen_test;
use wasm_eventsource::{ReconnectCause, State};

use super::{
    Scenario,
    harness::{Probe, settle, until},
    observe::live_listeners,
};
use crate::mount;

#[wasm_bindgen_test]
async fn while_the_browser_reconnects_the_state_is_reconnecting_and_not_closed() {
    let server = Scenario::new().await;
    let probe = Probe::new();
    let component = mount(&probe, Some(server.url("/live")));
    probe.until_state("open").await;
    server.send("retry: 1000\n\n").await;
    server.end().await;
    probe.until_state("reconnecting").await;
    let lost = State::Reconnecting {
        attempt: 1,
        cause: ReconnectCause::Disconnected,
        delay: None,
    };
    assert_eq!(component.state(), lost);
    assert_eq!(component.error(), None, "it is no error");
    probe.until_state("open").await;
    server.send("event: close\ndata\n\n").await;
    probe.until_state("closed").await;
    let states = ["connecting", "open", "reconnecting", "open", "closed"];
    assert_eq!(probe.states(), states);
    component.unmount();
    server.no_request_follows(2, move || drop(component)).await;
}

#[wasm_bindgen_test]
async fn it_comes_back_as_often_as_it_is_lost_and_each_success_starts_the_count_anew() {
    let server = Scenario::new().await;
    let probe = Probe::new();
    let before = live_listeners();
    let component = mount(&probe, Some(server.url("/live")));
    let mut listeners = Vec::new();
    for n in 1..=6 {
        server.until(&format!("requests={n}&open=1")).await;
        server.send(&format!("data: {{\"n\":{n}}}\n\n")).await;
        until("the fold", || probe.folds() == n).await;
        listeners.push(live_listeners());
        server.end().await;
        until("the loss", || {
            matches!(component.state(), State::Reconnecting { attempt: 1, .. })
        })
        .await;
    }
    server.until("requests=7&open=1").await;
    assert_eq!(component.folded(), ["1", "2", "3", "4", "5", "6"]);
    listeners.dedup();
    assert_eq!(listeners.len(), 1, "no reconnect leaves a listener behind");
    component.unmount();
    settle().await;
    assert_eq!(live_listeners(), before);
    server.until("open=0").await;
}
