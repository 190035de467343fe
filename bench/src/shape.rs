//! What the bursts of `www/bursts.js` hold, and the tally of what was received, to be compared with what was sent: a
//! client that loses events is not fast.

use std::borrow::Cow;

use serde::{Deserialize, de::DeserializeOwned};
use wasm_bindgen::prelude::*;
use wasm_eventsource::{CloseRule, DecodeError, Frame};

/// What the data of all events is.
#[wasm_bindgen]
#[derive(Clone, Copy)]
pub enum Shape {
    /// Ended by the close event.
    Tick,
    /// Ended by the data `[DONE]`.
    Token,
}

pub const DONE: &str = "[DONE]";

impl Shape {
    pub fn close_rule(self) -> CloseRule {
        match self {
            Self::Token => CloseRule::data(DONE),
            Self::Tick => CloseRule::event("close"),
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
        self.fields(number, text);
    }

    /// Decodes a frame into a value that borrows its texts from the frame.
    pub fn borrowed(&mut self, shape: Shape, frame: &Frame<'_>) -> Result<(), DecodeError> {
        match shape {
            Shape::Tick => {
                let BorrowedTick { n, text } = frame.json()?;
                self.fields(n, text);
            }
            Shape::Token => {
                let token: BorrowedToken = frame.json()?;
                let [choice] = &token.choices;
                self.fields(token.created, &choice.delta.content);
            }
        }
        Ok(())
    }

    fn fields(&mut self, number: f64, text: &str) {
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

#[derive(Deserialize)]
struct BorrowedTick<'a> {
    n: f64,
    text: &'a str,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "it is decoded, but not used")]
struct BorrowedToken<'a> {
    id: &'a str,
    object: &'a str,
    created: f64,
    model: &'a str,
    #[serde(borrow)]
    choices: [BorrowedChoice<'a>; 1],
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "it is decoded, but not used")]
struct BorrowedChoice<'a> {
    index: f64,
    #[serde(borrow)]
    delta: BorrowedDelta<'a>,
    finish_reason: Option<&'a str>,
}

/// A text with escapes cannot be borrowed.
#[derive(Deserialize)]
struct BorrowedDelta<'a> {
    #[serde(borrow)]
    content: Cow<'a, str>,
}

/// What is asked of the events that come one at a time.
#[derive(Deserialize)]
pub struct Numbered {
    pub n: f64,
}
