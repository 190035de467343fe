//! The readings of the machine: their charts, as SVG, and the newest in words.

use yew::prelude::*;

use crate::{
    history::{History, grid, series_color},
    live::LiveProps,
};

/// Below the chart.
const TIMES: [&str; 5] = ["60 s ago", "45 s ago", "30 s ago", "15 s ago", "now"];

#[component]
pub fn Machine(LiveProps { live }: &LiveProps) -> Html {
    live.with(|live| {
        let memory_heights = [live.gib, live.gib / 2.0, 0.0].map(|gib| format!("{gib:.1}"));
        let count = live.cores.len();
        let cores = live.cores.iter().enumerate().map(|(core, percent)| {
            html! {
                <li>
                    <svg class="swatch" viewBox="0 0 9 9" aria-hidden="true">
                        <rect width="9" height="9" rx="3" fill={series_color(core, count)} />
                    </svg>
                    { core }<b class="number">{ percent.to_string() }</b>
                </li>
            }
        });
        html! {
            <section class="card machine" aria-labelledby="machine-title">
                <div class="card-head">
                    <h2 id="machine-title">{ "This machine, live" }</h2>
                    <p class="note load">{ "load " }<span id="load" class="number">{ &live.load_now }</span></p>
                </div>
                <div class="plot-head">
                    <h3>{ "CPU " }<span class="unit">{ "% per core" }</span></h3>
                    <ul id="cores" class={classes!("cores", (count > 8).then_some("many"))} aria-label="CPU now, per core">
                        { for cores }
                    </ul>
                </div>
                { chart("cpu", "CPU per core over the last minute, in percent", &live.cpu, &["100", "75", "50", "25", "0"]) }
                <div class="plot-head">
                    <h3>{ "Memory " }<span class="unit">{ "GiB used" }</span></h3>
                    <p class="now"><strong id="memory-now" class="number">{ &live.memory_now }</strong></p>
                </div>
                { chart("memory", "Memory in use over the last minute, in gibibytes", &live.memory, &memory_heights) }
            </section>
        }
    })
}

/// The lines of the last minute before a grid, with its heights from the top. The style sheet stretches it.
fn chart(
    kind: &'static str,
    label: &'static str,
    history: &History,
    heights: &[impl AsRef<str>],
) -> Html {
    let lines = history.lines();
    let color = |series| series_color(series, lines.len());
    let heights = heights.iter().map(AsRef::as_ref);
    html! {
        <div id={format!("{kind}-chart")} class={classes!("chart", kind)} role="img" aria-label={label}
            data-points={history.len().to_string()}>
            <ol class="heights">
                for height in heights.clone() { <li>{ height }</li> }
            </ol>
            <svg viewBox="0 0 60 100" preserveAspectRatio="none">
                <path class="grid" d={grid(heights.len())} />
                <svg y="-2" width="60" height="104" viewBox="0 -2 60 104" preserveAspectRatio="none">
                    <g class="glide" transform={history.shift()}>
                        for (series, line) in lines.iter().enumerate() {
                            <path class="area" d={line.area.clone()} fill={color(series)} />
                            <path class="line" d={line.stroke.clone()} stroke={color(series)} />
                        }
                    </g>
                </svg>
                for (series, line) in lines.iter().enumerate() {
                    <path class="glide head" d="M0 0h0" transform={line.head.clone()} stroke={color(series)} />
                }
            </svg>
            <ol class="times">
                for time in TIMES { <li>{ time }</li> }
            </ol>
        </div>
    }
}
