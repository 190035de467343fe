//! What is asked of the scenario server: its streams, and what it is to do to them.

use gloo_net::http::Request;
use js_sys::{Math, encode_uri_component};
use wasm_bindgen_futures::spawn_local;
use wasm_eventsource::{CloseRule, EventSource, EventStream, OpenError};
use web_sys::console;

use crate::Token;

/// The server, and the key under which it counts the streams of this page.
#[derive(Debug, Clone, PartialEq)]
pub struct Server {
    key: String,
}

impl Server {
    /// With a key that no other page has.
    pub fn new() -> Self {
        let number = (Math::random() * 1e9) as u64;
        Server {
            key: format!("app-{number:x}"),
        }
    }

    /// The machine's readings are counted by their interval, too.
    pub fn machine_key(&self, interval: u32) -> String {
        format!("{}-{interval}", self.key)
    }

    /// The machine's readings, so often.
    pub fn machine(&self, interval: u32) -> String {
        let key = self.machine_key(interval);
        format!("/machine?interval_ms={interval}&key={key}")
    }

    /// The server's time.
    pub fn time(&self) -> Result<EventStream<f64>, OpenError> {
        EventSource::new(format!("/time?key={}-time", self.key)).typed_event("test")
    }

    pub fn reply_key(&self, number: u32) -> String {
        format!("{}-reply-{number}", self.key)
    }

    /// The reply to the question of this number. It ends with a mark instead of a close event, as those of
    /// language models do.
    pub fn reply(&self, number: u32, prompt: &str) -> Result<EventStream<Token>, OpenError> {
        let (key, prompt) = (self.reply_key(number), encode_uri_component(prompt));
        EventSource::new(format!("/reply?retry=1000&key={key}&prompt={prompt}"))
            .close_on(CloseRule::data("[DONE]"))
            .typed_event("message")
    }

    /// Makes the server `drop` the connection of the readings, or `close` its stream with an event.
    pub fn control(&self, interval: u32, action: &str) {
        let url = format!("/control/{}/{action}", self.machine_key(interval));
        spawn_local(async move {
            if let Err(error) = Request::post(&url).send().await {
                console::error_1(&format!("The server cannot be told: {error}").into());
            }
        });
    }
}

impl Default for Server {
    fn default() -> Self {
        Server::new()
    }
}
