//! What must not happen when a program closes, drops, throws or reads along at an awkward moment, and
//! what must not be lost then.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use futures_util::StreamExt;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use wasm_bindgen_test::wasm_bindgen_test;
use wasm_eventsource::{
    CloseHandle, CloseReason, CloseRule, Connection, Error, EventSource, EventStream, Retry, State,
};

use super::{last_error, put_back, with_fetch};
use crate::{
    Scenario,
    observe::{
        Notes, data, expect_exceptions, is_silent, message, next, noting_states, numbers, soon,
    },
};

/// A place for what a callback is to close or drop, and is made only after it.
type Slot<T> = Rc<RefCell<Option<T>>>;

#[wasm_bindgen_test]
async fn a_close_by_what_computes_the_headers_sends_no_request() {
    let server = Scenario::new().await;
    let slot = Slot::<CloseHandle>::default();
    let own = Rc::clone(&slot);
    let source = server.fetch("/never").method("POST");
    let source = source.headers_with(async move || {
        own.take().expect("asked once").close();
        Ok::<_, String>([("X-A", "b")])
    });
    let mut stream = source.stream().unwrap();
    slot.replace(Some(stream.close_handle()));
    assert_eq!(next(&mut stream).await, None);
    server.no_request_follows(0, move || drop(stream)).await;
}

#[wasm_bindgen_test]
async fn headers_that_throw_are_an_error() {
    expect_exceptions();
    let server = Scenario::new().await;
    let source = server.fetch("/finish/1").headers_with(async || {
        if server_is_unknown() {
            wasm_bindgen::throw_str("thrown on purpose");
        }
        Ok::<_, String>([("X-A", "b")])
    });
    let mut stream = source.stream().unwrap();
    assert!(matches!(
        last_error(&mut stream).await,
        Error::Headers { .. }
    ));
    server.no_request_follows(0, move || drop(stream)).await;
}

/// True; the compiler is not to know.
fn server_is_unknown() -> bool {
    js_sys::Math::random() < 2.0
}

#[wasm_bindgen_test]
async fn the_end_is_told_though_the_stream_is_dropped_as_soon_as_it_is_reached() {
    let server = Scenario::new().await;
    let (source, states) = noting_states(server.fetch("/finish/3"));
    let mut stream = source.stream().unwrap();
    while soon("the end", stream.next()).await.is_some() {}
    drop(stream);
    states.until("closed").await;
    assert_eq!(states.all(), ["open", "closed"]);
}

#[wasm_bindgen_test]
async fn what_comes_behind_the_message_at_which_a_callback_closed_was_not_received() {
    let server = Scenario::new().await;
    let slot = Slot::<Connection>::default();
    let (own, notes) = (Rc::clone(&slot), Notes::default());
    let writer = notes.clone();
    let source = server.fetch("/live").on_frame("message", move |frame| {
        if frame.last_event_id() == "2" {
            own.borrow().as_ref().expect("it is open").close();
        }
        writer.write(frame.last_event_id());
    });
    slot.replace(Some(source.open().unwrap()));
    server.until("open=1").await;
    let four = ["1", "2", "3", "4"].map(|n| format!("id: {n}\ndata: {n}\n\n"));
    server.send(&four.concat()).await;
    notes.until("2").await;
    server.until("open=0").await;
    assert_eq!(notes.all(), ["1", "2"]);
    let connection = slot.take().expect("it was put there");
    assert_eq!(connection.last_event_id(), "2");
}

#[wasm_bindgen_test]
async fn a_predicate_is_not_asked_when_the_connection_is_gone() {
    let server = Scenario::new().await;
    let slot = Slot::<Connection>::default();
    let (own, notes) = (Rc::clone(&slot), Notes::default());
    let (asked, dropped) = (notes.clone(), notes.clone());
    let rule = CloseRule::when(move |frame| {
        asked.write(frame.data());
        false
    });
    let source = server.fetch("/live").close_on(rule);
    let source = source.on_frame("message", move |_| {
        drop(own.take());
        dropped.write("dropped");
    });
    slot.replace(Some(source.open().unwrap()));
    server.until("open=1").await;
    server.send("data: 1\n\ndata: 2\n\ndata: 3\n\n").await;
    notes.until("dropped").await;
    server.until("open=0").await;
    assert_eq!(notes.all(), ["1", "dropped"]);
}

#[wasm_bindgen_test]
async fn nothing_comes_behind_the_close_event_not_even_an_error_or_an_id() {
    let server = Scenario::new().await;
    let source = server.fetch("/live").event("close").max_event_size(100);
    let mut stream = source.stream().unwrap();
    server.until("open=1").await;
    let large = "x".repeat(500);
    let behind = format!("id: 7\nevent: close\ndata: bye\n\nid: 8\n\ndata: {large}\n\n");
    server.send(&behind).await;
    assert_eq!(message(&mut stream).await.data(), "bye");
    assert_eq!(next(&mut stream).await, None);
    assert_eq!(stream.connection().last_event_id(), "7");
}

