//! The README's example in JavaScript is the one that runs here.

use anyhow::{Context, Result, ensure};

use crate::page::Page;

pub async fn the_javascript_example_of_the_readme_runs(page: &Page) -> Result<()> {
    let readme = include_str!("../../../../README.md");
    let shown = readme
        .split_once("```js\n")
        .and_then(|(_, rest)| rest.split_once("```"));
    let (shown, _) = shown.context("the README has no example in JavaScript")?;
    ensure!(
        shown == include_str!("../../../../www/example.js"),
        "www/example.js is another one"
    );

    page.go("/example.html").await?;
    let text = page.until_text("server-sent events").await?;
    ensure!(!text.contains("[DONE]"), "the sentinel is no token: {text}");
    // Every case ends on the page itself.
    page.open().await.map(drop)
}
