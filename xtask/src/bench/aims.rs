//! What was aimed at, as ratios within one run, and whether it was reached.

use super::figures::{
    EngineFigures, FETCH, Figures, GLOO, Growth, LISTENER, LOOP, Measure, NPM_FETCH, OUR_PARSER,
    PARSER, PLAIN, Part, Race, STREAM, short,
};

pub struct Aim {
    pub what: String,
    /// The engine, or the host.
    pub place: String,
    pub bound: Bound,
    pub value: f64,
}

#[derive(Clone, Copy)]
pub enum Bound {
    AtMost(f64),
    AtLeast(f64),
    Below(f64),
}

impl Aim {
    pub fn reached(&self) -> bool {
        match self.bound {
            Bound::AtMost(bound) => self.value <= bound,
            Bound::AtLeast(bound) => self.value >= bound,
            Bound::Below(bound) => self.value < bound,
        }
    }

    pub fn verdict(&self) -> &'static str {
        if self.reached() { "reached" } else { "missed" }
    }
}

impl Bound {
    pub fn shown(self) -> String {
        match self {
            Self::AtMost(bound) => format!("≤ {}", short(bound)),
            Self::AtLeast(bound) => format!("≥ {}", short(bound)),
            Self::Below(bound) => format!("< {}", short(bound)),
        }
    }
}

/// The size at which throughput is compared, unless all are.
const SIZE: &str = "100 B";

/// The names of those of ours whose memory is not to grow.
const OURS: [&str; 5] = [LISTENER, STREAM, FETCH, "npm, native", NPM_FETCH];

/// All that could be computed from the figures there are.
pub fn aims(figures: &Figures) -> Vec<Aim> {
    let mut aims = Vec::new();
    for engine in &figures.engines {
        let mut aim = |what: &str, bound: Bound, value: Option<f64>| {
            aims.extend(value.map(|value| Aim {
                what: what.to_string(),
                place: engine.engine.clone(),
                bound,
                value,
            }));
        };
        throughput(engine, &mut aim);
        latency(engine, &mut aim);
        memory(engine, &mut aim);
        let parsers = engine.part(Measure::Parsers);
        aim(
            "parser in wasm ÷ the best other one, at its worst chunking",
            Bound::AtLeast(1.0),
            parsers.and_then(|part| worst_lead(&part.races)),
        );
    }
    let mut aim = |what: &str, bound: Bound, value: Option<f64>| {
        aims.extend(value.map(|value| Aim {
            what: what.to_string(),
            place: "host".to_string(),
            bound,
            value,
        }));
    };
    aim(
        "parser ÷ the best other one, at its worst chunking",
        Bound::AtLeast(1.0),
        worst_lead(&figures.parsers),
    );
    let gzip = |app: &str| {
        let size = figures.sizes.iter().find(|size| size.app == app)?;
        Some(size.gzip() as f64)
    };
    for (app, ours, theirs) in super::size::COMPARED {
        let ratio = gzip(ours).zip(gzip(theirs));
        aim(
            &format!("{app} app ÷ the one with gloo-net, gzip, JavaScript included"),
            Bound::Below(1.0),
            ratio.map(|(ours, theirs)| ours / theirs),
        );
    }
    aims
}

type Note<'a> = dyn FnMut(&str, Bound, Option<f64>) + 'a;

fn throughput(engine: &EngineFigures, aim: &mut Note<'_>) {
    let Some(part) = engine.part(Measure::Throughput) else {
        return;
    };
    let Some(race) = part.race(SIZE) else { return };
    let webkit = engine.engine == "webkit";
    let (by_plain, by_parser) = if webkit { (2.5, 1.4) } else { (8.0, 2.2) };
    aim(
        "typed listener ÷ plain JS, time",
        Bound::AtMost(1.0),
        race.ratio(LISTENER, PLAIN),
    );
    aim(
        "native typed stream ÷ plain JS, time",
        Bound::AtMost(1.15),
        race.ratio(STREAM, PLAIN),
    );
    aim(
        "native typed stream ÷ gloo-net, time, at its worst size",
        Bound::Below(1.0),
        worst(part, |race| race.ratio(STREAM, GLOO)),
    );
    aim(
        "fetch typed stream, times as fast as plain JS",
        Bound::AtLeast(by_plain),
        race.ratio(PLAIN, FETCH),
    );
    aim(
        "fetch typed stream, times as fast as eventsource-parser",
        Bound::AtLeast(by_parser),
        race.ratio(PARSER, FETCH),
    );
    aim(
        "npm over fetch ÷ eventsource-parser, time",
        Bound::AtMost(1.5),
        race.ratio(NPM_FETCH, PARSER),
    );
}

