//! `cargo xtask demo`: the demo page, or an app in a framework, live.

use crate::server::{self, Server};
use crate::setup::{self, Tools};
use crate::{package, project, say};
use anyhow::{Context, Result};
use std::net::TcpListener;
use std::path::Path;
use std::process::ExitCode;

#[derive(clap::Args)]
pub struct Args {
    /// The app in this framework, instead of the demo page
    #[arg(long)]
    app: Option<App>,
    /// The port of the demo page
    #[arg(long, default_value_t = 8080)]
    port: u16,
}

/// An app that uses the hooks for its framework.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum App {
    Yew,
    Leptos,
}

impl App {
    pub const ALL: [Self; 2] = [Self::Yew, Self::Leptos];

    pub fn name(self) -> &'static str {
        match self {
            Self::Yew => "yew",
            Self::Leptos => "leptos",
        }
    }

    /// Compiles it to where its page looks for it: `--release` for people, `--dev` for tests, which is
    /// compiled in a fraction of the time.
    pub fn build(self, tools: &Tools, profile: &str) -> Result<()> {
        say::step(format!("building the app in www/{}", self.name()));
        let krate = Path::new("www").join(self.name());
        let out = project::root().join(&krate).join("pkg");
        package::wasm_pack(tools, profile, &krate, &out, &[])
    }
}

pub fn run(args: &Args) -> Result<ExitCode> {
    // Now and not after minutes of building.
    check_port(args.port)?;
    let tools = setup::wasm()?;
    let (what, path) = match args.app {
        Some(app) => {
            app.build(&tools, "--release")?;
            ("app", format!("/{}/", app.name()))
        }
        None => {
            package::build(&tools)?;
            ("demo page", String::new())
        }
    };
    let program = server::build(&setup::host_shell()?)?;
    let server = Server::start(&program, args.port)?;
    say::step(format!(
        "the {what}: {}{path} (ctrl-c ends it)",
        server.address
    ));
    server.wait()
}

fn check_port(port: u16) -> Result<()> {
    TcpListener::bind(("127.0.0.1", port)).map(drop).with_context(|| {
        format!("port {port} cannot be used; end the program that uses it or choose another with --port")
    })
}
