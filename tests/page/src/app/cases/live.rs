//! What comes of the readings: charts, values, and the list of events.

use std::fmt::Write;

use anyhow::{Result, ensure};

use super::super::App;
use crate::facts::have_units;

pub async fn the_charts_grow_with_the_readings(app: &App<'_>) -> Result<()> {
    app.open().await?;
    let early = app
        .until("three points in each chart", |now| {
            now.cpu.points >= 3 && now.memory.points >= 3
        })
        .await?;
    let later = app
        .until("more points in each chart", |now| {
            now.cpu.points >= early.cpu.points + 3 && now.memory.points >= early.memory.points + 3
        })
        .await?;
    ensure!(
        later.cpu.lines == later.cores.len() && later.cpu.lines > 0 && later.memory.lines == 1,
        "{later:?}"
    );
    ensure!(
        later.cpu.runs == 1 && later.cpu.off < 2.0 && later.memory.off < 2.0,
        "{:?}, {:?}",
        later.cpu,
        later.memory
    );
    Ok(())
}

pub async fn the_newest_values_are_shown_with_their_units(app: &App<'_>) -> Result<()> {
    app.open().await?;
    app.until(
        "a value with its unit for each core, memory and load",
        |now| have_units(&now.cores, &now.memory_text, &now.load_text),
    )
    .await?;
    Ok(())
}

pub async fn the_events_are_listed_newest_first(app: &App<'_>) -> Result<()> {
    app.open().await?;
    let facts = app.until("some events", |now| now.count >= 9).await?;
    let ids = facts.ids();
    ensure!(
        facts.log.len() as u64 == facts.count && ids.len() == facts.log.len(),
        "{} events are listed as {:?}",
        facts.count,
        facts.log
    );
    ensure!(
        ids.is_sorted_by(|newer, older| newer == &(older + 1))
            && ids[0].to_string() == facts.last_id,
        "ids, newest first: {ids:?}"
    );
    for (name, part) in [("cpu", "%"), ("memory", "GiB"), ("load", "·")] {
        ensure!(
            facts
                .log
                .iter()
                .any(|[event, _, text]| event == name && text.contains(part)),
            "no {name} in {:?}",
            facts.log
        );
    }
    Ok(())
}

pub async fn the_list_stays_short_and_in_order(app: &App<'_>) -> Result<()> {
    const MANY: u64 = 500;
    let facts = app.open().await?;
    let mut id = 100_000;
    // In several goes, so that rows go while others come.
    for _ in 0..5 {
        let mut events = String::new();
        for _ in 0..MANY / 5 {
            id += 1;
            let data = r#"{"at":1,"one":1,"five":1,"fifteen":1}"#;
            write!(events, "event: load\nid: {id}\ndata: {data}\n\n")?;
        }
        app.page.server.send(&facts.machine(500), events).await?;
        let text = id.to_string();
        app.until("they are listed", |now| {
            now.log.iter().any(|[_, id, _]| *id == text)
        })
        .await?;
    }
    let now = app.facts().await?;
    ensure!(
        now.log.len() == 150 && now.count > MANY,
        "{} rows for {} events",
        now.log.len(),
        now.count
    );
    // Those of the server's own count go on between them.
    let (sent, own): (Vec<u64>, Vec<u64>) = now.ids().iter().partition(|id| **id > 100_000);
    for ids in [sent, own] {
        ensure!(
            ids.is_sorted_by(|newer, older| newer == &(older + 1)),
            "ids, newest first: {ids:?}"
        );
    }
    Ok(())
}

pub async fn the_list_can_be_cleared_and_goes_on(app: &App<'_>) -> Result<()> {
    app.open().await?;
    let full = app.until("some events", |now| now.count >= 9).await?;
    app.click("log-clear").await?;
    app.until("a new list, but not a new count", |now| {
        now.log.len() < 9 && now.count > full.count && !now.log.is_empty()
    })
    .await?;
    Ok(())
}

pub async fn the_servers_time_goes_on(app: &App<'_>) -> Result<()> {
    app.open().await?;
    let is_time = |text: &str| text.len() == 8 && text.split(':').count() == 3;
    let first = app.until("a time", |now| is_time(&now.clock)).await?;
    app.until("another time", |now| {
        is_time(&now.clock) && now.clock != first.clock
    })
    .await?;
    Ok(())
}

pub async fn an_event_that_cannot_be_decoded_is_shown_and_the_stream_goes_on(
    app: &App<'_>,
) -> Result<()> {
    let facts = app.open().await?;
    let data = r#"{"at":1,"cores":[1,400]}"#;
    let event = format!("event: cpu\nid: 7\ndata: {data}\n\n");
    app.page.server.send(&facts.machine(500), event).await?;
    let shown = app
        .until("the problem is shown", |now| {
            now.error.contains("400 is no percentage")
        })
        .await?;
    ensure!(shown.wrong == [data], "{:?}", shown.wrong);
    ensure!(
        !shown.cores.iter().any(|core| core == "400 %"),
        "it is shown as {:?}",
        shown.cores
    );
    app.until("events and points go on", |now| {
        now.state == "open" && now.count > shown.count + 3 && now.cpu.points > shown.cpu.points
    })
    .await?;
    Ok(())
}
