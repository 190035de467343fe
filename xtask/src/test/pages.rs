//! What people see: the demo page, the apps, and the sites that use the npm package, each used in a
//! browser by the program `page-test`.

use crate::demo::App;
use crate::engine::Engine;
use crate::project;
use crate::server::Server;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// How long one of them may take in one engine; everything is compiled before.
pub const LIMIT: Duration = Duration::from_secs(10 * 60);

#[derive(Clone, Copy)]
pub enum Page {
    Demo,
    /// The suite of the npm package, in each of its sites.
    Package,
    App(App),
}

impl Page {
    pub fn name(self) -> &'static str {
        match self {
            Self::Demo => "demo page",
            Self::Package => "npm package",
            Self::App(App::Yew) => "app in Yew",
            Self::App(App::Leptos) => "app in Leptos",
        }
    }

    fn options(self) -> Vec<&'static str> {
        match self {
            Self::Demo => vec![],
            Self::Package => vec!["--package"],
            Self::App(app) => vec!["--app", app.name()],
        }
    }

    /// The command that uses this page in an engine.
    pub fn command(
        self,
        program: &Path,
        engine: Engine,
        driver: &Path,
        server: &Server,
    ) -> Command {
        let mut command = Command::new(program);
        command
            .args(self.options())
            .current_dir(project::root())
            .env("SCENARIO_SERVER", &server.address)
            .env("ENGINE", engine.to_string())
            .env("DRIVER", driver);
        engine.command(&command)
    }
}
