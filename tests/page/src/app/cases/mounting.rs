//! A connection lives as long as its component.

use anyhow::{Result, ensure};

use super::{super::App, no_request_follows, until_counted};

pub async fn mounting_opens_one_connection_for_each_hook(app: &App<'_>) -> Result<()> {
    let facts = app.open().await?;
    ensure!(
        facts.state_text == "open" && facts.reason.is_empty() && facts.details == "open",
        "{facts:?}"
    );
    for key in [facts.machine(500), facts.clock_key()] {
        until_counted(app, &key, "open=1").await?;
        let counts = app.page.server.counts(&key).await?;
        ensure!(counts.requests == 1 && counts.opened == 1, "{counts:?}");
    }
    ensure!(
        facts.reply.state == "idle" && facts.reply.key.is_empty(),
        "nobody has asked: {:?}",
        facts.reply
    );
    Ok(())
}

pub async fn unmounting_closes_all_and_no_request_follows(app: &App<'_>) -> Result<()> {
    app.open().await?;
    app.click("ask").await?;
    let facts = app
        .until("a reply has begun", |now| !now.reply.text.is_empty())
        .await?;
    app.click("mount").await?;
    let keys = [facts.machine(500), facts.clock_key(), facts.reply.key];
    for key in &keys {
        until_counted(app, key, "open=0").await?;
    }
    let gone = app.facts().await?;
    ensure!(!gone.is_mounted && gone.mount_text == "Mount", "{gone:?}");
    for key in &keys {
        no_request_follows(app, key).await?;
    }
    Ok(())
}

pub async fn mounting_again_begins_anew(app: &App<'_>) -> Result<()> {
    let facts = app.open().await?;
    let key = facts.machine(500);
    app.until("some events", |now| now.count >= 9).await?;
    app.click("mount").await?;
    until_counted(app, &key, "open=0").await?;
    app.click("mount").await?;
    until_counted(app, &key, "opened=2&open=1").await?;
    let anew = app.until("there are readings", |now| now.count > 0).await?;
    ensure!(
        anew.ids().last() == Some(&1) && anew.count < 9,
        "the list has {:?}",
        anew.log
    );
    Ok(())
}

pub async fn quick_remounts_leave_one_connection_and_at_last_none(app: &App<'_>) -> Result<()> {
    let facts = app.open().await?;
    let keys = [facts.machine(500), facts.clock_key()];
    // In one task each time, so that there is no time to open, and then one click after the other.
    app.page
        .run("for (let i = 0; i < 20; i += 1) document.getElementById('mount').click()")
        .await?;
    for _ in 0..10 {
        app.click("mount").await?;
    }
    let mounted = app
        .until("there are readings", |now| {
            now.state == "open" && now.count > 0
        })
        .await?;
    ensure!(mounted.key == facts.key, "the page was loaded anew");
    for key in &keys {
        until_counted(app, key, "open=1").await?;
    }
    app.until("it goes on", |now| now.count > mounted.count + 3)
        .await?;
    app.click("mount").await?;
    for key in &keys {
        until_counted(app, key, "open=0").await?;
    }
    for key in &keys {
        no_request_follows(app, key).await?;
    }
    Ok(())
}

pub async fn unmounting_while_it_reconnects_leaves_nothing(app: &App<'_>) -> Result<()> {
    let facts = app.open().await?;
    let key = facts.machine(500);
    app.page.server.refuse(&key).await?;
    app.click("server-drop").await?;
    app.until("it is lost", |now| now.state == "reconnecting")
        .await?;
    app.click("mount").await?;
    app.until("it is gone", |now| !now.is_mounted).await?;
    app.page.server.accept(&key).await?;
    no_request_follows(app, &key).await
}
