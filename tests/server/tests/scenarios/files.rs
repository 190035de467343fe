//! The folders that are served.

use std::{env::temp_dir, fs, process};

use scenario_server::Options;

use crate::support::Scenario;

#[tokio::test]
async fn files_are_served_with_their_types_and_those_of_a_strict_site_with_a_policy() {
    let root = temp_dir().join(format!("scenario-server-{}", process::id()));
    fs::create_dir_all(root.join("csp")).expect("a directory");
    for file in ["index.html", "a.js", "a.wasm", "csp/index.html"] {
        fs::write(root.join(file), file).expect("a file");
    }
    let scenario = Scenario::with(Options {
        www: Some(root.clone()),
        pkg: Some(root.clone()),
        site: Some(root.clone()),
        ..Options::default()
    });
    let scenario = scenario.await;
    for (path, content_type, file) in [
        ("/", "text/html", "index.html"),
        ("/pkg/a.js", "text/javascript", "a.js"),
        ("/pkg/a.wasm", "application/wasm", "a.wasm"),
        ("/site/a.js", "text/javascript", "a.js"),
        ("/site/", "text/html", "index.html"),
        ("/site/csp/", "text/html", "csp/index.html"),
    ] {
        let answer = scenario.get(path).await;
        let headers = answer.headers();
        assert_eq!(headers["content-type"], content_type, "{path}");
        assert_eq!(headers["cache-control"], "no-store", "{path}");
        let policy = headers.get("content-security-policy");
        let policy = policy.map(|policy| policy.to_str().expect("text"));
        let strict = path.starts_with("/site/csp/");
        assert_eq!(
            policy,
            strict.then_some("script-src 'self' 'wasm-unsafe-eval'")
        );
        assert_eq!(answer.text().await.expect("the file"), file);
    }
    assert_eq!(scenario.get("/finish/1").await.status(), 200);
    fs::remove_dir_all(root).expect("removed");
}
