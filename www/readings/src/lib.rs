//! The demo page's readings of the machine. The enum `Reading` is the subscription: what reaches
//! the page has been decoded and checked here, and comes in one order with all that happens to the
//! connection.

// What is exported is printed by JavaScript, if at all.
#![allow(missing_debug_implementations)]
#![forbid(unsafe_code)]

use std::{cell::RefCell, future::poll_fn};

use futures_util::StreamExt;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;
use wasm_eventsource::{CloseReason, Envelope, Error, EventSource, Lifecycle, LifecycleStream};

/// What the server sends: `event: cpu`, `event: memory`, `event: load`, and at last `event: close`.
/// To the page a value goes as `{ cpu: { .. } }`.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Reading {
    Cpu {
        at: u64,
        cores: Vec<Percent>,
    },
    Memory {
        at: u64,
        total: u64,
        used: u64,
    },
    Load {
        at: u64,
        one: f64,
        five: f64,
        fifteen: f64,
    },
    Close {
        message: String,
    },
}

/// A share from 0 to 100: any other number is as wrong as a text would be.
#[derive(Deserialize, Serialize)]
#[serde(try_from = "f64")]
struct Percent(f64);

impl TryFrom<f64> for Percent {
    type Error = String;

    fn try_from(number: f64) -> Result<Self, String> {
        if (0.0..=100.0).contains(&number) {
            Ok(Percent(number))
        } else {
            Err(format!("{number} is no percentage"))
        }
    }
}

/// The stream of readings, open from the moment it is made. The page asks for one item after the
/// other.
#[wasm_bindgen]
pub struct Readings(RefCell<LifecycleStream<Envelope<Reading>>>);

#[wasm_bindgen]
impl Readings {
    #[wasm_bindgen(constructor)]
    pub fn new(url: &str) -> Result<Readings, JsError> {
        let readings = EventSource::new(url).typed::<Envelope<Reading>>()?;
        Ok(Readings(RefCell::new(readings.with_lifecycle())))
    }

    /// The next `Item`; `undefined` after the last.
    pub async fn next(&self) -> JsValue {
        let item = poll_fn(|cx| self.0.borrow_mut().poll_next_unpin(cx)).await;
        item.map_or(JsValue::UNDEFINED, |item| to_js(&item.into()))
    }

    /// The standard's `readyState`: 0 connecting, 1 open, 2 closed.
    #[wasm_bindgen(getter, js_name = readyState)]
    pub fn ready_state(&self) -> u8 {
        self.0.borrow().state().ready_state() as u8
    }

    /// Closes the connection for good. What came before can still be asked for.
    pub fn close(&self) {
        self.0.borrow().close();
    }
}

/// What the page is told; `kind` says which it is.
#[derive(Serialize)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
enum Item {
    Reading {
        name: String,
        id: String,
        value: Reading,
    },
    /// An event that is not as [`Reading`] says: how it came, and what is wrong with it.
    Undecodable {
        name: String,
        id: String,
        data: String,
        problem: String,
    },
    Opened,
    Reconnecting {
        attempt: u32,
        cause: String,
    },
    Resumed {
        last_event_id: String,
    },
    Problem {
        problem: String,
    },
    Closed {
        reason: &'static str,
        words: String,
    },
    /// What this page has no words for yet.
    Other,
}

impl From<Result<Lifecycle<Envelope<Reading>>, Error>> for Item {
    fn from(item: Result<Lifecycle<Envelope<Reading>>, Error>) -> Self {
        match item {
            Ok(Lifecycle::Message(event)) => Item::Reading {
                name: event.event_type,
                id: event.last_event_id,
                value: event.value,
            },
            Ok(Lifecycle::Opened) => Item::Opened,
            Ok(Lifecycle::Reconnecting { attempt, cause }) => Item::Reconnecting {
                attempt,
                cause: cause.to_string(),
            },
            Ok(Lifecycle::Resumed { last_event_id }) => Item::Resumed { last_event_id },
            Ok(Lifecycle::Closed(reason)) => Item::closed(&reason),
            Ok(_) => Item::Other,
            Err(Error::Decode(error)) => Item::Undecodable {
                problem: error.to_string(),
                name: error.message().event_type().to_owned(),
                id: error.message().last_event_id().to_owned(),
                data: error.into_message().into_data().into_owned(),
            },
            Err(error) => Item::Problem {
                problem: error.to_string(),
            },
        }
    }
}

impl Item {
    fn closed(reason: &CloseReason) -> Self {
        let (reason, words) = match reason {
            CloseReason::Rule(last) => {
                let words = format!("the server sent “{}”: {}", last.event_type(), last.data());
                ("rule", words)
            }
            CloseReason::Called => ("called", "close() was called".to_owned()),
            CloseReason::Failed(error) => ("failed", format!("it failed: {error}")),
            other => ("other", other.to_string()),
        };
        Item::Closed { reason, words }
    }
}

fn to_js(item: &Item) -> JsValue {
    serde_wasm_bindgen::to_value(item).unwrap_or_else(|error| {
        // An integer that JavaScript's numbers cannot hold. A text it can.
        let problem = format!("a reading cannot be shown: {error}");
        to_js(&Item::Problem { problem })
    })
}
