//! A line of a chart: the last minute of a value, as the path of an SVG.

use std::{collections::VecDeque, fmt::Write};

/// The size of a chart, in the units of its paths: `viewBox="0 0 WIDTH HEIGHT"`.
pub const WIDTH: f64 = 600.0;
pub const HEIGHT: f64 = 100.0;

/// How much of the past is shown, in milliseconds.
const SPAN: f64 = 60_000.0;

/// Where values are missing for longer than this, there is a gap in the line.
const GAP: f64 = 3_500.0;

/// A minute has fewer than this, unless somebody floods the page.
const MOST_POINTS: usize = 600;

/// The last minute of a value.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Line {
    /// The time in milliseconds, and the value.
    points: VecDeque<(f64, f64)>,
}

impl Line {
    /// Adds a value, and forgets those that are more than a minute older. A clock that was set back
    /// begins anew.
    pub fn push(&mut self, at: f64, value: f64) {
        if self.points.back().is_some_and(|(newest, _)| at < *newest) {
            self.points.clear();
        }
        self.points.push_back((at, value));
        while self.points.front().is_some_and(|(old, _)| at - old > SPAN)
            || self.points.len() > MOST_POINTS
        {
            self.points.pop_front();
        }
    }

    pub fn len(&self) -> usize {
        self.points.len()
    }

    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// The newest value.
    pub fn newest(&self) -> Option<f64> {
        self.points.back().map(|(_, value)| *value)
    }

    /// The line as the path of an SVG. Now is at the right, and `top` is the highest value shown.
    pub fn path(&self, top: f64) -> String {
        let mut path = String::new();
        for run in self.runs(top) {
            trace(&mut path, 'M', &run);
        }
        path
    }

    /// The area below the line.
    pub fn area(&self, top: f64) -> String {
        let mut path = String::new();
        for run in self.runs(top) {
            if let (Some((from, _)), Some((to, _))) = (run.first(), run.last()) {
                write_to(&mut path, format_args!("M{from:.1} {HEIGHT:.1}"));
                trace(&mut path, 'L', &run);
                write_to(&mut path, format_args!("L{to:.1} {HEIGHT:.1}Z"));
            }
        }
        path
    }

    /// The points in the chart's units, apart where there is a gap.
    fn runs(&self, top: f64) -> Vec<Vec<(f64, f64)>> {
        let now = self.points.back().map_or(0.0, |(at, _)| *at);
        let mut runs: Vec<Vec<_>> = Vec::new();
        let mut before = f64::NEG_INFINITY;
        for &(at, value) in &self.points {
            if at - before > GAP {
                runs.push(Vec::new());
            }
            before = at;
            let share = if top > 0.0 { value / top } else { 0.0 };
            let x = WIDTH * (1.0 - (now - at) / SPAN);
            let y = HEIGHT * (1.0 - share.clamp(0.0, 1.0));
            runs.last_mut()
                .expect("the first point begins a run")
                .push((x, y));
        }
        runs
    }
}

fn trace(path: &mut String, first: char, run: &[(f64, f64)]) {
    for (index, (x, y)) in run.iter().enumerate() {
        let command = if index == 0 { first } else { 'L' };
        write_to(path, format_args!("{command}{x:.1} {y:.1}"));
    }
}

fn write_to(path: &mut String, text: std::fmt::Arguments<'_>) {
    path.write_fmt(text)
        .expect("a string takes all that is written");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(points: &[(f64, f64)]) -> Line {
        let mut line = Line::default();
        for (at, value) in points {
            line.push(*at, *value);
        }
        line
    }

    #[test]
    fn now_is_at_the_right_and_the_top_value_at_the_top() {
        let line = line(&[(57_000.0, 0.0), (60_000.0, 100.0)]);
        assert_eq!(line.path(100.0), "M570.0 100.0L600.0 0.0");
    }

    #[test]
    fn what_is_older_than_a_minute_is_forgotten() {
        let mut line = line(&[(0.0, 1.0), (1.0, 2.0)]);
        line.push(60_001.0, 3.0);
        assert_eq!((line.len(), line.newest()), (2, Some(3.0)));
        assert!(line.path(4.0).starts_with("M0.0 50.0"));
    }

    #[test]
    fn a_gap_in_time_is_a_gap_in_the_line() {
        let line = line(&[(0.0, 1.0), (1_000.0, 1.0), (9_000.0, 1.0), (10_000.0, 1.0)]);
        assert_eq!(line.path(1.0).matches('M').count(), 2);
        assert_eq!(line.area(1.0).matches('Z').count(), 2);
    }

    #[test]
    fn values_out_of_range_stay_in_the_chart() {
        let line = line(&[(0.0, 400.0), (1.0, -1.0)]);
        assert_eq!(line.path(100.0), "M600.0 0.0L600.0 100.0");
        assert_eq!(line.path(0.0), "M600.0 100.0L600.0 100.0");
    }

    #[test]
    fn a_clock_that_is_set_back_begins_anew() {
        let line = line(&[(9_000.0, 1.0), (5_000.0, 2.0)]);
        assert_eq!((line.len(), line.newest()), (1, Some(2.0)));
    }

    #[test]
    fn a_flood_does_not_grow_the_line_for_ever() {
        let line = line(&[(0.0, 1.0); 2 * MOST_POINTS]);
        assert_eq!(line.len(), MOST_POINTS);
    }

    #[test]
    fn an_empty_line_is_no_path() {
        assert_eq!(Line::default().path(1.0), "");
        assert_eq!(Line::default().area(1.0), "");
    }
}
