//! A component that goes leaves nothing behind, whatever its connection is doing.

use std::rc::Rc;

use wasm_bindgen_test::wasm_bindgen_test;

use super::{
    Scenario,
    harness::{Mounted, Probe, settle, until},
    observe::{live_bytes, live_listeners},
    scenario::Requests,
};
use crate::{CHANGES_AT_ONCE, mount};

/// Unmounts the components that this makes, each with its requests, and sees that browser and server know.
async fn leaves_nothing<R: Into<Requests>>(
    make: impl AsyncFn(&Scenario, &Rc<Probe>) -> (Rc<dyn Mounted>, R),
) {
    for probe in [Probe::new, Probe::over_fetch] {
        // What others kept of it does nothing. But closing could hide what would have come without.
        for is_used in [false, true] {
            let (server, probe, before) = (Scenario::new().await, probe(), live_listeners());
            let (component, requests) = make(&server, &probe).await;
            component.unmount();
            settle().await;
            assert_eq!(live_listeners(), before);
            let seen = (probe.renders().len(), probe.folds());
            server.until("open=0").await;
            if is_used {
                component.close();
                component.reopen();
                settle().await;
            }
            let no_more = move || {
                assert_eq!((probe.renders().len(), probe.folds()), seen);
                drop(component);
            };
            server.no_request_follows(requests, no_more).await;
        }
    }
}

#[wasm_bindgen_test]
async fn unmounted_before_it_was_opened_it_leaves_nothing() {
    leaves_nothing(async |server, probe| {
        let component = mount(probe, Some(server.url("/live")));
        (
            component,
            Requests::with_one_closed_at_once(0, probe.over_fetch),
        )
    })
    .await;
}

#[wasm_bindgen_test]
async fn unmounted_while_connecting_it_leaves_nothing() {
    leaves_nothing(async |server, probe| {
        let component = mount(probe, Some(server.url("/never")));
        server.until("requests=1&open=1").await;
        (component, 1)
    })
    .await;
}

#[wasm_bindgen_test]
async fn unmounted_while_open_it_leaves_nothing() {
    leaves_nothing(async |server, probe| {
        let component = mount(probe, Some(server.url("/live")));
        probe.until_state("open").await;
        server.send("data: {\"n\":1}\n\n").await;
        (component, 1)
    })
    .await;
}

#[wasm_bindgen_test]
async fn unmounted_while_reconnecting_it_leaves_nothing() {
    leaves_nothing(async |server, probe| {
        let component = mount(probe, Some(server.url("/end/1")));
        probe.until_state("reconnecting").await;
        component.unmount();
        (component, server.counts().await.requests)
    })
    .await;
}

#[wasm_bindgen_test]
async fn unmounted_after_the_end_it_leaves_nothing() {
    leaves_nothing(async |server, probe| {
        let component = mount(probe, Some(server.url("/finish/1")));
        probe.until_state("closed").await;
        (component, 1)
    })
    .await;
}

#[wasm_bindgen_test]
async fn mounted_twice_and_unmounted_once_as_strict_modes_do_it_has_one_connection() {
    let server = Scenario::new().await;
    let (first, second) = (Probe::new(), Probe::new());
    let gone = mount(&first, Some(server.url("/live")));
    gone.unmount();
    let component = mount(&second, Some(server.url("/live")));
    second.until_state("open").await;
    server.until("open=1").await;
    component.unmount();
    let requests = Requests::with_one_closed_at_once(1, false);
    let kept = move || drop((gone, component));
    server.no_request_follows(requests, kept).await;
}

#[wasm_bindgen_test]
async fn fast_remounts_leave_nothing() {
    let server = Scenario::new().await;
    let before = live_listeners();
    for _ in 0..20 {
        let component = mount(&Probe::new(), Some(server.url("/live")));
        settle().await;
        component.unmount();
    }
    settle().await;
    assert_eq!(live_listeners(), before);
    let probe = Probe::new();
    let component = mount(&probe, Some(server.url("/live")));
    probe.until_state("open").await;
    component.unmount();
    server.until("open=0").await;
}

#[wasm_bindgen_test]
async fn unmounted_in_the_fold_it_leaves_nothing() {
    for probe in [Probe::new(), Probe::over_fetch()] {
        let server = Scenario::new().await;
        let component = mount(&probe, Some(server.url("/finish/9")));
        probe.in_fold({
            let component = Rc::clone(&component);
            move |event| {
                if event == "2" {
                    component.unmount();
                }
            }
        });
        until("the fold", || probe.folds() >= 2).await;
        let no_more = move || {
            assert!(probe.folds() == 2 || !CHANGES_AT_ONCE);
            drop(component);
        };
        server.no_request_follows(1, no_more).await;
    }
}

#[wasm_bindgen_test]
async fn no_memory_stays_behind() {
    const ROUNDS: usize = 6;
    let server = Scenario::new().await;
    let mut bytes = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        for _ in 0..5 {
            let probe = Probe::new();
            let component = mount(&probe, Some(server.url("/finish/3")));
            probe.until("closed, 3, 3").await;
            component.reopen();
            probe.until("closed, 6, 3").await;
            component.unmount();
            drop(component);
            settle().await;
            settle().await;
        }
        bytes.push(live_bytes());
    }
    let grown = bytes[ROUNDS - 1] - bytes[2];
    assert!(grown < 1000, "{bytes:?}");
    // What grows once is a pool's; what grows each time is a leak, however small.
    let mut growth: Vec<_> = bytes.windows(2).map(|pair| pair[1] - pair[0]).collect();
    growth.sort_unstable();
    assert!(growth[growth.len() / 2] <= 0, "{bytes:?}");
}
