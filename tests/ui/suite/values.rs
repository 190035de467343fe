//! What a component sees of its events.

use std::{cell::RefCell, rc::Rc};

use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use wasm_eventsource::Error;
use web_sys::Response;

use super::{Scenario, harness::Probe};
use crate::mount;

#[wasm_bindgen_test]
async fn the_value_can_be_read_and_changed_in_the_fold() {
    let server = Scenario::new().await;
    let probe = Probe::new();
    let component = mount(&probe, Some(server.url("/live")));
    let seen = Rc::new(RefCell::new(Vec::new()));
    probe.in_fold({
        let (component, seen) = (Rc::clone(&component), Rc::clone(&seen));
        move |event| {
            seen.borrow_mut().push(component.folded());
            if event == "2" {
                component.clear();
            }
        }
    });
    server.until("open=1").await;
    for text in ["open, 1, 1", "open, 0, none", "open, 1, 3"] {
        let n = seen.borrow().len() + 1;
        server.send(&format!("data: {{\"n\":{n}}}\n\n")).await;
        probe.until(text).await;
    }
    // The fold has the value in hand: what is seen is one as at the beginning.
    assert_eq!(*seen.borrow(), vec![Vec::<String>::new(); 3]);
    component.unmount();
    server.no_request_follows(1, move || drop(component)).await;
}

#[wasm_bindgen_test]
async fn the_newest_response_can_be_seen() {
    let server = Scenario::new().await;
    for (probe, status) in [(Probe::new(), None), (Probe::over_fetch(), Some(200))] {
        let component = mount(&probe, Some(server.url("/finish/1")));
        assert!(component.response().is_none(), "before the answer");
        probe.until("closed, 1, 1").await;
        let response = component.response();
        assert_eq!(response.map(|response| response.status()), status);
        component.unmount();
    }
}

#[wasm_bindgen_test]
async fn the_body_of_a_wrong_answer_can_be_read_when_the_fold_asks_for_the_response() {
    let server = Scenario::new().await;
    let probe = Probe::over_fetch();
    let component = mount(&probe, Some(server.plain_url("/status/429?body=slowly")));
    let kept = Rc::new(RefCell::new(None));
    probe.in_fold({
        let (component, kept) = (Rc::clone(&component), Rc::clone(&kept));
        move |_| {
            kept.replace(component.response());
        }
    });
    probe.until("closed, 1, failed").await;
    assert!(matches!(
        component.error(),
        Some(Error::Status { status: 429, .. })
    ));
    // Frames have passed.
    crate::suite::observe::until("some time", {
        let renders = RefCell::new(0);
        move || {
            *renders.borrow_mut() += 1;
            *renders.borrow() > 20
        }
    })
    .await;
    let response: Response = kept.take().expect("an answer");
    let text = JsFuture::from(response.text().expect("a body")).await;
    assert_eq!(
        text.expect("it can be read").as_string().as_deref(),
        Some("slowly")
    );
    component.unmount();
    server.no_request_follows(1, move || drop(component)).await;
}

#[wasm_bindgen_test]
async fn an_answer_that_was_asked_for_is_given_up_with_the_component() {
    let server = Scenario::new().await;
    let probe = Probe::over_fetch();
    let component = mount(&probe, Some(server.url("/status/404?hold=true")));
    probe.in_fold({
        let component = Rc::clone(&component);
        move |_| assert!(component.response().is_some())
    });
    probe.until("closed, 1, failed").await;
    server.until("requests=1&open=1").await;
    component.unmount();
    server.no_request_follows(1, move || drop(component)).await;
}

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
