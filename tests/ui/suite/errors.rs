//! What goes wrong is shown, and nothing of it is a panic.

use wasm_bindgen_test::wasm_bindgen_test;
use wasm_eventsource::{CloseReason, Error, OpenError, State};

use super::{harness::Probe, scenario::Scenario};
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
