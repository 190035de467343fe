//! The npm package in its sites: each loads it in another way and runs the suite of `tests/npm`.
//! A site is a line, and so is each test that failed or was ignored.

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use serde::Deserialize;
use tokio::time::sleep;

use crate::{page::Page, run::Tally};

/// The ways of loading the package. What they are made of is in `tests/npm/build.js`.
///
/// Two run the whole suite: both entries of the package, bundled and minified, in a page; and the native
/// entry as it is, in a worker, under a policy. The others run what depends on how it is loaded.
const SITES: [(&str, &str); 9] = [
    ("webpack, page: all", "/site/webpack/?whole"),
    (
        "native worker under a CSP: all",
        "/site/csp/native/?whole&worker",
    ),
    ("webpack, worker", "/site/webpack/?worker"),
    ("native page under a CSP", "/site/csp/native/"),
    ("page with an import map", "/site/map/"),
    ("page under a CSP", "/site/csp/"),
    ("worker under a CSP", "/site/csp/?worker"),
    ("vite, page", "/site/vite/"),
    ("vite, worker", "/site/vite/?worker"),
];

/// A test ends itself long before; this is for a page that is stuck as a whole.
const SILENCE: Duration = Duration::from_secs(80);

/// Takes what the page has to tell since the last look.
const TAKE: &str =
    "const all = window.__results; return all && { ...all, done: all.done.splice(0) };";

#[derive(Debug, Deserialize)]
struct Results {
    total: usize,
    running: Option<String>,
    done: Vec<Done>,
    finished: bool,
    broken: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Done {
    name: String,
    outcome: Outcome,
    why: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    Ok,
    Ignored,
    Failed,
}

/// Runs the suite on each site whose name contains the filter.
pub async fn all(page: &Page, filter: Option<&str>) -> ExitCode {
    let mut tally = Tally::start();
    let mut filtered_out = 0;
    for (name, path) in SITES {
        if filter.is_some_and(|filter| !name.contains(filter)) {
            filtered_out += 1;
            continue;
        }
        if let Err(error) = one(page, name, path, &mut tally).await {
            tally.failed(
                &format!("{name}: the site as a whole"),
                &format!("{error:#}"),
            );
        }
    }
    tally.end("package", page.engine, filtered_out)
}

async fn one(page: &Page, site: &str, path: &str, tally: &mut Tally) -> Result<()> {
    page.go(path).await?;
    let started = Instant::now();
    let (mut announced, mut told, mut passed) = (false, 0, 0);
    let mut last_news = started;
    loop {
        let results = page.run(TAKE).await?;
        let results: Option<Results> =
            serde_json::from_value(results).context("what the page tells")?;
        if let Some(results) = &results {
            if results.total > 0 && !announced {
                announced = true;
                println!("running {} tests", results.total);
            }
            for Done { name, outcome, why } in &results.done {
                let name = format!("{site}: {name}");
                let why = why.as_deref().unwrap_or_default();
                match outcome {
                    Outcome::Ok => {
                        passed += 1;
                        tally.count_passed();
                    }
                    Outcome::Ignored => tally.ignored(&name, why),
                    Outcome::Failed => tally.failed(&name, why),
                }
            }
            told += results.done.len();
            if !results.done.is_empty() {
                last_news = Instant::now();
            }
            if let Some(problem) = &results.broken {
                anyhow::bail!("it broke: {problem}");
            }
            if results.finished {
                anyhow::ensure!(
                    told == results.total && told > 0,
                    "{told} of {} tests were told of",
                    results.total
                );
                let seconds = started.elapsed().as_secs_f32();
                println!("{site}: {passed} of {told} passed in {seconds:.2} s");
                return Ok(());
            }
        }
        if last_news.elapsed() > SILENCE {
            let running = results.and_then(|results| results.running);
            anyhow::bail!(
                "no news for {SILENCE:?}; it hangs in {}",
                running.as_deref().unwrap_or("loading")
            );
        }
        // There is nothing to wait on but the next look.
        sleep(Duration::from_millis(50)).await;
    }
}
