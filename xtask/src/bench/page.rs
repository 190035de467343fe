//! The figures as a page that a person can open: charts and tables in one file, in light and dark.

use super::aims;
use super::chart::{Chart, Mark, Panel, camp, escape};
use super::figures::{EngineFigures, Figures, Machine, Measure, Race, Size, groups, names, short};
use super::tables::signed;
use std::fmt::Write;

const STYLE: &str = include_str!("page.css");

pub fn html(figures: &Figures, libraries: &[String]) -> String {
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>wasm-eventsource: benchmark</title>\n<style>\n{STYLE}</style>\n<main>\n"
    );
    head(figures, libraries, &mut page);
    aim_table(figures, &mut page);
    for measure in Measure::OF_PAGE {
        section(figures, measure, &mut page);
    }
    if !figures.sizes.is_empty() {
        page.push_str("<section><h2>Code size</h2><p>The smallest apps: open, count, print; KiB after gzip -9, wasm and JavaScript.</p>");
        page.push_str(&size_bars(&figures.sizes));
        page.push_str("</section>\n");
    }
    page.push_str("</main>\n</html>\n");
    page
}

fn head(figures: &Figures, libraries: &[String], page: &mut String) {
    let Machine { cores, cpu } = &figures.machine;
    let engines = figures.engines.iter().map(|engine| {
        let EngineFigures {
            engine,
            version,
            date,
            ..
        } = engine;
        format!("{engine} {version} ({date})")
    });
    let engines: Vec<String> = engines.collect();
    let _ = writeln!(
        page,
        "<header><h1>wasm-eventsource: benchmark</h1>\
         <p>{}, {cores} cores. {}.<br>Compared with {}.</p>\
         <p class=\"key\"><span class=\"ours\">ours</span><span class=\"gloo\">gloo-net</span>\
         <span class=\"plain\">plain JS, the browser's own EventSource</span><span class=\"js\">other libraries</span></p>\
         <p class=\"note\">A dot is the median of the rounds, its line reaches from the least to the most. \
         Point at one for its figures.</p></header>",
        escape(cpu),
        escape(&engines.join(", ")),
        escape(&libraries.join(", ")),
    );
}

fn aim_table(figures: &Figures, page: &mut String) {
    let aims = aims::aims(figures);
    if aims.is_empty() {
        return;
    }
    // A row an aim, a column a place.
    let mut places: Vec<&str> = Vec::new();
    let mut whats: Vec<&str> = Vec::new();
    for aim in &aims {
        if !places.contains(&aim.place.as_str()) {
            places.push(&aim.place);
        }
        if !whats.contains(&aim.what.as_str()) {
            whats.push(&aim.what);
        }
    }
    let reached = aims.iter().filter(|aim| aim.reached()).count();
    let _ = write!(
        page,
        "<section><h2>Aims</h2><p>{reached} of {} reached.</p><div class=\"wide\"><table><tr><th>aim",
        aims.len()
    );
    for place in &places {
        let _ = write!(page, "<th>{place}");
    }
    for what in whats {
        let _ = write!(page, "<tr><td>{}", escape(what));
        for place in &places {
            let aim = aims
                .iter()
                .find(|aim| aim.what == what && aim.place == *place);
            match aim {
                None => page.push_str("<td>"),
                Some(aim) => {
                    let verdict = aim.verdict();
                    let sign = if aim.reached() { "✓" } else { "✗" };
                    let _ = write!(
                        page,
                        "<td class=\"{verdict}\" title=\"{verdict}\">{sign} {} <small>{}</small>",
                        short(aim.value),
                        escape(&aim.bound.shown()),
                    );
                }
            }
        }
    }
    page.push_str("</table></div></section>\n");
}

fn section(figures: &Figures, measure: Measure, page: &mut String) {
    let mut body = String::new();
    match measure {
        Measure::Memory => growth_tables(figures, &mut body),
        Measure::Parsers => parser_charts(figures, &mut body),
        _ if measure.grows() => body.push_str(&shaded(figures, measure)),
        _ => {
            for what in whats(figures, measure) {
                let _ = write!(body, "<h3>{}</h3>", escape(what));
                body.push_str(&by_engine(figures, measure, what));
            }
        }
    }
    if !body.is_empty() {
        let (heading, about) = (measure.heading(), about(measure));
        let _ = writeln!(
            page,
            "<section><h2>{heading}</h2><p>{about}</p>{body}</section>"
        );
    }
}

