//! Another URL: the old connection is closed before the new one is opened, and nothing of it shows.

use std::rc::Rc;

use wasm_bindgen_test::wasm_bindgen_test;
use wasm_eventsource::{CloseReason, State};

use super::{
    Scenario,
    harness::{Probe, settle},
};
use crate::{CHANGES_AT_ONCE, mount};

/// Notes in the page when an `EventSource` is listened to, which is right after it is made, and when it is
/// closed, from now on. The methods are replaced and not the class: WebKit may go on using the class that it
/// has found under that name before.
fn watch_event_sources() {
    js_sys::eval(
        "(() => {
            const isWatched = 'eventSources' in globalThis;
            globalThis.eventSources = [];
            if (isWatched) return;
            const note = (what, source) =>
                globalThis.eventSources.push(`${what} ${new URL(source.url).pathname}`);
            const { addEventListener } = EventTarget.prototype;
            EventTarget.prototype.addEventListener = function (type, ...rest) {
                if (type === 'open' && this instanceof EventSource) note('open', this);
                return addEventListener.call(this, type, ...rest);
            };
            const { close } = EventSource.prototype;
            EventSource.prototype.close = function () {
                note('close', this);
                return close.call(this);
            };
        })()",
    )
    .expect("plain JavaScript");
}

fn event_sources() -> String {
    js_sys::eval("globalThis.eventSources.join(', ')")
        .expect("it is watched")
        .as_string()
        .expect("a text")
}

#[wasm_bindgen_test]
async fn the_old_connection_is_closed_before_the_new_one_is_opened() {
    let server = Scenario::new().await;
    let probe = Probe::new();
    watch_event_sources();
    let component = mount(&probe, Some(server.url("/silent")));
    server.until("open=1").await;
    component.set_url(Some(server.url("/finish/2")));
    probe.until("closed, 2, 2").await;
    component.unmount();
    assert_eq!(
        event_sources(),
        "open /silent, close /silent, open /finish/2, close /finish/2"
    );
}

#[wasm_bindgen_test]
async fn nothing_of_the_old_connection_is_shown_after_the_change() {
    let (old, new) = (Scenario::new().await, Scenario::new().await);
    let probe = Probe::new();
    let component = mount(&probe, Some(old.url("/live")));
    old.until("open=1").await;
    old.send("data: nonsense\n\ndata: {\"n\":1}\n\n").await;
    probe.until("open, 2, 1").await;
    assert!(component.error().is_some());
    component.set_url(Some(new.url("/live")));
    old.until("open=0").await;
    new.until("open=1").await;
    probe.until("open, 0, none").await;
    assert_eq!(component.error(), None);
    new.send("data: {\"n\":7}\n\n").await;
    probe.until("open, 1, 7").await;
    component.unmount();
    new.until("open=0").await;
    old.no_request_follows(1, move || drop(component)).await;
}

async fn no_late_event(probe: Rc<Probe>) {
    let (old, new) = (Scenario::new().await, Scenario::new().await);
    let component = mount(&probe, Some(old.url("/burst/1000")));
    let next = new.url("/finish/3");
    probe.in_fold({
        let component = Rc::clone(&component);
        move |event| {
            if event == "5" {
                component.set_url(Some(next.clone()));
            }
        }
    });
    probe.until("closed, 3, 3").await;
    assert_eq!(component.folded(), ["1", "2", "3"]);
    assert!(
        probe.folds() == 5 + 3 || !CHANGES_AT_ONCE,
        "what came with the fifth is not folded"
    );
    component.unmount();
    old.no_request_follows(1, move || drop(component)).await;
}

#[wasm_bindgen_test]
async fn a_change_of_the_url_in_the_fold_lets_no_later_event_of_the_old_one_in() {
    no_late_event(Probe::new()).await;
}

#[wasm_bindgen_test]
async fn over_fetch_a_change_in_the_fold_lets_no_later_event_of_the_old_one_in() {
    no_late_event(Probe::over_fetch()).await;
}

#[wasm_bindgen_test]
async fn several_changes_at_once_open_only_the_last() {
    let server = Scenario::new().await;
    let probe = Probe::new();
    let component = mount(&probe, Some(server.url("/live")));
    server.until("open=1").await;
    for _ in 0..3 {
        component.set_url(Some(server.url("/silent")));
        component.set_url(Some(server.url("/finish/1")));
    }
    probe.until("closed, 1, 1").await;
    server.until("open=0").await;
    assert_eq!(server.counts().await.requests, 2);
    component.unmount();
}

#[wasm_bindgen_test]
async fn without_a_url_nothing_is_opened_and_the_state_is_closed() {
    let server = Scenario::new().await;
    let probe = Probe::new();
    let component = mount(&probe, None);
    probe.until("closed, 0, none").await;
    assert_eq!(probe.states(), ["closed"], "from the first render on");
    assert_eq!(component.state(), State::Closed(CloseReason::Called));
    component.set_url(Some(server.url("/live")));
    probe.until("open, 0, none").await;
    component.set_url(None);
    probe.until("closed, 0, none").await;
    server.until("open=0").await;
    component.unmount();
    server.no_request_follows(1, move || drop(component)).await;
}

#[wasm_bindgen_test]
async fn the_same_url_again_changes_nothing() {
    let server = Scenario::new().await;
    let probe = Probe::new();
    let component = mount(&probe, Some(server.url("/live")));
    server.until("open=1").await;
    server.send("data: {\"n\":1}\n\n").await;
    probe.until("open, 1, 1").await;
    component.set_url(Some(server.url("/live")));
    settle().await;
    server.send("data: {\"n\":2}\n\n").await;
    probe.until("open, 2, 2").await;
    component.unmount();
    server.no_request_follows(1, move || drop(component)).await;
}
