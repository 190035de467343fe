//! The browser engines, by the names that `--engine` takes.

use std::ffi::OsString;
use std::fmt;
use std::path::Path;
use std::process::Command;

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Engine {
    Chromium,
    Firefox,
    /// WebKitGTK
    Webkit,
}

impl Engine {
    pub const ALL: [Self; 3] = [Self::Chromium, Self::Firefox, Self::Webkit];

    /// The options of wasm-pack that choose the engine and name its driver. WebKitGTK's driver
    /// speaks the same protocol as Safari's and takes the same option for its port.
    pub fn wasm_pack_options(self) -> (&'static str, &'static str) {
        match self {
            Self::Chromium => ("--chrome", "--chromedriver"),
            Self::Firefox => ("--firefox", "--geckodriver"),
            Self::Webkit => ("--safari", "--safaridriver"),
        }
    }

    /// The variable by which the runner of wasm-bindgen's tests learns where the driver is.
    pub fn driver_variable(self) -> &'static str {
        match self {
            Self::Chromium => "CHROMEDRIVER",
            Self::Firefox => "GECKODRIVER",
            Self::Webkit => "SAFARIDRIVER",
        }
    }

    /// The arguments that make this engine's browser show one page and nothing else, with nobody
    /// driving it.
    pub fn page_arguments(self, profile: &Path, url: &str) -> Vec<OsString> {
        let words: &[&str] = match self {
            Self::Chromium => &[
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
            Self::Firefox => &["--headless", "--no-remote", "--profile"],
            Self::Webkit => &["--private"],
        };
        let mut arguments: Vec<OsString> = words.iter().map(OsString::from).collect();
        match self {
            Self::Chromium => {
                let mut option = OsString::from("--user-data-dir=");
                option.push(profile);
                arguments.push(option);
            }
            Self::Firefox => arguments.push(profile.into()),
            Self::Webkit => {}
        }
        arguments.push(url.into());
        arguments
    }

    /// What goes before a command that starts this engine: WebKitGTK has no headless mode, so it
    /// gets a virtual display.
    fn display(self) -> &'static [&'static str] {
        match self {
            Self::Webkit => &["xvfb-run", "-a"],
            Self::Chromium | Self::Firefox => &[],
        }
    }

    /// The same command with what this engine needs around it: a display and variables.
    pub fn command(self, command: &Command) -> Command {
        let words = self.display().iter().map(OsString::from);
        let mut words = words
            .chain([command.get_program().to_owned()])
            .chain(command.get_args().map(ToOwned::to_owned));
        let mut wrapped = Command::new(words.next().unwrap_or_default());
        wrapped.args(words).envs(self.variables().iter().copied());
        if let Some(folder) = command.get_current_dir() {
            wrapped.current_dir(folder);
        }
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => wrapped.env(name, value),
                None => wrapped.env_remove(name),
            };
        }
        wrapped
    }

    /// Variables for that command. In a container, and as root, WebKitGTK's sandbox cannot start,
    /// and without a graphics card compositing cannot; the pages loaded are our own.
    fn variables(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Webkit => &[
                ("WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS", "1"),
                ("WEBKIT_DISABLE_COMPOSITING_MODE", "1"),
            ],
            Self::Chromium | Self::Firefox => &[],
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
            Self::Webkit => "webkit",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_keeps_its_own_and_gets_what_the_engine_needs() {
        let mut plain = Command::new("driver");
        plain.arg("--port=1").env("OWN", "1").current_dir("/");
        let webkit = Engine::Webkit.command(&plain);
        assert_eq!(webkit.get_program(), "xvfb-run");
        assert!(webkit.get_args().eq(["-a", "driver", "--port=1"]));
        assert_eq!(webkit.get_current_dir(), Some(Path::new("/")));
        let variables: Vec<_> = webkit.get_envs().map(|(name, _)| name).collect();
        for name in [
            "OWN",
            "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS",
            "WEBKIT_DISABLE_COMPOSITING_MODE",
        ] {
            assert!(variables.contains(&name.as_ref()), "{variables:?}");
        }
        let chromium = Engine::Chromium.command(&plain);
        assert_eq!(chromium.get_program(), "driver");
        assert!(chromium.get_args().eq(["--port=1"]));
        assert_eq!(chromium.get_envs().count(), 1);
    }
}
