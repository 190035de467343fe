//! The machine's readings: a chart, a list of events, and the connection they come by.

use dashboard::{Entry, HEIGHT, Line, Machine, Server, WIDTH, badge, kind};
use leptos::prelude::*;
use wasm_eventsource::leptos::{UseEventSourceFoldReturn, use_event_source_fold};

const INTERVALS: [u32; 2] = [500, 1000];

type Source = UseEventSourceFoldReturn<Machine>;

/// Each event is folded into a [`Machine`], which the parts below look at. Another interval is another
/// URL: the connection is closed, and opened anew.
#[component]
pub fn MachinePanel(server: Server) -> impl IntoView {
    let server = StoredValue::new(server);
    let (interval, set_interval) = signal(INTERVALS[0]);
    let machine = use_event_source_fold(
        move || server.with_value(|server| server.machine(interval.get())),
        Machine::default,
        Machine::take,
    );
    let tell_server = move |action: &str| {
        server.with_value(|server| server.control(interval.get_untracked(), action))
    };
    let choices = INTERVALS.map(|choice| {
        view! {
            <button
                type="button"
                id=format!("every-{choice}")
                aria-pressed=move || (choice == interval.get()).to_string()
                on:click=move |_| set_interval.set(choice)
            >
                {format!("{choice} ms")}
            </button>
        }
    });
    view! {
        <Charts machine />
        <section class="card connection" aria-labelledby="connection-title">
            <div class="card-head">
                <h2 id="connection-title">"Connection"</h2>
                <p class="note">
                    "key "
                    <code id="key">{move || server.with_value(|server| server.machine_key(interval.get()))}</code>
                </p>
            </div>
            <Facts machine />
            <div class="buttons">
                <span>"A reading each:"</span>
                {choices}
                <span>"This page:"</span>
                <button type="button" id="close" on:click=move |_| machine.close()>"Close"</button>
                <button type="button" id="reopen" on:click=move |_| machine.reopen()>"Open anew"</button>
                <span>"The server:"</span>
                <button type="button" id="server-drop" on:click=move |_| tell_server("drop")>
                    "Drop the connection"
                </button>
                <button type="button" id="server-close" on:click=move |_| tell_server("close")>
                    "Send close"
                </button>
            </div>
        </section>
        <Log machine />
    }
}

#[component]
fn Charts(machine: Source) -> impl IntoView {
    let Source { state, value, .. } = machine;
    let memory_now = move || value.with(Machine::memory_now).unwrap_or("–".to_owned());
    // As many elements as there are cores; what is in them follows the readings.
    let cores = Memo::new(move |_| value.with(|now| now.cores.len()));
    let shade = move |core| value.with(|now| format!("shade-{}", now.shade(core)));
    let of_core = move |core: usize, look: fn(&Line) -> String| {
        move || value.with(|now| now.cores.get(core).map(look))
    };
    let percentages = move || {
        let item = |core| {
            let percent = of_core(core, |line| {
                format!("{:.0} %", line.newest().unwrap_or_default())
            });
            view! {
                <li class=move || shade(core)>
                    <i aria-hidden="true"></i>
                    {core}
                    <b class="number">{percent}</b>
                </li>
            }
        };
        (0..cores.get()).map(item).collect_view()
    };
    let lines = move || {
        let line = |core| {
            let path = of_core(core, |line| line.path(100.0));
            view! { <path class=move || format!("line {}", shade(core)) d=path /> }
        };
        (0..cores.get()).map(line).collect_view()
    };
    view! {
        <section class="card machine" aria-labelledby="machine-title">
            <div class="card-head">
                <h2 id="machine-title">"This machine, live"</h2>
                <p class="badge" id="state" role="status" data-state=move || state.with(kind)>
                    <span class="dot" aria-hidden="true"></span>
                    <span>
                        <span class="visually-hidden">"Connection: "</span>
                        {move || state.with(badge)}
                    </span>
                </p>
            </div>
            <div class="plot-head">
                <h3>"CPU " <span class="unit">"% per core"</span></h3>
                <ul class="cores" aria-label="CPU now, per core">{percentages}</ul>
            </div>
            <Chart
                id="cpu-chart"
                class="plot tall"
                label="CPU per core over the last minute, in percent"
                points=Signal::derive(move || value.with(|now| now.cores.first().map_or(0, Line::len)))
            >
                {lines}
            </Chart>
            <div class="plot-head">
                <h3>"Memory " <span class="unit">"GiB used"</span></h3>
                <p class="now number" id="memory">{memory_now}</p>
            </div>
            <Chart
                id="memory-chart"
                class="plot"
                label="Memory in use over the last minute, in gibibytes"
                points=Signal::derive(move || value.with(|now| now.memory.len()))
            >
                <path class="area" d=move || value.with(|now| now.memory.area(now.total)) />
                <path class="line memory-line" d=move || value.with(|now| now.memory.path(now.total)) />
            </Chart>
        </section>
    }
}

/// A frame with a grid around the lines.
#[component]
fn Chart(
    id: &'static str,
    class: &'static str,
    label: &'static str,
    points: Signal<usize>,
    children: Children,
) -> impl IntoView {
    view! {
        <svg
            id=id
            class=class
            role="img"
            aria-label=label
            data-points=move || points.get().to_string()
            viewBox=format!("0 0 {WIDTH} {HEIGHT}")
            preserveAspectRatio="none"
        >
            <path class="grid" d="M0 0H600M0 25H600M0 50H600M0 75H600M0 100H600" />
            {children()}
        </svg>
    }
}

#[component]
fn Facts(machine: Source) -> impl IntoView {
    let Source {
        state,
        value,
        error,
        ..
    } = machine;
    let count = move || value.with(|now| now.count.to_string());
    let load = move || value.with(Machine::load_now).unwrap_or("–".to_owned());
    let error = move || {
        error
            .get()
            .map_or("none".to_owned(), |error| error.to_string())
    };
    view! {
        <dl class="facts">
            <div>
                <dt>"Events"</dt>
                <dd class="number" id="messages" data-count=count>{count}</dd>
            </div>
            <div class="load-fact">
                <dt>"Load"</dt>
                <dd class="number">{load}</dd>
            </div>
            <div class="wide"><dt>"State"</dt><dd id="state-text">{move || state.get().to_string()}</dd></div>
            <div class="wide"><dt>"Error"</dt><dd id="error">{error}</dd></div>
        </dl>
    }
}

#[component]
fn Log(machine: Source) -> impl IntoView {
    let entries = move || machine.value.with(|now| now.log.clone());
    view! {
        <section class="card events" aria-labelledby="log-title">
            <div class="card-head"><h2 id="log-title">"Events"</h2></div>
            <div class="scroll" tabindex="0" role="region" aria-labelledby="log-title">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Time"</th>
                            <th scope="col">"Name"</th>
                            <th scope="col">"ID"</th>
                            <th scope="col">"Data"</th>
                        </tr>
                    </thead>
                    <tbody id="log">
                        <For each=entries key=|entry| (entry.number, entry.at.map(f64::to_bits)) children=row />
                    </tbody>
                </table>
            </div>
        </section>
    }
}

fn row(entry: Entry) -> impl IntoView {
    view! {
        <tr data-name=entry.name.clone()>
            <td>{entry.at.map(dashboard::clock)}</td>
            <td>{entry.name.clone()}</td>
            <td>{entry.id}</td>
            <td>{entry.text}</td>
        </tr>
    }
}
