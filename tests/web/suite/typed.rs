//! Typed events: an enum is the subscription, a callback takes a type, and what does not fit is an
//! error in its place.

use serde::Deserialize;
use serde_json::value::RawValue;
use wasm_bindgen_test::wasm_bindgen_test;
use wasm_eventsource::{
    CloseReason, CloseRule, DecodeError, Envelope, Error, Lifecycle, Message, OpenError, Text,
};

use super::{Scenario, event_source};
use crate::observe::{Notes, next, numbers};

#[derive(Debug, PartialEq, Deserialize)]
struct Numbered {
    n: u32,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Feed {
    A(Numbered),
    #[serde(rename = "two words")]
    B {
        n: u32,
    },
    Message(Numbered),
    Note(Text),
    Ping,
    Error(Text),
    #[serde(alias = "bye")]
    Close(Bye),
}

#[derive(Debug, PartialEq, Deserialize)]
struct Bye {
    message: String,
}

#[wasm_bindgen_test]
async fn an_enum_receives_its_variants_in_order_and_the_close_event_last() {
    let server = Scenario::new().await;
    let route = "/mixed/9?names=a,two%20words,message";
    let mut feed = server.source(route).typed::<Feed>().unwrap();
    for n in (1..=9).step_by(3) {
        assert_eq!(next(&mut feed).await, Some(Ok(Feed::A(Numbered { n }))));
        assert_eq!(next(&mut feed).await, Some(Ok(Feed::B { n: n + 1 })));
        assert_eq!(
            next(&mut feed).await,
            Some(Ok(Feed::Message(Numbered { n: n + 2 })))
        );
    }
    let bye = Bye {
        message: "Stream finished".to_owned(),
    };
    assert_eq!(next(&mut feed).await, Some(Ok(Feed::Close(bye))));
    assert_eq!(next(&mut feed).await, None);
    assert_eq!(next(&mut feed).await, None);
    server.no_request_follows(1, move || drop(feed)).await;
}

#[wasm_bindgen_test]
async fn bad_payloads_between_good_ones_are_errors_with_the_message_and_the_stream_goes_on() {
    let server = Scenario::new().await;
    let mut feed = server.source("/live").typed::<Feed>().unwrap();
    server.until("open=1").await;
    server.send("event: a\ndata: {\"n\":1}\n\n").await;
    server
        .send("id: 7\nevent: a\ndata: {\"n\":\ndata: \"one\"}\n\n")
        .await;
    server
        .send("event: a\ndata\n\nevent: a\ndata: {\"n\":2}\n\n")
        .await;
    assert_eq!(next(&mut feed).await, Some(Ok(Feed::A(Numbered { n: 1 }))));
    let Some(Err(Error::Decode(error))) = next(&mut feed).await else {
        panic!("an error")
    };
    let message = error.message();
    assert_eq!(message.event_type(), "a");
    assert_eq!(message.data(), "{\"n\":\n\"one\"}");
    assert_eq!(message.last_event_id(), "7");
    assert_eq!(message.origin(), server.origin());
    assert!(
        error.reason().contains("expected u32 at line 2 column 5"),
        "{error}"
    );
    let Some(Err(Error::Decode(error))) = next(&mut feed).await else {
        panic!("an error")
    };
    assert_eq!(error.message().data(), "");
    assert_eq!(next(&mut feed).await, Some(Ok(Feed::A(Numbered { n: 2 }))));
}

#[wasm_bindgen_test]
async fn a_name_that_is_no_variant_is_an_error_if_it_was_subscribed_to() {
    let server = Scenario::new().await;
    let mut feed = server
        .source("/live")
        .event("extra")
        .typed::<Feed>()
        .unwrap();
    server.until("open=1").await;
    server
        .send("event: unheard\ndata: 1\n\nevent: extra\ndata: 2\n\nevent: ping\ndata\n\n")
        .await;
    let Some(Err(Error::Decode(error))) = next(&mut feed).await else {
        panic!("an error")
    };
    assert_eq!(
        (error.message().event_type(), error.message().data()),
        ("extra", "2")
    );
    assert!(
        error.reason().contains("unknown variant `extra`"),
        "{error}"
    );
    assert_eq!(next(&mut feed).await, Some(Ok(Feed::Ping)));
}

#[wasm_bindgen_test]
async fn a_variant_marked_other_takes_the_further_names() {
    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Loose {
        Known(u32),
        #[serde(other)]
        Rest,
    }
    let server = Scenario::new().await;
    let mut feed = server
        .source("/live")
        .event("extra")
        .typed::<Loose>()
        .unwrap();
    server.until("open=1").await;
    server
        .send("event: extra\ndata: {\n\nevent: known\ndata: 2\n\nevent: rest\ndata\n\n")
        .await;
    assert_eq!(next(&mut feed).await, Some(Ok(Loose::Rest)));
    assert_eq!(next(&mut feed).await, Some(Ok(Loose::Known(2))));
    assert_eq!(next(&mut feed).await, Some(Ok(Loose::Rest)));
}

#[wasm_bindgen_test]
async fn texts_units_and_events_called_error_are_variants_like_others() {
    let server = Scenario::new().await;
    let mut feed = server.source("/live").typed::<Feed>().unwrap();
    server.until("open=1").await;
    server
        .send("event: note\ndata: not {JSON\n\nevent: ping\ndata: any\n\n")
        .await;
    server
        .send("event: error\ndata: the server's\n\nevent: bye\ndata: {\"message\":\"\"}\n\n")
        .await;
    assert_eq!(
        next(&mut feed).await,
        Some(Ok(Feed::Note(Text("not {JSON".into()))))
    );
    assert_eq!(next(&mut feed).await, Some(Ok(Feed::Ping)));
    assert_eq!(
        next(&mut feed).await,
        Some(Ok(Feed::Error(Text("the server's".into()))))
    );
    assert!(
        matches!(next(&mut feed).await, Some(Ok(Feed::Close(_)))),
        "an alias is heard"
    );
    assert_eq!(feed.close_reason(), None, "but it is not the close event");
}

#[wasm_bindgen_test]
async fn a_sentinel_is_no_value_and_no_error() {
    #[derive(Deserialize)]
    struct Token {
        token: String,
    }
    let server = Scenario::new().await;
    let source = server
        .source("/reply?pace_ms=1")
        .close_on(CloseRule::data("[DONE]"));
    let mut reply = source.typed_event::<Token>("message").unwrap();
    let mut text = String::new();
    while let Some(token) = next(&mut reply).await {
        text.push_str(&token.expect("a token").token);
    }
    assert!(text.len() > 100, "{text}");
    assert!(
        matches!(reply.close_reason(), Some(CloseReason::Rule(mark)) if mark.data() == "[DONE]")
    );
    server.no_request_follows(1, move || drop(reply)).await;
}

#[wasm_bindgen_test]
async fn a_single_type_for_a_single_name() {
    let server = Scenario::new().await;
    let mut times = server
        .source("/time?interval_ms=5")
        .typed_event::<u64>("test")
        .unwrap();
    let first = next(&mut times).await.unwrap().unwrap();
    let second = next(&mut times).await.unwrap().unwrap();
    assert!(
        1_700_000_000_000 < first && first <= second,
        "{first} {second}"
    );
}

#[wasm_bindgen_test]
async fn envelopes_and_messages_come_with_type_and_id() {
    let server = Scenario::new().await;
    let mut feed = server
        .source("/finish/2")
        .typed::<Envelope<Feed>>()
        .unwrap();
    let first = next(&mut feed).await.unwrap().unwrap();
    assert_eq!(
        (first.event_type.as_str(), first.last_event_id.as_str()),
        ("message", "1")
    );
    assert_eq!(first.value, Feed::Message(Numbered { n: 1 }));
    let mut raw = server
        .source("/finish/2")
        .typed_event::<Message>("message")
        .unwrap();
    let message = next(&mut raw).await.unwrap().unwrap();
    assert_eq!(
        (message.data(), message.last_event_id()),
        (&*numbers(1..=1)[0], "1")
    );
    assert_eq!(message.origin(), server.origin());
}

#[wasm_bindgen_test]
async fn a_raw_value_keeps_the_text_that_the_server_wrote() {
    let server = Scenario::new().await;
    let source = server.source("/live");
    let mut raw = source.typed_event::<Box<RawValue>>("message").unwrap();
    server.until("open=1").await;
    server.send("data: {\"n\": 1.50}\n\n").await;
    let value = next(&mut raw).await.unwrap().unwrap();
    assert_eq!(value.get(), "{\"n\": 1.50}");
}

#[wasm_bindgen_test]
async fn typed_values_and_changes_of_the_connection_share_one_order() {
    let server = Scenario::new().await;
    let stream = server
        .source("/resume/3?cut_every=2")
        .typed::<Feed>()
        .unwrap();
    let mut feed = stream.with_lifecycle();
    let mut seen = Vec::new();
    while let Some(item) = next(&mut feed).await {
        seen.push(match item.unwrap() {
            Lifecycle::Opened => "opened".to_owned(),
            Lifecycle::Message(Feed::Message(Numbered { n })) => n.to_string(),
            Lifecycle::Message(Feed::Close(_)) => "bye".to_owned(),
            Lifecycle::Reconnecting { attempt, .. } => format!("attempt {attempt}"),
            Lifecycle::Resumed { last_event_id } => format!("resumed {last_event_id}"),
            Lifecycle::Closed(_) => "closed".to_owned(),
            other => panic!("{other:?}"),
        });
    }
    assert_eq!(
        seen,
        [
            "opened",
            "1",
            "2",
            "attempt 1",
            "resumed 2",
            "3",
            "bye",
            "closed"
        ]
    );
}

#[wasm_bindgen_test]
async fn a_typed_callback_gets_values_and_errors_in_the_browsers_own_dispatch() {
    let server = Scenario::new().await;
    let notes = Notes::default();
    let (built, open, state) = (notes.clone(), notes.clone(), notes.clone());
    let connection = server
        .source("/live")
        .on("a", move |a: Result<Numbered, DecodeError>| match a {
            Ok(a) => built.write(a.n),
            Err(error) => built.write(error.message().data()),
        })
        .on_state(move |now| state.write(now))
        .open()
        .unwrap();
    let note = move |note: Result<Text, DecodeError>| open.write(note.unwrap());
    let _listener = connection.on("note", note).unwrap();
    server.until("open=1").await;
    server
        .send("event: a\ndata: {\"n\":1}\n\nevent: a\ndata: bad\n\n")
        .await;
    server
        .send("event: note\ndata: {\n\nevent: a\ndata: {\"n\":2}\n\nevent: close\ndata\n\n")
        .await;
    notes.until("closed").await;
    assert_eq!(notes.all(), ["open", "1", "bad", "{", "2", "closed"]);
}

#[wasm_bindgen_test]
fn a_type_that_names_no_events_is_an_error_when_opening() {
    #[derive(Debug, Deserialize)]
    enum Nothing {}
    let source = || event_source("/never-asked-for");
    let not_an_enum = source().typed::<Numbered>().map(drop);
    assert!(matches!(not_an_enum, Err(OpenError::NotAnEnum { .. })));
    let nothing = source().typed::<Nothing>().map(drop);
    assert!(matches!(nothing, Err(OpenError::NoVariants { .. })));
}
