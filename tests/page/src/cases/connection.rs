//! The connection of the readings: lost, closed, and opened again.

use anyhow::{Context, Result, ensure};

use crate::{facts::are_complete, page::Page, site::Site};

const ENTER: &str = "\u{e007}";

pub async fn closed_by_this_page_it_stays_closed_until_it_is_opened_again(
    page: &Page,
) -> Result<()> {
    let facts = page.open().await?;
    page.keys("close", ENTER).await?;
    let closed = page.until_closed().await?;
    if page.site != Site::Leptos {
        ensure!(closed.reason == "called", "{closed:?}");
        ensure!(closed.state_text == "closed: by this page", "{closed:?}");
        page.until("the focus is where it can be opened", |now| {
            now.focus == "open"
        })
        .await?;
    }
    page.server.no_request_follows(&facts.key).await?;
    page.keys("open", ENTER).await?;
    let again = page
        .until("it is open again and has messages", |now| {
            // The demo page counts anew, the apps go on.
            let before = if page.site == Site::Demo {
                0
            } else {
                closed.messages
            };
            now.state == "open" && now.messages > before
        })
        .await?;
    ensure!(again.reconnects == 0, "opening is no reconnecting");
    page.server.until(&facts.key, "opened=2&open=1").await
}

pub async fn a_dropped_connection_comes_back_after_the_last_id(page: &Page) -> Result<()> {
    let facts = page.open().await?;
    page.until("some messages", |now| now.messages >= 6).await?;
    page.tell_server("drop").await?;
    let lost = page
        .until("it is lost", |now| now.state == "reconnecting")
        .await?;
    let back = page
        .until("it is open again, and messages go on", |now| {
            now.state == "open" && now.messages > lost.messages + 6
        })
        .await?;
    let counts = page.server.counts(&facts.key).await?;
    let last = counts.last_event_ids.last().context("no request")?;
    ensure!(counts.requests == 2 && !last.is_empty(), "{counts:?}");
    if page.site != Site::Leptos {
        // What had come before it was lost may be shown after that.
        let [shown, resumed]: [u64; 2] = [lost.last_id.parse()?, last.parse()?];
        let ids = &back.log.ids;
        ensure!(
            shown <= resumed && are_complete(ids) && ids.contains(&(resumed + 1)),
            "resumed after {last}, the log has {ids:?}"
        );
    }
    match page.site {
        Site::Demo => {
            ensure!(lost.ready_state == "0" && back.reconnects == 1, "{back:?}");
            ensure!(lost.last_break.text == "attempt 1", "{lost:?}");
            let resumed = format!("resumed after {last}");
            ensure!(back.last_break.text == resumed, "{back:?}");
            let states = ["connecting", "open", "reconnecting", "open"];
            ensure!(back.log.states == states, "{:?}", back.log.states);
        }
        Site::Yew => {
            ensure!(lost.reason_text.starts_with("attempt 1: "), "{lost:?}");
            let answer = "The server cut the connection.";
            ensure!(back.server_answer == answer, "{back:?}");
        }
        Site::Leptos => {}
    }
    Ok(())
}

pub async fn a_close_event_ends_it_for_good(page: &Page) -> Result<()> {
    let facts = page.open().await?;
    page.tell_server("close").await?;
    let closed = page.until_closed().await?;
    if page.site != Site::Leptos {
        ensure!(closed.reason == "rule", "{closed:?}");
        ensure!(closed.state_text == "closed: by the server", "{closed:?}");
        page.until("the close event is the last in the log", |now| {
            let newest = now.log.newest.first();
            newest
                .is_some_and(|[name, _, data]| name == "close" && data.contains("Stream finished"))
        })
        .await?;
    }
    page.server.no_request_follows(&facts.key).await?;
    let after = page.facts().await?;
    ensure!(after.state == "closed", "{after:?}");
    if page.site == Site::Demo {
        page.until_silent().await?;
    }
    Ok(())
}
