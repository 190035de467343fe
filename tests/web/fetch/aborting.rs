//! The request ends with the connection, at whatever stage it is and by whatever ends it: the server
//! sees that, and no request follows.

use std::{cell::Cell, future::Future, rc::Rc};

use futures_util::future::join4;
use wasm_bindgen_test::wasm_bindgen_test;
use wasm_eventsource::{CloseReason, EventSource, EventStream};
use web_sys::{AbortController, Request, RequestInit};

use crate::{
    Scenario,
    observe::{Notes, is_silent, message, next, noting_states, numbers},
};

/// What ends a connection.
#[derive(Clone, Copy, Debug)]
enum Way {
    Close,
    Handle,
    Signal,
    Drop,
}

/// A connection of a request that can be aborted.
struct Stage {
    server: Scenario,
    controller: AbortController,
    states: Notes,
    stream: EventStream,
}

impl Stage {
    async fn new(route: &str, build: impl FnOnce(EventSource) -> EventSource) -> Self {
        let server = Scenario::new().await;
        let controller = AbortController::new().expect("a controller");
        let init = RequestInit::new();
        init.set_signal(Some(&controller.signal()));
        let request = Request::new_with_str_and_init(&server.url(route), &init);
        let source = build(EventSource::request(request.expect("a request")));
        let (source, states) = noting_states(source);
        let stream = source.stream().unwrap();
        Stage {
            server,
            controller,
            states,
            stream,
        }
    }

    /// Ends it: the stream is over or gone, and so is the request.
    async fn end(mut self, way: Way, requests: u32, aborted: u32) {
        match way {
            Way::Close => self.stream.close(),
            Way::Handle => self.stream.close_handle().close(),
            Way::Signal => self.controller.abort(),
            Way::Drop => {}
        }
        let told = self.states.all();
        let mut kept = None;
        if matches!(way, Way::Drop) {
            drop(self.stream);
        } else {
            assert_eq!(told.last().map(String::as_str), Some("closed"), "{way:?}");
            for _ in 0..2 {
                assert_eq!(next(&mut self.stream).await, None, "{way:?}");
            }
            let reason = self.stream.close_reason();
            assert_eq!(reason, Some(CloseReason::Called), "{way:?}");
            kept = Some(self.stream);
        }
        let counts = self.server.until("open=0").await;
        assert_eq!(counts.aborted, aborted, "{way:?}");
        let no_more = move || {
            assert_eq!(self.states.all(), told, "{way:?}: nobody is told any more");
            drop(kept);
        };
        self.server.no_request_follows(requests, no_more).await;
    }
}

/// Brings a connection to this stage and ends it, in each of the ways.
async fn in_each_way<S: Future<Output = Stage>>(
    stage: impl Fn() -> S,
    requests: u32,
    aborted: u32,
) {
    let end = |way| {
        let stage = stage();
        async move { stage.await.end(way, requests, aborted).await }
    };
    join4(
        end(Way::Close),
        end(Way::Handle),
        end(Way::Signal),
        end(Way::Drop),
    )
    .await;
}

#[wasm_bindgen_test]
async fn before_the_answer() {
    let stage = async || {
        let mut stage = Stage::new("/never", |source| source).await;
        stage.server.until("requests=1&open=1").await;
        assert!(is_silent(&mut stage.stream));
        stage
    };
    in_each_way(stage, 1, 0).await;
}

#[wasm_bindgen_test]
async fn in_a_body_that_says_nothing() {
    let stage = async || {
        let stage = Stage::new("/silent", |source| source).await;
        stage.states.until("open").await;
        stage
    };
    in_each_way(stage, 1, 1).await;
}

#[wasm_bindgen_test]
async fn in_a_body_that_is_being_read() {
    let stage = async || {
        let mut stage = Stage::new("/finish/1000?interval_ms=5", |source| source).await;
        for n in numbers(1..=3) {
            assert_eq!(message(&mut stage.stream).await.data(), n);
        }
        while !is_silent(&mut stage.stream) {}
        stage
    };
    in_each_way(stage, 1, 1).await;
}

#[wasm_bindgen_test]
async fn in_a_body_that_stalls_in_the_middle_of_an_event() {
    let stage = async || {
        let mut stage = Stage::new("/stall", |source| source).await;
        for n in numbers(1..=3) {
            assert_eq!(message(&mut stage.stream).await.data(), n);
        }
        assert!(is_silent(&mut stage.stream));
        stage
    };
    in_each_way(stage, 1, 1).await;
}

