//! The connection: its state, its buttons, its end, and the counter that proves the end.

use anyhow::{Result, ensure};

use crate::{facts::Facts, page::Page};

/// How long the server may take to see what the page did.
const SEEN_WITHIN_MS: u64 = 10_000;

pub async fn the_page_opens_its_stream_and_says_so(page: &Page) -> Result<()> {
    let facts = page.open().await?;
    ensure!(
        facts.ready_state == "1" && facts.state_text == "open",
        "{facts:?}"
    );
    ensure!(facts.reason.is_empty(), "a close reason: {}", facts.reason);
    let (lost, text) = (facts.last_break.attempt, &facts.last_break.text);
    ensure!(lost == 0 && text == "none yet", "a break: {text}");
    let counts = page.server.counts(&facts.key).await?;
    ensure!(counts.opened == 1 && counts.open == 1, "{counts:?}");
    for id in ["close", "server-drop", "server-close", "ask"] {
        ensure!(facts.can(id), "#{id} is disabled");
    }
    for id in ["open", "stop"] {
        ensure!(!facts.can(id), "#{id} is enabled");
    }
    page.until("messages are counted", |now| now.messages > 2)
        .await?;
    Ok(())
}

pub async fn the_close_button_closes_and_the_server_sees_it(page: &Page) -> Result<()> {
    let facts = page.open().await?;
    page.click("close").await?;
    let closed = until_closed(page).await?;
    ensure!(closed.reason == "called", "the reason is {}", closed.reason);
    let (gone, counts) = page
        .server
        .wait(&facts.key, "open=0", SEEN_WITHIN_MS)
        .await?;
    ensure!(gone, "still open at the server: {counts:?}");
    ensure!(closed.can("open"), "#open is disabled");
    for id in ["close", "server-drop", "server-close"] {
        ensure!(!closed.can(id), "#{id} is enabled");
    }
    until_silent(page, 1).await
}

pub async fn the_keyboard_can_close_and_open(page: &Page) -> Result<()> {
    const ENTER: &str = "\u{e007}";
    page.open().await?;
    page.keys("close", ENTER).await?;
    until_closed(page).await?;
    page.keys("open", ENTER).await?;
    let again = page
        .until("it is open again and has messages", |now| {
            now.state == "open" && now.messages > 0
        })
        .await?;
    ensure!(again.reconnects == 0, "opening is no reconnecting");
    ensure!(
        again.proof.verdict == "none",
        "a verdict about an open stream"
    );
    let counts = page.server.counts(&again.key).await?;
    ensure!(counts.opened == 2 && counts.open == 1, "{counts:?}");
    Ok(())
}

pub async fn close_works_while_the_browser_waits_to_reconnect(page: &Page) -> Result<()> {
    page.open().await?;
    page.click("server-drop").await?;
    page.until("it is reconnecting", |now| now.state == "reconnecting")
        .await?;
    // By the script, because a click by the driver may come after the second that is the pause.
    page.run("document.getElementById('close').click()").await?;
    let closed = until_closed(page).await?;
    ensure!(closed.reason == "called", "the reason is {}", closed.reason);
    until_silent(page, 1).await
}

pub async fn a_dropped_connection_comes_back_and_keeps_the_last_id(page: &Page) -> Result<()> {
    page.open().await?;
    let before = page
        .until("there is an id", |now| !now.last_id.is_empty())
        .await?;
    page.click("server-drop").await?;
    let lost = page
        .until("it is reconnecting", |now| now.state == "reconnecting")
        .await?;
    ensure!(lost.ready_state == "0", "readyState {}", lost.ready_state);
    ensure!(!lost.last_id.is_empty(), "the last event ID is forgotten");
    ensure!(
        lost.can("close") && !lost.can("server-drop") && !lost.can("open"),
        "{:?}",
        lost.enabled
    );
    let back = page
        .until("it is open again", |now| now.state == "open")
        .await?;
    ensure!(back.reconnects == 1, "{} reconnects", back.reconnects);
    ensure!(!back.last_id.is_empty(), "the last event ID is forgotten");

    let counts = page.server.counts(&back.key).await?;
    let [first, second] = counts.last_event_ids.as_slice() else {
        anyhow::bail!("not two requests: {counts:?}");
    };
    ensure!(first.is_empty() && !second.is_empty(), "{counts:?}");
    let [before, kept, shown]: [u64; 3] = [
        before.last_id.parse()?,
        second.parse()?,
        back.last_id.parse()?,
    ];
    ensure!(before <= kept && kept <= shown, "{before}, {kept}, {shown}");
    let logged = page.facts().await?.log.states;
    ensure!(
        logged == ["connecting", "open", "reconnecting", "open"],
        "the log has {logged:?}"
    );
    page.until("messages go on", |now| now.messages > back.messages)
        .await?;
    Ok(())
}

