//! The scenario server's streams, each under a key of this page's, and what it can be told to do to them.

use std::sync::OnceLock;

use gloo_net::http::Request;
use serde::Deserialize;

/// The name under which the server knows this page; another each time that the page is loaded.
pub fn page_key() -> &'static str {
    static KEY: OnceLock<String> = OnceLock::new();
    KEY.get_or_init(|| {
        let random = js_sys::Math::random().to_bits() & 0xffff_ffff;
        format!("app-{random:x}")
    })
}

/// The key of the machine's readings at this pace.
pub fn machine_key(pace: u32) -> String {
    format!("{}-{pace}", page_key())
}

/// The machine's readings, so many milliseconds apart.
pub fn machine_url(pace: u32) -> String {
    format!("/machine?key={}&interval_ms={pace}", machine_key(pace))
}

/// The server's time, once a second.
pub fn clock_url() -> String {
    format!("/time?key={}-clock", page_key())
}

/// What there is to say before the server was told anything.
pub const HINT: &str = "Let it cut the connection, and the browser comes back by itself. Let it send \
                        its close event, and no request follows.";

/// What the server can be told to do to the streams of a key.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Action {
    /// Cut the connection.
    Drop,
    /// Send the close event.
    Close,
}

#[derive(Deserialize)]
struct Reached {
    streams: u32,
}

impl Action {
    /// Tells the server, and returns in words what came of it.
    pub async fn take(self, key: String) -> String {
        let name = match self {
            Action::Drop => "drop",
            Action::Close => "close",
        };
        match ask(&format!("/control/{key}/{name}")).await {
            Ok(Reached { streams: 0 }) => "The server has no open stream.".to_owned(),
            Ok(_) if self == Action::Drop => "The server cut the connection.".to_owned(),
            Ok(_) => "The server sent the close event.".to_owned(),
            Err(error) => format!("The server cannot be told: {error}"),
        }
    }
}

async fn ask(url: &str) -> Result<Reached, gloo_net::Error> {
    Request::post(url).send().await?.json().await
}
