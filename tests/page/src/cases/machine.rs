//! The machine's readings: charts, current values, and the log of the events that bring them.

use std::fmt::Write;

use anyhow::{Result, ensure};

use crate::{facts::are_complete, page::Page, site::Site};

pub async fn the_newest_readings_are_shown_with_their_units(page: &Page) -> Result<()> {
    let is_percent = |text: &str| {
        let number = text.strip_suffix(" %").and_then(|text| text.parse().ok());
        number.is_some_and(|percent: f64| (0.0..=100.0).contains(&percent))
    };
    page.open().await?;
    page.until(
        "a value with its unit for each core, memory and load",
        |now| {
            now.cores.split(" · ").all(is_percent)
            && now.memory_text.contains(" GiB")
            // The small app does not show it.
            && (page.site == Site::Leptos || now.load_text.split(" · ").count() == 3)
        },
    )
    .await?;
    Ok(())
}

pub async fn both_charts_get_points_and_draw_them(page: &Page) -> Result<()> {
    page.open().await?;
    let early = page
        .until("two points in each chart", |now| {
            now.cpu.points >= 2 && now.memory.points >= 2
        })
        .await?;
    let later = page
        .until("more points, and more of each line drawn", |now| {
            now.cpu.points >= early.cpu.points + 3
                && now.memory.points >= early.memory.points + 3
                && now.cpu.drawn > early.cpu.drawn + 10
                && now.memory.drawn > early.memory.drawn + 5
        })
        .await?;
    if page.site == Site::Yew {
        let (cpu, memory) = (&later.cpu, &later.memory);
        let cores = later.cores.split(" · ").count();
        ensure!(cpu.lines == cores && memory.lines == 1, "{later:?}");
        ensure!(cpu.pieces == 1 && memory.pieces == 1, "{later:?}");
        ensure!(cpu.off < 2.0 && memory.off < 2.0, "{later:?}");
    }
    Ok(())
}

pub async fn the_log_shows_name_id_and_data_newest_first_and_can_be_cleared(
    page: &Page,
) -> Result<()> {
    page.open().await?;
    let facts = page
        .until("a few events of each name", |now| now.messages >= 9)
        .await?;
    let ids = &facts.log.ids;
    ensure!(
        are_complete(ids) && ids.last() == Some(&1) && ids[0].to_string() == facts.last_id,
        "{} is the last id, the log has {ids:?}",
        facts.last_id
    );
    // The demo page shows the data themselves.
    let is_demo = page.site == Site::Demo;
    for (name, words) in [("cpu", "%"), ("memory", "GiB"), ("load", "·")] {
        let part = if is_demo { "{\"at\":" } else { words };
        let mut events = facts.log.newest.iter();
        ensure!(
            events.any(|[event, _, text]| event == name && text.contains(part)),
            "no {name} in {:?}",
            facts.log.newest
        );
    }
    page.click("log-clear").await?;
    page.until("a new log, but not a new count", |now| {
        let oldest = now.log.ids.last();
        oldest.is_some_and(|oldest| *oldest > ids[0]) && now.messages > facts.messages
    })
    .await?;
    Ok(())
}

pub async fn the_log_keeps_a_bounded_number_of_rows(page: &Page) -> Result<()> {
    const MANY: u64 = 500;
    const FIRST: u64 = 100_000;
    let facts = page.open().await?;
    // In several goes, so that rows go while others come.
    for go in 0..5 {
        let mut events = String::new();
        for id in 0..MANY / 5 {
            let id = FIRST + go * MANY / 5 + id;
            let data = r#"{"at":1,"one":1,"five":1,"fifteen":1}"#;
            write!(events, "event: load\nid: {id}\ndata: {data}\n\n")?;
        }
        page.server.send(&facts.key, events).await?;
        page.until("they are counted", |now| now.messages > (go + 1) * MANY / 5)
            .await?;
    }
    let newest = FIRST + MANY - 1;
    let full = page
        .until("the newest is in the log", |now| {
            now.log.ids.contains(&newest)
        })
        .await?;
    // Those of the server's own count come between them.
    let (sent, own): (Vec<u64>, Vec<u64>) = full.log.ids.iter().partition(|id| **id >= FIRST);
    ensure!(
        (100..MANY as usize).contains(&full.log.ids.len())
            && are_complete(&sent)
            && are_complete(&own),
        "after {} events the log has {sent:?} and {own:?}",
        full.messages
    );
    Ok(())
}

pub async fn what_is_no_reading_is_shown_as_a_problem_and_the_stream_goes_on(
    page: &Page,
) -> Result<()> {
    let facts = page.open().await?;
    let no_json = match page.site {
        Site::Demo => r#"the data of the event "cpu" is not JSON: "#,
        _ => r#"cannot decode the event "cpu""#,
    };
    for (data, problem) in [
        ("{not JSON", no_json),
        (r#"{"at":1,"cores":[1,400]}"#, "400 is no percentage"),
    ] {
        let event = format!("event: cpu\nid: 7\ndata: {data}\n\n");
        page.server.send(&facts.key, event).await?;
        let shown = page
            .until(problem, |now| {
                now.problems.iter().any(|shown| shown.contains(problem))
            })
            .await?;
        ensure!(
            shown.log.undecodable.first() == Some(&["cpu", "7", data].map(str::to_owned)),
            "the log has {:?}",
            shown.log.undecodable
        );
        ensure!(!shown.cores.contains("400"), "shown as {:?}", shown.cores);
        page.until("messages and points go on", |now| {
            now.state == "open"
                && now.messages > shown.messages + 3
                && now.cpu.points > shown.cpu.points
        })
        .await?;
    }
    // Every case ends on a page without a problem.
    page.open().await.map(drop)
}
