//! What is answered to each request, and what is counted of it.

use std::io::ErrorKind;

use reqwest::{Method, Response};
use scenario_server::Counts;

use crate::support::{CLOSE_EVENT, Scenario, numbered, read, rest, whole};

/// A path; the `Last-Event-ID`, or other headers by their names; the status and headers of the
/// answer; the body.
///
/// After `then` the request is made under the key of the one before, after `OPTIONS` it is a
/// browser's preflight. In a body `<7>` stands for the numbered event 7, and `<close>` for the close
/// event. It ends properly, unless `<cut>` says that it is cut there, or `<open>` that it stays open.
const ANSWERS: &str = include_str!("answers.txt");

/// What a browser says for a page of another server, and what it asks before some requests.
const ELSEWHERE: (&str, &str) = ("origin", "http://127.0.0.1:9");
const PREFLIGHT: [(&str, &str); 3] = [
    ELSEWHERE,
    ("access-control-request-method", "POST"),
    ("access-control-request-headers", "authorization,x-any"),
];

/// The status and the headers. Most answers may be read by any page: the others say by which.
fn head(answer: &Response) -> String {
    let mut head = answer.status().as_str().to_owned();
    let mut readable = Vec::new();
    for (name, value) in answer.headers() {
        let value = value.to_str().expect("text");
        match (name.as_str(), name.as_str().strip_prefix("access-control-")) {
            (_, Some(name)) => readable.push(format!("{name}={value}")),
            ("content-type" | "location" | "set-cookie", _) => head += &format!(" {value}"),
            _ => {}
        }
    }
    readable.sort();
    match &*readable.join(" ") {
        "" => head + " unreadable",
        "allow-credentials=true allow-origin=http://127.0.0.1:9" => head,
        other => head + " " + other,
    }
}

#[tokio::test]
async fn each_request_has_its_answer_and_is_counted() {
    let mut scenario = Scenario::start().await;
    for row in ANSWERS.lines() {
        let columns: Vec<&str> = row.split('|').map(str::trim).collect();
        let [asked, headers, expected, body] = columns[..] else {
            panic!("not four columns: {row}");
        };
        let (how, path) = asked.split_once(' ').unwrap_or(("", asked));
        if how != "then" {
            scenario = Scenario::start().await;
        }
        let headers = headers.split_terminator(", ");
        let header = |text: &'static str| text.split_once(": ").unwrap_or(("last-event-id", text));
        let mut headers: Vec<_> = headers.map(header).collect();
        let id = headers.iter().find(|(name, _)| *name == "last-event-id");
        let id = id.map_or("", |id| id.1).to_owned();
        let mut counted = scenario.counts().await;
        let method = if how == "OPTIONS" {
            headers.extend(PREFLIGHT);
            counted.preflights += 1;
            Method::OPTIONS
        } else {
            headers.push(ELSEWHERE);
            counted.requests += 1;
            counted.last_event_ids.push(id);
            Method::GET
        };
        let mut answer = scenario.ask(method, path, &headers).await;
        assert_eq!(head(&answer), expected, "{asked}");
        assert_eq!(answer.headers()["cache-control"], "no-store", "{asked}");
        let mut text = body.replace(r"\n", "\n").replace("<close>", CLOSE_EVENT);
        for n in 1..10 {
            text = text.replace(&format!("<{n}>"), &numbered(n));
        }
        if let Some(text) = text.strip_suffix("<open>") {
            read(&mut answer, text).await;
            assert_eq!(scenario.counts().await.open, 1, "{asked}");
            counted.aborted += 1;
            drop(answer);
        } else {
            assert_eq!(whole(answer).await, text, "{asked}");
        }
        let content_type = expected.to_lowercase().replace(';', " ");
        if content_type.split(' ').nth(1) == Some("text/event-stream") {
            counted.opened += 1;
        }
        let counts = scenario.wait("open=0").await;
        counted.written = counts.written;
        assert_eq!(counts, counted, "{asked}");
    }
}

/// What cannot be carried out. A redirect does not leave the server.
const BAD: &str = "
    /status/99 /status/99999 /content-type?type=a%0Ab /time?interval_ms=0 /time?retry=soon
    /finish/none /finish/1?event=a%0Ab /resume/1?cut_every=0 /verbatim?chunk=0
    /flood/1?size=9999999 /burst/1?names=0 /burst/1?names=10001 /burst/1?names=2&event=x
    /redirect?to=/live&status=200 /redirect?to=http://a /redirect?to=//a /redirect?to=/%5Ca
    /redirect?to=/%09/a /redirect?to=a /redirect?to= /redirect?to=/%0A/a /redirect?to=/é
";

#[tokio::test]
async fn a_bad_request_is_refused_readably_and_counted_all_the_same() {
    let scenario = Scenario::start().await;
    for (path, requests) in BAD.split_whitespace().zip(1..) {
        let answer = scenario.ask(Method::GET, path, &[ELSEWHERE]).await;
        assert_eq!(head(&answer), "400 text/plain; charset=utf-8", "{path}");
        let counts = scenario.counts().await;
        assert_eq!((counts.requests, counts.opened), (requests, 0), "{path}");
    }
}

#[tokio::test]
async fn what_is_no_stream_is_not_counted() {
    let scenario = Scenario::start().await;
    let unknown = scenario.ask(Method::GET, "/nothing", &[ELSEWHERE]).await;
    assert_eq!(head(&unknown), "404");
    let allowed = scenario.ask(Method::OPTIONS, "/counts/k", &PREFLIGHT).await;
    assert!(head(&allowed).starts_with("200 allow-credentials=true"));
    assert_eq!(scenario.counts().await, Counts::default());
}

#[tokio::test]
async fn refuse_resets_the_connection_without_an_answer() {
    let scenario = Scenario::start().await;
    let refused = rest(scenario.raw("/refuse").await).await;
    assert_eq!(refused, (vec![], Some(ErrorKind::ConnectionReset)));
    assert_eq!(scenario.counts().await.requests, 1);
}

#[tokio::test]
async fn every_stream_route_of_the_manual_is_there() {
    let scenario = Scenario::start().await;
    let manual = whole(scenario.get("/").await).await;
    assert_eq!(manual, whole(scenario.get("/routes").await).await);
    let rows = manual.lines().filter(|line| line.starts_with("| `/"));
    let names = rows.flat_map(|row| row.split('|').nth(1).unwrap_or("").split(", "));
    let paths = names.map(|name| name.trim().trim_matches('`'));
    let mut sockets = Vec::new();
    for path in paths.filter(|path| !path.starts_with("/control")) {
        let numbered = path
            .split_once('{')
            .map(|(before, _)| format!("{before}200"));
        sockets.push(scenario.raw(numbered.as_deref().unwrap_or(path)).await);
        scenario.wait(&format!("requests={}", sockets.len())).await;
    }
    assert!(sockets.len() > 20);
}