fn about(measure: Measure) -> &'static str {
    match measure {
        Measure::Throughput => {
            "A burst of JSON events as fast as the server can, decoded; from opening the connection \
             to its end. Less is better."
        }
        Measure::Latency => {
            "The page asks the server for one event and waits for it; the request is in every figure. \
             Less is better."
        }
        Measure::First => "From opening a connection to its first event, decoded. Less is better.",
        Measure::Streams => {
            "The same events, shared out to streams that are open at once. Where the dots of a row lie \
             on each other, the cost of an event does not depend on the number of streams."
        }
        Measure::Names => {
            "One stream with events of many names, all listened to. Where the dots of a row lie on each \
             other, the cost of an event does not depend on the number of names."
        }
        Measure::Huge => {
            "One event as text. With small ones it is the connection that costs; from 1 MB on, equal \
             figures mean that the cost is linear in the bytes."
        }
        Measure::Memory => {
            "What is there after the work, less what was there before; a tenth of the work was done \
             before that. What an engine does not tell is left away."
        }
        Measure::Parsers => {
            "Parsers in Rust, fed the same bytes in pieces; more is better. One panel a size of pieces."
        }
        Measure::Decode => "From an event's text to a value, without any network. Less is better.",
        Measure::Sizes => "",
    }
}

/// What the races of a measure are called, in any engine.
fn whats(figures: &Figures, measure: Measure) -> Vec<&str> {
    let mut whats = Vec::new();
    for race in races(figures, measure) {
        if !whats.contains(&race.what.as_str()) {
            whats.push(race.what.as_str());
        }
    }
    whats
}

fn races(figures: &Figures, measure: Measure) -> impl Iterator<Item = &Race> {
    let parts = figures
        .engines
        .iter()
        .filter_map(move |engine| engine.part(measure));
    parts.flat_map(|part| &part.races)
}

/// One race, a panel an engine.
fn by_engine(figures: &Figures, measure: Measure, what: &str) -> String {
    let of_race = races(figures, measure).filter(|race| race.what == what);
    let rows = names(of_race);
    let panels = figures.engines.iter().map(|engine| {
        let race = engine.part(measure).and_then(|part| part.race(what));
        Panel {
            name: &engine.engine,
            marks: race.map_or(Vec::new(), |race| marks(race, &rows, 0)),
        }
    });
    let chart = Chart {
        unit: measure.unit(),
        panels: panels.collect(),
        shades: Vec::new(),
        rows,
    };
    chart.svg()
}

/// All races of a measure in one chart, a panel an engine.
fn shaded(figures: &Figures, measure: Measure) -> String {
    let rows = names(races(figures, measure));
    let shades = whats(figures, measure);
    let panels = figures.engines.iter().map(|engine| {
        let mut all = Vec::new();
        for (shade, what) in shades.iter().enumerate() {
            let race = engine.part(measure).and_then(|part| part.race(what));
            all.extend(race.map_or(Vec::new(), |race| marks(race, &rows, shade)));
        }
        Panel {
            name: &engine.engine,
            marks: all,
        }
    });
    let panels = panels.collect();
    let (Some(first), Some(last)) = (shades.first(), shades.last()) else {
        return String::new();
    };
    let key = format!(
        "<p class=\"note\">From the palest dot to the fullest: {}. The figure is that of {last}.</p>",
        shades.join(", ")
    );
    let key = if first == last { String::new() } else { key };
    let chart = Chart {
        unit: measure.unit(),
        rows,
        panels,
        shades,
    };
    key + &chart.svg()
}

fn marks(race: &Race, rows: &[&str], shade: usize) -> Vec<Mark> {
    let contestants = race.contestants.iter();
    let marks = contestants.filter_map(|one| {
        let row = rows.iter().position(|row| *row == one.name)?;
        let spread = one.spread()?;
        Some(Mark { row, shade, spread })
    });
    marks.collect()
}

