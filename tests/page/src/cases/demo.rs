//! What only the demo page has: buttons that follow the state, counts of what was lost, the counter that
//! proves the end, and a place for problems. And the README's example, which runs beside it.

use anyhow::{Context, Result, ensure};

use crate::{facts::Facts, page::Page};

pub async fn the_page_opens_its_stream_and_says_so(page: &Page) -> Result<()> {
    let facts = page.open().await?;
    ensure!(
        facts.ready_state == "1" && facts.state_text == "open" && facts.reason.is_empty(),
        "{facts:?}"
    );
    ensure!(facts.last_break.text == "none yet", "{facts:?}");
    ensure!(facts.proof.verdict == "none", "{facts:?}");
    let counts = page.server.counts(&facts.key).await?;
    ensure!(counts.opened == 1 && counts.open == 1, "{counts:?}");
    Ok(())
}

pub async fn close_works_while_the_browser_waits_to_reconnect(page: &Page) -> Result<()> {
    let open = page.open().await?;
    only_these_can_be_used(&open, &["close", "server-drop", "server-close"])?;
    page.click("server-drop").await?;
    let lost = page
        .until("it is reconnecting", |now| now.state == "reconnecting")
        .await?;
    only_these_can_be_used(&lost, &["close"])?;
    page.click_at_once("close").await?;
    let closed = page.until_closed().await?;
    only_these_can_be_used(&closed, &["open"])?;
    ensure!(closed.reason == "called", "{closed:?}");
    page.until_silent().await
}

fn only_these_can_be_used(facts: &Facts, buttons: &[&str]) -> Result<()> {
    for id in ["open", "close", "server-drop", "server-close"] {
        ensure!(
            facts.can(id) == buttons.contains(&id),
            "{}: {:?} can be used",
            facts.state,
            facts.enabled
        );
    }
    ensure!(
        facts.can("ask") && !facts.can("stop"),
        "{:?}",
        facts.enabled
    );
    Ok(())
}

pub async fn attempts_that_meet_no_server_are_counted(page: &Page) -> Result<()> {
    let facts = page.open().await?;
    page.server.refuse(&facts.key).await?;
    page.click("server-drop").await?;
    let lost = page
        .until("the second attempt", |now| now.last_break.attempt >= 2)
        .await?
        .last_break;
    ensure!(lost.text == format!("attempt {}", lost.attempt), "{lost:?}");
    page.server.accept(&facts.key).await?;
    let back = page
        .until("it is open again", |now| now.state == "open")
        .await?;
    ensure!(
        back.reconnects == 1 && back.last_break.attempt == 0,
        "{back:?}"
    );
    page.click("server-drop").await?;
    let lost = page
        .until("it is lost once more", |now| now.state == "reconnecting")
        .await?
        .last_break;
    ensure!(lost.text == "attempt 1", "{lost:?}");
    Ok(())
}

pub async fn a_request_after_the_close_would_be_noticed(page: &Page) -> Result<()> {
    let facts = page.open().await?;
    page.click("close").await?;
    page.until("the requests are counted", |now| now.proof.at_close == "1")
        .await?;
    page.server.visit(&facts.key).await?;
    page.until("the page says that another request came", |now| {
        now.proof.verdict == "broken" && now.proof.now == "2"
    })
    .await?;
    Ok(())
}

pub async fn an_error_is_shown_on_the_page_until_it_is_dismissed(page: &Page) -> Result<()> {
    page.open().await?;
    page.run("window.dispatchEvent(new ErrorEvent('error', { message: 'on purpose' }))")
        .await?;
    page.until(
        "the error is shown",
        |now| matches!(&*now.problems, [problem] if problem.contains("on purpose")),
    )
    .await?;
    page.click("problems-dismiss").await?;
    page.until("it is gone", |now| now.problems.is_empty())
        .await?;
    Ok(())
}

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
