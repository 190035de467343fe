//! Statuses, headers, cookies, redirects, origins, files.

use reqwest::StatusCode;
use scenario_server::Options;

use crate::support::{CLOSE_EVENT, Scenario, has_cors};

#[tokio::test]
async fn a_status_has_its_body_and_type() {
    let scenario = Scenario::start().await;
    let answer = scenario.get("/status/503?type=text/html").await;
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.headers()["content-type"], "text/html");
    assert_eq!(scenario.text("/status/404").await, "404 Not Found\n");
    let json = "{\"error\":\"quota\"}";
    let path = format!("/status/429?type=application/json&body={json}");
    assert_eq!(scenario.text(&path).await, json);
    assert_eq!(scenario.text("/status/204").await, "");
    assert_eq!(scenario.get("/status/99").await.status(), 400);
    assert_eq!(scenario.get("/status/99999").await.status(), 400);
}

#[tokio::test]
async fn a_status_can_come_after_a_stream() {
    let scenario = Scenario::start().await;
    let first = scenario.text("/status/500?after=1").await;
    assert_eq!(first, "id: 1\ndata: {\"n\":1}\n\n");
    assert_eq!(scenario.get("/status/500?after=1").await.status(), 500);
}

#[tokio::test]
async fn a_failure_can_be_held_open_until_the_client_leaves() {
    let scenario = Scenario::start().await;
    let answer = scenario.get("/status/500?hold=true").await;
    let counts = scenario.counts().await;
    assert_eq!((counts.open, counts.opened), (1, 0));
    drop(answer);
    scenario.wait("open=0").await;
}

#[tokio::test]
async fn only_an_event_stream_is_counted_as_opened() {
    let scenario = Scenario::start().await;
    scenario.text("/content-type?type=text/plain").await;
    scenario.text("/content-type?type=text/event-streams").await;
    assert_eq!(scenario.counts().await.opened, 0);
    let with_parameter = "/content-type?type=Text/Event-Stream;charset=utf-8";
    let text = scenario.text(with_parameter).await;
    assert_eq!(text, format!("id: 1\ndata: {{\"n\":1}}\n\n{CLOSE_EVENT}"));
    assert_eq!(scenario.counts().await.opened, 1);
    let bad = scenario.get("/content-type?type=a%0Ab").await;
    assert_eq!(bad.status(), 400);
}

#[tokio::test]
async fn a_redirect_keeps_the_key() {
    let scenario = Scenario::start().await;
    for (to, location) in [
        ("/live", "/live?key=k"),
        ("/end/1?retry=5", "/end/1?retry=5&key=k"),
        ("/live?key=other", "/live?key=other"),
    ] {
        let to = to.replace('?', "%3F");
        let answer = scenario.get(&format!("/redirect?status=302&to={to}")).await;
        assert_eq!(answer.status(), 302);
        assert_eq!(answer.headers()["location"], location);
    }
    assert_eq!(scenario.counts().await.requests, 3);
}

#[tokio::test]
async fn a_redirect_does_not_leave_the_server() {
    let scenario = Scenario::start().await;
    for to in [
        "http://a", "//a", "/%5Ca", "/%09/a", "a", "", "/%0A/a", "/é",
    ] {
        let answer = scenario.get(&format!("/redirect?to={to}")).await;
        assert_eq!(answer.status(), 400, "{to}");
    }
    let status = scenario.get("/redirect?to=/live&status=200").await.status();
    assert_eq!(status, 400);
}

#[tokio::test]
async fn the_cookie_that_was_set_opens_the_stream() {
    let scenario = Scenario::start().await;
    assert_eq!(scenario.get("/cookies/required").await.status(), 401);
    let answer = scenario.get("/cookies/set").await;
    let cookie = answer.headers()["set-cookie"].to_str().expect("text");
    assert_eq!(cookie, "scenario-k=yes; Path=/; SameSite=Lax");
    let request = scenario.http.get(scenario.url("/cookies/required"));
    let answer = request.header("cookie", "a=b; scenario-k=yes").send().await;
    assert_eq!(answer.expect("an answer").status(), 200);
}