fn latency(engine: &EngineFigures, aim: &mut Note<'_>) {
    let race = engine
        .part(Measure::Latency)
        .and_then(|part| part.race("p50"));
    let Some(race) = race else { return };
    for (name, rival) in [(LISTENER, PLAIN), (STREAM, PLAIN), (FETCH, LOOP)] {
        let what = match rival {
            PLAIN => format!("p50 of the latency, {name} ÷ plain JS"),
            _ => format!("p50 of the latency, {name} ÷ hand-written loop"),
        };
        aim(&what, Bound::AtMost(1.05), race.ratio(name, rival));
    }
}

fn memory(engine: &EngineFigures, aim: &mut Note<'_>) {
    let Some(part) = engine.part(Measure::Memory) else {
        return;
    };
    let ours = || {
        let growths = part.growths.iter();
        growths.filter(|growth| OURS.contains(&growth.name.as_str()))
    };
    let most = |fact: &dyn Fn(&Growth) -> Option<f64>| ours().filter_map(fact).reduce(f64::max);
    let zero = Bound::AtMost(0.0);
    aim(
        "growth of wasm's memory, bytes, the most of ours",
        zero,
        most(&|growth| growth.of(|facts| facts.wasm)),
    );
    aim(
        "growth of the JavaScript values held in wasm, the most of ours",
        zero,
        most(&|growth| growth.of(|facts| facts.values)),
    );
    aim(
        "listeners added and not removed, the most of ours",
        zero,
        most(&|growth| growth.of(|facts| facts.listeners)),
    );
    aim(
        "connections left open, the most of ours",
        zero,
        most(&|growth| growth.open),
    );
    // The heap is never the same twice; what leaks is more than a word for each of many.
    aim(
        "growth of JavaScript's heap, bytes per event or connection, the most of ours",
        Bound::AtMost(8.0),
        most(&|growth| {
            let heap = growth.of(|facts| facts.heap).filter(|_| growth.whole)?;
            Some(heap / growth.many)
        }),
    );
}

fn worst(part: &Part, ratio: impl Fn(&Race) -> Option<f64>) -> Option<f64> {
    part.races.iter().filter_map(ratio).reduce(f64::max)
}

/// How many times as fast as the best other one our parser is where it does worst.
fn worst_lead(races: &[Race]) -> Option<f64> {
    let lead = |race: &Race| {
        let others = race.contestants.iter().map(|one| one.name.as_str());
        let others = others.filter(|name| *name != OUR_PARSER);
        let leads = others.filter_map(|name| race.ratio(OUR_PARSER, name));
        leads.reduce(f64::min)
    };
    races.iter().filter_map(lead).reduce(f64::min)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_decides_and_is_shown() {
        let verdict = |bound, value| {
            let (what, place) = (String::new(), String::new());
            Aim {
                what,
                place,
                bound,
                value,
            }
            .verdict()
        };
        assert_eq!(verdict(Bound::AtMost(1.0), 1.0), "reached");
        assert_eq!(verdict(Bound::AtMost(1.0), 1.01), "missed");
        assert_eq!(verdict(Bound::Below(1.0), 1.0), "missed");
        assert_eq!(verdict(Bound::AtLeast(8.0), 8.5), "reached");
        assert_eq!(verdict(Bound::AtLeast(8.0), f64::NAN), "missed");
        assert_eq!(Bound::AtMost(1.15).shown(), "≤ 1.15");
    }

    #[test]
    fn the_worst_lead_is_over_the_best_other_one() {
        let races = super::super::figures::races(
            r#"[
                { "what": "1 B", "contestants": [
                    { "name": "wasm-eventsource", "figures": [3.0] },
                    { "name": "slow", "figures": [1.0] }, { "name": "good", "figures": [2.0] } ] },
                { "what": "whole", "contestants": [
                    { "name": "wasm-eventsource", "figures": [3.0] },
                    { "name": "slow", "figures": [4.0] }, { "name": "good", "figures": [2.0] } ] }
            ]"#,
        );
        assert_eq!(worst_lead(&races.unwrap()), Some(0.75));
    }
}
