//! The dashboards in Yew and in Leptos: small apps, each with a page of its own below `www/`.

use crate::setup::Tools;
use crate::{package, project, say};
use anyhow::Result;
use std::path::Path;

/// A dashboard, by its framework.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum App {
    Yew,
    Leptos,
}

impl App {
    pub const ALL: [App; 2] = [App::Yew, App::Leptos];

    /// Its folder in `www/`, and so its path on the server.
    pub fn name(self) -> &'static str {
        match self {
            App::Yew => "yew",
            App::Leptos => "leptos",
        }
    }

    /// Compiles it to what its page loads.
    pub fn build(self, tools: &Tools) -> Result<()> {
        let folder = Path::new("www").join(self.name());
        say::step(format!("building the app in {}/", folder.display()));
        let out = project::root().join(&folder).join("pkg");
        package::wasm_pack(tools, &folder, &out, &[])
    }
}
