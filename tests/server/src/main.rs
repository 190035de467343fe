//! The scenario server as a program: `scenario-server --port 8080 --www www --pkg pkg`.

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::Parser;
use scenario_server::{Options, Server};
use tokio::sync::oneshot;

/// A server with a route per server-sent-events behaviour; GET /routes lists them.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The host name or address to listen on.
    #[arg(long, default_value = "127.0.0.1")]
    host: String,
    /// The port to listen on; 0 lets the system choose a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// A directory to serve at /.
    #[arg(long, value_name = "DIR")]
    www: Option<PathBuf>,
    /// Isolate its pages from other origins: browsers give such pages a finer clock.
    #[arg(long, requires = "www")]
    isolate: bool,
    /// A directory to serve at /pkg/.
    #[arg(long, value_name = "DIR")]
    pkg: Option<PathBuf>,
    /// A directory to serve at /site/, what is below its csp/ with a Content-Security-Policy.
    #[arg(long, value_name = "DIR")]
    site: Option<PathBuf>,
    /// End when the standard input is closed, so that a test runner that dies leaves no server.
    #[arg(long)]
    until_stdin_closes: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("scenario-server: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let until_stdin_closes = arguments.until_stdin_closes;
    let server = Server::bind(Options {
        host: arguments.host,
        port: arguments.port,
        www: arguments.www,
        isolate: arguments.isolate,
        pkg: arguments.pkg,
        site: arguments.site,
    })
    .await?;
    // Before the line is out, or a signal sent in answer to it would find no handler.
    let terminated = terminated()?;
    let mut stdout = io::stdout();
    writeln!(stdout, "listening on {}", server.url())?;
    stdout.flush()?;
    tokio::select! {
        () = terminated => {}
        () = stdin_closed(), if until_stdin_closes => {}
    }
    server.shutdown().await;
    Ok(())
}

/// Resolves when the program is asked to end; the signals are caught from the call on.
#[cfg(unix)]
fn terminated() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Resolves when the program is asked to end; the signals are caught from the call on.
#[cfg(windows)]
fn terminated() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
    })
}

/// Returns at the end of the standard input. It is read by a plain thread, because a read that
/// never returns would keep tokio's runtime from ending.
async fn stdin_closed() {
    let (sender, closed) = oneshot::channel();
    std::thread::spawn(move || {
        // An unreadable input is as good as a closed one: whoever held it is gone.
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        let _ = sender.send(());
    });
    let _ = closed.await;
}
