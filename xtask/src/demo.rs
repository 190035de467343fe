//! `cargo xtask demo`: the demo page, live.

use crate::server::{self, Server};
use crate::setup::{self, Tools};
use crate::{process, say};
use anyhow::{Context, Result};
use std::net::TcpListener;
use std::process::ExitCode;
use xshell::cmd;

#[derive(clap::Args)]
pub struct Args {
    /// The port of the demo page
    #[arg(long, default_value_t = 8080)]
    port: u16,
}

pub fn run(args: &Args) -> Result<ExitCode> {
    // Now and not after minutes of building.
    check_port(args.port)?;
    let tools = setup::wasm()?;
    build_package(&tools)?;
    let program = server::build(&setup::host_shell()?)?;
    let server = Server::start(&program, args.port)?;
    say::step(format!(
        "the demo page: {} (ctrl-c ends it)",
        server.address
    ));
    server.wait()
}

/// Builds what the page loads: the npm package into `pkg/`.
pub fn build_package(tools: &Tools) -> Result<()> {
    say::step("building the npm package into pkg/");
    build(tools, ".", &["--features", "npm,fetch"])
}

fn build(tools: &Tools, crate_dir: &str, cargo_options: &[&str]) -> Result<()> {
    let no_opt: &[&str] = if tools.wasm_opt { &[] } else { &["--no-opt"] };
    process::run(cmd!(
        tools.sh,
        "wasm-pack build --target web --release --out-dir pkg --mode no-install {no_opt...} {crate_dir} -- {cargo_options...}"
    ))
}

fn check_port(port: u16) -> Result<()> {
    TcpListener::bind(("127.0.0.1", port)).map(drop).with_context(|| {
        format!("port {port} cannot be used; end the program that uses it or choose another with --port")
    })
}
