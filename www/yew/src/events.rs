//! The list of the named events, newest first.

use dashboard::time_of_day;
use yew::prelude::*;

use crate::live::LiveProps;

#[component]
pub fn Events(LiveProps { live }: &LiveProps) -> Html {
    let clear = {
        let live = live.clone();
        move |_| live.update(|live| live.log.clear())
    };
    let rows = live.with(|live| {
        let rows = live.log.rows().map(|row| {
            let time = row.at.map(time_of_day);
            html! {
                <tr key={row.number} data-name={row.name.clone()} data-undecodable={row.is_wrong.then_some("")}>
                    <td>{ time }</td>
                    <td>{ &row.name }</td>
                    <td>{ &row.id }</td>
                    <td title={row.text.clone()}>{ &row.text }</td>
                </tr>
            }
        });
        rows.collect::<Html>()
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
