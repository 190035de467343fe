//! The server's time: what a component with an event source is at the least.

use dashboard::{Clock, clock_url, time_of_day};
use leptos::prelude::*;
use wasm_eventsource::leptos::use_event_source;

#[component]
pub fn ServerClock() -> impl IntoView {
    let clock = use_event_source::<Clock, _>(clock_url);
    let time = move || match clock.latest.get() {
        Some(Clock::Test(time)) => time_of_day(time),
        None => "–".to_owned(),
    };
    view! { <time id="clock">{time}</time> }
}