pub async fn the_panel_says_which_attempt_it_is_and_what_it_resumed_after(
    page: &Page,
) -> Result<()> {
    page.open().await?;
    page.until("there is an id", |now| !now.last_id.is_empty())
        .await?;
    page.click("server-drop").await?;
    let lost = page
        .until("the attempt is shown", |now| now.last_break.attempt > 0)
        .await?
        .last_break;
    ensure!(lost.attempt == 1 && lost.text == "attempt 1", "{lost:?}");
    let back = page
        .until("it is open again", |now| now.state == "open")
        .await?;
    let counts = page.server.counts(&back.key).await?;
    let id = &back.last_break.resumed_after;
    ensure!(
        counts.last_event_ids.last() == Some(id) && !id.is_empty(),
        "it says {id:?}, and the server {counts:?}"
    );
    ensure!(
        back.last_break.text == format!("resumed after {id}"),
        "{:?}",
        back.last_break
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
        "{} reconnects, {:?}",
        back.reconnects,
        back.last_break
    );
    Ok(())
}

pub async fn a_close_event_ends_the_stream_with_its_reason(page: &Page) -> Result<()> {
    page.open().await?;
    page.click("server-close").await?;
    let closed = until_closed(page).await?;
    ensure!(closed.reason == "rule", "the reason is {}", closed.reason);
    ensure!(
        closed.reason_text.contains("Stream finished"),
        "{}",
        closed.reason_text
    );
    ensure!(
        closed.state_text == "closed: by the server",
        "{}",
        closed.state_text
    );
    page.until("the close event is the last in the log", |now| {
        let mut events = now.log.newest.iter().filter(|[name, ..]| name != "closed");
        events.next().is_some_and(|[name, ..]| name == "close")
    })
    .await?;
    Ok(())
}

pub async fn after_a_close_event_no_request_follows(page: &Page) -> Result<()> {
    page.open().await?;
    page.click("server-close").await?;
    until_closed(page).await?;
    until_silent(page, 1).await
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

pub async fn an_error_is_shown_on_the_page(page: &Page) -> Result<()> {
    page.open().await?;
    page.run("window.dispatchEvent(new ErrorEvent('error', { message: 'on purpose' }))")
        .await?;
    page.until("the error is shown", |now| {
        now.problems
            .iter()
            .any(|problem| problem.contains("on purpose"))
    })
    .await?;
    Ok(())
}

async fn until_closed(page: &Page) -> Result<Facts> {
    page.until("it is closed", |now| {
        now.state == "closed" && now.ready_state == "2"
    })
    .await
}

/// Waits until the page has seen no request for longer than the browser would wait, and checks that
/// the server says the same.
async fn until_silent(page: &Page, requests: u64) -> Result<()> {
    let facts = page
        .until("the retry time is over twice", |now| {
            now.proof.quiet_ms > 2 * now.proof.retry_ms
        })
        .await?;
    let proof = &facts.proof;
    ensure!(
        proof.verdict == "silent"
            && proof.at_close == requests.to_string()
            && proof.now == proof.at_close,
        "{proof:?}"
    );
    let counts = page.server.counts(&facts.key).await?;
    ensure!(
        counts.requests == requests && counts.open == 0,
        "{counts:?}"
    );
    Ok(())
}
