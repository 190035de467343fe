//! The scenario server as a test sees it: URLs under a key of its own, facts, and a remote control.

use std::{cell::RefCell, collections::BTreeMap, future::Future, panic::Location, time::Duration};

use gloo_timers::future::TimeoutFuture;
use serde::{Deserialize, de::DeserializeOwned};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::at_the_end;
use wasm_eventsource::{EventSource, ReconnectCause, Retry};
use web_sys::{RequestInit, Response};

use super::observe::{is_firefox, is_webkit};

/// Longer than any browser waits before it reconnects when the server asked for [`RETRY`]: Firefox
/// waits for half a second at least.
const PAST_THE_RETRY_TIME: u32 = 1500;

/// The reconnection time that the tests ask the server to send, in milliseconds.
const RETRY: u32 = 50;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_name = fetch)]
    async fn fetch(url: &str, init: &RequestInit) -> Result<JsValue, JsValue>;
}

#[derive(Debug, Deserialize)]
pub struct Counts {
    pub open: u32,
    pub requests: u32,
    pub last_event_ids: Vec<String>,
    pub preflights: u32,
    pub written: u64,
    pub aborted: u32,
}

/// A request as the server saw it; the names of headers are in lower case.
#[derive(Debug, Deserialize)]
pub struct Asked {
    /// In milliseconds.
    pub at: u64,
    pub method: String,
    pub path: String,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

/// How many requests the server may have had.
#[derive(Debug, Clone, Copy)]
pub struct Requests {
    sent: u32,
    /// How many more may have come if the browser aborted them.
    aborted: u32,
}

impl Requests {
    /// `sent` requests, and none for a connection that was closed in the moment it was made. Firefox
    /// sometimes sends the request of such a native `EventSource`, and aborts it.
    pub fn with_one_closed_at_once(sent: u32, over_fetch: bool) -> Self {
        let aborted = u32::from(!over_fetch && is_firefox());
        Requests { sent, aborted }
    }

    fn allow(self, counts: &Counts) -> bool {
        (self.sent..=self.sent + self.aborted).contains(&counts.requests)
    }
}

impl From<u32> for Requests {
    fn from(sent: u32) -> Self {
        Requests { sent, aborted: 0 }
    }
}

/// The beginning of a connection.
pub fn event_source<const OVER_FETCH: bool>(url: impl Into<String>) -> EventSource {
    if OVER_FETCH {
        EventSource::fetch(url)
    } else {
        EventSource::new(url)
    }
}

/// A test's part of the server. The connections are made over `fetch()` or with the browser's `EventSource`.
pub struct Scenario<const OVER_FETCH: bool> {
    server: String,
    key: String,
}

impl<const OVER_FETCH: bool> Scenario<OVER_FETCH> {
    pub async fn new() -> Self {
        let (status, server) = request("GET", "/target/scenario-server.url", None).await;
        assert_eq!(
            status, 200,
            "`cargo xtask test` starts the server and leaves its address"
        );
        let key = format!("{:x}", (js_sys::Math::random() * 2f64.powi(52)) as u64);
        Scenario {
            server: server.trim().to_owned(),
            key,
        }
    }

    /// The server's origin.
    pub fn origin(&self) -> &str {
        &self.server
    }

    /// The URL of a stream route under this test's key, with a short reconnection time.
    pub fn url(&self, route: &str) -> String {
        format!("{}&retry={RETRY}", self.plain_url(route))
    }

    /// The same, and of the reconnection time nothing is said: it would be part of the body.
    pub fn plain_url(&self, route: &str) -> String {
        let (server, key) = (&self.server, &self.key);
        let separator = if route.contains('?') { '&' } else { '?' };
        format!("{server}{route}{separator}key={key}")
    }

    /// The same, as the beginning of a connection.
    pub fn source(&self, route: &str) -> EventSource {
        event_source::<OVER_FETCH>(self.url(route))
    }

    /// The same, and each success resets the number of attempts and the delay, as it always does over the
    /// browser's `EventSource`.
    pub fn counting_anew(&self, route: &str) -> EventSource {
        let source = self.source(route);
        if OVER_FETCH {
            source.retry(Retry::default().healthy_after(Duration::ZERO))
        } else {
            source
        }
    }

    /// The cause of a reconnect after [`end`](Self::end).
    pub const ENDED: ReconnectCause = if OVER_FETCH {
        ReconnectCause::Ended
    } else {
        ReconnectCause::Disconnected
    };

    /// The cause of a reconnect after [`cut`](Self::cut). WebKitGTK takes a body that is cut for one that ends.
    pub fn cut_off() -> ReconnectCause {
        if is_webkit() {
            Self::ENDED
        } else {
            ReconnectCause::Disconnected
        }
    }

    pub async fn counts(&self) -> Counts {
        counts(&self.facts_url("counts")).await
    }

