//! A browser on the page that measures.
//!
//! A browser that is driven tells its driver of every event, which makes the native `EventSource`
//! several times slower. So it is only shown the page, which measures alone and posts its figures to
//! the scenario server, and we ask the server for them.

use super::figures::{EngineFigures, Part};
use crate::engine::Engine;
use crate::process::Group;
use crate::server::Server;
use crate::setup::{self, Tools};
use crate::{project, say};
use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use xshell::cmd;

/// What the page is to do.
pub struct Order<'a> {
    pub rounds: u32,
    pub share: f64,
    pub smoke: bool,
    /// All, if there are none.
    pub measures: Vec<String>,
    pub only: &'a str,
    /// How long it may be silent.
    pub patience: Duration,
}

impl Order<'_> {
    fn query(&self, key: &str) -> String {
        let Self {
            rounds,
            share,
            smoke,
            only,
            ..
        } = self;
        let only = only.replace(' ', "+");
        let measures = self.measures.iter().map(|name| format!("&measure={name}"));
        let measures: String = measures.collect();
        format!("key={key}&rounds={rounds}&share={share}&smoke={smoke}&only={only}{measures}")
    }
}

/// Runs the page in one engine, with a server of its own.
pub fn measure(
    order: &Order<'_>,
    tools: &Tools,
    dir: &Path,
    server: &Path,
    engine: Engine,
    browser: &Path,
) -> Result<EngineFigures> {
    let folders = [
        ("--www", project::root().join("bench/www")),
        ("--pkg", dir.join("pkg")),
    ];
    let server = Server::serving(server, 0, &folders, &["--isolate"])?;
    let key = format!("bench-{engine}");
    let url = format!("{}/index.html?{}", server.address, order.query(&key));
    let profile = fresh_profile(dir, engine)?;
    let mut words: Vec<&OsStr> = engine.display().iter().map(OsStr::new).collect();
    words.push(browser.as_os_str());
    let (first, rest) = words.split_first().context("there are words")?;
    let mut command = Command::new(first);
    let log = fs::File::create(dir.join(format!("{engine}.log")))?;
    command
        .args(rest)
        .args(facts_of_memory(engine))
        .args(engine.page_arguments(&profile, &url))
        .envs(engine.variables().iter().copied())
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log);
    let mut page = Group::spawn(&mut command)?;
    let (parts, done) =
        posted(order, &server, &key, &mut page).with_context(|| format!("{engine}"))?;
    Ok(EngineFigures {
        engine: engine.to_string(),
        version: version(engine, tools, browser),
        date: done.date,
        isolated: done.isolated,
        parts,
    })
}

/// What makes an engine tell how large its heap is, and tidy it when asked to; neither changes how it
/// runs. The others have nothing like it.
fn facts_of_memory(engine: Engine) -> &'static [&'static str] {
    match engine {
        Engine::Chromium => &["--enable-precise-memory-info", "--js-flags=--expose-gc"],
        Engine::Firefox | Engine::Webkit => &[],
    }
}

/// An empty profile: nothing is remembered, nothing is asked.
fn fresh_profile(dir: &Path, engine: Engine) -> Result<PathBuf> {
    let profile = dir.join(format!("profile-{engine}"));
    let _ = fs::remove_dir_all(&profile);
    fs::create_dir_all(&profile)?;
    if engine == Engine::Firefox {
        // No page of its own beside ours, no reports, no updates; and a clock that does not tick in
        // milliseconds.
        let settings = [
            "browser.aboutwelcome.enabled",
            "browser.shell.checkDefaultBrowser",
            "datareporting.policy.dataSubmissionEnabled",
            "extensions.update.enabled",
            "app.normandy.enabled",
            "privacy.reduceTimerPrecision",
        ];
        let lines = settings.map(|name| format!("user_pref(\"{name}\", false);\n"));
        fs::write(profile.join("user.js"), lines.concat())?;
    }
    Ok(profile)
}

/// What the page posts at last.
#[derive(Deserialize)]
struct Done {
    date: String,
    isolated: bool,
}

/// What the page posts, told as it comes.
fn posted(
    order: &Order<'_>,
    server: &Server,
    key: &str,
    page: &mut Group,
) -> Result<(Vec<Part>, Done)> {
    #[derive(Deserialize)]
    struct Request {
        body: String,
    }
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Outcome {
        Failed { failed: String },
        Done { done: Done },
        Measured(Part),
    }

    let mut parts = Vec::new();
    loop {
        wait_for(parts.len() + 1, order.patience, server, key, page)?;
        let requests: Vec<Request> = ureq::get(format!("{}/requests/{key}", server.address))
            .call()?
            .body_mut()
            .read_json()?;
        let request = requests.get(parts.len());
        let body = &request.context("a post of the page is gone")?.body;
        match serde_json::from_str(body).context("the page posted something else")? {
            Outcome::Measured(part) => {
                if !order.smoke {
                    say::step(format!(
                        "{} took {:.0} s",
                        part.measure.name(),
                        part.seconds
                    ));
                }
                parts.push(part);
            }
            Outcome::Done { done } => return Ok((parts, done)),
            Outcome::Failed { failed } => bail!(failed),
        }
    }
}

/// Waits until the page has posted so often.
fn wait_for(
    posts: usize,
    patience: Duration,
    server: &Server,
    key: &str,
    page: &mut Group,
) -> Result<()> {
    let started = Instant::now();
    let wait = format!(
        "{}/counts/{key}/wait?requests={posts}&timeout_ms=2000",
        server.address
    );
    while let Err(error) = ureq::get(&wait).call() {
        // It says so when the time ran out.
        if !matches!(error, ureq::Error::StatusCode(409)) {
            return Err(error.into());
        }
        if let Some(status) = page.child.try_wait()? {
            bail!(
                "the browser ended before the page was done ({status}); see its log in target/bench"
            );
        }
        ensure!(
            started.elapsed() < patience,
            "the page has posted nothing for {} s",
            patience.as_secs()
        );
    }
    Ok(())
}

/// The version as the browser itself prints it.
fn version(engine: Engine, tools: &Tools, browser: &Path) -> String {
    let display = engine.display();
    let (program, words) = match display.split_first() {
        Some((program, words)) => (program.as_ref(), words),
        None => (browser.as_os_str(), display),
    };
    let own = (!display.is_empty()).then_some(browser);
    let told = cmd!(tools.sh, "{program} {words...} {own...} --version")
        .envs(engine.variables().iter().copied())
        .quiet()
        .ignore_stderr()
        .read();
    let told = told.unwrap_or_default();
    setup::first_version(&told).unwrap_or("?").to_string()
}
