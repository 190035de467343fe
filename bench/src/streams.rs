//! One exported function a way of receiving: it opens the URL and resolves with what it received
//! when the server's close event came.

use std::{cell::RefCell, rc::Rc};

use futures_channel::oneshot;
use futures_util::StreamExt;
use serde::Deserialize;
use wasm_bindgen::prelude::*;
use wasm_eventsource::{EventSource, Frame, State};

const MESSAGE: &str = "message";

/// What the server's `/burst` sends.
#[derive(Deserialize)]
struct Tick {
    n: f64,
    text: String,
}

/// What its other routes send.
#[derive(Deserialize)]
struct Numbered {
    n: f64,
}

/// What was received, to be compared with what was sent: nobody is fast by losing events.
#[wasm_bindgen]
#[derive(Clone, Copy, Default)]
pub struct Tally {
    pub count: f64,
    /// Of all `n`.
    pub sum: f64,
    /// Of all texts; where nothing is decoded, of all data.
    pub length: f64,
}

impl Tally {
    fn tick(&mut self, tick: &Tick) {
        self.count += 1.0;
        self.sum += tick.n;
        self.length += tick.text.len() as f64;
    }

    fn frame(&mut self, frame: &Frame<'_>) {
        self.count += 1.0;
        self.length += frame.data().len() as f64;
    }
}

#[wasm_bindgen]
pub async fn typed_listener(url: String) -> Result<Tally, JsError> {
    listen_to_ticks(EventSource::new(url)).await
}

#[wasm_bindgen]
pub async fn frame_listener(url: String) -> Result<Tally, JsError> {
    by_callback(|tally| {
        EventSource::new(url).on_frame(MESSAGE, move |frame| tally.borrow_mut().frame(frame))
    })
    .await
}

#[wasm_bindgen]
pub async fn typed_stream(url: String) -> Result<Tally, JsError> {
    ticks_of(EventSource::new(url)).await
}

#[wasm_bindgen]
pub async fn raw_stream(url: String) -> Result<Tally, JsError> {
    messages_of(EventSource::new(url)).await
}

#[wasm_bindgen]
pub async fn first(url: String) -> Result<f64, JsError> {
    first_of(EventSource::new(url)).await
}

pub(crate) async fn listen_to_ticks(source: EventSource) -> Result<Tally, JsError> {
    by_callback(|tally| {
        source.on::<Tick>(MESSAGE, move |tick| {
            // What cannot be decoded is missing in the tally.
            if let Ok(tick) = tick {
                tally.borrow_mut().tick(&tick);
            }
        })
    })
    .await
}

pub(crate) async fn ticks_of(source: EventSource) -> Result<Tally, JsError> {
    let mut ticks = source.typed_event::<Tick>(MESSAGE)?;
    let mut tally = Tally::default();
    while let Some(tick) = ticks.next().await {
        tally.tick(&tick?);
    }
    Ok(tally)
}

pub(crate) async fn messages_of(source: EventSource) -> Result<Tally, JsError> {
    let mut messages = source.stream()?;
    let mut tally = Tally::default();
    while let Some(message) = messages.next().await {
        tally.frame(&message?);
    }
    Ok(tally)
}

/// The number of the first event. The connection is closed with the stream.
pub(crate) async fn first_of(source: EventSource) -> Result<f64, JsError> {
    let mut events = source.typed_event::<Numbered>(MESSAGE)?;
    let first = events.next().await;
    let first = first.ok_or_else(|| JsError::new("the stream ended before its first event"))?;
    Ok(first?.n)
}

/// Opens a source whose callback counts, and waits until it is closed.
async fn by_callback(
    source: impl FnOnce(Rc<RefCell<Tally>>) -> EventSource,
) -> Result<Tally, JsError> {
    let tally = Rc::new(RefCell::new(Tally::default()));
    let (ended, end) = oneshot::channel();
    let mut ended = Some(ended);
    let connection = source(Rc::clone(&tally))
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
