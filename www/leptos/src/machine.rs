//! The readings of the machine: their charts, as SVG, and the newest in words.

use dashboard::{CPU_HEIGHTS, CPU_LABEL, History, Live, MEMORY_LABEL, TIMES, grid, series_color};
use leptos::prelude::*;

#[component]
pub fn Machine(live: RwSignal<Live>) -> impl IntoView {
    let is_many = move || live.with(|live| live.cores.len() > 8);
    let cores = move || {
        let cores = live.with(|live| live.cores.clone());
        let count = cores.len();
        let item = |(core, percent)| {
            view! {
                <li>
                    <svg class="swatch" viewBox="0 0 9 9" aria-hidden="true">
                        <rect width="9" height="9" rx="3" fill=series_color(core, count) />
                    </svg>
                    {core}<b class="number">{format!("{percent}")}</b>
                </li>
            }
        };
        cores.into_iter().enumerate().map(item).collect_view()
    };
    view! {
        <section class="card machine" aria-labelledby="machine-title">
            <div class="card-head">
                <h2 id="machine-title">"This machine, live"</h2>
                <p class="note load">"load "<span id="load" class="number">{move || live.with(|live| live.load_now.clone())}</span></p>
            </div>
            <div class="plot-head">
                <h3>"CPU "<span class="unit">"% per core"</span></h3>
                <ul id="cores" class="cores" class:many=is_many aria-label="CPU now, per core">{cores}</ul>
            </div>
            <Chart
                kind="cpu"
                label=CPU_LABEL
                history=move || live.with(|live| live.cpu.clone())
                heights=|| CPU_HEIGHTS.map(str::to_owned)
            />
            <div class="plot-head">
                <h3>"Memory "<span class="unit">"GiB used"</span></h3>
                <p class="now"><strong id="memory-now" class="number">{move || live.with(|live| live.memory_now.clone())}</strong></p>
            </div>
            <Chart
                kind="memory"
                label=MEMORY_LABEL
                history=move || live.with(|live| live.memory.clone())
                heights=move || live.with(Live::memory_heights)
            />
        </section>
    }
}

/// The lines of the last minute before a grid. It is drawn in a window that the style sheet stretches.
#[component]
fn Chart<const N: usize>(
    kind: &'static str,
    label: &'static str,
    history: impl Fn() -> History + Send + Sync + 'static,
    heights: impl Fn() -> [String; N] + Send + Sync + 'static,
) -> impl IntoView {
    // Everything below is drawn from it: it is made once for each change.
    let drawing = Memo::new(move |_| {
        let history = history();
        (history.lines(), history.shift(), history.len())
    });
    let lines = move || {
        let lines = drawing.with(|(lines, ..)| lines.clone());
        let count = lines.len();
        let line = |(series, line): (usize, dashboard::Line)| {
            view! {
                <path class="area" d=line.area fill=series_color(series, count) />
                <path class="line" d=line.stroke stroke=series_color(series, count) />
            }
        };
        lines.into_iter().enumerate().map(line).collect_view()
    };
    let heads = move || {
        let lines = drawing.with(|(lines, ..)| lines.clone());
        let count = lines.len();
        let head = |(series, line): (usize, dashboard::Line)| {
            view! {
                <path class="glide head" d="M0 0h0" transform=line.head stroke=series_color(series, count) />
            }
        };
        lines.into_iter().enumerate().map(head).collect_view()
    };
    view! {
        <div id=format!("{kind}-chart") class=format!("chart {kind}") role="img" aria-label=label
            data-points=move || drawing.with(|(.., points)| points.to_string())>
            <ol class="heights">{move || heights().map(|height| view! { <li>{height}</li> })}</ol>
            <svg viewBox="0 0 60 100" preserveAspectRatio="none">
                <path class="grid" d=grid(N) />
                <svg y="-2" width="60" height="104" viewBox="0 -2 60 104" preserveAspectRatio="none">
                    <g class="glide" transform=move || drawing.with(|(_, shift, _)| shift.clone())>{lines}</g>
                </svg>
                {heads}
            </svg>
            <ol class="times">{TIMES.map(|time| view! { <li>{time}</li> })}</ol>
        </div>
    }
}