#[wasm_bindgen_test]
async fn while_waiting_to_reconnect() {
    let stage = async || {
        let mut stage = Stage::new("/end/1", |source| source).await;
        message(&mut stage.stream).await;
        assert!(is_silent(&mut stage.stream));
        stage.states.until("reconnecting").await;
        stage
    };
    in_each_way(stage, 1, 0).await;
}

#[wasm_bindgen_test]
async fn while_the_headers_are_being_computed() {
    let stage = async || {
        let asked = Rc::new(Cell::new(false));
        let writer = Rc::clone(&asked);
        let mut stage = Stage::new("/live", |source| {
            source.headers_with(async move || {
                writer.set(true);
                std::future::pending::<Result<[(&str, &str); 0], String>>().await
            })
        })
        .await;
        while !asked.get() {
            assert!(is_silent(&mut stage.stream));
            gloo_timers::future::TimeoutFuture::new(1).await;
        }
        stage
    };
    in_each_way(stage, 0, 0).await;
}

#[wasm_bindgen_test]
async fn what_computes_the_headers_is_let_go_of_with_the_connection() {
    let server = Scenario::new().await;
    let (owned, running) = (Rc::new(()), Notes::default());
    let (inside, writer) = (Rc::clone(&owned), running.clone());
    let source = server.fetch("/live").headers_with(async move || {
        let _held = Rc::clone(&inside);
        writer.write("asked");
        std::future::pending::<Result<[(&str, &str); 0], String>>().await
    });
    let stream = source.stream().unwrap();
    running.until("asked").await;
    assert!(Rc::strong_count(&owned) > 1);
    drop(stream);
    // The task is told, and ends by itself.
    gloo_timers::future::TimeoutFuture::new(0).await;
    assert_eq!(Rc::strong_count(&owned), 1);
}

#[wasm_bindgen_test]
async fn a_request_that_is_aborted_before_is_never_sent() {
    let server = Scenario::new().await;
    let controller = AbortController::new().unwrap();
    controller.abort();
    let init = RequestInit::new();
    init.set_signal(Some(&controller.signal()));
    let request = Request::new_with_str_and_init(&server.url("/finish/1"), &init).unwrap();
    let mut stream = EventSource::request(request).stream().unwrap();
    assert_eq!(next(&mut stream).await, None);
    assert_eq!(stream.close_reason(), Some(CloseReason::Called));
    server.no_request_follows(0, move || drop(stream)).await;
}

#[wasm_bindgen_test]
async fn a_signal_does_nothing_to_a_connection_that_has_ended() {
    let mut stage = Stage::new("/finish/1", |source| source).await;
    assert_eq!(message(&mut stage.stream).await.data(), numbers(1..=1)[0]);
    assert_eq!(next(&mut stage.stream).await, None);
    stage.controller.abort();
    assert!(matches!(
        stage.stream.close_reason(),
        Some(CloseReason::Rule(_))
    ));
    // Nor to one that is gone.
    let stage = Stage::new("/live", |source| source).await;
    stage.states.until("open").await;
    let (controller, stream) = (stage.controller, stage.stream);
    drop(stream);
    controller.abort();
    assert_eq!(stage.states.all(), ["open"]);
}

#[wasm_bindgen_test]
async fn the_close_rule_leaves_a_body_that_would_go_on() {
    let server = Scenario::new().await;
    let mut stream = server.fetch("/live").stream().unwrap();
    server.until("open=1").await;
    server.send("data: 1\n\nevent: close\ndata: bye\n\n").await;
    message(&mut stream).await;
    assert_eq!(next(&mut stream).await, None);
    // The stream is still there: it is the rule that shuts the connection.
    server.until("open=0&aborted=1").await;
    server.no_request_follows(1, move || drop(stream)).await;
}

#[wasm_bindgen_test]
async fn many_connections_may_be_opened_and_dropped_one_after_the_other() {
    let server = Scenario::new().await;
    // A browser has six connections to a host; Firefox keeps those whose body was only cancelled.
    for dropped in 1..=20 {
        let (source, states) = noting_states(server.fetch("/finish/1000?interval_ms=10"));
        let mut stream = source.stream().unwrap();
        states.until("open").await;
        if dropped % 2 == 0 {
            message(&mut stream).await;
        }
        drop(stream);
    }
    server.until("open=0&aborted=20").await;
}
