//! The cases: what the page promises, each under a sentence. Each loads the page anew.

mod connection;
mod example;
mod machine;
mod reply;

use std::pin::Pin;

use anyhow::Result;

use crate::page::Page;

/// A promise of the page.
pub struct Case {
    pub name: &'static str,
    pub run: for<'a> fn(&'a Page) -> Running<'a>,
    /// A part of the problem that the page is to show; it shows none unless told.
    pub expects: Option<&'static str>,
}

type Running<'a> = Pin<Box<dyn Future<Output = Result<()>> + 'a>>;

/// Makes a case of each function: its name is the sentence.
macro_rules! cases {
    ($($module:ident :: $name:ident),* $(,)?) => {
        vec![$(Case {
            name: stringify!($name),
            run: |page| Box::pin($module::$name(page)),
            expects: None,
        }),*]
    };
}

pub fn all() -> Vec<Case> {
    let mut cases = cases![
        connection::the_page_opens_its_stream_and_says_so,
        machine::both_charts_get_points_and_draw_them,
        machine::the_current_values_are_shown_with_their_units,
        machine::the_log_shows_name_id_and_data_newest_first,
        machine::the_log_keeps_a_bounded_number_of_rows,
        reply::a_reply_appears_token_by_token_and_ends_complete,
        reply::the_prompt_is_posted_once,
        reply::after_the_sentinel_the_server_sees_no_second_request,
        reply::stop_ends_a_reply_at_once,
        connection::the_close_button_closes_and_the_server_sees_it,
        connection::the_keyboard_can_close_and_open,
        connection::close_works_while_the_browser_waits_to_reconnect,
        connection::a_dropped_connection_comes_back_and_keeps_the_last_id,
        connection::the_panel_says_which_attempt_it_is_and_what_it_resumed_after,
        connection::attempts_that_meet_no_server_are_counted,
        connection::a_close_event_ends_the_stream_with_its_reason,
        connection::after_a_close_event_no_request_follows,
        connection::a_request_after_the_close_would_be_noticed,
        example::the_javascript_example_of_the_readme_runs,
    ];
    cases.extend([
        Case {
            name: "bad_data_is_shown_as_an_error_and_the_stream_goes_on",
            run: |page| {
                Box::pin(machine::bad_data_is_shown_as_an_error_and_the_stream_goes_on(page))
            },
            expects: Some("is no JSON"),
        },
        Case {
            name: "a_number_out_of_range_is_reported_and_kept_out_of_the_chart",
            run: |page| {
                Box::pin(machine::a_number_out_of_range_is_reported_and_kept_out_of_the_chart(page))
            },
            expects: Some("400 is no percentage"),
        },
        Case {
            name: "an_error_is_shown_on_the_page",
            run: |page| Box::pin(connection::an_error_is_shown_on_the_page(page)),
            expects: Some("on purpose"),
        },
    ]);
    cases
}
