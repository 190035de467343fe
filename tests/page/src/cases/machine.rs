//! The machine's readings: charts, current values, and the log of the events that bring them.

use std::fmt::Write;

use anyhow::{Result, ensure};

use crate::{
    facts::{Facts, have_units},
    page::Page,
};

pub async fn both_charts_get_points_and_draw_them(page: &Page) -> Result<()> {
    page.open().await?;
    let early = page
        .until("three points in each chart", |now| {
            now.cpu.points >= 3 && now.memory.points >= 3
        })
        .await?;
    page.until("more points, and more of each line drawn", |now| {
        now.cpu.points >= early.cpu.points + 4
            && now.memory.points >= early.memory.points + 4
            && now.cpu.colored > early.cpu.colored + 10
            && now.memory.colored > early.memory.colored + 5
    })
    .await?;
    Ok(())
}

pub async fn the_current_values_are_shown_with_their_units(page: &Page) -> Result<()> {
    page.open().await?;
    page.until(
        "a value with its unit for each core, memory and load",
        |now| have_units(&now.cores, &now.memory_text, &now.load_text),
    )
    .await?;
    Ok(())
}

pub async fn the_log_shows_name_id_and_data_newest_first(page: &Page) -> Result<()> {
    page.open().await?;
    let facts = page
        .until("a few events of each name", |now| now.log.count >= 9)
        .await?;
    let events = facts.log.newest.iter().filter(|[_, id, _]| !id.is_empty());
    let ids: Vec<u64> = events
        .clone()
        .map(|[_, id, _]| id.parse())
        .collect::<Result<_, _>>()?;
    ensure!(
        ids.len() > 3 && ids.is_sorted_by(|newer, older| newer == &(older + 1)),
        "ids, newest first: {ids:?}"
    );
    for name in ["cpu", "memory", "load"] {
        ensure!(
            events
                .clone()
                .any(|[event, _, data]| event == name && data.starts_with('{')),
            "no {name} in {:?}",
            facts.log.newest
        );
    }
    Ok(())
}

pub async fn the_log_keeps_a_bounded_number_of_rows(page: &Page) -> Result<()> {
    const MANY: u64 = 500;
    let facts = page.open().await?;
    let mut events = String::new();
    for id in 1..=MANY {
        let data = r#"{"at":1,"one":1,"five":1,"fifteen":1}"#;
        write!(
            events,
            "event: load\nid: {}\ndata: {data}\n\n",
            100_000 + id
        )?;
    }
    page.server.send(&facts.key, events).await?;
    let facts = page
        .until("all events are counted", |now| now.log.count >= MANY)
        .await?;
    ensure!(
        (100..MANY).contains(&facts.log.rows),
        "{} rows for {} events",
        facts.log.rows,
        facts.log.count
    );
    Ok(())
}

pub async fn bad_data_is_shown_as_an_error_and_the_stream_goes_on(page: &Page) -> Result<()> {
    let facts = page.open().await?;
    let event = "event: cpu\nid: seven\ndata: {not JSON\n\n".to_owned();
    page.server.send(&facts.key, event).await?;
    let shown = until_problem(page, r#"the data of the event "cpu" is no JSON: "#).await?;
    ensure!(
        shown.log.undecodable == [["cpu", "seven", "{not JSON"]],
        "the log has {:?}",
        shown.log.undecodable
    );
    until_it_goes_on(page, &shown).await
}

pub async fn a_number_out_of_range_is_reported_and_kept_out_of_the_chart(
    page: &Page,
) -> Result<()> {
    let facts = page.open().await?;
    let data = r#"{"at":1,"cores":[1,400]}"#;
    let event = format!("event: cpu\nid: 7\ndata: {data}\n\n");
    page.server.send(&facts.key, event).await?;
    let shown = until_problem(page, "400 is no percentage").await?;
    ensure!(
        shown.log.undecodable == [["cpu", "7", data]],
        "the log has {:?}",
        shown.log.undecodable
    );
    ensure!(
        !shown.cores.iter().any(|core| core == "400 %"),
        "it is shown as {:?}",
        shown.cores
    );
    until_it_goes_on(page, &shown).await
}

async fn until_problem(page: &Page, words: &str) -> Result<Facts> {
    page.until("the problem is shown", |now| {
        now.problems.iter().any(|problem| problem.contains(words))
    })
    .await
}

async fn until_it_goes_on(page: &Page, shown: &Facts) -> Result<()> {
    page.until("messages and points go on", |now| {
        now.state == "open"
            && now.messages > shown.messages + 3
            && now.cpu.points > shown.cpu.points
    })
    .await?;
    Ok(())
}
