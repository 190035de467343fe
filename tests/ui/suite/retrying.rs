//! A component that opens again after each failure, by an effect on the state.

use std::{cell::Cell, rc::Rc};

use wasm_bindgen_test::wasm_bindgen_test;
use wasm_eventsource::{CloseReason, State};

use super::{
    Scenario,
    harness::{Probe, until},
};
use crate::mount;

const FAILURES: u32 = 6;

/// Mounts a component that reopens until it has failed often enough.
async fn fails_and_reopens(probe: Rc<Probe>, url: String) {
    let component = mount(&probe, Some(url));
    let failures = Rc::new(Cell::new(0));
    probe.in_effect({
        let (component, failures) = (Rc::clone(&component), Rc::clone(&failures));
        move |state| {
            if let State::Closed(CloseReason::Failed(_)) = state {
                failures.set(failures.get() + 1);
                if failures.get() < FAILURES {
                    component.reopen();
                }
            }
        }
    });
    until("each failure", || failures.get() == FAILURES).await;
    component.unmount();
}

#[wasm_bindgen_test]
async fn an_effect_on_the_state_sees_each_failure_to_open() {
    fails_and_reopens(Probe::new(), "http://[".to_owned()).await;
}

#[wasm_bindgen_test]
async fn an_effect_on_the_state_sees_each_failure_of_a_connection() {
    let server = Scenario::new().await;
    fails_and_reopens(Probe::over_fetch(), server.url("/status/404")).await;
    server.no_request_follows(FAILURES, || {}).await;
}
