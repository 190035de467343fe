//! The reply: tokens as they come, an end at the sentinel, and stop.

use anyhow::{Result, ensure};

use crate::{page::Page, site::Site};

/// Counts in the page how often the reply changes: more often than the driver can look.
const COUNT_CHANGES: &str = r#"
    window.changes = 0;
    new MutationObserver(() => { window.changes += 1; })
        .observe(document.getElementById("answer"), { childList: true, characterData: true, subtree: true });"#;

const PROMPT: &str = "What are server-sent events?";

pub async fn a_reply_appears_token_by_token_and_is_asked_for_once(page: &Page) -> Result<()> {
    let (text, tokens) = page.server.reply(PROMPT).await?;
    let facts = page.open().await?;
    ensure!(facts.reply.prompt == PROMPT, "{:?}", facts.reply);
    page.run(COUNT_CHANGES).await?;
    page.click("ask").await?;
    let mut length = 0;
    let last = loop {
        let now = page
            .until("the next token, or the end", |now| {
                now.reply.text.len() > length || !matches!(&*now.reply.state, "idle" | "streaming")
            })
            .await?
            .reply;
        ensure!(text.starts_with(&now.text), "{now:?}, but it is {text:?}");
        length = now.text.len();
        if now.state != "streaming" {
            break now;
        }
    };
    let changes = page.run("return window.changes").await?;
    let changes = changes.as_u64().unwrap_or_default();
    ensure!(changes > 6, "it came in {changes} pieces");
    ensure!(last.state == "complete" && last.text == text, "{last:?}");
    if page.site != Site::Leptos {
        let note = format!("complete: {tokens} tokens");
        ensure!(last.note.starts_with(&note), "{last:?}");
    }
    if page.site == Site::Demo {
        page.until("the page says that there was one request", |now| {
            now.reply.note.ends_with(", 1 request")
        })
        .await?;
    }
    let methods = page.server.methods(&last.key).await?;
    ensure!(methods == ["POST"], "{methods:?}");
    page.server.no_request_follows(&last.key).await
}

pub async fn stop_ends_a_reply_at_once(page: &Page) -> Result<()> {
    let (text, _) = page.server.reply(PROMPT).await?;
    page.open().await?;
    page.click("ask").await?;
    let some = page
        .until("some tokens are there", |now| now.reply.text.len() > 10)
        .await?;
    ensure!(some.can("stop"), "{:?}", some.enabled);
    page.click_at_once("stop").await?;
    let stopped = page
        .until("it is stopped", |now| now.reply.state == "stopped")
        .await?;
    ensure!(
        text.starts_with(&stopped.reply.text) && stopped.reply.text != text,
        "{:?}",
        stopped.reply
    );
    page.server.until(&stopped.reply.key, "open=0").await?;
    let after = page.facts().await?;
    ensure!(after.reply.text == stopped.reply.text, "{:?}", after.reply);
    ensure!(after.can("ask"), "{:?}", after.enabled);
    if page.site != Site::Leptos {
        // A disabled button does not keep the focus.
        let focus = if page.site == Site::Demo {
            "ask"
        } else {
            "prompt"
        };
        ensure!(!after.can("stop") && after.focus == focus, "{after:?}");
    }
    Ok(())
}
