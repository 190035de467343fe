//! Any stream of `Result<T, Error>` can be opened.

use std::rc::Rc;

use futures_util::{StreamExt, stream};
use wasm_bindgen_test::wasm_bindgen_test;
use wasm_eventsource::{CloseReason, Error, EventSource, OpenError, State};

use super::{
    Scenario,
    harness::{Feed, Probe},
};
use crate::mount;

fn event(n: u32) -> Result<Feed, Error> {
    Ok(Feed::Message { n })
}

#[wasm_bindgen_test]
async fn any_stream_is_folded_to_its_end() {
    let probe = Probe::of_items(stream::iter([event(1), event(2)]));
    let component = mount(&probe, Some(String::new()));
    probe.until("closed, 2, 2").await;
    assert_eq!(component.state(), State::Closed(CloseReason::Ended));
    assert_eq!(component.error(), None);
    component.unmount();
}

#[wasm_bindgen_test]
async fn the_error_that_ends_any_stream_is_its_close_reason() {
    let error = Error::Open(OpenError::NoRoom);
    let probe = Probe::of_items(stream::iter([event(1), Err(error.clone())]));
    let component = mount(&probe, Some(String::new()));
    probe.until("closed, 2, not opened").await;
    let failed = CloseReason::Failed(error.clone());
    assert_eq!(component.state(), State::Closed(failed));
    assert_eq!(component.error(), Some(error));
    component.unmount();
}

#[wasm_bindgen_test]
async fn any_stream_is_open_from_its_first_item_on_and_is_dropped_when_it_is_closed() {
    let server = Scenario::new().await;
    let events = EventSource::fetch(server.url("/live")).typed::<Feed>();
    let events = events.expect("it opens").map(|event| event);
    let probe = Probe::of_items(events);
    let component = mount(&probe, Some(String::new()));
    server.until("open=1").await;
    assert_eq!(component.state(), State::Connecting);
    server.send("data: {\"n\":1}\n\n").await;
    probe.until("open, 1, 1").await;
    assert!(component.response().is_none());
    component.close();
    assert_eq!(component.state(), State::Closed(CloseReason::Called));
    server.until("open=0").await;
    // Another time there is nothing to open.
    component.restart();
    probe.until("closed, 0, none").await;
    component.unmount();
    server.no_request_follows(1, move || drop(component)).await;
}

#[wasm_bindgen_test]
async fn any_stream_is_dropped_with_its_component() {
    let server = Scenario::new().await;
    let events = EventSource::new(server.url("/live")).typed::<Feed>();
    let probe = Probe::of_items(events.expect("it opens").map(|event| event));
    let component = mount(&probe, Some(String::new()));
    server.until("open=1").await;
    component.unmount();
    server
        .no_request_follows(1, move || drop((component, Rc::clone(&probe))))
        .await;
}
