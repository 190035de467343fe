//! The WebDriver process, on a free port.
//!
//! It stays in this program's process group, and so does its browser: what ends the group (ctrl-c in a
//! terminal, `cargo xtask test`) ends them all.

use std::{
    net::TcpListener,
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use tokio::{
    net::TcpStream,
    process::{Child, Command},
    time::sleep,
};

/// How long a driver may take until it listens; a busy machine is slow.
const READY_WITHIN: Duration = Duration::from_secs(60);

/// A running driver. Dropping it kills it.
pub struct Driver {
    pub url: String,
    _child: Child,
}

impl Driver {
    pub async fn start(program: &Path, verbose: bool) -> Result<Self> {
        // Not every driver can choose a port: this one was free a moment ago.
        let address = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?;
        let output = || {
            if verbose {
                Stdio::inherit()
            } else {
                Stdio::null()
            }
        };
        let mut child = Command::new(program)
            .arg(format!("--port={}", address.port()))
            .stdin(Stdio::null())
            .stdout(output())
            .stderr(output())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let deadline = Instant::now() + READY_WITHIN;
        while TcpStream::connect(address).await.is_err() {
            if let Some(status) = child.try_wait()? {
                bail!("the driver ended at once ({status}); --verbose shows what it printed");
            }
            if Instant::now() >= deadline {
                bail!("the driver does not listen after {READY_WITHIN:?}");
            }
            sleep(Duration::from_millis(50)).await;
        }
        Ok(Driver {
            url: format!("http://{address}"),
            _child: child,
        })
    }
}
