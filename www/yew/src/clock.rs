//! The server's time: what a component with an event source is at the least.

use dashboard::{Clock, clock_url, time_of_day};
use wasm_eventsource::yew::use_event_source;
use yew::prelude::*;

#[component]
pub fn ServerClock() -> Html {
    let clock = use_event_source::<Clock>(clock_url());
    match clock.latest().as_deref() {
        Some(Clock::Test(time)) => html! { <time id="clock">{ time_of_day(*time) }</time> },
        None => html! { "–" },
    }
}
