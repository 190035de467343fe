//! What goes wrong is shown, and nothing of it is a panic.

use std::{cell::Cell, rc::Rc};

use wasm_bindgen_test::wasm_bindgen_test;
use wasm_eventsource::{CloseReason, Error, OpenError, State};

use super::{Scenario, harness::Probe};
use crate::mount;

#[wasm_bindgen_test]
async fn a_url_that_cannot_be_opened_is_shown_as_error_and_closed() {
    let server = Scenario::new().await;
    let probe = Probe::new();
    let component = mount(&probe, Some("http://[".to_owned()));
    probe.until("closed, 1, not opened").await;
    let error = component.error();
    assert!(
        matches!(&error, Some(Error::Open(OpenError::InvalidUrl { .. }))),
        "{error:?}"
    );
    let failed = error.map(|error| State::Closed(CloseReason::Failed(error)));
    assert_eq!(Some(component.state()), failed);
    component.set_url(Some(server.url("/finish/1")));
    probe.until("closed, 1, 1").await;
    assert_eq!(component.error(), None);
    component.unmount();
}

#[wasm_bindgen_test]
async fn a_failure_is_in_the_state_in_the_error_and_in_the_fold() {
    let server = Scenario::new().await;
    for probe in [Probe::new(), Probe::over_fetch()] {
        let component = mount(&probe, Some(server.url("/status/404")));
        probe.until("closed, 1, failed").await;
        let error = component.error().expect("a failure");
        assert_eq!(
            component.state(),
            State::Closed(CloseReason::Failed(error.clone()))
        );
        let expected = match error {
            Error::Failed { .. } => !probe.over_fetch,
            Error::Status { status, .. } => probe.over_fetch && status == 404,
            _ => false,
        };
        assert!(expected, "{error:?}");
        component.unmount();
    }
}

#[wasm_bindgen_test]
async fn what_cannot_be_decoded_is_an_error_and_no_end() {
    let server = Scenario::new().await;
    let probe = Probe::new();
    let component = mount(&probe, Some(server.url("/live")));
    server.until("open=1").await;
    server.send("data: nonsense\n\n").await;
    probe.until("open, 1, undecoded").await;
    match component.error() {
        Some(Error::Decode(error)) => assert_eq!(error.message().data(), "nonsense"),
        other => panic!("{other:?}"),
    }
    server.send("data: {\"n\":1}\n\n").await;
    probe.until("open, 2, 1").await;
    component.unmount();
    server.until("open=0").await;
}

#[wasm_bindgen_test]
async fn the_fold_of_what_was_not_opened_can_open_another() {
    let server = Scenario::new().await;
    let probe = Probe::new();
    let component = mount(&probe, Some("http://[".to_owned()));
    let url = server.url("/live");
    probe.in_fold({
        let (component, probe) = (Rc::clone(&component), Rc::clone(&probe));
        move |event| {
            if event == "not opened" {
                probe.fall_back(url.clone());
                component.reopen();
            }
        }
    });
    probe.until("open, 1, not opened").await;
    assert_eq!((component.state(), component.error()), (State::Open, None));
    server.send("data: {\"n\":1}\n\n").await;
    probe.until("open, 2, 1").await;
    component.unmount();
    server.no_request_follows(1, move || drop(component)).await;
}

#[wasm_bindgen_test]
async fn what_the_fold_cannot_open_either_is_folded_after_it() {
    let probe = Probe::new();
    let component = mount(&probe, Some("http://[".to_owned()));
    probe.in_fold({
        let component = Rc::clone(&component);
        let reopened = Cell::new(false);
        move |_| {
            if !reopened.replace(true) {
                component.reopen();
            }
        }
    });
    probe.until("closed, 2, not opened").await;
    assert_eq!(component.folded(), ["not opened", "not opened"]);
    component.unmount();
}

#[wasm_bindgen_test]
async fn what_cannot_be_opened_while_somebody_looks_at_the_value_is_folded_later() {
    let probe = Probe::new();
    let component = mount(&probe, Some("http://[".to_owned()));
    probe.until("closed, 1, not opened").await;
    component.reopen_looking();
    probe.until("closed, 2, not opened").await;
    component.unmount();
}

#[wasm_bindgen_test]
async fn a_wrong_answer_that_does_not_end_is_given_up_at_once() {
    let server = Scenario::new().await;
    let probe = Probe::over_fetch();
    let component = mount(&probe, Some(server.url("/status/404?hold=true")));
    probe.until("closed, 1, failed").await;
    server.until("requests=1&open=0").await;
    component.unmount();
}
