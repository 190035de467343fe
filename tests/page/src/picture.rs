//! A picture of a page while it is live, for the README and for those who change its look.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::{page::Page, site::Site};

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
    if page.site != Site::Leptos {
        // The facts are waited for in short steps: each has a deadline.
        for points in (0..=how.points).step_by(10).chain([how.points]) {
            page.until("points", |now| now.cpu.points >= points).await?;
            if points == how.points * 2 / 30 * 10 {
                // A break shows what a live page is about.
                page.tell_server("drop").await?;
            }
        }
    }
    page.click("ask").await?;
    page.until(
        "much of a reply, and a log of more than its tokens",
        |now| {
            let newest = now.log.newest.first();
            now.reply.text.len() > 300 && newest.is_none_or(|[name, ..]| name == "load")
        },
    )
    .await?;
    if how.closed {
        page.tell_server("close").await?;
        page.until_closed().await?;
        if page.site == Site::Demo {
            page.until_silent().await?;
        }
    }
    fs::write(file, page.screenshot().await?)
        .with_context(|| format!("cannot write {}", file.display()))
}
