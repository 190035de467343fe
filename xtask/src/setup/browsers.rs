//! Browsers and their drivers, for the tests only.
//!
//! They come from the machine or from its distribution; nothing here downloads a browser build,
//! and wasm-pack is told each driver's path so that it does not either.

use super::{Tools, apt, cargo_install};
use crate::engine::Engine;
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};

/// The driver to install where the machine has none.
const GECKODRIVER: &str = "0.37.1";

/// Makes sure that the engine can be driven and says where its driver is.
pub fn ensure(tools: &Tools, engine: Engine) -> Result<PathBuf> {
    let driver = match engine {
        Engine::Chromium => chromium(tools),
        Engine::Firefox => firefox(tools),
        Engine::Webkit => webkit(tools),
    };
    driver.with_context(|| format!("cannot test in {engine}"))
}

/// The names under which systems know these browsers.
const CHROMIUM: [&str; 5] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
];
const FIREFOX: [&str; 2] = ["firefox", "firefox-esr"];

/// The engine's browser itself, for those who need nobody to drive it.
pub fn program(tools: &Tools, engine: Engine) -> Result<PathBuf> {
    ensure(tools, engine)?;
    let program = match engine {
        Engine::Chromium => CHROMIUM.iter().find_map(|name| tools.find(name)),
        Engine::Firefox => FIREFOX.iter().find_map(|name| tools.find(name)),
        Engine::Webkit => mini_browser(),
    };
    program.with_context(|| format!("{engine} is not on the PATH"))
}

/// WebKitGTK's own small browser lies beside its library, in a folder a processor.
fn mini_browser() -> Option<PathBuf> {
    let libraries = Path::new("/usr/lib").read_dir().ok()?.flatten();
    let folders = ["/usr/libexec".into(), "/usr/lib".into()]
        .into_iter()
        .chain(libraries.map(|entry| entry.path()));
    folders
        .map(|folder| folder.join("webkit2gtk-4.1/MiniBrowser"))
        .find(|program| program.is_file())
}

fn chromium(tools: &Tools) -> Result<PathBuf> {
    let app = "/Applications/Google Chrome.app";
    let mut missing = Vec::new();
    if !has_any(tools, &CHROMIUM, app) {
        missing.push("chromium");
    }
    if tools.find("chromedriver").is_none() {
        missing.push("chromium-driver");
    }
    install_missing(tools, &missing, "Chromium and its driver, to test in it")?;
    found(tools, "chromedriver")
}

fn firefox(tools: &Tools) -> Result<PathBuf> {
    if !has_any(tools, &FIREFOX, "/Applications/Firefox.app") {
        install_missing(tools, &["firefox-esr"], "Firefox, to test in it")?;
    }
    if let Some(driver) = tools.find("geckodriver") {
        return Ok(driver);
    }
    let why = "Firefox's driver";
    let bin = cargo_install(
        tools,
        "geckodriver",
        GECKODRIVER,
        &[],
        &["geckodriver"],
        why,
    )?;
    Ok(bin
        .join("geckodriver")
        .with_extension(std::env::consts::EXE_EXTENSION))
}

fn webkit(tools: &Tools) -> Result<PathBuf> {
    if !cfg!(target_os = "linux") {
        bail!("WebKitGTK exists for Linux only; on another system test in the other engines");
    }
    let missing: Vec<_> = [
        ("WebKitWebDriver", "webkit2gtk-driver"),
        ("xvfb-run", "xvfb"),
        ("xauth", "xauth"),
    ]
    .iter()
    .filter(|(program, _)| tools.find(program).is_none())
    .map(|(_, package)| *package)
    .collect();
    install_missing(
        tools,
        &missing,
        "WebKitGTK's driver and a display without a screen",
    )?;
    found(tools, "xvfb-run")?;
    found(tools, "WebKitWebDriver")
}

fn has_any(tools: &Tools, names: &[&str], app: &str) -> bool {
    names.iter().any(|name| tools.find(name).is_some()) || Path::new(app).exists()
}

fn install_missing(tools: &Tools, packages: &[&str], why: &str) -> Result<()> {
    if packages.is_empty() {
        return Ok(());
    }
    apt::install(tools, packages, why)
}

fn found(tools: &Tools, program: &str) -> Result<PathBuf> {
    tools
        .find(program)
        .with_context(|| format!("{program} is not on the PATH"))
}
