//! A server for each test, and the few things that all tests do with it.

use std::{io::ErrorKind, time::Duration};

use reqwest::{Client, Method, RequestBuilder, Response, redirect::Policy};
use scenario_server::{Counts, Options, Server};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    time::timeout,
};

/// Nothing here takes so long; a test that hangs fails with a clear word instead.
const PATIENCE: Duration = Duration::from_secs(10);

/// What every close event says.
pub const CLOSE_EVENT: &str = "event: close\ndata: {\"message\": \"Stream finished\"}\n\n";

/// A stream whose end no test lives to see.
pub const BURST: &str = "/burst/18446744073709551615";

/// A server, a client, and the key `k`.
pub struct Scenario {
    pub server: Server,
    http: Client,
}

impl Scenario {
    pub async fn start() -> Self {
        Self::with(Options::default()).await
    }

    pub async fn with(options: Options) -> Self {
        let server = Server::bind(options).await.expect("a free port");
        let http = Client::builder().timeout(PATIENCE).redirect(Policy::none());
        let http = http.build().expect("a client");
        Self { server, http }
    }

    /// A request, for a stream under a key or for what is known of the streams.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.server.url());
        self.http.request(method, url)
    }

    pub async fn get(&self, path: &str) -> Response {
        self.ask(Method::GET, path, &[]).await
    }

    pub async fn ask(&self, how: Method, path: &str, headers: &[(&str, &str)]) -> Response {
        let mut request = self.request(how, &with_key(path));
        for (name, value) in headers {
            request = request.header(*name, value.as_bytes());
        }
        let answer = request.send().await;
        answer.unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub async fn counts(&self) -> Counts {
        let answer = self.request(Method::GET, "/counts/k").send().await;
        answer.expect("an answer").json().await.expect("the counts")
    }

    /// Waits until the counts are as said, `opened=2&open=0`.
    pub async fn wait(&self, conditions: &str) -> Counts {
        let request = self.request(Method::GET, &format!("/counts/k/wait?{conditions}"));
        let answer = request.send().await.expect("an answer");
        let status = answer.status();
        let counts = answer.json().await.expect("the counts");
        assert_eq!(status, 200, "{conditions} did not come: {counts:?}");
        counts
    }

    /// Says something to the open streams, `drop` or `refuse?times=2`, and returns how many heard.
    pub async fn control(&self, what: &str, body: &'static str) -> u64 {
        let request = self.request(Method::POST, &format!("/control/k/{what}"));
        let answer = request.body(body).send().await.expect("an answer");
        let answer: Value = answer.json().await.expect("JSON");
        answer["streams"].as_u64().expect("a number of streams")
    }

    /// A TCP connection on which the path was asked for. The client's own buffer is small, so that
    /// the server notices soon when it does not read.
    pub async fn raw(&self, path: &str) -> TcpStream {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(64 << 10).expect("set");
        let address = self.server.address();
        let mut socket = socket.connect(address).await.expect("a connection");
        let path = with_key(path);
        let head = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\n\r\n");
        socket.write_all(head.as_bytes()).await.expect("sent");
        socket
    }
}

/// A numbered event.
pub fn numbered(n: u64) -> String {
    format!("id: {n}\ndata: {{\"n\":{n}}}\n\n")
}

fn with_key(path: &str) -> String {
    let separator = if path.contains('?') { '&' } else { '?' };
    format!("{path}{separator}key=k")
}

/// The text that comes next, as much as is expected.
pub async fn read(response: &mut Response, expected: &str) {
    let mut text = String::new();
    while text.len() < expected.len() {
        let chunk = response.chunk().await.expect("an open stream");
        let chunk = chunk.unwrap_or_else(|| panic!("the stream ended after {text:?}"));
        text.push_str(std::str::from_utf8(&chunk).expect("UTF-8"));
    }
    assert_eq!(text, expected);
}

/// A whole body, with `<cut>` at its end if that is no proper one.
pub async fn whole(mut response: Response) -> String {
    let mut bytes = Vec::new();
    let cut = loop {
        match response.chunk().await {
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => break "",
            Err(_) => break "<cut>",
        }
    };
    String::from_utf8_lossy(&bytes).into_owned() + cut
}

/// All that still comes on a connection until the server closes it, and the error if it resets it.
pub async fn rest(mut socket: TcpStream) -> (Vec<u8>, Option<ErrorKind>) {
    let mut bytes = Vec::new();
    let all = timeout(PATIENCE, socket.read_to_end(&mut bytes)).await;
    let error = all.expect("the server closes in time").err();
    (bytes, error.map(|error| error.kind()))
}
