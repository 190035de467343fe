//! `cargo xtask demo`: the demo page, live, or one of the apps.

use crate::app::App;
use crate::server::{self, Server};
use crate::setup;
use crate::{package, say};
use anyhow::{Context, Result};
use std::net::TcpListener;
use std::process::ExitCode;

#[derive(clap::Args)]
pub struct Args {
    /// The port of the demo page
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Show the dashboard in this framework instead
    #[arg(long)]
    app: Option<App>,
}

pub fn run(args: &Args) -> Result<ExitCode> {
    // Now and not after minutes of building.
    check_port(args.port)?;
    let tools = setup::wasm()?;
    match args.app {
        Some(app) => app.build(&tools)?,
        None => package::build(&tools)?,
    }
    let program = server::build(&setup::host_shell()?)?;
    let server = Server::start(&program, args.port)?;
    let address = &server.address;
    say::step(match args.app {
        Some(app) => format!("the dashboard: {address}/{}/ (ctrl-c ends it)", app.name()),
        None => format!("the demo page: {address} (ctrl-c ends it)"),
    });
    server.wait()
}

fn check_port(port: u16) -> Result<()> {
    TcpListener::bind(("127.0.0.1", port)).map(drop).with_context(|| {
        format!("port {port} cannot be used; end the program that uses it or choose another with --port")
    })
}
