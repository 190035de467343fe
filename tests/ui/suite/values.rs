//! What a component sees of its events.

use wasm_bindgen_test::wasm_bindgen_test;

use super::{Scenario, harness::Probe};
use crate::mount;

#[wasm_bindgen_test]
async fn what_was_folded_can_be_changed_by_the_component() {
    let server = Scenario::new().await;
    let probe = Probe::new();
    let component = mount(&probe, Some(server.url("/live")));
    server.until("open=1").await;
    server.send("data: {\"n\":1}\n\n").await;
    probe.until("open, 1, 1").await;
    component.clear();
    probe.until("open, 0, none").await;
    server.send("data: {\"n\":2}\n\n").await;
    probe.until("open, 1, 2").await;
    component.unmount();
}

#[wasm_bindgen_test]
async fn two_components_of_one_url_have_a_connection_each() {
    let server = Scenario::new().await;
    let (one, other) = (Probe::new(), Probe::new());
    let first = mount(&one, Some(server.url("/live")));
    let second = mount(&other, Some(server.url("/live")));
    server.until("open=2").await;
    first.unmount();
    server.until("open=1").await;
    server.send("data: {\"n\":1}\n\n").await;
    other.until("open, 1, 1").await;
    assert_eq!(one.folds(), 0);
    second.unmount();
    server.until("open=0").await;
}
