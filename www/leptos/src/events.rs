//! The list of the named events, newest first.

use std::sync::Arc;

use dashboard::{LOG_HEADS, Live, Row, time_of_day};
use leptos::prelude::*;

#[component]
pub fn Events(live: RwSignal<Live>) -> impl IntoView {
    let clear = move |_| live.update(|live| live.log.clear());
    let rows = move || live.with(|live| live.log.rows().cloned().collect::<Vec<_>>());
    let row = |row: Arc<Row>| {
        let entry = &row.entry;
        view! {
            <tr data-name=entry.name.clone() data-undecodable=entry.is_wrong.then_some("")>
                <td>{entry.at.map(time_of_day)}</td>
                <td>{entry.name.clone()}</td>
                <td>{entry.id.clone()}</td>
                <td title=entry.text.clone()>{entry.text.clone()}</td>
            </tr>
        }
    };
    view! {
        <section class="card events" aria-labelledby="log-title">
            <div class="card-head">
                <h2 id="log-title">"Events"</h2>
                <button type="button" class="quiet" id="log-clear" on:click=clear>"Clear"</button>
            </div>
            <div class="scroll" tabindex="0" role="region" aria-labelledby="log-title">
                <table>
                    <thead>
                        <tr>
                            {LOG_HEADS.map(|title| view! { <th scope="col">{title}</th> })}
                        </tr>
                    </thead>
                    <tbody id="log"><For each=rows key=|row| row.number children=row /></tbody>
                </table>
            </div>
        </section>
    }
}
