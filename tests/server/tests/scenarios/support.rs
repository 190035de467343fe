//! A server of its own for each test, and the few things that all tests do with it.

use std::time::Duration;

use reqwest::{Client, Method, Response};
use scenario_server::{Counts, Options, Server};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
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
        self.raw_request("GET", path, "").await
    }

    /// The same with any method and body. The client's own buffer is small, so that the server
    /// notices soon when nobody reads.
    pub async fn raw_request(&self, method: &str, path: &str, body: &str) -> TcpStream {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(64 << 10).expect("set");
        let address = self.server.address();
        let mut socket = socket.connect(address).await.expect("a connection");
        let length = body.len();
        let head = format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\n");
        let request = format!("{head}content-length: {length}\r\n\r\n{body}");
        socket.write_all(request.as_bytes()).await.expect("sent");
        socket
    }

    /// A request as a browser makes it before one that another origin has to allow.
    pub async fn preflight(&self, path: &str) -> Response {
        let request = self.http.request(Method::OPTIONS, self.url(path));
        let request = request
            .header("origin", "http://127.0.0.1:9")
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization,x-any");
        request.send().await.expect("an answer")
    }

    /// A request as a browser makes it for a page of another origin.
    pub async fn get_from_elsewhere(&self, path: &str) -> Response {
        let request = self.http.get(self.url(path));
        let request = request.header("origin", "http://127.0.0.1:9");
        request.send().await.expect("an answer")
    }
}

/// Whether the answer says anything of who may read it.
pub fn has_cors(answer: &Response) -> bool {
    let mut names = answer.headers().keys();
    names.any(|name| name.as_str().starts_with("access-control-"))
}

/// The chunks of a body, after the headers, and whether it ended properly.
pub fn chunks(answer: &str) -> (Vec<&str>, bool) {
    let (_, mut rest) = answer.split_once("\r\n\r\n").expect("headers");
    let mut chunks = Vec::new();
    while let Some((length, more)) = rest.split_once("\r\n") {
        let length = usize::from_str_radix(length, 16).expect("a length");
        if length == 0 {
            return (chunks, true);
        }
        chunks.push(&more[..length]);
        rest = &more[length + 2..];
    }
    (chunks, false)
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