#[wasm_bindgen_test]
async fn the_last_event_id_is_that_of_the_last_message_also_after_close() {
    let server = Scenario::new().await;
    let mut stream = server.fetch("/live").stream().unwrap();
    server.until("open=1").await;
    server.send("id: 1\ndata: 1\n\nid: 2\ndata: 2\n\n").await;
    assert_eq!(message(&mut stream).await.data(), "1");
    stream.close();
    assert_eq!(data(&mut stream).await, ["2"]);
    assert_eq!(stream.connection().last_event_id(), "2");
}

#[wasm_bindgen_test]
async fn a_callback_that_is_added_in_the_middle_of_a_chunk_gets_the_rest_of_it_in_order() {
    let server = Scenario::new().await;
    let (source, notes) = noting_states(server.fetch("/live"));
    let mut stream = source.stream().unwrap();
    server.until("open=1").await;
    server.send("data: 1\n\ndata: 2\n\ndata: 3\n\n").await;
    message(&mut stream).await;
    let writer = notes.clone();
    let connection = stream.connection();
    let listener = connection.on_frame("message", move |frame| writer.write(frame.data()));
    message(&mut stream).await;
    stream.close();
    assert_eq!(data(&mut stream).await, ["3"], "what had come is delivered");
    notes.until("closed").await;
    server.until("open=0").await;
    assert_eq!(notes.all(), ["open", "2", "3", "closed"]);
    drop(listener);
}

#[wasm_bindgen_test]
async fn a_program_that_reads_the_response_itself_does_not_hang_the_stream() {
    let server = Scenario::new().await;
    let slot = Slot::<EventStream>::default();
    let stream = server.fetch("/finish/3").stream().unwrap();
    let (own, states) = (Rc::clone(&slot), Notes::default());
    let writer = states.clone();
    let _listener = stream.connection().on_state(move |state| {
        if *state == State::Open {
            let stream = own.borrow();
            let connection = stream.as_ref().expect("it is there").connection();
            // It is read already, and says so.
            let _ = connection.response().expect("an answer").text();
        }
        writer.write(state);
    });
    slot.replace(Some(stream));
    states.until("open").await;
    let mut stream = slot.take().expect("it was put there");
    assert_eq!(data(&mut stream).await, numbers(1..=3));
}

#[wasm_bindgen_test]
async fn what_a_comment_callback_owns_is_dropped_at_the_end() {
    let server = Scenario::new().await;
    let (owned, inside) = (Rc::new(()), Notes::default());
    let (held, writer) = (Rc::clone(&owned), inside.clone());
    let source = server.fetch("/comments/1").on_comment(move |_| {
        drop(Rc::clone(&held));
        writer.write("called");
    });
    let mut stream = source.stream().unwrap();
    assert_eq!(data(&mut stream).await, numbers(1..=1));
    assert_eq!(inside.all(), ["called"]);
    server.until("open=0").await;
    assert_eq!(Rc::strong_count(&owned), 1, "the stream is still there");
}

#[wasm_bindgen_test]
async fn a_request_that_fails_once_is_no_matter_of_cors() {
    let server = Scenario::new().await;
    let original = with_fetch(
        "(() => {
            let failed = 0;
            return (request, init) => request.method === 'GET' && !failed++
                ? Promise.reject(new TypeError('the network has changed'))
                : original(request, init);
        })()",
    );
    let mut stream = server.fetch("/finish/3").stream().unwrap();
    let data = data(&mut stream).await;
    put_back(&original);
    assert_eq!(data, numbers(1..=3));
    let asked = server.asked().await;
    let methods: Vec<_> = asked.iter().map(|asked| &*asked.method).collect();
    assert_eq!(methods, ["HEAD", "GET", "GET"]);
}

#[wasm_bindgen_test]
async fn a_body_that_is_not_made_of_bytes_is_an_error() {
    let original = with_fetch(
        "async () => new Response(
            new ReadableStream({ start: (to) => to.enqueue('data: 1\\n\\n') }),
            { headers: { 'Content-Type': 'text/event-stream' } },
        )",
    );
    let source = EventSource::fetch("/made-by-the-page").reconnect(false);
    let mut stream = source.stream().unwrap();
    let error = last_error(&mut stream).await;
    put_back(&original);
    assert!(
        matches!(&error, Error::Network { was_open: true, detail, .. } if detail.contains("bytes")),
        "{error:?}"
    );
}