    /// The requests for streams, as the server saw them.
    pub async fn asked(&self) -> Vec<Asked> {
        let (_, body) = self.ask("GET", "requests", "", None).await;
        parse(&body)
    }

    /// Waits until the server has seen this: `opened=2`, `open=0`.
    pub async fn until(&self, facts: &str) -> Counts {
        let (status, body) = self
            .ask("GET", "counts", &format!("/wait?{facts}"), None)
            .await;
        assert_eq!(status, 200, "the server never saw {facts}, but {body}");
        parse(&body)
    }

    /// Asserts that no stream is open, that the server has had these [`Requests`], and that none follows
    /// until the end of the whole run, past the time at which a browser would have reconnected. What would
    /// close or drop something of the test belongs into `then`, which is called after that.
    ///
    /// All tests wait for this together, after the last one. Nothing may be asked for under the same key
    /// meanwhile: this is why the scenario is taken.
    #[track_caller]
    pub fn no_request_follows(
        self,
        requests: impl Into<Requests>,
        then: impl FnOnce() + 'static,
    ) -> impl Future<Output = ()> {
        let (at, requests) = (Location::caller(), requests.into());
        async move {
            let counts = self.until("open=0").await;
            assert!(
                requests.allow(&counts),
                "at {at}: not {requests:?}, but {counts:?}"
            );
            let silence = Silence {
                counts_url: self.facts_url("counts"),
                requests,
                at,
                then: Box::new(then),
            };
            let count = SILENCES.with_borrow_mut(|silences| {
                silences.push(silence);
                silences.len()
            });
            if count == 1 {
                at_the_end(no_request_has_followed());
            }
        }
    }

    /// Writes this into the open streams, as it is.
    pub async fn send(&self, text: &str) {
        self.control("/send", Some(text)).await;
    }

    /// Ends the bodies of the open streams.
    pub async fn end(&self) {
        self.control("/end", None).await;
    }

    /// Cuts the open connections.
    pub async fn cut(&self) {
        self.control("/drop", None).await;
    }

    /// Refuses every further request, until [`accept`](Self::accept).
    pub async fn refuse(&self) {
        self.ask("POST", "control", "/refuse", None).await;
    }

    pub async fn accept(&self) {
        self.ask("POST", "control", "/refuse?times=0", None).await;
    }

    async fn control(&self, what: &str, body: Option<&str>) {
        let (status, answer) = self.ask("POST", "control", what, body).await;
        assert_eq!(status, 200, "{answer}");
        assert_ne!(
            answer.trim(),
            r#"{"streams":0}"#,
            "{what} reached no stream"
        );
    }

    async fn ask(&self, method: &str, what: &str, rest: &str, body: Option<&str>) -> (u16, String) {
        request(method, &(self.facts_url(what) + rest), body).await
    }

    fn facts_url(&self, what: &str) -> String {
        format!("{}/{what}/{}", self.server, self.key)
    }
}

/// What [`Scenario::no_request_follows`] has yet to see.
struct Silence {
    counts_url: String,
    requests: Requests,
    at: &'static Location<'static>,
    then: Box<dyn FnOnce()>,
}

thread_local! {
    static SILENCES: RefCell<Vec<Silence>> = const { RefCell::new(Vec::new()) };
}

async fn no_request_has_followed() {
    TimeoutFuture::new(PAST_THE_RETRY_TIME).await;
    let silences = SILENCES.take();
    let mut broken = Vec::new();
    for silence in &silences {
        let counts = counts(&silence.counts_url).await;
        let Silence { requests, at, .. } = silence;
        let are_aborted = counts.requests <= requests.sent + counts.aborted;
        if !requests.allow(&counts) || !are_aborted || counts.open != 0 {
            broken.push(format!("{at}: not {requests:?}, but {counts:?}"));
        }
    }
    assert!(
        broken.is_empty(),
        "a request followed:\n{}",
        broken.join("\n")
    );
    for silence in silences {
        (silence.then)();
    }
}

async fn counts(url: &str) -> Counts {
    let (_, body) = request("GET", url, None).await;
    parse(&body)
}

fn parse<T: DeserializeOwned>(facts: &str) -> T {
    serde_json::from_str(facts).unwrap_or_else(|error| panic!("{error}: {facts}"))
}

async fn request(method: &str, url: &str, body: Option<&str>) -> (u16, String) {
    let init = RequestInit::new();
    init.set_method(method);
    if let Some(body) = body {
        init.set_body(&body.into());
    }
    let response: Response = fetch(url, &init)
        .await
        .unwrap_or_else(|error| panic!("{method} {url}: {error:?}"))
        .unchecked_into();
    let text = JsFuture::from(response.text().expect("a body not yet read")).await;
    let text = text.expect("a body").as_string().unwrap_or_default();
    (response.status(), text)
}
