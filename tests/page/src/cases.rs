//! The cases: what the pages promise, each under a sentence. Each loads the page anew.
//!
//! What the client promises is tested in its own suites; a case shows that a page works as a whole.

mod connection;
mod demo;
mod machine;
mod reply;
mod yew;

use std::pin::Pin;

use anyhow::Result;

use crate::{
    page::Page,
    site::Site::{self, Demo, Leptos, Yew},
};

/// A promise of some pages.
pub struct Case {
    pub name: &'static str,
    sites: &'static [Site],
    pub run: for<'a> fn(&'a Page) -> Running<'a>,
}

type Running<'a> = Pin<Box<dyn Future<Output = Result<()>> + 'a>>;

/// Makes a case of each function: its name is the sentence.
macro_rules! cases {
    ($($sites:expr => $($module:ident :: $name:ident),*;)*) => {
        vec![$($(Case {
            name: stringify!($name),
            sites: $sites,
            run: |page| Box::pin($module::$name(page)),
        }),*),*]
    };
}

/// What a page promises.
pub fn of(site: Site) -> Vec<Case> {
    let mut cases = cases![
        &[Demo, Yew, Leptos] =>
            machine::the_newest_readings_are_shown_with_their_units,
            reply::a_reply_appears_token_by_token_and_is_asked_for_once,
            reply::stop_ends_a_reply_at_once,
            connection::closed_by_this_page_it_stays_closed_until_it_is_opened_again,
            connection::a_dropped_connection_comes_back_after_the_last_id,
            connection::a_close_event_ends_it_for_good;
        &[Demo, Yew] =>
            machine::both_charts_get_points_and_draw_them,
            machine::the_log_shows_name_id_and_data_newest_first_and_can_be_cleared,
            machine::the_log_keeps_a_bounded_number_of_rows,
            machine::what_is_no_reading_is_shown_as_a_problem_and_the_stream_goes_on;
        &[Demo] =>
            demo::the_page_opens_its_stream_and_says_so,
            demo::close_works_while_the_browser_waits_to_reconnect,
            demo::attempts_that_meet_no_server_are_counted,
            demo::a_request_after_the_close_would_be_noticed,
            demo::an_error_is_shown_on_the_page_until_it_is_dismissed,
            demo::the_javascript_example_of_the_readme_runs;
        &[Yew] =>
            yew::a_connection_for_each_hook_is_opened_by_mounting_and_closed_by_unmounting,
            yew::another_pace_opens_another_connection_and_closes_the_old_one,
            yew::another_question_takes_the_place_of_a_running_reply;
    ];
    cases.retain(|case| case.sites.contains(&site));
    cases
}
