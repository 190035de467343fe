//! A picture of the page while it is live, for the README and for whoever changes its look.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::{app::App, page::Page};

#[derive(Debug, clap::Args)]
pub struct Options {
    /// Save a picture of the live page instead of testing it.
    #[arg(long, value_name = "FILE")]
    pub screenshot: Option<PathBuf>,
    /// The width of the picture.
    #[arg(long, default_value_t = 1280, requires = "screenshot")]
    width: u32,
    /// The height of the picture.
    #[arg(long, default_value_t = 800, requires = "screenshot")]
    height: u32,
    /// With the dark colours (Chromium only).
    #[arg(long, requires = "screenshot")]
    dark: bool,
    /// When the chart has this many points (two a second).
    #[arg(long, default_value_t = 112, requires = "screenshot")]
    points: u64,
    /// After the server has sent the close event.
    #[arg(long, requires = "screenshot")]
    closed: bool,
}

pub async fn take(page: &Page, how: &Options, file: &Path) -> Result<()> {
    page.shape(how.width, how.height, how.dark).await?;
    page.open().await?;
    let points = async |points| {
        // The facts are waited for in short steps: each has a deadline.
        for points in (0..=points).step_by(10).chain([points]) {
            page.until("points", |now| now.cpu.points >= points).await?;
        }
        anyhow::Ok(())
    };
    points(how.points * 2 / 3).await?;
    // A break shows what a live page is about.
    page.click("server-drop").await?;
    points(how.points).await?;
    page.click("ask").await?;
    page.until(
        "much of a reply, and a log of more than its tokens",
        |now| {
            now.reply.count >= 66
                && now
                    .log
                    .newest
                    .first()
                    .is_some_and(|[name, ..]| name == "load")
        },
    )
    .await?;
    if how.closed {
        page.click("server-close").await?;
        page.until("silence", |now| now.proof.verdict == "silent")
            .await?;
    }
    fs::write(file, page.screenshot().await?)
        .with_context(|| format!("cannot write {}", file.display()))
}

/// The same of a dashboard.
pub async fn take_app(app: &App<'_>, how: &Options, file: &Path) -> Result<()> {
    app.page.shape(how.width, how.height, how.dark).await?;
    app.open().await?;
    for points in (0..=how.points).step_by(10).chain([how.points]) {
        if points == how.points * 2 / 30 * 10 {
            app.click("server-drop").await?;
        }
        app.until("points", |now| now.cpu.points >= points).await?;
    }
    app.click("ask").await?;
    app.until("much of a reply", |now| now.reply.text.len() > 600)
        .await?;
    if how.closed {
        app.click("server-close").await?;
        app.until("the end", |now| now.state == "closed").await?;
    }
    fs::write(file, app.page.screenshot().await?)
        .with_context(|| format!("cannot write {}", file.display()))
}
