//! What may happen to a connection: another URL, a break, and the end.

use anyhow::{Context, Result, ensure};
use serde_json::json;

use super::{super::App, no_request_follows, until_counted};

/// Keeps in order what is opened and closed from now on.
const WATCH: &str = r#"
    const seen = [];
    window.seen = seen;
    const pace = (url) => new URL(url, location.href).searchParams.get("interval_ms");
    window.EventSource = class extends EventSource {
        constructor(url, options) {
            super(url, options);
            seen.push(`open ${pace(this.url)}`);
        }
    };
    const close = EventSource.prototype.close;
    Object.getPrototypeOf(EventSource.prototype).close = function () {
        if (this.readyState !== 2) seen.push(`close ${pace(this.url)}`);
        close.call(this);
    };"#;

pub async fn another_pace_closes_the_old_connection_before_it_opens_the_new(
    app: &App<'_>,
) -> Result<()> {
    let facts = app.open().await?;
    ensure!(facts.pace == "pace-500", "{}", facts.pace);
    app.page.run(WATCH).await?;
    app.click("pace-250").await?;
    let anew = app
        .until("readings at the new pace", |now| {
            now.pace == "pace-250" && now.state == "open" && now.count > 0
        })
        .await?;
    ensure!(
        anew.ids().last() == Some(&1)
            && anew
                .ids()
                .is_sorted_by(|newer, older| newer == &(older + 1)),
        "the list has {:?}",
        anew.ids()
    );
    until_counted(app, &facts.machine(500), "open=0").await?;
    until_counted(app, &facts.machine(250), "open=1").await?;
    // The same pace again is no change.
    app.click("pace-250").await?;
    app.until("it goes on", |now| now.count > anew.count + 3)
        .await?;
    let seen = app.page.run("return window.seen").await?;
    ensure!(seen == json!(["close 500", "open 250"]), "{seen}");
    let counts = app.page.server.counts(&facts.machine(250)).await?;
    ensure!(counts.last_event_ids == [""], "{counts:?}");
    no_request_follows(app, &facts.machine(500)).await
}

pub async fn no_late_event_of_the_old_connection_is_shown(app: &App<'_>) -> Result<()> {
    let facts = app.open().await?;
    let event = "event: load\nid: 9999\ndata: {\"at\":1,\"one\":1,\"five\":1,\"fifteen\":1}\n\n";
    let events = event.repeat(2000);
    for (old, new) in [(500, 250), (250, 2000), (2000, 500)] {
        let (old, button) = (facts.machine(old), format!("pace-{new}"));
        let (sent, clicked) = tokio::join!(
            app.page.server.send(&old, events.clone()),
            app.click(&button)
        );
        sent.and(clicked)?;
        let anew = app
            .until("readings at the new pace", |now| {
                now.pace == button && now.state == "open" && now.count > 0
            })
            .await?;
        until_counted(app, &old, "open=0").await?;
        let later = app
            .until("it goes on", |now| now.count >= anew.count + 3)
            .await?;
        for now in [anew, later] {
            ensure!(
                now.ids().iter().all(|id| *id < 9999) && now.ids().last() == Some(&1),
                "the list has {:?}",
                now.ids()
            );
        }
    }
    Ok(())
}

pub async fn a_dropped_connection_comes_back_after_the_last_id(app: &App<'_>) -> Result<()> {
    let facts = app.open().await?;
    let key = facts.machine(500);
    let before = app.until("some events", |now| now.count >= 6).await?;
    app.click("server-drop").await?;
    let lost = app
        .until("it is lost", |now| now.state == "reconnecting")
        .await?;
    ensure!(
        lost.state_text == "reconnecting" && lost.details.starts_with("attempt 1"),
        "{lost:?}"
    );
    ensure!(
        lost.count >= before.count,
        "what was there is gone: {lost:?}"
    );
    let back = app
        .until("it is open again, and goes on", |now| {
            now.state == "open" && now.count > lost.count + 6
        })
        .await?;
    ensure!(back.error.is_empty(), "it is shown as {:?}", back.error);
    ensure!(
        back.told == "The server cut the connection.",
        "{}",
        back.told
    );
    let counts = app.page.server.counts(&key).await?;
    let last = counts.last_event_ids.last().context("no request")?;
    ensure!(
        counts.requests == 2 && *last == lost.last_id,
        "{} was the last, and the server has {counts:?}",
        lost.last_id
    );
    let last: u64 = last.parse()?;
    ensure!(
        back.ids().contains(&(last + 1)) && back.ids().last() == Some(&1),
        "the list has {:?}",
        back.ids()
    );
    ensure!(
        back.ids()
            .is_sorted_by(|newer, older| newer == &(older + 1)),
        "the list has {:?}",
        back.ids()
    );
    Ok(())
}

pub async fn a_close_event_ends_it_for_good(app: &App<'_>) -> Result<()> {
    let facts = app.open().await?;
    let key = facts.machine(500);
    app.click("server-close").await?;
    let closed = app
        .until("the close event, and the end", |now| {
            let first = now.log.first();
            now.state == "closed"
                && first.is_some_and(|[name, _, text]| name == "close" && text == "Stream finished")
        })
        .await?;
    ensure!(
        closed.reason == "rule" && closed.state_text == "closed: by the server",
        "{closed:?}"
    );
    no_request_follows(app, &key).await?;
    let after = app.facts().await?;
    ensure!(
        after.state == "closed" && after.count == closed.count && after.error.is_empty(),
        "{after:?}"
    );
    Ok(())
}

pub async fn it_can_be_closed_and_opened_again(app: &App<'_>) -> Result<()> {
    let facts = app.open().await?;
    let key = facts.machine(500);
    app.click("toggle").await?;
    let closed = app
        .until("it is closed", |now| now.state == "closed")
        .await?;
    ensure!(
        closed.reason == "called" && closed.state_text == "closed: by this page",
        "{closed:?}"
    );
    ensure!(
        closed.toggle == "Open" && closed.focus == "toggle",
        "{closed:?}"
    );
    no_request_follows(app, &key).await?;
    app.click("server-drop").await?;
    app.until("the server says that there is nothing to drop", |now| {
        now.told == "The server has no open stream."
    })
    .await?;
    app.click("toggle").await?;
    let open = app
        .until("it goes on", |now| {
            now.state == "open" && now.count > closed.count
        })
        .await?;
    ensure!(open.toggle == "Close", "{open:?}");
    until_counted(app, &key, "opened=2&open=1").await
}
