//! The clients in Rust: each receives a whole stream, or follows one event by event.

use std::{cell::RefCell, rc::Rc};

use futures_channel::oneshot;
use futures_util::{Stream, StreamExt};
use js_sys::Function;
use wasm_bindgen::prelude::*;
use wasm_eventsource::{EventSource, State};

use crate::gloo;
use crate::shape::{Numbered, Payload, Shape, Tally, Tick, Token};

#[wasm_bindgen]
#[derive(Clone, Copy)]
pub enum Client {
    TypedListener,
    TypedStream,
    FetchTypedStream,
    FetchRawStream,
    FetchBorrowed,
    GlooNet,
}

impl Client {
    fn source(self, url: String) -> EventSource {
        match self {
            Self::TypedListener | Self::TypedStream | Self::GlooNet => EventSource::new(url),
            _ => EventSource::fetch(url),
        }
    }
}

/// Opens the URL, and resolves with what was received of the events of this name when the stream has ended.
#[wasm_bindgen]
pub async fn receive(
    client: Client,
    shape: Shape,
    url: String,
    name: String,
) -> Result<Tally, JsError> {
    match shape {
        Shape::Tick => payloads::<Tick>(client, shape, url, name).await,
        Shape::Token => payloads::<Token>(client, shape, url, name).await,
    }
}

async fn payloads<T: Payload>(
    client: Client,
    shape: Shape,
    url: String,
    name: String,
) -> Result<Tally, JsError> {
    if matches!(client, Client::GlooNet) {
        return gloo::receive::<T>(&url, shape, &name).await;
    }
    let source = client.source(url).close_on(shape.close_rule());
    match client {
        Client::TypedListener => listen::<T>(source, name).await,
        Client::FetchRawStream => messages(source, name).await,
        Client::FetchBorrowed => borrowed(source, shape, name).await,
        _ => typed::<T>(source, name).await,
    }
}

/// A listener, and the wait for the end.
async fn listen<T: Payload>(source: EventSource, name: String) -> Result<Tally, JsError> {
    let tally = Rc::new(RefCell::new(Tally::default()));
    let counted = Rc::clone(&tally);
    let (ended, end) = oneshot::channel();
    let mut ended = Some(ended);
    let connection = source
        .on::<T>(name, move |payload| {
            // What cannot be decoded is missing in the tally.
            if let Ok(payload) = payload {
                counted.borrow_mut().payload(&payload);
            }
        })
        .on_state(move |state| {
            if matches!(state, State::Closed(_))
                && let Some(ended) = ended.take()
            {
                let _ = ended.send(());
            }
        })
        .open()?;
    end.await?;
    drop(connection);
    let tally = *tally.borrow();
    Ok(tally)
}

async fn typed<T: Payload>(source: EventSource, name: String) -> Result<Tally, JsError> {
    let mut tally = Tally::default();
    let mut payloads = source.typed_event::<T>(name)?;
    while let Some(payload) = payloads.next().await {
        tally.payload(&payload?);
    }
    Ok(tally)
}

async fn messages(source: EventSource, name: String) -> Result<Tally, JsError> {
    let mut messages = source.event(name).stream()?;
    let mut tally = Tally::default();
    while let Some(message) = messages.next().await {
        tally.frame(&message?);
    }
    Ok(tally)
}

async fn borrowed(source: EventSource, shape: Shape, name: String) -> Result<Tally, JsError> {
    let mut messages = source.event(name).stream()?;
    let mut tally = Tally::default();
    while let Some(decoded) = messages
        .next_with(|frame| tally.borrowed(shape, &frame))
        .await
    {
        decoded??;
    }
    Ok(tally)
}

/// Tells `seen` the number in each event, until it returns `true` or the stream ends.
#[wasm_bindgen]
pub async fn follow(client: Client, url: String, seen: Function) -> Result<(), JsError> {
    match client {
        Client::TypedListener => follow_by_listener(client.source(url), seen).await,
        Client::GlooNet => follow_all(gloo::numbered(&url)?, &seen).await,
        _ => {
            let numbered = client.source(url).typed_event::<Numbered>("message")?;
            follow_all(numbered.map(|numbered| Ok(numbered?.n)), &seen).await
        }
    }
}

async fn follow_all(
    numbers: impl Stream<Item = Result<f64, JsError>>,
    seen: &Function,
) -> Result<(), JsError> {
    let mut numbers = std::pin::pin!(numbers);
    while let Some(n) = numbers.next().await {
        if tell(seen, n?) {
            break;
        }
    }
    Ok(())
}

async fn follow_by_listener(source: EventSource, seen: Function) -> Result<(), JsError> {
    let (enough, had_enough) = oneshot::channel();
    let mut enough = Some(enough);
    let connection = source
        .on::<Numbered>("message", move |numbered| {
            if numbered.is_ok_and(|numbered| tell(&seen, numbered.n))
                && let Some(enough) = enough.take()
            {
                let _ = enough.send(());
            }
        })
        .open()?;
    // The sender goes with the source's callbacks, when it is closed.
    let _ = had_enough.await;
    drop(connection);
    Ok(())
}

/// Whether it has seen enough.
fn tell(seen: &Function, n: f64) -> bool {
    let answer = seen.call1(&JsValue::UNDEFINED, &JsValue::from_f64(n));
    answer.is_ok_and(|answer| answer.is_truthy())
}

/// How many JavaScript values wasm holds: callbacks, connections, messages.
#[wasm_bindgen]
pub fn live_values() -> u32 {
    wasm_bindgen::externref_heap_live_count()
}
