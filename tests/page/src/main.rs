//! `page-test`: loads the demo page, or an app, in a real browser, uses it as a visitor would, and checks
//! by facts (of the page and of the server) that it really works.
//!
//! `cargo run -p page-test -- --engine firefox --driver geckodriver --server http://127.0.0.1:8080`
//! runs it by hand against a running `cargo xtask demo`; `cargo xtask test` runs it in each engine, with
//! the display and the variables that `xtask/src/engine.rs` has for WebKitGTK.
//! With `--screenshot FILE` it takes a picture of the live page instead; the one in the README was
//! taken by `--engine chromium --driver chromedriver --server ... --screenshot www/demo.png`.

#![forbid(unsafe_code)]

mod cases;
mod driver;
mod engine;
mod facts;
mod package;
mod page;
mod picture;
mod run;
mod server;
mod site;

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context, Result};
use clap::Parser;

use crate::{driver::Driver, engine::Engine, page::Page, server::Server, site::Site};

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
    /// The page to use: the demo page, or the app in a framework.
    #[arg(long, default_value = "demo")]
    app: Site,
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
    use_page(&arguments, engine).await.unwrap_or_else(|error| {
        eprintln!("page-test: {error:#}");
        ExitCode::FAILURE
    })
}

async fn use_page(arguments: &Arguments, engine: Engine) -> Result<ExitCode> {
    let site = arguments.app;
    let server = if arguments.package {
        Server::reach(&arguments.server, server::SITES).await?
    } else {
        Server::reach(&arguments.server, &[site.path(), site.built()]).await?
    };
    let program = arguments
        .driver
        .clone()
        .unwrap_or_else(|| engine.driver_name().into());
    let driver = Driver::start(&program, arguments.verbose).await?;
    let page = Page::connect(&driver, engine, server, site)
        .await
        .with_context(|| format!("no session with {engine:?}"))?;
    let filter = arguments.filter.as_deref();
    let outcome = match &arguments.picture.screenshot {
        Some(file) => picture::take(&page, &arguments.picture, file)
            .await
            .map(|()| ExitCode::SUCCESS),
        None if arguments.package => Ok(package::all(&page, filter).await),
        None => Ok(run::all(&page, filter).await),
    };
    page.leave().await;
    outcome
}
