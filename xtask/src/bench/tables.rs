//! The figures as tables in Markdown, and their place in BENCHMARKS.md.

use super::aims;
use super::figures::{
    EngineFigures, Figures, Growth, Machine, Measure, Part, Race, Size, groups, names, short,
};
use crate::project;
use anyhow::{Context, Result};
use std::fmt::Write;
use std::fs;

/// All tables.
pub fn all(figures: &Figures, libraries: &[String]) -> String {
    let Machine { cores, cpu } = &figures.machine;
    let libraries = libraries.join(", ");
    let mut text = format!("Machine: {cpu}, {cores} cores. Compared with {libraries}.\n");
    aim_table(figures, &mut text);
    for engine in &figures.engines {
        engine_tables(engine, &mut text);
    }
    if !figures.parsers.is_empty() {
        text.push_str("\n### Host\n");
        let unit = Measure::Parsers.unit();
        let _ = write!(text, "\n#### The parser alone, {unit}\n");
        for (group, races) in groups(&figures.parsers) {
            grid(Measure::Parsers, group, &races, &mut text);
        }
    }
    if !figures.sizes.is_empty() {
        size_table(&figures.sizes, &mut text);
    }
    text
}

fn engine_tables(engine: &EngineFigures, text: &mut String) {
    let EngineFigures {
        engine: name,
        version,
        date,
        isolated,
        ..
    } = engine;
    let clock = if *isolated {
        ""
    } else {
        ", with a coarse clock"
    };
    let _ = write!(text, "\n### {name} {version}\n\n{date}{clock}.\n");
    let parts = Measure::OF_PAGE
        .into_iter()
        .filter_map(|measure| engine.part(measure));
    for part in parts {
        let measure = part.measure;
        let columns = match measure.columns() {
            "" => String::new(),
            columns => format!(", {columns}"),
        };
        let rounds = match part.rounds() {
            0 => String::new(),
            rounds => format!(", {rounds} rounds"),
        };
        let _ = write!(
            text,
            "\n#### {}, {}{columns}{rounds}\n",
            measure.heading(),
            measure.unit()
        );
        for (group, races) in groups(&part.races) {
            grid(measure, group, &races, text);
        }
        for rival in measure.rivals() {
            compared(part, *rival, text);
        }
        if !part.growths.is_empty() {
            growth_table(&part.growths, text);
        }
    }
}

fn aim_table(figures: &Figures, text: &mut String) {
    let aims = aims::aims(figures);
    if aims.is_empty() {
        return;
    }
    text.push_str("\n### Aims\n\n| aim | where | wanted | measured | |\n|---|---|---:|---:|---|\n");
    for aim in aims {
        let verdict = match aim.reached() {
            true => aim.verdict().to_string(),
            false => format!("**{}**", aim.verdict()),
        };
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {verdict} |",
            aim.what,
            aim.place,
            aim.bound.shown(),
            short(aim.value)
        );
    }
}

/// A row a contestant, a column a race, each cell with the middle and the ends of the rounds.
fn grid(measure: Measure, group: Option<&str>, races: &[&Race], text: &mut String) {
    let Some(last) = races.last() else { return };
    let whats = races
        .iter()
        .map(|race| race.what.as_str())
        .collect::<Vec<_>>();
    let group = group.map(|group| format!(", {group}")).unwrap_or_default();
    let base = measure.base(races).filter(|base| base.what != last.what);
    let base = base.filter(|_| measure.grows());
    let growth = base.map_or(String::new(), |base| {
        format!(" {} ÷ {} |", last.what, base.what)
    });
    let columns = "---:|".repeat(races.len() + usize::from(base.is_some()));
    let _ = write!(
        text,
        "\n| contestant{group} | {} |{growth}\n|---|{columns}\n",
        whats.join(" | ")
    );
    for name in names(races.iter().copied()) {
        let _ = write!(text, "| {name} |");
        for race in races {
            let one = race.contestants.iter().find(|one| one.name == name);
            let cell = one.and_then(|one| match (one.spread(), &one.error, &one.skipped) {
                (_, Some(_), _) => Some("failed".to_string()),
                (_, _, Some(why)) => Some(format!("not run: {why}")),
                (Some(spread), ..) => Some(format!(
                    "{} ({} to {})",
                    short(spread.median),
                    short(spread.least),
                    short(spread.most)
                )),
                _ => None,
            });
            let _ = write!(text, " {} |", cell.unwrap_or_else(|| "–".to_string()));
        }
        if let Some(base) = base {
            let middle = |race: &Race| Some(race.find(name)?.spread()?.median);
            let ratio = middle(last).zip(middle(base));
            let ratio = ratio.map_or("–".to_string(), |(last, first)| short(last / first));
            let _ = write!(text, " {ratio} |");
        }
        text.push('\n');
    }
}

