//! The log: the newest events, newest first.

use std::collections::VecDeque;

use yew::prelude::*;

use crate::live::LiveProps;

const MOST_ROWS: usize = 150;

#[derive(Default)]
pub struct Log {
    rows: VecDeque<Row>,
    count: u64,
    /// Not only in the rows: they can be cleared, and the browser still resumes after it.
    last_id: String,
}

/// An event in the log.
pub struct Row {
    /// When it was sent, in milliseconds since the epoch, if it says so.
    pub at: Option<u64>,
    pub name: String,
    pub id: String,
    pub text: String,
    pub is_undecodable: bool,
}

impl Log {
    /// The number of events, including events that have left the log.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Empty without an event.
    pub fn last_id(&self) -> &str {
        &self.last_id
    }

    pub fn add(&mut self, row: Row) {
        self.count += 1;
        self.last_id.clone_from(&row.id);
        self.rows.push_front(row);
        self.rows.truncate(MOST_ROWS);
    }

    pub fn clear(&mut self) {
        self.rows.clear();
    }
}

#[component]
pub fn Events(LiveProps { live }: &LiveProps) -> Html {
    let clear = {
        let live = live.clone();
        move |_| live.update(|live| live.log.clear())
    };
    let rows = live.with(|live| {
        // An event keeps its number while others push it down: it is the key of its row.
        let numbers = (0..live.log.count).rev();
        numbers.zip(&live.log.rows).map(row).collect::<Html>()
    });
    html! {
        <section class="card events" aria-labelledby="log-title">
            <div class="card-head">
                <h2 id="log-title">{ "Events" }</h2>
                <button type="button" class="quiet" id="log-clear" onclick={clear}>{ "Clear" }</button>
            </div>
            <div class="scroll" tabindex="0" role="region" aria-labelledby="log-title">
                <table>
                    <thead>
                        <tr>
                            for title in ["Time", "Name", "ID", "What it says"] { <th scope="col">{ title }</th> }
                        </tr>
                    </thead>
                    <tbody id="log">{ rows }</tbody>
                </table>
            </div>
        </section>
    }
}

fn row((number, row): (u64, &Row)) -> Html {
    html! {
        <tr key={number} data-name={row.name.clone()} data-undecodable={row.is_undecodable.then_some("")}>
            <td>{ row.at.map(time_of_day) }</td>
            <td>{ &row.name }</td>
            <td>{ &row.id }</td>
            <td title={row.text.clone()}>{ &row.text }</td>
        </tr>
    }
}

/// The time of day here, of milliseconds since the epoch.
pub fn time_of_day(at: u64) -> String {
    let date = js_sys::Date::new(&(at as f64).into());
    let (hours, minutes, seconds) = (date.get_hours(), date.get_minutes(), date.get_seconds());
    format!("{hours:02}:{minutes:02}:{seconds:02}")
}