/// A chart a place and a corpus, a panel a chunking. The first corpus is open.
fn parser_charts(figures: &Figures, body: &mut String) {
    let in_engines = figures.engines.iter().filter_map(|engine| {
        let part = engine.part(Measure::Parsers)?;
        Some((engine.engine.as_str(), part.races.as_slice()))
    });
    let places = [("host", figures.parsers.as_slice())]
        .into_iter()
        .chain(in_engines);
    for (place, races) in places {
        for (index, (group, races)) in groups(races).into_iter().enumerate() {
            let rows = names(races.iter().copied());
            let panels = races.iter().map(|race| Panel {
                name: &race.what,
                marks: marks(race, &rows, 0),
            });
            let chart = Chart {
                unit: Measure::Parsers.unit(),
                panels: panels.collect(),
                shades: Vec::new(),
                rows: rows.clone(),
            };
            let open = if index == 0 { " open" } else { "" };
            let _ = write!(
                body,
                "<details{open}><summary>{place}: {}</summary>{}</details>",
                escape(group.unwrap_or_default()),
                chart.svg()
            );
        }
    }
}

fn growth_tables(figures: &Figures, body: &mut String) {
    for engine in &figures.engines {
        let Some(part) = engine.part(Measure::Memory) else {
            continue;
        };
        let _ = write!(
            body,
            "<h3>{}</h3><div class=\"wide\"><table><tr><th>contestant<th>after<th>wasm's memory\
             <th>JavaScript's heap<th>values held in wasm<th>listeners<th>still open",
            engine.engine
        );
        for growth in &part.growths {
            let _ = write!(
                body,
                "<tr><td class=\"{}\">{}<td>{} {}",
                camp(&growth.name),
                escape(&growth.name),
                growth.many,
                escape(&growth.what)
            );
            if let Some(error) = &growth.error {
                let _ = write!(body, "<td colspan=\"5\">failed: {}", escape(error));
                continue;
            }
            let facts = [
                growth.of(|facts| facts.wasm),
                growth.of(|facts| facts.heap),
                growth.of(|facts| facts.values),
                growth.of(|facts| facts.listeners),
                growth.open,
            ];
            for fact in facts {
                let shown = fact.map_or("–".to_string(), signed);
                let _ = write!(body, "<td class=\"number\">{shown}");
            }
        }
        body.push_str("</table></div>");
    }
}

/// A bar an app: its wasm, then its JavaScript.
fn size_bars(sizes: &[Size]) -> String {
    const LABELS: f64 = 330.0;
    const ROOM: f64 = 730.0;
    const ROW: f64 = 24.0;
    let most = sizes.iter().map(Size::gzip).max().unwrap_or(1).max(1) as f64;
    let height = sizes.len() as f64 * ROW + 4.0;
    let mut svg = format!("<svg viewBox=\"0 0 1130 {height}\" role=\"img\">");
    for (row, size) in sizes.iter().enumerate() {
        let y = row as f64 * ROW;
        let app = size.app.replace('`', "");
        let ours = !app.contains("gloo") && (app.starts_with("Rust") || app.contains("wasm"));
        let class = match (ours, app.contains("gloo"), app.contains("native Ev")) {
            (true, ..) => "ours",
            (_, true, _) => "gloo",
            (_, _, true) => "plain",
            _ => "js",
        };
        let wasm = size.wasm.map_or(0, |wasm| wasm.gzip) as f64 / most * ROOM;
        let js = size.js.gzip as f64 / most * ROOM;
        let kib = |bytes: usize| format!("{:.1}", bytes as f64 / 1024.0);
        let _ = write!(
            svg,
            "<text class=\"name {class}\" x=\"{}\" y=\"{}\">{}</text>\
             <g class=\"bar {class}\"><title>{}: wasm {} KiB, JavaScript {} KiB, in all {} KiB; {} KiB with brotli</title>\
             <rect x=\"{LABELS}\" y=\"{}\" width=\"{wasm:.1}\" height=\"15\"/>\
             <rect class=\"second\" x=\"{:.1}\" y=\"{}\" width=\"{js:.1}\" height=\"15\"/></g>\
             <text class=\"figure\" x=\"{:.1}\" y=\"{}\">{}</text>",
            LABELS - 12.0,
            y + 16.0,
            escape(&app),
            escape(&app),
            kib(size.wasm.map_or(0, |wasm| wasm.gzip)),
            kib(size.js.gzip),
            kib(size.gzip()),
            kib(size.brotli()),
            y + 4.0,
            LABELS + wasm + 1.0,
            y + 4.0,
            LABELS + wasm + js + 9.0,
            y + 16.0,
            kib(size.gzip()),
        );
    }
    svg.push_str("</svg><p class=\"note\">Full colour: wasm; pale: JavaScript, minified.</p>");
    svg
}
