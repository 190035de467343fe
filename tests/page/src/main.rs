//! `page-test`: loads the demo page in a real browser, uses it as a visitor would, and checks by
//! facts (of the page and of the server) that it really works.
//!
//! `cargo run -p page-test -- --engine firefox --driver geckodriver --server http://127.0.0.1:8080`
//! runs it by hand against a running `cargo xtask demo`; `cargo xtask test` runs it in each engine.
//! With `--screenshot FILE` it takes a picture of the live page instead; the one in the README was
//! taken by `--engine chromium --driver chromedriver --server ... --screenshot www/demo.png`.

#![forbid(unsafe_code)]

mod app;
mod cases;
mod driver;
mod engine;
mod facts;
mod package;
mod page;
mod picture;
mod run;
mod server;

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context, Result};
use clap::Parser;

use crate::{driver::Driver, engine::Engine, page::Page, server::Server};

/// Loads the demo page in a real browser and uses it.
#[derive(Debug, Parser)]
struct Arguments {
    /// The browser engine.
    #[arg(long, env = "ENGINE")]
    engine: Option<Engine>,
    /// The address of a scenario server that serves the page.
    #[arg(
        long,
        env = "SCENARIO_SERVER",
        default_value = "http://127.0.0.1:8080",
        value_name = "URL"
    )]
    server: String,
    /// The engine's WebDriver program; looked for by its name if not given.
    #[arg(long, env = "DRIVER", value_name = "FILE")]
    driver: Option<PathBuf>,
    /// Run the suite of the npm package in its sites instead of using the demo page.
    #[arg(long, conflicts_with = "screenshot")]
    package: bool,
    /// Use the dashboard in this framework instead of the demo page.
    #[arg(long, conflicts_with = "package")]
    app: Option<app::Framework>,
    /// Run only the cases (or the sites) whose name contains this.
    filter: Option<String>,
    /// Show what the driver and the browser print.
    #[arg(long)]
    verbose: bool,
    #[command(flatten)]
    picture: picture::Options,
    /// Taken for the sake of `cargo test`; the cases share a browser and run one after the other.
    #[arg(long, hide = true)]
    test_threads: Option<u32>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let Some(engine) = arguments.engine else {
        eprintln!(
            "page-test: no engine was named; `cargo xtask test` runs the page in each engine"
        );
        // With the other tests of the workspace there is nothing to do. By itself it is a mistake.
        return if cfg!(test) {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        };
    };
    let outcome = tokio::select! {
        outcome = use_page(&arguments, engine) => outcome,
        // The driver is dropped, and ended with its browser, as after any failure.
        () = interrupted() => Err(anyhow::anyhow!("interrupted")),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("page-test: {error:#}");
        ExitCode::FAILURE
    })
}

async fn use_page(arguments: &Arguments, engine: Engine) -> Result<ExitCode> {
    let server = match arguments.app {
        Some(app) => Server::reach(&arguments.server, &app.needed()).await?,
        None if arguments.package => Server::reach(&arguments.server, server::SITES).await?,
        None => Server::reach(&arguments.server, server::DEMO).await?,
    };
    let program = arguments
        .driver
        .clone()
        .unwrap_or_else(|| engine.driver_name().into());
    let driver = Driver::start(engine, &program, arguments.verbose).await?;
    let page = Page::connect(&driver, engine, server)
        .await
        .with_context(|| format!("no session with {engine}"))?;
    let filter = arguments.filter.as_deref();
    let app = arguments.app.map(|framework| app::App {
        page: &page,
        framework,
    });
    let outcome = match (&arguments.picture.screenshot, &app) {
        (Some(file), Some(app)) => picture::take_app(app, &arguments.picture, file)
            .await
            .map(|()| ExitCode::SUCCESS),
        (Some(file), None) => picture::take(&page, &arguments.picture, file)
            .await
            .map(|()| ExitCode::SUCCESS),
        (None, Some(app)) => Ok(app::all(app, filter).await),
        (None, None) if arguments.package => Ok(package::all(&page, filter).await),
        (None, None) => Ok(run::all(&page, filter).await),
    };
    page.leave().await;
    driver.end().await;
    outcome
}

/// Resolves when this program is asked to end.
async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    // Without a handler the system's own end is all there is.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
