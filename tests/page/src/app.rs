//! The dashboards in Yew and in Leptos: both keep the same promises, so both run the same cases.

mod cases;
mod facts;

use std::process::ExitCode;

use anyhow::{Result, ensure};

use crate::{page::Page, run::Tally};
use facts::Facts;

/// An app, by its framework.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum Framework {
    Yew,
    Leptos,
}

impl Framework {
    fn name(self) -> &'static str {
        match self {
            Framework::Yew => "yew",
            Framework::Leptos => "leptos",
        }
    }

    /// Its page.
    pub fn path(self) -> String {
        format!("/{}/", self.name())
    }

    /// What is served for it.
    pub fn needed(self) -> [String; 2] {
        let name = self.name();
        [self.path(), format!("/{name}/pkg/{name}_app.js")]
    }
}

/// An app in a browser.
pub struct App<'a> {
    pub page: &'a Page,
    pub framework: Framework,
}

impl App<'_> {
    /// Loads the app anew, with a new key, and waits until its readings come.
    pub async fn open(&self) -> Result<Facts> {
        self.page.load(&self.framework.path()).await?;
        self.until("there are readings", |now| {
            now.state == "open" && now.count > 0
        })
        .await
    }

    pub async fn facts(&self) -> Result<Facts> {
        self.page.read(facts::SCRIPT).await
    }

    /// Waits until the facts are so, and returns them.
    pub async fn until(&self, what: &str, so: impl Fn(&Facts) -> bool) -> Result<Facts> {
        self.page.until_read(facts::SCRIPT, what, so).await
    }

    pub async fn click(&self, id: &str) -> Result<()> {
        self.page.click(id).await
    }
}

pub async fn all(app: &App<'_>, filter: Option<&str>) -> ExitCode {
    let cases = cases::all();
    let chosen = |case: &&cases::Case| filter.is_none_or(|filter| case.name.contains(filter));
    let chosen: Vec<_> = cases.iter().filter(chosen).collect();
    println!("running {} tests", chosen.len());
    let mut tally = Tally::start();
    for case in &chosen {
        let name = format!("{}: {}", app.framework.name(), case.name);
        match one(app, case).await {
            Ok(()) => tally.passed(&name),
            Err(error) => tally.failed(&name, &format!("{error:#}")),
        }
    }
    let filtered_out = cases.len() - chosen.len();
    tally.end(app.framework.name(), app.page.engine, filtered_out)
}

/// A case has passed only if the console has no error besides.
async fn one(app: &App<'_>, case: &cases::Case) -> Result<()> {
    // What the page before this one left.
    app.page.console_errors().await?;
    (case.run)(app).await?;
    let console = app.facts().await?.console;
    ensure!(console.is_empty(), "console: {console:?}");
    let console = app.page.console_errors().await?;
    ensure!(console.is_empty(), "the browser's console: {console:?}");
    Ok(())
}
