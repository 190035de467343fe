//! The last minute of some series as lines to draw: pure geometry, in a window that is 60 seconds wide and
//! 100 percent high, with 0 at its top.

/// The width of the window, in milliseconds.
const SPAN: u64 = 60_000;

/// The points of the last minute. The lines get longer at their right end; [`shift`](Self::shift) is their
/// distance to the left, so that a style sheet can let them glide.
#[derive(Debug, Clone)]
pub struct History {
    points: Vec<Point>,
    /// The time of the first point, from which all others are counted.
    origin: u64,
    /// Points further apart are not joined, because the connection was lost.
    gap: u64,
}

#[derive(Debug, Clone)]
struct Point {
    at: u64,
    shares: Vec<f64>,
}

/// A series to be drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The outline of a path.
    pub stroke: String,
    /// The same down to the ground.
    pub area: String,
    /// Moves a dot from the top left to the newest point, where the line enters the window.
    pub head: String,
}

impl History {
    /// Without a point, for one every `pace` milliseconds.
    pub fn new(pace: u32) -> Self {
        History {
            points: Vec::new(),
            origin: 0,
            gap: 2 * u64::from(pace).max(500) + 200,
        }
    }

    /// Adds a point to each series: its time in milliseconds, and its share of the height, from 0 to 1.
    pub fn push(&mut self, at: u64, shares: Vec<f64>) {
        let goes_on = |last: &Point| last.at <= at && last.shares.len() == shares.len();
        if !self.points.last().is_some_and(goes_on) {
            // Another machine, or another clock.
            self.points.clear();
            self.origin = at;
        }
        self.points.push(Point { at, shares });
        // A line may enter the window from the left, and is still gliding out of it.
        let oldest = at.saturating_sub(SPAN + 2 * self.gap);
        self.points.retain(|point| point.at >= oldest);
    }

    /// The number of points of each series.
    pub fn len(&self) -> usize {
        self.points.len()
    }

    /// The newest point.
    pub fn newest(&self) -> &[f64] {
        self.points.last().map_or(&[], |point| &point.shares)
    }

    /// The transformation that has the newest point at the right edge.
    pub fn shift(&self) -> String {
        let newest = self.points.last().map_or(0.0, |point| self.x(point));
        format!("translate({:.2} 0)", 60.0 - newest)
    }

    /// The lines, one per series.
    pub fn lines(&self) -> Vec<Line> {
        let lines = self.newest().iter().enumerate();
        lines
            .map(|(series, newest)| {
                let (stroke, area) = self.paths(series);
                let head = format!("translate(60 {:.1})", y(*newest));
                Line { stroke, area, head }
            })
            .collect()
    }

    /// The line, and the area below it, in a piece for each connection.
    fn paths(&self, series: usize) -> (String, String) {
        let (mut stroke, mut area) = (String::new(), String::new());
        for piece in self.points.chunk_by(|a, b| b.at - a.at <= self.gap) {
            let place =
                |point: &Point| format!("{:.2} {:.1}", self.x(point), y(point.shares[series]));
            let line = piece.iter().map(place).collect::<Vec<_>>().join("L");
            stroke += &format!("M{line}");
            area += &format!("M{:.2} 100.0L{line}V100.0", self.x(&piece[0]));
        }
        (stroke, area)
    }

    fn x(&self, point: &Point) -> f64 {
        (point.at - self.origin) as f64 / 1000.0
    }
}

fn y(share: f64) -> f64 {
    100.0 * (1.0 - share.clamp(0.0, 1.0))
}

/// The grid behind the lines: `heights` horizontal lines, and a vertical one every quarter of a
/// minute.
pub fn grid(heights: usize) -> String {
    let steps = heights.saturating_sub(1).max(1);
    let across = (0..=steps).map(|step| format!("M0 {:.1}h60", 100.0 * step as f64 / steps as f64));
    let down = (0..=4).map(|step| format!("M{} 0v100", 15 * step));
    across.chain(down).collect()
}

/// The colour of a series: neighbouring hues on the wheel. The style sheet adapts it to the colour scheme.
pub fn series_color(series: usize, count: usize) -> String {
    let share = series as f64 / count.saturating_sub(1).max(1) as f64;
    format!(
        "hsl(calc(var(--core-from) + (var(--core-to) - var(--core-from)) * {share:.3}) \
         var(--core-saturation) var(--core-lightness))"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(points: &[(u64, f64)]) -> History {
        let mut history = History::new(500);
        for (at, share) in points {
            history.push(*at, vec![*share]);
        }
        history
    }

    #[test]
    fn a_line_goes_from_point_to_point_and_its_area_down_to_the_ground() {
        let line = &history(&[(1000, 0.0), (1500, 1.0), (2000, 0.25)]).lines()[0];
        assert_eq!(line.stroke, "M0.00 100.0L0.50 0.0L1.00 75.0");
        assert_eq!(line.area, "M0.00 100.0L0.00 100.0L0.50 0.0L1.00 75.0V100.0");
        assert_eq!(line.head, "translate(60 75.0)");
    }

    #[test]
    fn a_time_without_a_connection_is_a_gap() {
        let line = &history(&[(0, 0.5), (500, 0.5), (3000, 0.5), (3500, 0.5)]).lines()[0];
        assert_eq!(line.stroke, "M0.00 50.0L0.50 50.0M3.00 50.0L3.50 50.0");
        assert_eq!(
            line.area,
            "M0.00 100.0L0.00 50.0L0.50 50.0V100.0M3.00 100.0L3.00 50.0L3.50 50.0V100.0"
        );
    }

    #[test]
    fn the_newest_point_is_moved_to_the_right_edge() {
        assert_eq!(history(&[]).shift(), "translate(60.00 0)");
        assert_eq!(
            history(&[(0, 0.5), (90_250, 0.5)]).shift(),
            "translate(-30.25 0)"
        );
    }

    #[test]
    fn what_is_older_than_a_minute_goes() {
        let points: Vec<_> = (0..500).map(|n| (500 * n, 0.5)).collect();
        let kept = history(&points).len();
        assert!((121..130).contains(&kept), "{kept}");
    }

    #[test]
    fn a_clock_that_is_set_back_or_another_number_of_series_begins_anew() {
        let mut history = history(&[(9000, 0.5), (500, 0.5)]);
        assert_eq!(history.len(), 1);
        history.push(600, vec![0.5, 0.5]);
        assert_eq!((history.len(), history.lines().len()), (1, 2));
    }

    #[test]
    fn no_share_leaves_the_window() {
        let line = &history(&[(0, -1.0), (500, 2.0), (600, f64::NAN)]).lines()[0];
        assert!(line.stroke.starts_with("M0.00 100.0L0.50 0.0L0.60 "));
    }

    #[test]
    fn the_grid_has_a_line_for_each_height_and_each_quarter_of_a_minute() {
        assert!(grid(3).starts_with("M0 0.0h60M0 50.0h60M0 100.0h60M0 0v100M15 0v100"));
        assert_eq!(grid(0).matches("h60").count(), 2);
    }

    #[test]
    fn the_hues_go_from_one_end_to_the_other() {
        let shares = [
            (0, 1, "0.000"),
            (0, 2, "0.000"),
            (1, 2, "1.000"),
            (1, 3, "0.500"),
        ];
        for (series, count, share) in shares {
            assert!(series_color(series, count).contains(&format!("* {share})")));
        }
    }
}
