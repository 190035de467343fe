//! The server's time: a component with an event source at its smallest.

use serde::Deserialize;
use wasm_eventsource::yew::use_event_source;
use yew::prelude::*;

use crate::{PAGE_KEY, events::time_of_day};

/// `event: test`, with the server's time in milliseconds since the epoch.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Clock {
    Test(u64),
}

#[component]
pub fn ServerClock() -> Html {
    let key = format!("{}-clock", *PAGE_KEY);
    let clock = use_event_source::<Clock>(format!("/time?key={key}"));
    let time = clock.latest().map(|clock| {
        let Clock::Test(time) = *clock;
        time_of_day(time)
    });
    html! { <time id="clock" data-key={key}>{ time.unwrap_or_else(|| "–".to_owned()) }</time> }
}
