//! The reply panel: tokens as they come, an end at the sentinel, and stop.

use anyhow::{Result, ensure};

use crate::{facts::Facts, page::Page};

const PROMPT: &str = "What are server-sent events?";

/// Asks, and returns what was seen of the reply until it ended.
async fn ask(page: &Page) -> Result<Vec<Facts>> {
    page.open().await?;
    page.click("ask").await?;
    let mut seen = Vec::new();
    loop {
        let before = seen.last().map_or(0, |facts: &Facts| facts.reply.count);
        let facts = page
            .until("the next token, or the end", |now| {
                now.reply.count > before || !matches!(&*now.reply.state, "idle" | "streaming")
            })
            .await?;
        let ended = facts.reply.state != "streaming";
        seen.push(facts);
        if ended {
            return Ok(seen);
        }
    }
}

pub async fn a_reply_appears_token_by_token_and_ends_complete(page: &Page) -> Result<()> {
    let (text, tokens) = page.server.reply(PROMPT).await?;
    let seen = ask(page).await?;
    ensure!(seen.len() > 5, "seen at only {} moments", seen.len());
    for pair in seen.windows(2) {
        let [before, after] = [&pair[0].reply, &pair[1].reply];
        ensure!(
            after.text.starts_with(&before.text) && after.text.len() >= before.text.len(),
            "{:?} became {:?}",
            before.text,
            after.text
        );
    }
    let grown = seen
        .windows(2)
        .filter(|pair| pair[1].reply.text.len() > pair[0].reply.text.len());
    ensure!(grown.count() > 4, "the text did not grow bit by bit");
    let last = &seen[seen.len() - 1].reply;
    ensure!(last.state == "complete", "it ended as {}", last.state);
    ensure!(last.text == text, "{:?} instead of {text:?}", last.text);
    ensure!(last.count == tokens, "{} of {tokens} tokens", last.count);
    Ok(())
}

pub async fn the_prompt_is_posted_once(page: &Page) -> Result<()> {
    let seen = ask(page).await?;
    let reply = &seen[seen.len() - 1].reply;
    ensure!(reply.state == "complete", "it ended as {}", reply.state);
    let methods = page.server.methods(&reply.key).await?;
    ensure!(methods == ["POST"], "{methods:?}");
    Ok(())
}

pub async fn after_the_sentinel_the_server_sees_no_second_request(page: &Page) -> Result<()> {
    let seen = ask(page).await?;
    let reply = &seen[seen.len() - 1].reply;
    ensure!(reply.state == "complete", "it ended as {}", reply.state);
    let retry = seen[0].proof.retry_ms;
    let (again, counts) = page
        .server
        .wait(&reply.key, "requests=2", 3 * retry)
        .await?;
    ensure!(!again, "the browser asked again: {counts:?}");
    ensure!(counts.requests == 1 && counts.open == 0, "{counts:?}");
    page.until("the page says that there was one request", |now| {
        now.reply.requests == "1"
    })
    .await?;
    Ok(())
}

pub async fn stop_ends_a_reply_at_once(page: &Page) -> Result<()> {
    let (_, tokens) = page.server.reply(PROMPT).await?;
    let facts = page.open().await?;
    ensure!(
        facts.can("ask") && !facts.can("stop"),
        "{:?}",
        facts.enabled
    );
    page.click("ask").await?;
    let facts = page
        .until("some tokens are there", |now| now.reply.count >= 3)
        .await?;
    ensure!(
        facts.can("stop") && !facts.can("ask"),
        "{:?}",
        facts.enabled
    );
    page.click("stop").await?;
    let stopped = page
        .until("it is stopped", |now| now.reply.state == "stopped")
        .await?;
    ensure!(
        stopped.reply.count < tokens,
        "all {tokens} tokens had come before"
    );
    let (gone, counts) = page
        .server
        .wait(&stopped.reply.key, "open=0", 10_000)
        .await?;
    ensure!(gone, "the server still sends: {counts:?}");
    let after = page.facts().await?;
    ensure!(
        after.reply.text == stopped.reply.text,
        "{:?} came after the stop",
        &after.reply.text[stopped.reply.text.len()..]
    );
    ensure!(
        after.can("ask") && !after.can("stop"),
        "{:?}",
        after.enabled
    );
    Ok(())
}
