//! The machine's readings: one connection, and every event of it folded into one value.

use dashboard::{FIRST_PACE, Live, machine_url};
use wasm_eventsource::yew::{UseEventSourceFoldHandle, use_event_source_fold};
use yew::prelude::*;

use crate::{connection::Connection, events::Events, machine::Machine, reply::ReplyCard};

/// What the cards of the machine are given. It renders them anew when something came.
#[derive(PartialEq, Properties)]
pub struct LiveProps {
    pub live: UseEventSourceFoldHandle<Live>,
}

#[component]
pub fn Dashboard() -> Html {
    let pace = use_state(|| FIRST_PACE);
    // Another pace is another URL: the connection is closed, the value begins anew, and another opens.
    let live = {
        let pace = *pace;
        use_event_source_fold(machine_url(pace), move || Live::every(pace), Live::fold)
    };
    html! {
        <main data-pace={pace.to_string()}>
            <Machine live={live.clone()} />
            <Connection live={live.clone()} {pace} />
            <ReplyCard />
            <Events {live} />
        </main>
    }
}
