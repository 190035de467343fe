//! The WebDriver process: started on a free port in a process group of its own, and ended with all
//! that it started, also after a failure.

use std::{
    env,
    net::TcpListener,
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tokio::{
    process::{Child, Command},
    time::{sleep, timeout},
};

use crate::engine::Engine;

/// How long a driver may take until it is ready; a busy machine is slow.
const READY_WITHIN: Duration = Duration::from_secs(60);
/// How long it may take to end when it is asked to.
const END_WITHIN: Duration = Duration::from_secs(3);

/// A running driver. Dropping it kills it and its browser.
#[derive(Debug)]
pub struct Driver {
    pub url: String,
    child: Child,
    group: Option<u32>,
}

impl Driver {
    pub async fn start(engine: Engine, program: &Path, verbose: bool) -> Result<Self> {
        let port = free_port()?;
        let output = || {
            if verbose {
                Stdio::inherit()
            } else {
                Stdio::null()
            }
        };
        let mut command = if engine.needs_display() && !has_display() {
            let mut command = Command::new("xvfb-run");
            command.arg("-a").arg(program);
            command
        } else {
            Command::new(program)
        };
        command
            .arg(format!("--port={port}"))
            .envs(engine.variables().iter().copied())
            .stdin(Stdio::null())
            .stdout(output())
            .stderr(output())
            .kill_on_drop(true);
        #[cfg(unix)]
        command.process_group(0);
        let child = command
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let mut driver = Driver {
            url: format!("http://127.0.0.1:{port}"),
            group: child.id(),
            child,
        };
        driver.wait_until_ready().await?;
        Ok(driver)
    }

    async fn wait_until_ready(&mut self) -> Result<()> {
        let status = format!("{}/status", self.url);
        let deadline = Instant::now() + READY_WITHIN;
        while Instant::now() < deadline {
            if let Some(ended) = self.child.try_wait()? {
                bail!("the driver ended at once ({ended}); --verbose shows what it printed");
            }
            let answer = timeout(Duration::from_secs(5), reqwest::get(&status)).await;
            if let Ok(Ok(answer)) = answer
                && let Ok(answer) = answer.json::<Value>().await
                && answer["value"]["ready"] == true
            {
                return Ok(());
            }
            // There is nothing to wait on but the next look.
            sleep(Duration::from_millis(50)).await;
        }
        bail!("the driver is not ready after {READY_WITHIN:?}")
    }

    /// Asks the driver to end, so that it can clean up; what is left is killed.
    pub async fn end(mut self) {
        self.signal(Signal::Terminate);
        let _ = timeout(END_WITHIN, self.child.wait()).await;
    }

    fn signal(&self, signal: Signal) {
        #[cfg(unix)]
        if let Some(group) = self.group.and_then(|group| i32::try_from(group).ok()) {
            use nix::{
                sys::signal::{Signal as Unix, killpg},
                unistd::Pid,
            };
            let signal = match signal {
                Signal::Terminate => Unix::SIGTERM,
                Signal::Kill => Unix::SIGKILL,
            };
            // That the group is gone already is fine.
            let _ = killpg(Pid::from_raw(group), signal);
        }
        #[cfg(not(unix))]
        let _ = (self.group, signal);
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.signal(Signal::Kill);
    }
}

#[derive(Debug, Clone, Copy)]
enum Signal {
    Terminate,
    Kill,
}

fn has_display() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// A port that was free a moment ago; not every driver can choose one itself.
fn free_port() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("no free port")?;
    Ok(listener.local_addr()?.port())
}
