//! A browser on the page that measures.
//!
//! A driver makes the native `EventSource` several times slower, because the browser reports every event to it. So no
//! driver is used: the page measures alone and posts its records to the scenario server, and we ask the server for
//! them.

use super::{Record, folder};
use crate::engine::Engine;
use crate::process::Group;
use crate::server::Server;
use crate::setup;
use crate::{package, project, say};
use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

pub struct Browser {
    pub engine: Engine,
    pub program: PathBuf,
}

#[derive(Serialize)]
pub struct Version {
    engine: String,
    version: String,
}

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
        let key = format!("bench-{engine}");
        let url = format!("{}/index.html?key={key}&{query}", server.address);
        let mut page = Group::spawn(&mut self.command(&url)?)?;
        let records = posted(&server, &key, &mut page, patience);
        let mut records = records.with_context(|| format!("{engine}"))?;
        for record in &mut records {
            record.engine = Some(engine.to_string());
        }
        Ok(records)
    }

    fn command(&self, url: &str) -> Result<Command> {
        let (dir, engine) = (folder()?, self.engine);
        let mut browser = Command::new(&self.program);
        browser
            .args(memory_options(engine))
            .args(engine.page_arguments(&self.fresh_profile()?, url));
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

/// Options that make an engine report how large its heap is, and collect garbage when asked; neither changes how it
/// runs. Other engines have nothing like it.
fn memory_options(engine: Engine) -> &'static [&'static str] {
    match engine {
        Engine::Chromium => &["--enable-precise-memory-info", "--js-flags=--expose-gc"],
        Engine::Firefox | Engine::Webkit => &[],
    }
}

/// Collects what the page posts until it is done.
fn posted(server: &Server, key: &str, page: &mut Group, patience: Duration) -> Result<Vec<Record>> {
    #[derive(Deserialize)]
    struct Request {
        body: String,
    }

    let mut records = Vec::new();
    for posts in 0.. {
        wait_for(posts + 1, server, key, page, patience)?;
        let requests: Vec<Request> = ureq::get(format!("{}/requests/{key}", server.address))
            .call()?
            .body_mut()
            .read_json()?;
        let request = requests.get(posts).context("a post of the page is gone")?;
        match serde_json::from_str(&request.body).context("the page posted something else")? {
            Outcome::Failed { failed } => bail!(failed),
            Outcome::Done { done } => {
                if !done.isolated {
                    say::notice("the page was not isolated: its clock is coarse");
                }
                break;
            }
            Outcome::Measured {
                measure,
                seconds,
                records: measured,
            } => {
                say::step(format!("{measure} took {seconds:.1} s"));
                records.extend(measured);
            }
        }
    }
    Ok(records)
}

/// Waits until the page has posted this number of times.
fn wait_for(
    posts: usize,
    server: &Server,
    key: &str,
    page: &mut Group,
    patience: Duration,
) -> Result<()> {
    let started = Instant::now();
    let wait = format!(
        "{}/counts/{key}/wait?requests={posts}&timeout_ms=2000",
        server.address
    );
    while let Err(error) = ureq::get(&wait).call() {
        // This status says that the time ran out.
        if !matches!(error, ureq::Error::StatusCode(409)) {
            return Err(error.into());
        }
        if let Some(status) = page.child.try_wait()? {
            bail!(
                "the browser ended before the page was done ({status}); its log is in target/bench"
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