#[tokio::test]
async fn a_page_of_any_origin_may_read_with_credentials() {
    let scenario = Scenario::start().await;
    for path in ["/live", "/status/500", "/nothing", "/time?retry=x"] {
        let answer = scenario.get_from_elsewhere(path).await;
        let headers = answer.headers();
        assert_eq!(headers["access-control-allow-origin"], "http://127.0.0.1:9");
        assert_eq!(headers["access-control-allow-credentials"], "true");
        assert_eq!(headers["cache-control"], "no-store", "{path}");
    }
}

#[tokio::test]
async fn a_preflight_is_allowed_and_counted_only_as_such() {
    let scenario = Scenario::start().await;
    let answer = scenario.preflight("/live").await;
    assert_eq!(answer.status(), 200);
    let headers = answer.headers();
    assert_eq!(headers["access-control-allow-methods"], "POST");
    assert_eq!(
        headers["access-control-allow-headers"],
        "authorization,x-any"
    );
    scenario.preflight("/counts/k").await;
    let counts = scenario.counts().await;
    assert_eq!((counts.preflights, counts.requests), (1, 0));
}

#[tokio::test]
async fn a_closed_route_is_for_no_other_origin() {
    let scenario = Scenario::start().await;
    let answer = scenario.get_from_elsewhere("/closed/finish/1").await;
    assert!(!has_cors(&answer), "{answer:?}");
    let text = answer.text().await.expect("a proper end");
    assert_eq!(text, scenario.text("/finish/1").await);
    let answer = scenario.preflight("/closed/finish/1").await;
    assert_eq!(answer.status(), 403);
    assert!(!has_cors(&answer), "{answer:?}");
    let bad = scenario
        .get_from_elsewhere("/closed/finish/1?retry=x")
        .await;
    assert_eq!(bad.status(), 400);
    assert!(!has_cors(&bad), "{bad:?}");
    let counts = scenario.counts().await;
    assert_eq!((counts.preflights, counts.requests), (1, 3));
}

#[tokio::test]
async fn a_route_closed_to_preflights_allows_simple_requests() {
    let scenario = Scenario::start().await;
    let path = "/closed/preflight/finish/1";
    let answer = scenario.get_from_elsewhere(path).await;
    let headers = answer.headers();
    assert_eq!(headers["access-control-allow-origin"], "http://127.0.0.1:9");
    let text = answer.text().await.expect("a proper end");
    assert_eq!(text, scenario.text("/finish/1").await);
    let answer = scenario.preflight(path).await;
    assert_eq!(answer.status(), 403);
    assert!(!has_cors(&answer), "{answer:?}");
    assert_eq!(scenario.counts().await.preflights, 1);
}

#[tokio::test]
async fn a_wide_open_route_is_for_everybody_without_credentials() {
    let scenario = Scenario::start().await;
    let path = "/wide-open/finish/1";
    let answer = scenario.get_from_elsewhere(path).await;
    let headers = answer.headers();
    assert_eq!(headers["access-control-allow-origin"], "*");
    assert!(!headers.contains_key("access-control-allow-credentials"));
    let text = answer.text().await.expect("a proper end");
    assert_eq!(text, scenario.text("/finish/1").await);
    let answer = scenario.preflight(path).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["access-control-allow-origin"], "*");
    assert_eq!(answer.headers()["access-control-allow-headers"], "*");
    assert_eq!(scenario.counts().await.preflights, 1);
}

