//! Small pictures with two axes, as SVG.

use core::fmt::Write as _;

use super::html::{Markup, element, text};

/// Room for the axes' numbers and titles, in the picture's own units.
const LEFT: f64 = 42.0;
const BOTTOM: f64 = 30.0;
const RIGHT: f64 = 8.0;
const TOP: f64 = 6.0;

/// One axis.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Axis {
    low: f64,
    high: f64,
    ticks: Vec<(f64, String)>,
    title: String,
}

impl Axis {
    /// An axis from 0 to 1.
    pub(super) fn unit(title: &str) -> Axis {
        let ticks = [(0.0, "0"), (0.5, "0.5"), (1.0, "1")].map(|(at, name)| (at, name.to_owned())).to_vec();
        Axis { low: 0.0, high: 1.0, ticks, title: title.to_owned() }
    }

    /// An axis that holds all values, with round numbers at its ticks.
    pub(super) fn around(title: &str, values: impl IntoIterator<Item = f64>) -> Axis {
        Axis::stepped(title, values, 0.0)
    }

    /// The same for what is counted: ticks are whole.
    pub(super) fn counted(title: &str, values: impl IntoIterator<Item = f64>) -> Axis {
        Axis::stepped(title, values, 1.0)
    }

    fn stepped(title: &str, values: impl IntoIterator<Item = f64>, least: f64) -> Axis {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values.into_iter().filter(|value| value.is_finite()) {
            (low, high) = (low.min(value), high.max(value));
        }
        if low > high {
            return Axis::unit(title);
        }
        if high - low < 1e-9 {
            (low, high) = (low - 0.5 * low.abs().max(1e-3), high + 0.5 * high.abs().max(1e-3));
        }
        let step = round_step((high - low) / 5.0).max(least);
        let (low, high) = ((low / step).floor() * step, (high / step).ceil() * step);
        let places = (-step.log10().floor()).max(0.0) as usize;
        let count = ((high - low) / step).round() as usize;
        let ticks = (0..=count).map(|tick| low + tick as f64 * step).map(|at| (at, format!("{at:.places$}"))).collect();
        Axis { low, high, ticks, title: title.to_owned() }
    }

    fn place(&self, value: f64) -> f64 {
        ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }
}

/// The nearest of 1, 2, 5 times a power of ten that is not smaller.
fn round_step(least: f64) -> f64 {
    let power = 10.0_f64.powf(least.log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|factor| factor * power).find(|step| *step >= least * 0.999).unwrap_or(power)
}

/// A picture.
#[derive(Clone, Debug)]
pub(super) struct Plot {
    size: (f64, f64),
    x: Axis,
    y: Axis,
    content: Vec<Markup>,
}

impl Plot {
    /// An empty picture of `size` units, about pixels on a wide page.
    pub(super) fn new(size: (f64, f64), x: Axis, y: Axis) -> Plot {
        Plot { size, x, y, content: Vec::new() }
    }

    fn at(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let (width, height) = (self.size.0 - LEFT - RIGHT, self.size.1 - TOP - BOTTOM);
        (LEFT + self.x.place(x) * width, TOP + (1.0 - self.y.place(y)) * height)
    }

    /// A line through points, of a class of the style.
    pub(super) fn line(&mut self, points: &[(f64, f64)], class: &'static str) {
        let mut path = String::new();
        for (number, &point) in points.iter().enumerate() {
            let (x, y) = self.at(point);
            let _ = write!(path, "{}{x:.1} {y:.1}", if number == 0 { 'M' } else { 'L' });
        }
        if !path.is_empty() {
            self.content.push(element("path", &[("class", class), ("d", &path)], []));
        }
    }

    /// A dot, with words that a pointer over it shows.
    pub(super) fn dot(&mut self, point: (f64, f64), radius: f64, class: &'static str, words: &str) {
        let (x, y) = self.at(point);
        let [x, y, radius] = [x, y, radius].map(|value| format!("{value:.1}"));
        let words = element("title", &[], [text(words)]);
        let attributes = [("class", class), ("cx", x.as_str()), ("cy", y.as_str()), ("r", radius.as_str())];
        self.content.push(element("circle", &attributes, [words]));
    }

    /// The picture with its axes; `name` says to those who do not see it what it shows.
    pub(super) fn markup(self, name: &str) -> Markup {
        let (width, height) = self.size;
        let (floor, right) = (height - BOTTOM, width - RIGHT);
        let mut parts = Vec::new();
        let label = |x: f64, y: f64, anchor: &str, words: &str| {
            let (x, y) = (format!("{x:.1}"), format!("{y:.1}"));
            element("text", &[("x", &x), ("y", &y), ("text-anchor", anchor)], [text(words)])
        };
        for (at, words) in &self.x.ticks {
            let x = self.at((*at, self.y.low)).0;
            parts.push(element("path", &[("class", "grid"), ("d", &format!("M{x:.1} {TOP}V{floor}"))], []));
            let anchor = if x > right - 8.0 { "end" } else { "middle" };
            parts.push(label(if anchor == "end" { right + 4.0 } else { x }, floor + 12.0, anchor, words));
        }
        for (at, words) in &self.y.ticks {
            let y = self.at((self.x.low, *at)).1;
            parts.push(element("path", &[("class", "grid"), ("d", &format!("M{LEFT} {y:.1}H{right}"))], []));
            parts.push(label(LEFT - 4.0, y + 3.5, "end", words));
        }
        parts.push(label(f64::midpoint(LEFT, right), height - 4.0, "middle", &self.x.title));
        let middle = f64::midpoint(TOP, floor);
        let turned = format!("translate(9 {middle:.1}) rotate(-90)");
        let title = [text(&self.y.title)];
        parts.push(element("text", &[("transform", &turned), ("text-anchor", "middle")], title));
        let frame = format!("M{LEFT} {TOP}V{floor}H{right}");
        parts.push(element("path", &[("class", "frame"), ("d", &frame)], []));
        parts.extend(self.content);
        let view = format!("0 0 {width} {height}");
        element("svg", &[("viewBox", &view), ("role", "img"), ("aria-label", name)], parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_has_round_ticks_around_its_values() {
        let axis = Axis::around("loss", [0.13, 0.42]);
        let names: Vec<&str> = axis.ticks.iter().map(|tick| tick.1.as_str()).collect();
        assert_eq!(names, ["0.1", "0.2", "0.3", "0.4", "0.5"]);
        assert!(axis.place(0.1).abs() < 1e-9 && (axis.place(0.5) - 1.0).abs() < 1e-9);
        let level = Axis::around("level", [2.0, 2.0]);
        assert!(level.low < 2.0 && level.high > 2.0);
        assert_eq!(Axis::around("nothing", []), Axis::unit("nothing"));
        let epochs = Axis::counted("epoch", [1.0, 2.0, 3.0]);
        assert_eq!(epochs.ticks.iter().map(|tick| tick.1.as_str()).collect::<Vec<_>>(), ["1", "2", "3"]);
    }

    #[test]
    fn a_point_lies_where_its_axes_say() {
        let plot = Plot::new((200.0, 100.0), Axis::unit("x"), Axis::unit("y"));
        assert_eq!(plot.at((0.0, 0.0)), (LEFT, 100.0 - BOTTOM));
        assert_eq!(plot.at((1.0, 1.0)), (200.0 - RIGHT, TOP));
        assert_eq!(plot.at((9.0, 0.0)).0, 200.0 - RIGHT, "nothing is drawn outside the frame");
    }
}
