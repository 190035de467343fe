//! The browser engines: their drivers, and the capabilities that `webdriver.json` gives them. What an engine
//! needs around it is in `xtask/src/engine.rs`.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use fantoccini::wd::Capabilities;
use serde_json::json;

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Engine {
    Chromium,
    Firefox,
    /// WebKitGTK
    Webkit,
}

impl Engine {
    pub fn driver_name(self) -> &'static str {
        match self {
            Engine::Chromium => "chromedriver",
            Engine::Firefox => "geckodriver",
            Engine::Webkit => "WebKitWebDriver",
        }
    }

    /// What begins the names of this engine's own capabilities.
    fn vendor(self) -> &'static str {
        match self {
            Engine::Chromium => "goog:",
            Engine::Firefox => "moz:",
            Engine::Webkit => "webkitgtk:",
        }
    }

    /// The capabilities of the root's `webdriver.json` that are meant for this engine.
    pub fn capabilities(self) -> Result<Capabilities> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../webdriver.json");
        let read =
            || -> Result<Capabilities> { Ok(serde_json::from_str(&fs::read_to_string(&path)?)?) };
        let mut capabilities = read().with_context(|| format!("reading {}", path.display()))?;
        capabilities.retain(|name, _| !name.contains(':') || name.starts_with(self.vendor()));
        if self == Engine::Chromium {
            // So that a test can see what becomes of what it forgets.
            let args = &mut capabilities
                .get_mut("goog:chromeOptions")
                .context("webdriver.json has no options for Chromium")?["args"];
            args.as_array_mut()
                .context("Chromium's options have no list of arguments")?
                .push(json!("--js-flags=--expose-gc"));
            // The only engine whose driver hands out the console.
            capabilities.insert("goog:loggingPrefs".to_owned(), json!({ "browser": "ALL" }));
        }
        Ok(capabilities)
    }
}
