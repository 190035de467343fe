//! The reply: tokens as they come, an end at the sentinel, stop, and another question.

use anyhow::{Result, ensure};

use super::{super::App, no_request_follows, until_counted};

const PROMPT: &str = "What are server-sent events?";

pub async fn a_reply_appears_token_by_token_and_is_asked_for_once(app: &App<'_>) -> Result<()> {
    let (text, tokens) = app.page.server.reply(PROMPT).await?;
    let facts = app.open().await?;
    ensure!(facts.reply.prompt == PROMPT, "{:?}", facts.reply.prompt);
    app.click("ask").await?;
    let mut seen = vec![String::new()];
    let last = loop {
        let before = seen.last().map_or(0, String::len);
        let now = app
            .until("the next token, or the end", |now| {
                now.reply.text.len() > before || !matches!(&*now.reply.state, "idle" | "streaming")
            })
            .await?;
        ensure!(
            text.starts_with(&now.reply.text),
            "{:?} is no beginning of {text:?}",
            now.reply.text
        );
        seen.push(now.reply.text.clone());
        if now.reply.state != "streaming" {
            break now.reply;
        }
    };
    ensure!(seen.len() > 6, "seen at only {} moments", seen.len());
    ensure!(last.state == "complete", "it ended as {}", last.state);
    ensure!(last.text == text, "{:?} instead of {text:?}", last.text);
    ensure!(
        last.note == format!("complete: {tokens} tokens") && !last.can_stop,
        "{last:?}"
    );
    let methods = app.page.server.methods(&last.key).await?;
    ensure!(methods == ["POST"], "{methods:?}");
    no_request_follows(app, &last.key).await
}

pub async fn stop_ends_a_reply_at_once(app: &App<'_>) -> Result<()> {
    let (text, _) = app.page.server.reply(PROMPT).await?;
    app.open().await?;
    app.click("ask").await?;
    app.until("some tokens are there", |now| {
        now.reply.text.len() > 10 && now.reply.can_stop
    })
    .await?;
    app.click("stop").await?;
    let stopped = app
        .until("it is stopped", |now| now.reply.state == "stopped")
        .await?;
    ensure!(
        stopped.reply.text.len() < text.len(),
        "all of it had come before"
    );
    ensure!(
        !stopped.reply.can_stop && stopped.focus == "prompt",
        "{stopped:?}"
    );
    until_counted(app, &stopped.reply.key, "open=0").await?;
    no_request_follows(app, &stopped.reply.key).await?;
    let after = app.facts().await?.reply;
    ensure!(
        after.text == stopped.reply.text && after.state == "stopped",
        "{after:?} after {:?}",
        stopped.reply
    );
    Ok(())
}

pub async fn another_question_takes_the_place_of_a_running_reply(app: &App<'_>) -> Result<()> {
    let (text, _) = app.page.server.reply("rust").await?;
    app.open().await?;
    app.click("ask").await?;
    let first = app
        .until("some tokens are there", |now| now.reply.text.len() > 10)
        .await?
        .reply;
    app.page.keys("prompt", " And in Rust?").await?;
    app.click("ask").await?;
    let second = app
        .until("another reply has begun", |now| {
            now.reply.key != first.key && !now.reply.text.is_empty()
        })
        .await?
        .reply;
    ensure!(text.starts_with(&second.text), "{:?}", second.text);
    ensure!(
        second.prompt == format!("{PROMPT} And in Rust?"),
        "{:?} is left of what was written",
        second.prompt
    );
    until_counted(app, &first.key, "open=0").await?;
    app.until("it is complete", |now| {
        now.reply.state == "complete" && now.reply.text == text
    })
    .await?;
    no_request_follows(app, &first.key).await
}
