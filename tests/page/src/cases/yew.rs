//! What only the dashboard in Yew has: it can be unmounted, its pace can be changed, and another question
//! can be asked while a reply is on its way.

use anyhow::{Result, ensure};

use crate::{facts::are_complete, page::Page};

pub async fn a_connection_for_each_hook_is_opened_by_mounting_and_closed_by_unmounting(
    page: &Page,
) -> Result<()> {
    let facts = page.open().await?;
    ensure!(facts.reply.state == "idle", "nobody has asked: {facts:?}");
    let is_time = |text: &str| text.len() == 8 && text.split(':').count() == 3;
    let early = page
        .until("the server's time", |now| is_time(&now.clock))
        .await?;
    page.click("ask").await?;
    let mounted = page
        .until(
            "the time and the readings go on, and there is a reply",
            |now| now.clock != early.clock && now.messages >= 9 && !now.reply.text.is_empty(),
        )
        .await?;
    let keys = [mounted.key, mounted.clock_key, mounted.reply.key];
    for key in &keys {
        page.server.until(key, "requests=1&opened=1&open=1").await?;
    }
    page.click("mount").await?;
    page.until("it is unmounted", |now| now.state.is_empty())
        .await?;
    let [readings, clock, reply] = &keys;
    tokio::try_join!(
        page.server.no_request_follows(readings),
        page.server.no_request_follows(clock),
        page.server.no_request_follows(reply),
    )?;
    page.click("mount").await?;
    let anew = page.until("readings", |now| now.messages > 0).await?;
    ensure!(
        anew.log.ids.last() == Some(&1) && anew.log.ids.len() as u64 == anew.messages,
        "it does not begin anew: {anew:?}"
    );
    page.server.until(readings, "requests=2&open=1").await?;
    page.server.until(clock, "requests=2&open=1").await?;
    page.server.until(reply, "requests=1&open=0").await
}

pub async fn another_pace_opens_another_connection_and_closes_the_old_one(
    page: &Page,
) -> Result<()> {
    let old = page.open().await?;
    ensure!(old.pace == "pace-500", "{old:?}");
    page.click("pace-250").await?;
    let new = page
        .until("readings at the new pace", |now| {
            now.pace == "pace-250" && now.state == "open" && now.messages > 0
        })
        .await?;
    ensure!(new.key != old.key, "{new:?}");
    let ids = &new.log.ids;
    ensure!(
        are_complete(ids) && ids.last() == Some(&1),
        "it does not begin anew: {ids:?}"
    );
    page.server.until(&new.key, "open=1").await?;
    // The same pace again is no change.
    page.click("pace-250").await?;
    page.server.no_request_follows(&old.key).await?;
    let counts = page.server.counts(&new.key).await?;
    ensure!(counts.last_event_ids == [""], "{counts:?}");
    Ok(())
}

pub async fn another_question_takes_the_place_of_a_running_reply(page: &Page) -> Result<()> {
    let (text, _) = page.server.reply("rust").await?;
    let prompt = page.open().await?.reply.prompt;
    page.click("ask").await?;
    let first = page
        .until("some tokens are there", |now| now.reply.text.len() > 10)
        .await?
        .reply;
    page.keys("prompt", " And in Rust?").await?;
    page.click("ask").await?;
    let second = page
        .until("another reply has begun", |now| {
            now.reply.key != first.key && !now.reply.text.is_empty()
        })
        .await?
        .reply;
    ensure!(text.starts_with(&second.text), "{second:?}");
    let written = format!("{prompt} And in Rust?");
    ensure!(second.prompt == written, "{second:?}");
    page.server.until(&first.key, "open=0").await
}
