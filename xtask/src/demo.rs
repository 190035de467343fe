//! `cargo xtask demo`: the demo page, or an app in a framework, live.

use crate::cargo::Artifacts;
use crate::server::{self, Server};
use crate::setup::{self, Tools};
use crate::sources::Sources;
use crate::{package, project, say, test};
use anyhow::{Context, Result};
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
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

    /// Compiles it, small, to where its page looks for it, if it is not there already.
    fn build(self, tools: &Tools) -> Result<()> {
        let (folder, pkg) = (self.folder(), self.pkg());
        let own = ["src", "Cargo.toml"].map(|part| folder.join(part));
        let shared = ["Cargo.lock", "Cargo.toml", "src"].map(PathBuf::from);
        let sources = Sources::read(own.iter().chain(&shared), tools)?;
        if sources.are_in(&pkg) {
            return Ok(());
        }
        say::step(format!("building the app in {}", folder.display()));
        package::wasm_pack(tools, &folder, &pkg, &[], &[])?;
        sources.note_in(&pkg)
    }

    /// Puts a debug build where its page looks for it.
    pub fn bind(self, tools: &Tools, built: &Artifacts) -> Result<()> {
        let (folder, pkg) = (self.folder(), self.pkg());
        // With another build in it, it is made from no sources that are known.
        let _ = fs::remove_dir_all(&pkg);
        let wasm = built.wasm(&folder.to_string_lossy(), &format!("{}_app", self.name()))?;
        package::bindgen(tools, wasm, &pkg)
    }

    fn folder(self) -> PathBuf {
        Path::new("www").join(self.name())
    }

    fn pkg(self) -> PathBuf {
        project::root().join(self.folder()).join("pkg")
    }
}

pub fn run(args: &Args) -> Result<ExitCode> {
    // Now and not after minutes of building.
    check_port(args.port)?;
    let tools = setup::wasm()?;
    let (what, path) = match args.app {
        Some(app) => {
            app.build(&tools)?;
            ("app", format!("/{}/", app.name()))
        }
        None => {
            package::build(&tools)?;
            ("demo page", String::new())
        }
    };
    let program = server::build(&setup::host_shell()?)?;
    let server = Server::start(&program, args.port)?;
    test::announce(&server)?;
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