/// How many times as fast as one of them all were.
fn compared(part: &Part, (short_name, rival): (&str, &str), text: &mut String) {
    let known = part.races.iter().any(|race| race.find(rival).is_some());
    if !known {
        return;
    }
    let whats: Vec<&str> = part.races.iter().map(|race| race.what.as_str()).collect();
    let columns = "---:|".repeat(whats.len());
    let _ = write!(
        text,
        "\n| times as fast as {short_name} | {} |\n|---|{columns}\n",
        whats.join(" | ")
    );
    for name in part.names() {
        let _ = write!(text, "| {name} |");
        for race in &part.races {
            let speed = race.ratio(rival, name).map_or("–".to_string(), short);
            let _ = write!(text, " {speed} |");
        }
        text.push('\n');
    }
}

fn growth_table(growths: &[Growth], text: &mut String) {
    text.push_str(
        "\n| contestant | after | wasm's memory | JavaScript's heap | values held in wasm | listeners | still open |\n\
         |---|---|---:|---:|---:|---:|---:|\n",
    );
    for growth in growths {
        let Growth {
            name,
            what,
            many,
            open,
            error,
            ..
        } = growth;
        if error.is_some() {
            let _ = writeln!(text, "| {name} | {many} {what} | failed | | | | |");
            continue;
        }
        let shown = |fact: Option<f64>| fact.map_or("–".to_string(), signed);
        let _ = writeln!(
            text,
            "| {name} | {many} {what} | {} | {} | {} | {} | {} |",
            shown(growth.of(|facts| facts.wasm)),
            shown(growth.of(|facts| facts.heap)),
            shown(growth.of(|facts| facts.values)),
            shown(growth.of(|facts| facts.listeners)),
            open.map_or("–".to_string(), |open| open.to_string()),
        );
    }
}

/// A difference in whole numbers: `0`, `+12`, `-3`.
pub fn signed(difference: f64) -> String {
    if difference == 0.0 {
        "0".to_string()
    } else {
        format!("{difference:+.0}")
    }
}

fn size_table(sizes: &[Size], text: &mut String) {
    text.push_str(
        "\n### Code size, KiB\n\n\
         | app | wasm, gzip | JavaScript, gzip | in all, gzip | in all, brotli |\n|---|---:|---:|---:|---:|\n",
    );
    let kib = |bytes: usize| format!("{:.1}", bytes as f64 / 1024.0);
    for size in sizes {
        let wasm = size.wasm.map_or("–".to_string(), |wasm| kib(wasm.gzip));
        let _ = writeln!(
            text,
            "| {} | {wasm} | {} | {} | {} |",
            size.app,
            kib(size.js.gzip),
            kib(size.gzip()),
            kib(size.brotli())
        );
    }
}

/// Puts the tables into BENCHMARKS.md, below the line that says so.
pub fn save(tables: &str) -> Result<()> {
    const MARK: &str = "<!-- Below this line: `cargo xtask bench --save` -->\n";
    let path = project::root().join("BENCHMARKS.md");
    let text = fs::read_to_string(&path)?;
    let (above, _) = text
        .split_once(MARK)
        .with_context(|| format!("{} has lost the line {MARK}", path.display()))?;
    fs::write(&path, format!("{above}{MARK}\n{tables}"))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::figures::races;
    use super::*;

    #[test]
    fn a_grid_has_a_row_a_contestant_and_a_column_a_race() {
        let races = races(
            r#"[
                { "what": "1", "contestants": [
                    { "name": "us", "figures": [1.0, 2.0, 4.0] },
                    { "name": "them", "figures": [], "error": "it ended" } ] },
                { "what": "6", "contestants": [
                    { "name": "us", "figures": [3.0] },
                    { "name": "them", "figures": [], "skipped": "too long" } ] }
            ]"#,
        )
        .unwrap();
        let mut text = String::new();
        grid(
            Measure::Streams,
            None,
            &races.iter().collect::<Vec<_>>(),
            &mut text,
        );
        assert_eq!(
            text,
            "\n| contestant | 1 | 6 | 6 ÷ 1 |\n|---|---:|---:|---:|\n\
             | us | 2.00 (1.00 to 4.00) | 3.00 (3.00 to 3.00) | 1.50 |\n\
             | them | failed | not run: too long | – |\n"
        );
    }

    #[test]
    fn a_difference_has_a_sign_unless_there_is_none() {
        assert_eq!([0.0, 65536.0, -3.0].map(signed), ["0", "+65536", "-3"]);
    }
}