#[wasm_bindgen_test]
async fn a_header_with_the_last_event_id_is_sent_once() {
    let server = Scenario::new().await;
    let source = server.fetch("/live").header("Last-Event-ID", "5");
    let mut stream = source.stream().unwrap();
    assert_eq!(stream.connection().last_event_id(), "5");
    server.until("open=1").await;
    server.send("id: 6\ndata: 1\n\nid\ndata: 2\n\n").await;
    assert_eq!(data_of(&mut stream).await, "1");
    assert_eq!(data_of(&mut stream).await, "2");
    assert!(is_silent(&mut stream));
    server.end().await;
    let counts = server.until("requests=2").await;
    assert_eq!(counts.last_event_ids, ["5", ""]);
}

async fn data_of(stream: &mut EventStream) -> String {
    message(stream).await.into_data().into_owned()
}

#[wasm_bindgen_test]
async fn a_long_id_is_sent_whole_and_one_that_no_server_takes_is_an_error_that_says_so() {
    let server = Scenario::new().await;
    let mut stream = server.fetch("/live").stream().unwrap();
    server.until("open=1").await;
    let id = "x".repeat(5_000);
    server.send(&format!("id: {id}\ndata: 1\n\n")).await;
    assert_eq!(message(&mut stream).await.last_event_id(), id);
    assert!(is_silent(&mut stream));
    server.end().await;
    let counts = server.until("opened=2").await;
    assert_eq!(counts.last_event_ids, ["", &*id]);
    let id = "x".repeat(500_000);
    server.send(&format!("id: {id}\ndata: 2\n\n")).await;
    assert_eq!(message(&mut stream).await.last_event_id(), id);
    assert!(is_silent(&mut stream));
    server.end().await;
    let error = last_error(&mut stream).await.to_string();
    assert!(
        error.contains("Last-Event-ID") && error.contains("500000 bytes"),
        "{error}"
    );
}

#[wasm_bindgen_test]
async fn a_server_that_ends_at_once_is_asked_twenty_times_a_second_at_most() {
    let server = Scenario::new().await;
    let url = server.url("/end/0").replace("retry=50", "retry=0");
    // By default, pauses grow.
    let source = EventSource::fetch(url).retry(Retry::standard());
    let began = js_sys::Date::now();
    let connection = source.open().unwrap();
    let counts = server.until("requests=10").await;
    let took = js_sys::Date::now() - began;
    drop(connection);
    // Timers of browsers may be a millisecond early.
    let most = 2.0 + took / 49.0;
    assert!(
        f64::from(counts.requests) <= most,
        "{counts:?} in {took} ms"
    );
}

#[wasm_bindgen_test]
async fn the_reason_of_a_close_is_not_that_of_what_would_have_come_later() {
    let server = Scenario::new().await;
    let mut stream = server.fetch("/live").stream().unwrap();
    server.until("open=1").await;
    server
        .send("data: 1\n\ndata: 2\n\nevent: close\ndata: 3\n\ndata: 4\n\n")
        .await;
    message(&mut stream).await;
    stream.close();
    assert_eq!(data(&mut stream).await, ["2"]);
    assert_eq!(stream.close_reason(), Some(CloseReason::Called));
}

#[wasm_bindgen_test]
async fn a_listener_that_comes_and_goes_while_a_chunk_is_half_read_leaves_the_rest_to_the_stream() {
    let server = Scenario::new().await;
    let mut stream = server.fetch("/live").stream().unwrap();
    server.until("open=1").await;
    server.send("data: 1\n\ndata: 2\n\n").await;
    assert_eq!(data_of(&mut stream).await, "1");
    let listener = stream.on_frame("message", |_| {}).unwrap();
    let reading = data_of(&mut stream);
    let (second, ()) = futures_util::join!(reading, async { drop(listener) });
    assert_eq!(second, "2");
}

#[wasm_bindgen_test]
async fn headers_are_not_computed_for_a_connection_that_is_dropped_at_once() {
    let server = Scenario::new().await;
    let calls = Rc::new(Cell::new(0));
    let counter = Rc::clone(&calls);
    let source = server.fetch("/live").headers_with(async move || {
        counter.set(counter.get() + 1);
        Ok::<_, String>([("X-Name", "value")])
    });
    drop(source.stream().unwrap());
    server
        .no_request_follows(0, move || assert_eq!(calls.get(), 0))
        .await;
}

#[wasm_bindgen_test]
async fn another_stream_takes_nothing_of_what_had_come_for_the_first_when_it_was_closed() {
    let server = Scenario::new().await;
    let mut first = server.fetch("/live").stream().unwrap();
    server.until("open=1").await;
    server.send("data: 1\n\ndata: 2\n\ndata: 3\n\n").await;
    message(&mut first).await;
    let mut second = first.subscribe().event("other").stream().unwrap();
    first.close();
    let mut late = first.subscribe().stream().unwrap();
    assert_eq!(next(&mut late).await, None);
    assert_eq!(next(&mut second).await, None);
    assert_eq!(data(&mut first).await, ["2", "3"]);
}

