//! The pages that the scenario server serves: the demo page, and the apps.

/// A page. All show the readings of a machine and a reply token by token; how much else differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Site {
    /// The demo page.
    Demo,
    /// The dashboard in Yew.
    Yew,
    /// The small app in Leptos.
    Leptos,
}

impl Site {
    pub fn path(self) -> &'static str {
        match self {
            Site::Demo => "/",
            Site::Yew => "/yew/",
            Site::Leptos => "/leptos/",
        }
    }

    /// What it loads that has to be built first.
    pub fn built(self) -> &'static str {
        match self {
            Site::Demo => "/pkg/index.js",
            Site::Yew => "/yew/pkg/yew_app.js",
            Site::Leptos => "/leptos/pkg/leptos_app.js",
        }
    }
}
