//! A server of its own for each test, and the few things that all tests do with it.

use std::time::Duration;

use reqwest::{Client, Response};
use scenario_server::{Counts, Options, Server};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Nothing here takes so long; a test that hangs fails with a clear word instead.
const PATIENCE: Duration = Duration::from_secs(10);

/// What every close event says.
pub const CLOSE_EVENT: &str = "event: close\ndata: {\"message\": \"Stream finished\"}\n\n";

/// A server, a client, and the key `k`.
pub struct Scenario {
    pub server: Server,
    pub http: Client,
}

impl Scenario {
    pub async fn start() -> Self {
        Self::with(Options::default()).await
    }

    pub async fn with(options: Options) -> Self {
        let server = Server::bind(options).await.expect("a free port");
        let http = Client::builder()
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client");
        Self { server, http }
    }

    /// The URL of a path, with the key where it has none.
    pub fn url(&self, path: &str) -> String {
        let separator = if path.contains('?') { '&' } else { '?' };
        format!("{}{path}{separator}key=k", self.server.url())
    }

    pub async fn get(&self, path: &str) -> Response {
        let answer = self.http.get(self.url(path)).send().await;
        answer.unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub async fn get_after(&self, path: &str, last_event_id: &str) -> Response {
        let request = self.http.get(self.url(path));
        let request = request.header("last-event-id", last_event_id.as_bytes());
        request.send().await.expect("an answer")
    }

    /// The whole body of a stream that ends.
    pub async fn text(&self, path: &str) -> String {
        self.get(path).await.text().await.expect("a proper end")
    }

    pub async fn counts(&self) -> Counts {
        let url = format!("{}/counts/k", self.server.url());
        let answer = self.http.get(url).send().await.expect("an answer");
        answer.json().await.expect("the counts")
    }

    /// Waits until the counts are as said, `opened=2&open=0`.
    pub async fn wait(&self, conditions: &str) -> Counts {
        let url = format!("{}/counts/k/wait?{conditions}", self.server.url());
        let answer = self.http.get(url).send().await.expect("an answer");
        let status = answer.status();
        let counts = answer.json().await.expect("the counts");
        assert_eq!(status, 200, "{conditions} did not come: {counts:?}");
        counts
    }

    /// Says something to the open streams, `drop` or `refuse?times=2`, and returns how many heard.
    pub async fn control(&self, what: &str, body: &'static str) -> u64 {
        let url = format!("{}/control/k/{what}", self.server.url());
        let answer = self.http.post(url).body(body).send().await;
        let answer: Value = answer.expect("an answer").json().await.expect("JSON");
        answer["streams"].as_u64().expect("a number of streams")
    }

    /// A TCP connection on which the path was asked for.
    pub async fn raw(&self, path: &str) -> TcpStream {
        let mut socket = TcpStream::connect(self.server.address())
            .await
            .expect("a connection");
        let address = self.server.address();
        let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\n\r\n");
        socket.write_all(request.as_bytes()).await.expect("sent");
        socket
    }
}

/// The text that comes next, until there is so much of it.
pub async fn read(response: &mut Response, expected: &str) {
    let mut text = String::new();
    while text.len() < expected.len() {
        let chunk = response.chunk().await.expect("an open stream");
        let chunk = chunk.unwrap_or_else(|| panic!("the stream ended after {text:?}"));
        text.push_str(std::str::from_utf8(&chunk).expect("UTF-8"));
    }
    assert_eq!(text, expected);
}

/// All bytes until the server closes the connection.
pub async fn until_closed(socket: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let all = tokio::time::timeout(PATIENCE, socket.read_to_end(&mut bytes)).await;
    all.expect("the server closes in time").expect("no reset");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Waits until the server resets the connection, and asserts that it said nothing before.
pub async fn until_reset(socket: &mut TcpStream) {
    let mut bytes = Vec::new();
    let all = tokio::time::timeout(PATIENCE, socket.read_to_end(&mut bytes)).await;
    let error = all
        .expect("the server resets in time")
        .expect_err("a reset, not an end");
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    assert_eq!(bytes, b"");
}
