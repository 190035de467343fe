//! A browser on the page that measures.
//!
//! A driver makes the native `EventSource` several times slower, because the browser reports every event to it. So no
//! driver is used: the page runs alone, and asks us by HTTP for the CPU time that it has used and to take its records.

use super::cpu::{self, Idle, Page};
use super::{Record, folder};
use crate::engine::Engine;
use crate::process::Group;
use crate::server::Server;
use crate::setup;
use crate::{package, project, say};
use anyhow::{Context, Result, anyhow, bail, ensure};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use tiny_http::{Header, Request, Response};

pub struct Browser {
    pub engine: Engine,
    pub program: PathBuf,
}

#[derive(Serialize)]
pub struct Version {
    engine: String,
    version: String,
}

/// How long the page's process has to finish what it does after a run, before its CPU time is read.
const SETTLE: Duration = Duration::from_millis(30);

/// What the page posts: of each measure its records, and at last that it is done.
#[derive(Deserialize)]
#[serde(untagged)]
enum Outcome {
    Failed {
        failed: String,
    },
    Done {
        done: Done,
    },
    Measured {
        measure: String,
        seconds: f64,
        records: Vec<Record>,
    },
}

#[derive(Deserialize)]
struct Done {
    /// Whether the browser gave the page its finer clock.
    isolated: bool,
}

impl Browser {
    /// Starts a server and runs the page with this query; `patience` is the time limit of one measure.
    pub fn measure(&self, server: &Path, query: &str, patience: Duration) -> Result<Vec<Record>> {
        let engine = self.engine;
        let folders = [
            ("--www", project::root().join("bench/www")),
            ("--pkg", folder()?.join("pkg")),
            ("--site", package::folder()),
        ];
        let server = Server::serving(server, 0, &folders, &["--isolate"])?;
        let listener = tiny_http::Server::http("127.0.0.1:0")
            .map_err(|error| anyhow!("cannot listen for the page: {error}"))?;
        let xtask = listener.server_addr();
        let url = format!("{}/index.html?xtask=http://{xtask}&{query}", server.address);
        let mut session = Session {
            browser: Group::spawn(&mut self.command(&url)?)?,
            idle: None,
            page: None,
            records: Vec::new(),
        };
        session
            .serve(&listener, patience)
            .with_context(|| engine.to_string())?;
        for record in &mut session.records {
            record.engine = Some(engine.to_string());
        }
        Ok(session.records)
    }

    fn command(&self, url: &str) -> Result<Command> {
        let (dir, engine) = (folder()?, self.engine);
        let mut browser = Command::new(&self.program);
        browser.args(engine.page_arguments(&self.fresh_profile()?, url));
        let log = fs::File::create(dir.join(format!("{engine}.log")))?;
        let mut command = engine.command(&browser);
        command
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        Ok(command)
    }

    /// An empty profile, in which the browser asks and fetches nothing.
    fn fresh_profile(&self) -> Result<PathBuf> {
        let profile = folder()?.join(format!("profile-{}", self.engine));
        let _ = fs::remove_dir_all(&profile);
        fs::create_dir_all(&profile)?;
        if self.engine == Engine::Firefox {
            // No other page, no reports, no updates; and a clock finer than a millisecond.
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

    /// The version as the browser itself prints it.
    pub fn version(&self) -> Version {
        let mut browser = Command::new(&self.program);
        browser.arg("--version");
        let printed = self.engine.command(&browser).output();
        let printed = printed.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
        let version = setup::first_version(&printed.unwrap_or_default())
            .unwrap_or("?")
            .to_string();
        let engine = self.engine.to_string();
        Version { engine, version }
    }
}

/// A browser that runs the page, and what we know of both.
struct Session {
    browser: Group,
    idle: Option<Idle>,
    page: Option<Page>,
    records: Vec<Record>,
}

impl Session {
    /// Answers the page until it is done.
    fn serve(&mut self, listener: &tiny_http::Server, patience: Duration) -> Result<()> {
        let mut heard = Instant::now();
        loop {
            match listener.recv_timeout(Duration::from_millis(500))? {
                Some(request) => {
                    heard = Instant::now();
                    if self.answer(request)? {
                        return Ok(());
                    }
                }
                None => {
                    if let Some(status) = self.browser.child.try_wait()? {
                        bail!(
                            "the browser ended before the page was done ({status}); its log is in target/bench"
                        );
                    }
                    let seconds = patience.as_secs();
                    ensure!(
                        heard.elapsed() < patience,
                        "the page has sent nothing for {seconds} s"
                    );
                }
            }
        }
    }

    /// Whether the page is done.
    fn answer(&mut self, mut request: Request) -> Result<bool> {
        let mut body = String::new();
        request.as_reader().read_to_string(&mut body)?;
        let browser = self.browser.child.id();
        let mut answer = Value::Null;
        let mut done = false;
        match request.url() {
            "/idle" => self.idle = cpu::is_measured().then(|| Idle::look(browser)),
            "/busy" => {
                let idle = self.idle.take();
                self.page = idle.as_ref().and_then(|idle| idle.find_busy(browser));
                answer = json!(idle.is_none() || self.page.is_some());
            }
            "/cpu" => {
                thread::sleep(SETTLE);
                answer = json!(self.page.as_mut().map(Page::used).transpose()?);
            }
            _ => {
                let outcome = serde_json::from_str(&body);
                done = self.take(outcome.context("the page posted something else")?)?;
            }
        }
        let mut response = Response::from_string(answer.to_string());
        for header in ["access-control-allow-origin: *", "cache-control: no-store"] {
            response.add_header(header.parse::<Header>().map_err(|()| anyhow!("{header}"))?);
        }
        // The page may be gone: then `serve` notices that the browser ended.
        let _ = request.respond(response);
        Ok(done)
    }

    fn take(&mut self, outcome: Outcome) -> Result<bool> {
        match outcome {
            Outcome::Failed { failed } => bail!(failed),
            Outcome::Done { done } => {
                if !done.isolated {
                    say::notice("the page was not isolated: its clock is coarse");
                }
                Ok(true)
            }
            Outcome::Measured {
                measure,
                seconds,
                records,
            } => {
                say::step(format!("{measure} took {seconds:.1} s"));
                self.records.extend(records);
                Ok(false)
            }
        }
    }
}
