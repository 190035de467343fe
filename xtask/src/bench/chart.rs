//! Charts as SVG: a row a contestant, a panel an engine, a dot a middle with the line of its rounds.
//!
//! Several races in one chart are dots of several shades in the same row: where they lie on each other
//! nothing depends on what differs between them.

use super::figures::{OUR_PARSER, Spread, short};
use std::fmt::Write;

/// One chart. All its panels have the same axis.
pub struct Chart<'a> {
    pub unit: &'a str,
    /// Contestants.
    pub rows: Vec<&'a str>,
    pub panels: Vec<Panel<'a>>,
    /// What the shades are, if there are several.
    pub shades: Vec<&'a str>,
}

pub struct Panel<'a> {
    pub name: &'a str,
    pub marks: Vec<Mark>,
}

pub struct Mark {
    pub row: usize,
    pub shade: usize,
    pub spread: Spread,
}

/// To which camp a contestant belongs: a class of the style sheet.
pub fn camp(name: &str) -> &'static str {
    if name.starts_with("plain JS") {
        "plain"
    } else if name.starts_with("JS:") {
        "js"
    } else if name.starts_with("gloo") {
        "gloo"
    } else if name == OUR_PARSER || !OTHER_PARSERS.contains(&name) {
        "ours"
    } else {
        "js"
    }
}

/// As `bench/src/parsers.rs` calls them; and what decodes without us.
const OTHER_PARSERS: [&str; 4] = ["sse-core", "sse-stream", "sseer", "eventsource-stream"];

const LABELS: f64 = 236.0;
const WIDTH: f64 = 1130.0;
const GAP: f64 = 22.0;
const ROW: f64 = 21.0;
const TOP: f64 = 26.0;
const BOTTOM: f64 = 34.0;
/// Room for the figure to the right of the last dot.
const FIGURE: f64 = 46.0;

impl Chart<'_> {
    pub fn svg(&self) -> String {
        let Some(mut axis) = Axis::of(self.panels.iter().flat_map(|panel| &panel.marks)) else {
            return String::new();
        };
        let panels = self.panels.len() as f64;
        let panel = (WIDTH - LABELS - (panels - 1.0) * GAP) / panels;
        let bottom = TOP + self.rows.len() as f64 * ROW;
        let height = bottom + BOTTOM;
        let mut svg = format!("<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\">");
        for (row, name) in self.rows.iter().enumerate() {
            let y = middle(row);
            let _ = write!(
                svg,
                "<text class=\"name {}\" x=\"{}\" y=\"{}\">{}</text>",
                camp(name),
                LABELS - 12.0,
                y + 4.0,
                escape(name)
            );
        }
        axis.room = panel - FIGURE;
        for (index, one) in self.panels.iter().enumerate() {
            let left = LABELS + index as f64 * (panel + GAP);
            self.panel(one, &axis, left, bottom, &mut svg);
        }
        svg.push_str("</svg>");
        svg
    }

    fn panel(&self, panel: &Panel<'_>, axis: &Axis, left: f64, bottom: f64, svg: &mut String) {
        let _ = write!(
            svg,
            "<text class=\"panel\" x=\"{left}\" y=\"14\">{}</text>",
            escape(panel.name)
        );
        let right = left + axis.room + FIGURE;
        for row in 0..self.rows.len() {
            let y = middle(row);
            let _ = write!(svg, "<path class=\"row\" d=\"M{left} {y}H{right}\"/>");
        }
        for tick in axis.ticks() {
            let x = left + axis.at(tick);
            let _ = write!(
                svg,
                "<path class=\"tick\" d=\"M{x:.1} {TOP}V{bottom}\"/>\
                 <text class=\"scale\" x=\"{x:.1}\" y=\"{}\">{}</text>",
                bottom + 14.0,
                scale_word(tick)
            );
        }
        let _ = write!(
            svg,
            "<text class=\"unit\" x=\"{}\" y=\"{}\">{}{}</text>",
            right,
            bottom + 29.0,
            self.unit,
            if axis.log { ", logarithmic" } else { "" }
        );
        let shades = self.shades.len().max(1);
        for (row, name) in self.rows.iter().enumerate() {
            let marks: Vec<&Mark> = panel.marks.iter().filter(|mark| mark.row == row).collect();
            let y = middle(row);
            let class = camp(name);
            for mark in &marks {
                let Spread {
                    least,
                    median,
                    most,
                } = mark.spread;
                let (from, to) = (left + axis.at(least), left + axis.at(most));
                let x = left + axis.at(median);
                // The last shade is the full colour.
                let strength = 0.25 + 0.75 * (mark.shade + 1) as f64 / shades as f64;
                let what = match self.shades.get(mark.shade) {
                    Some(shade) => format!("{name}, {shade}"),
                    None => (*name).to_string(),
                };
                let _ = write!(
                    svg,
                    "<g class=\"mark {class}\" opacity=\"{strength:.2}\">\
                     <title>{}: {} {} ({} to {})</title>\
                     <path d=\"M{from:.1} {y}H{to:.1}\"/><circle cx=\"{x:.1}\" cy=\"{y}\" r=\"4.5\"/></g>",
                    escape(&what),
                    short(median),
                    self.unit,
                    short(least),
                    short(most),
                );
            }
            let figure = marks.iter().max_by_key(|mark| mark.shade);
            let end = marks.iter().map(|mark| axis.at(mark.spread.most));
            if let (Some(figure), Some(end)) = (figure, end.reduce(f64::max)) {
                let _ = write!(
                    svg,
                    "<text class=\"figure\" x=\"{:.1}\" y=\"{}\">{}</text>",
                    left + end + 8.0,
                    y + 4.0,
                    short(figure.spread.median)
                );
            }
        }
    }
}

