//! The machine's readings: one connection, and every event of it folded into one value.

use dashboard::{FIRST_PACE, Live, machine_url};
use leptos::prelude::*;
use wasm_eventsource::leptos::use_event_source_fold;

use crate::{connection::Connection, events::Events, machine::Machine, reply::ReplyCard};

#[component]
pub fn Dashboard() -> impl IntoView {
    let pace = RwSignal::new(FIRST_PACE);
    // Another pace is another URL: the connection is closed, the value begins anew, and another opens.
    // The same pace again is no change, for that is a memo.
    let url = Memo::new(move |_| machine_url(pace.get()));
    let live = use_event_source_fold(
        move || url.get(),
        move || Live::every(pace.get_untracked()),
        Live::fold,
    );
    view! {
        <main data-pace=pace>
            <Machine live=live.value />
            <Connection live pace />
            <ReplyCard />
            <Events live=live.value />
        </main>
    }
}
