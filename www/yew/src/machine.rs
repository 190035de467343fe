//! The machine's readings: a chart, a list of events, and the connection they come by.

use dashboard::{Entry, HEIGHT, Machine, WIDTH, badge, kind};
use wasm_eventsource::yew::{UseEventSourceFoldHandle, use_event_source_fold_with};
use yew::prelude::*;

use crate::Props;

const INTERVALS: [u32; 2] = [500, 1000];

/// Each event is folded into a [`Machine`], which the parts below look at. Another interval is another
/// URL: the connection is closed, and opened anew.
#[component]
pub fn MachinePanel(props: &Props) -> Html {
    let interval = use_state(|| INTERVALS[0]);
    let machine = {
        let server = props.server.clone();
        use_event_source_fold_with(
            *interval,
            move |interval| server.machine(*interval),
            Machine::default,
            Machine::take,
        )
    };
    let close = on_click(&machine, UseEventSourceFoldHandle::close);
    let reopen = on_click(&machine, UseEventSourceFoldHandle::reopen);
    let tell_server = |action: &'static str| {
        let (server, interval) = (props.server.clone(), *interval);
        Callback::from(move |_| server.control(interval, action))
    };
    let choices = INTERVALS.map(|choice| {
        let choose = {
            let interval = interval.clone();
            move |_| interval.set(choice)
        };
        let is_chosen = (choice == *interval).to_string();
        html! {
            <button type="button" id={format!("every-{choice}")} aria-pressed={is_chosen} onclick={choose}>
                { format!("{choice} ms") }
            </button>
        }
    });
    html! {
        <>
            <Charts machine={machine.clone()} />
            <section class="card connection" aria-labelledby="connection-title">
                <div class="card-head">
                    <h2 id="connection-title">{ "Connection" }</h2>
                    <p class="note">
                        { "key " }
                        <code id="key">{ props.server.machine_key(*interval) }</code>
                    </p>
                </div>
                <Facts machine={machine.clone()} />
                <div class="buttons">
                    <span>{ "A reading each:" }</span>
                    { for choices }
                    <span>{ "This page:" }</span>
                    <button type="button" id="close" onclick={close}>{ "Close" }</button>
                    <button type="button" id="reopen" onclick={reopen}>{ "Open anew" }</button>
                    <span>{ "The server:" }</span>
                    <button type="button" id="server-drop" onclick={tell_server("drop")}>
                        { "Drop the connection" }
                    </button>
                    <button type="button" id="server-close" onclick={tell_server("close")}>
                        { "Send close" }
                    </button>
                </div>
            </section>
            <Log machine={machine} />
        </>
    }
}

type Handle = UseEventSourceFoldHandle<Machine>;

/// A handle is a prop that has changed whenever there is something new.
#[derive(PartialEq, Properties)]
struct MachineProps {
    machine: Handle,
}

fn on_click(machine: &Handle, act: fn(&Handle)) -> Callback<MouseEvent> {
    let machine = machine.clone();
    Callback::from(move |_| act(&machine))
}

#[component]
fn Charts(MachineProps { machine }: &MachineProps) -> Html {
    let state = machine.state();
    machine.with(|now| html! {
        <section class="card machine" aria-labelledby="machine-title">
            <div class="card-head">
                <h2 id="machine-title">{ "This machine, live" }</h2>
                <p class="badge" id="state" role="status" data-state={kind(&state)}>
                    <span class="dot" aria-hidden="true"></span>
                    <span>
                        <span class="visually-hidden">{ "Connection: " }</span>
                        { badge(&state) }
                    </span>
                </p>
            </div>
            <div class="plot-head">
                <h3>{ "CPU " }<span class="unit">{ "% per core" }</span></h3>
                <ul class="cores" aria-label="CPU now, per core">
                    { for now.cores.iter().enumerate().map(|(core, line)| html! {
                        <li class={format!("shade-{}", now.shade(core))}>
                            <i aria-hidden="true"></i>
                            { core }
                            <b class="number">{ format!("{:.0} %", line.newest().unwrap_or_default()) }</b>
                        </li>
                    }) }
                </ul>
            </div>
            <Chart id="cpu-chart" class="tall" label="CPU per core over the last minute, in percent"
                points={now.cores.first().map_or(0, |line| line.len())}>
                { for now.cores.iter().enumerate().map(|(core, line)| html! {
                    <path class={format!("line shade-{}", now.shade(core))} d={line.path(100.0)} />
                }) }
            </Chart>
            <div class="plot-head">
                <h3>{ "Memory " }<span class="unit">{ "GiB used" }</span></h3>
                <p class="now number" id="memory">{ now.memory_now().unwrap_or("–".to_owned()) }</p>
            </div>
            <Chart id="memory-chart" label="Memory in use over the last minute, in gibibytes"
                points={now.memory.len()}>
                <path class="area" d={now.memory.area(now.total)} />
                <path class="line memory-line" d={now.memory.path(now.total)} />
            </Chart>
        </section>
    })
}

#[derive(PartialEq, Properties)]
struct ChartProps {
    id: AttrValue,
    #[prop_or_default]
    class: AttrValue,
    label: AttrValue,
    points: usize,
    children: Children,
}

/// A frame with a grid around the lines.
#[component]
fn Chart(props: &ChartProps) -> Html {
    html! {
        <svg id={&props.id} class={classes!("plot", &props.class)} role="img" aria-label={&props.label}
            data-points={props.points.to_string()} viewBox={format!("0 0 {WIDTH} {HEIGHT}")}
            preserveAspectRatio="none">
            <path class="grid" d="M0 0H600M0 25H600M0 50H600M0 75H600M0 100H600" />
            { props.children.clone() }
        </svg>
    }
}

#[component]
fn Facts(MachineProps { machine }: &MachineProps) -> Html {
    let error = machine
        .error()
        .map_or("none".to_owned(), |error| error.to_string());
    machine.with(|now| html! {
        <dl class="facts">
            <div>
                <dt>{ "Events" }</dt>
                <dd class="number" id="messages" data-count={now.count.to_string()}>{ now.count }</dd>
            </div>
            <div class="load-fact">
                <dt>{ "Load" }</dt>
                <dd class="number">{ now.load_now().unwrap_or("–".to_owned()) }</dd>
            </div>
            <div class="wide"><dt>{ "State" }</dt><dd id="state-text">{ machine.state().to_string() }</dd></div>
            <div class="wide"><dt>{ "Error" }</dt><dd id="error">{ error }</dd></div>
        </dl>
    })
}

#[component]
fn Log(MachineProps { machine }: &MachineProps) -> Html {
    machine.with(|now| {
        html! {
            <section class="card events" aria-labelledby="log-title">
                <div class="card-head"><h2 id="log-title">{ "Events" }</h2></div>
                <div class="scroll" tabindex="0" role="region" aria-labelledby="log-title">
                    <table>
                        <thead>
                            <tr>
                                <th scope="col">{ "Time" }</th>
                                <th scope="col">{ "Name" }</th>
                                <th scope="col">{ "ID" }</th>
                                <th scope="col">{ "Data" }</th>
                            </tr>
                        </thead>
                        <tbody id="log">{ for now.log.iter().map(row) }</tbody>
                    </table>
                </div>
            </section>
        }
    })
}

fn row(entry: &Entry) -> Html {
    html! {
        <tr key={entry.number} data-name={entry.name.clone()}>
            <td>{ entry.at.map(dashboard::clock) }</td>
            <td>{ &entry.name }</td>
            <td>{ &entry.id }</td>
            <td>{ &entry.text }</td>
        </tr>
    }
}