fn middle(row: usize) -> f64 {
    TOP + row as f64 * ROW + ROW / 2.0
}

/// From a figure to its place within a panel.
struct Axis {
    least: f64,
    most: f64,
    log: bool,
    /// How wide it is.
    room: f64,
}

impl Axis {
    /// Logarithmic where figures are far from each other; else it starts at zero.
    fn of<'m>(marks: impl Iterator<Item = &'m Mark>) -> Option<Self> {
        let ends = marks.map(|mark| (mark.spread.least, mark.spread.most));
        let (least, most) = ends.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)))?;
        if !(least.is_finite() && most.is_finite() && most > 0.0) {
            return None;
        }
        let log = least > 0.0 && most / least > 8.0;
        let least = if log { least / 1.15 } else { 0.0 };
        Some(Self {
            least,
            most,
            log,
            room: 1.0,
        })
    }

    fn at(&self, figure: f64) -> f64 {
        let share = if self.log {
            (figure / self.least).ln() / (self.most / self.least).ln()
        } else {
            figure / self.most
        };
        share * self.room
    }

    fn ticks(&self) -> Vec<f64> {
        if self.log {
            let decades = (self.most / self.least).log10();
            let steps: &[f64] = match decades {
                wide if wide > 3.0 => &[1.0],
                wide if wide > 1.5 => &[1.0, 3.0],
                _ => &[1.0, 2.0, 5.0],
            };
            let powers = self.least.log10().floor() as i32..=self.most.log10().ceil() as i32;
            let all =
                powers.flat_map(|power| steps.iter().map(move |step| step * 10_f64.powi(power)));
            return all
                .filter(|tick| (self.least..=self.most).contains(tick))
                .collect();
        }
        let rough = self.most / 4.0;
        let power = 10_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].map(|step| step * power);
        let step = step
            .into_iter()
            .find(|step| *step >= rough)
            .unwrap_or(rough);
        let count = (self.most / step).floor() as u32;
        (0..=count).map(|n| f64::from(n) * step).collect()
    }
}

/// As short as it can be: `0.05`, `300`, `20k`.
fn scale_word(tick: f64) -> String {
    if tick >= 10_000.0 {
        format!("{}k", tick / 1000.0)
    } else {
        // Without the dust of binary fractions.
        let text = format!("{tick:.6}");
        text.trim_end_matches('0').trim_end_matches('.').to_string()
    }
}

pub fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(figures: &[f64]) -> Axis {
        let mark = |figure: &f64| Mark {
            row: 0,
            shade: 0,
            spread: Spread::of(vec![*figure]),
        };
        let marks: Vec<Mark> = figures.iter().map(mark).collect();
        Axis::of(marks.iter()).unwrap()
    }

    #[test]
    fn figures_far_from_each_other_get_a_logarithmic_axis() {
        let near = axis(&[1.0, 4.0]);
        assert!(!near.log);
        assert_eq!(near.ticks(), [0.0, 1.0, 2.0, 3.0, 4.0]);
        let far = axis(&[0.5, 300.0]);
        assert!(far.log);
        assert_eq!(far.ticks(), [1.0, 3.0, 10.0, 30.0, 100.0, 300.0]);
        assert!((far.at(300.0) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn nothing_measured_is_no_chart() {
        let chart = Chart {
            unit: "µs",
            rows: vec!["us"],
            panels: Vec::new(),
            shades: Vec::new(),
        };
        assert_eq!(chart.svg(), "");
    }

    #[test]
    fn names_are_escaped_and_have_their_camp() {
        assert_eq!(escape("a<b & \"c\""), "a&lt;b &amp; &quot;c&quot;");
        let camps = [
            "plain JS: EventSource",
            "JS: sse.js",
            "gloo-net + serde_json",
            "npm, fetch",
        ]
        .map(camp);
        assert_eq!(camps, ["plain", "js", "gloo", "ours"]);
    }

    #[test]
    fn a_tick_is_as_short_as_it_can_be() {
        assert_eq!(
            [0.05, 0.1 + 0.2, 300.0, 20_000.0].map(scale_word),
            ["0.05", "0.3", "300", "20k"]
        );
    }
}
