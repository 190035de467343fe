//! The browser engines, by the names that `--engine` takes.

use std::fmt;

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

    /// What goes before a command that starts this engine: WebKitGTK has no headless mode, so it
    /// gets a display that nobody sees.
    pub fn display(self) -> &'static [&'static str] {
        match self {
            Self::Webkit => &["xvfb-run", "-a"],
            Self::Chromium | Self::Firefox => &[],
        }
    }

    /// Variables for that command. In a container, and as root, WebKitGTK's sandbox cannot start,
    /// and without a graphics card compositing cannot; the pages loaded are our own.
    pub fn variables(self) -> &'static [(&'static str, &'static str)] {
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
