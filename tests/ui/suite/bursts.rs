//! Every event reaches the fold, and there is one render a frame.

use std::{cell::Cell, rc::Rc};

use wasm_bindgen::{JsCast, closure::Closure};
use wasm_bindgen_test::wasm_bindgen_test;
use wasm_eventsource::{CloseReason, State};

use super::{
    Scenario,
    harness::{Probe, until},
};
use crate::mount;

/// Counts the browser's frames until it is dropped.
struct Frames {
    count: Rc<Cell<u32>>,
    is_over: Rc<Cell<bool>>,
}

fn count_frames() -> Frames {
    fn next(count: Rc<Cell<u32>>, is_over: Rc<Cell<bool>>) {
        let run = Closure::once_into_js(move || {
            if !is_over.get() {
                count.set(count.get() + 1);
                next(count, is_over);
            }
        });
        let window = web_sys::window().expect("a page");
        let run = run.unchecked_ref();
        window.request_animation_frame(run).expect("frames");
    }
    let frames = Frames {
        count: Rc::default(),
        is_over: Rc::default(),
    };
    next(Rc::clone(&frames.count), Rc::clone(&frames.is_over));
    frames
}

impl Drop for Frames {
    fn drop(&mut self) {
        self.is_over.set(true);
    }
}

async fn a_burst_is_folded_whole(probe: Rc<Probe>) {
    let server = Scenario::new().await;
    let frames = count_frames();
    let component = mount(&probe, Some(server.url("/burst/3000")));
    probe.until("closed, 3000, 3000").await;
    let expected: Vec<_> = (1..=3000).map(|n: u32| n.to_string()).collect();
    assert_eq!(component.folded(), expected);
    // One is the first, which comes at once.
    let renders = probe.renders().len() as u32;
    let frames = frames.count.get();
    assert!(renders <= frames + 2, "{renders} in {frames} frames");
    assert!(renders < 1000, "{renders}");
    component.unmount();
}

#[wasm_bindgen_test]
async fn every_event_of_a_burst_is_folded_in_order_and_each_frame_has_one_render() {
    a_burst_is_folded_whole(Probe::new()).await;
}

#[wasm_bindgen_test]
async fn over_fetch_every_event_of_a_burst_is_folded_in_order_too() {
    a_burst_is_folded_whole(Probe::over_fetch()).await;
}

/// Makes the page one that has no frames, as a hidden one, until it is dropped.
struct NoFrames;

fn no_frames() -> NoFrames {
    js_sys::eval(
        "globalThis.frames_as_they_are = globalThis.requestAnimationFrame;
         globalThis.requestAnimationFrame = () => 0;",
    )
    .expect("plain JavaScript");
    NoFrames
}

impl Drop for NoFrames {
    fn drop(&mut self) {
        js_sys::eval("globalThis.requestAnimationFrame = globalThis.frames_as_they_are")
            .expect("plain JavaScript");
    }
}

#[wasm_bindgen_test]
async fn a_page_without_frames_folds_at_once_and_still_renders() {
    let server = Scenario::new().await;
    let probe = Probe::new();
    let _hidden = no_frames();
    let component = mount(&probe, Some(server.url("/live")));
    server.until("open=1").await;
    for n in 1..=3 {
        server.send(&format!("data: {{\"n\":{n}}}\n\n")).await;
        until("the fold", || probe.folds() == n).await;
    }
    assert_eq!(component.state(), State::Open);
    probe.until("open, 3, 3").await;
    server.send("event: close\ndata\n\n").await;
    probe.until("closed, 3, 3").await;
    assert!(probe.renders().len() < 8, "{:?}", probe.renders());
    assert!(matches!(
        component.state(),
        State::Closed(CloseReason::Rule(_))
    ));
    component.unmount();
    server.until("open=0").await;
}
