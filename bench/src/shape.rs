//! What the server's routes send, and the tally of what was received, to be compared with what was
//! sent: a client that loses events is not fast.

use serde::{Deserialize, de::DeserializeOwned};
use wasm_bindgen::prelude::*;
use wasm_eventsource::{CloseRule, Frame};

/// What the data of all events is.
#[wasm_bindgen]
#[derive(Clone, Copy)]
pub enum Shape {
    /// Of `/burst`, ended by the close event.
    Tick,
    /// Of `/tokens`, ended by the data `[DONE]`.
    Token,
    /// Of any route, ended by the close event; nothing is decoded.
    Raw,
}

pub const DONE: &str = "[DONE]";

impl Shape {
    pub fn close_rule(self) -> CloseRule {
        match self {
            Self::Token => CloseRule::data(DONE),
            Self::Tick | Self::Raw => CloseRule::event("close"),
        }
    }
}

#[wasm_bindgen]
#[derive(Clone, Copy, Default)]
pub struct Tally {
    pub count: f64,
    /// Of the number in each event.
    pub sum: f64,
    /// Of the text in each event, or of all data where nothing is decoded.
    pub bytes: f64,
}

impl Tally {
    pub fn frame(&mut self, frame: &Frame<'_>) {
        self.count += 1.0;
        self.bytes += frame.data().len() as f64;
    }

    pub fn payload(&mut self, payload: &impl Payload) {
        let (number, text) = payload.fields();
        self.count += 1.0;
        self.sum += number;
        self.bytes += text.len() as f64;
    }
}

/// A typed value, of which a number and a text are looked at.
pub trait Payload: DeserializeOwned + 'static {
    fn fields(&self) -> (f64, &str);
}

#[derive(Deserialize)]
pub struct Tick {
    n: f64,
    text: String,
}

impl Payload for Tick {
    fn fields(&self) -> (f64, &str) {
        (self.n, &self.text)
    }
}

/// All that there is, as `JSON.parse` reads it all.
#[derive(Deserialize)]
#[expect(dead_code, reason = "it is decoded, but not used")]
pub struct Token {
    id: String,
    object: String,
    created: f64,
    model: String,
    choices: [Choice; 1],
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "it is decoded, but not used")]
struct Choice {
    index: f64,
    delta: Delta,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Delta {
    content: String,
}

impl Payload for Token {
    fn fields(&self) -> (f64, &str) {
        let [Choice { delta, .. }] = &self.choices;
        (self.created, &delta.content)
    }
}

/// What is asked of the events that come one at a time.
#[derive(Deserialize)]
pub struct Numbered {
    pub n: f64,
}