#[tokio::test]
async fn each_request_needs_a_token_of_its_own() {
    let scenario = Scenario::start().await;
    let ask = async |token: &str, last: &str| {
        let request = scenario.http.get(scenario.url("/bearer"));
        let request = request.header("last-event-id", last).bearer_auth(token);
        request.send().await.expect("an answer")
    };
    let answer = ask("token-1", "").await;
    let text = answer.text().await.expect("a proper end");
    assert_eq!(text, "id: 1\ndata: {\"n\":1}\n\n");
    let stale = ask("token-1", "1").await;
    assert_eq!(stale.status(), 401);
    assert_eq!(stale.headers()["content-type"], "application/json");
    let text = stale.text().await.expect("a proper end");
    assert_eq!(text, "{\"error\":\"expected token-2\"}");
    let answer = ask("token-3", "3").await;
    let text = answer.text().await.expect("a proper end");
    assert_eq!(text, format!("id: 4\ndata: {{\"n\":4}}\n\n{CLOSE_EVENT}"));
    let text = scenario.text("/bearer?prefix=key").await;
    assert_eq!(text, "{\"error\":\"expected key4\"}");
}

#[tokio::test]
async fn every_stream_route_of_the_manual_is_there() {
    let scenario = Scenario::start().await;
    let manual = scenario.text("/").await;
    assert_eq!(manual, scenario.text("/routes").await);
    let rows = manual.lines().filter(|line| line.starts_with("| `/"));
    let names = rows.flat_map(|row| row.split('|').nth(1).unwrap_or("").split(", "));
    let paths: Vec<String> = names
        .map(|name| name.trim().trim_matches('`'))
        .filter(|path| !path.starts_with("/control"))
        .map(with_a_number)
        .collect();
    assert!(paths.len() > 20, "{paths:?}");
    let mut sockets = Vec::new();
    for (path, count) in paths.iter().zip(1..) {
        sockets.push(scenario.raw(&format!("{path}?key=k")).await);
        scenario.wait(&format!("requests={count}")).await;
    }
}

/// A path of the manual with its variable part filled in.
fn with_a_number(path: &str) -> String {
    match path.split_once('{') {
        Some((before, _)) => format!("{before}200"),
        None => path.to_owned(),
    }
}

#[tokio::test]
async fn files_are_served_with_their_types() {
    let root = std::env::temp_dir().join(format!("scenario-server-{}", std::process::id()));
    let pkg = root.join("built");
    std::fs::create_dir_all(&pkg).expect("a directory");
    std::fs::write(root.join("index.html"), "<p>demo").expect("a file");
    std::fs::write(pkg.join("a.js"), "a").expect("a file");
    std::fs::write(pkg.join("a.wasm"), "a").expect("a file");
    let scenario = Scenario::with(Options {
        www: Some(root.clone()),
        pkg: Some(pkg.clone()),
        site: Some(pkg),
        ..Options::default()
    })
    .await;
    for (path, content_type) in [
        ("/", "text/html"),
        ("/pkg/a.js", "text/javascript"),
        ("/pkg/a.wasm", "application/wasm"),
        ("/site/a.js", "text/javascript"),
    ] {
        let answer = scenario.get(path).await;
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(answer.headers()["content-type"], content_type);
        assert_eq!(answer.headers()["cache-control"], "no-store");
    }
    assert_eq!(scenario.get("/finish/1").await.status(), 200);
    std::fs::remove_dir_all(root).expect("removed");
}

#[tokio::test]
async fn the_strict_part_of_the_site_has_a_policy_and_the_rest_has_none() {
    let site = std::env::temp_dir().join(format!("scenario-site-{}", std::process::id()));
    std::fs::create_dir_all(site.join("csp")).expect("a directory");
    std::fs::write(site.join("index.html"), "<p>free").expect("a file");
    std::fs::write(site.join("csp/index.html"), "<p>strict").expect("a file");
    let scenario = Scenario::with(Options {
        site: Some(site.clone()),
        ..Options::default()
    })
    .await;
    let free = scenario.get("/site/").await;
    assert!(free.headers().get("content-security-policy").is_none());
    assert_eq!(free.text().await.expect("the page"), "<p>free");
    let strict = scenario.get("/site/csp/").await;
    assert_eq!(
        strict.headers()["content-security-policy"],
        "script-src 'self' 'wasm-unsafe-eval'"
    );
    assert_eq!(strict.headers()["cache-control"], "no-store");
    assert_eq!(strict.text().await.expect("the page"), "<p>strict");
    std::fs::remove_dir_all(site).expect("removed");
}
