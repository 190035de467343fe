//! The list of the named events, newest first.

use dashboard::{Entry, LOG_HEADS, Row, time_of_day};
use yew::prelude::*;

use crate::live::LiveProps;

#[component]
pub fn Events(LiveProps { live }: &LiveProps) -> Html {
    let clear = {
        let live = live.clone();
        move |_| live.update(|live| live.log.clear())
    };
    let rows = live.with(|live| live.log.rows().map(|each| row(each)).collect::<Html>());
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
                            for title in LOG_HEADS { <th scope="col">{ title }</th> }
                        </tr>
                    </thead>
                    <tbody id="log">{ rows }</tbody>
                </table>
            </div>
        </section>
    }
}

fn row(Row { number, entry }: &Row) -> Html {
    let Entry { name, id, text, .. } = entry;
    html! {
        <tr key={*number} data-name={name.clone()} data-undecodable={entry.is_wrong.then_some("")}>
            <td>{ entry.at.map(time_of_day) }</td>
            <td>{ name }</td>
            <td>{ id }</td>
            <td title={text.clone()}>{ text }</td>
        </tr>
    }
}