#[wasm_bindgen_test]
async fn two_streams_get_the_rest_of_a_chunk_that_one_was_reading_at_the_close() {
    let server = Scenario::new().await;
    let mut first = server.fetch("/live").stream().unwrap();
    server.until("open=1").await;
    server.send("data: 1\n\ndata: 2\n\ndata: 3\n\n").await;
    message(&mut first).await;
    let mut second = first.subscribe().stream().unwrap();
    first.close();
    assert_eq!(data(&mut first).await, ["2", "3"]);
    assert_eq!(data(&mut second).await, ["2", "3"]);
}

#[wasm_bindgen_test]
async fn a_stream_that_a_predicate_opens_gets_what_comes_behind_that_message() {
    let server = Scenario::new().await;
    let (slot, opened) = (
        Slot::<Connection>::default(),
        Slot::<EventStream>::default(),
    );
    let (own, stream) = (Rc::clone(&slot), Rc::clone(&opened));
    let rule = CloseRule::when(move |frame| {
        if frame.event_type() == "begin" {
            let connection = own.take().expect("once");
            stream.replace(Some(connection.subscribe().event("b").stream().unwrap()));
        }
        false
    });
    let mut first = server
        .fetch("/live")
        .event("a")
        .close_on(rule)
        .stream()
        .unwrap();
    slot.replace(Some(first.connection().clone()));
    server.until("open=1").await;
    server
        .send("event: begin\ndata: 0\n\nevent: b\ndata: 1\n\nevent: a\ndata: 2\n\n")
        .await;
    assert_eq!(data_of(&mut first).await, "2");
    let mut second = opened.take().expect("it was opened");
    assert_eq!(data_of(&mut second).await, "1");
}

#[wasm_bindgen_test]
async fn a_payload_that_throws_while_it_is_decoded_is_lost_alone() {
    expect_exceptions();
    struct Throws(u32);
    impl<'de> serde::Deserialize<'de> for Throws {
        fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
            let n = u32::deserialize(from)?;
            if n == 2 {
                wasm_bindgen::throw_str("thrown on purpose");
            }
            Ok(Throws(n))
        }
    }
    let server = Scenario::new().await;
    let mut stream = server
        .fetch("/live")
        .typed_event::<Throws>("message")
        .unwrap();
    server.until("open=1").await;
    server.send("data: 1\n\ndata: 2\n\ndata: 3\n\n").await;
    assert_eq!(next(&mut stream).await.unwrap().unwrap().0, 1);
    let mut poll = || {
        let _ = futures_util::FutureExt::now_or_never(stream.next());
    };
    assert!(apply(&mut poll, &JsValue::UNDEFINED, &js_sys::Array::new()).is_err());
    assert_eq!(next(&mut stream).await.unwrap().unwrap().0, 3);
    server.send("data: 4\n\n").await;
    assert_eq!(next(&mut stream).await.unwrap().unwrap().0, 4);
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = Reflect, js_name = apply)]
    fn apply(
        run: &mut dyn FnMut(),
        this: &JsValue,
        arguments: &js_sys::Array,
    ) -> Result<(), JsValue>;
}

#[wasm_bindgen_test]
async fn what_computes_the_headers_does_not_run_on_after_the_close() {
    let server = Scenario::new().await;
    let notes = Notes::default();
    let writer = notes.clone();
    let source = server.fetch("/never").headers_with(async move || {
        std::future::poll_fn(|_| {
            writer.write("polled");
            std::task::Poll::<()>::Pending
        })
        .await;
        Ok::<_, String>([("X-A", "b")])
    });
    let stream = source.stream().unwrap();
    notes.until("polled").await;
    stream.close();
    server
        .no_request_follows(0, move || assert_eq!(notes.all(), ["polled"]))
        .await;
}

#[wasm_bindgen_test]
async fn comment_callbacks_are_not_called_when_the_connection_is_gone() {
    let server = Scenario::new().await;
    let slot = Slot::<Connection>::default();
    let (own, notes) = (Rc::clone(&slot), Notes::default());
    let (first, second) = (notes.clone(), notes.clone());
    let source = server.fetch("/live").on_comment(move |_| {
        drop(own.take());
        first.write("dropped");
    });
    let source = source.on_comment(move |_| second.write("called"));
    slot.replace(Some(source.open().unwrap()));
    server.until("open=1").await;
    server.send(": 1\n\n").await;
    notes.until("dropped").await;
    server.until("open=0").await;
    assert_eq!(notes.all(), ["dropped"]);
}
