//! The cases: what a dashboard promises, each under a sentence. Each loads the app anew.

mod changes;
mod live;
mod mounting;
mod reply;

use std::pin::Pin;

use anyhow::{Result, ensure};

use super::App;

/// A promise of an app.
pub struct Case {
    pub name: &'static str,
    pub run: for<'a> fn(&'a App<'a>) -> Running<'a>,
}

type Running<'a> = Pin<Box<dyn Future<Output = Result<()>> + 'a>>;

/// Makes a case of each function: its name is the sentence.
macro_rules! cases {
    ($($module:ident :: $name:ident),* $(,)?) => {
        vec![$(Case {
            name: stringify!($name),
            run: |app| Box::pin($module::$name(app)),
        }),*]
    };
}

pub fn all() -> Vec<Case> {
    cases![
        live::the_charts_grow_with_the_readings,
        live::the_newest_values_are_shown_with_their_units,
        live::the_events_are_listed_newest_first,
        live::the_list_stays_short_and_in_order,
        live::the_list_can_be_cleared_and_goes_on,
        live::the_servers_time_goes_on,
        live::an_event_that_cannot_be_decoded_is_shown_and_the_stream_goes_on,
        mounting::mounting_opens_one_connection_for_each_hook,
        mounting::unmounting_closes_all_and_no_request_follows,
        mounting::mounting_again_begins_anew,
        mounting::quick_remounts_leave_one_connection_and_at_last_none,
        mounting::unmounting_while_it_reconnects_leaves_nothing,
        reply::a_reply_appears_token_by_token_and_is_asked_for_once,
        reply::stop_ends_a_reply_at_once,
        reply::another_question_takes_the_place_of_a_running_reply,
        changes::another_pace_closes_the_old_connection_before_it_opens_the_new,
        changes::no_late_event_of_the_old_connection_is_shown,
        changes::a_dropped_connection_comes_back_after_the_last_id,
        changes::a_close_event_ends_it_for_good,
        changes::it_can_be_closed_and_opened_again,
    ]
}

/// How long the server tells browsers to wait until they come back, in milliseconds.
const RETRY: u64 = 1000;

/// Waits until the counts of the key are as the query says.
async fn until_counted(app: &App<'_>, key: &str, query: &str) -> Result<()> {
    let (so, counts) = app.page.server.wait(key, query, 15_000).await?;
    ensure!(so, "not {query} for {key}: {counts:?}");
    Ok(())
}

/// Waits for more than the retry time, in which the key's next request does not come.
async fn no_request_follows(app: &App<'_>, key: &str) -> Result<()> {
    let next = app.page.server.counts(key).await?.requests + 1;
    let query = format!("requests={next}");
    let (again, counts) = app.page.server.wait(key, &query, 2 * RETRY + 500).await?;
    ensure!(!again, "{key} was asked for again: {counts:?}");
    ensure!(counts.open == 0, "{key} is open: {counts:?}");
    Ok(())
}
