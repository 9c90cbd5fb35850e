//! A scroll bar for paper that is longer than any element may be.
//!
//! Browsers lay out elements up to some 17 to 33 million pixels; a day of paper has 8 million at true size and 170 million
//! at 50 mm/s and enlarged most. Such paper gets an element of [`WIDEST`]: small moves are taken as they are, and where the bar is pulled or
//! the End key pressed, the place on the paper is the bar's share of its way. When the two have drifted apart, or the bar
//! is at its end and the paper is not, the bar is put where it belongs.

/// The widest element (CSS pixels): below what Firefox lays out exactly, which is the least of all browsers.
const WIDEST: f64 = 16_000_000.0;
/// At both ends of the paper the bar's way is the paper's, so that small moves always have room (CSS pixels).
const END: f64 = 100_000.0;
/// How far the bar may be from its share of the way before it is put right (CSS pixels).
const DRIFT: f64 = 1_000_000.0;

/// Where a view stands on its paper, and where its scroll bar.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reach {
    whole: f64,
    view: f64,
    left: f64,
    bar: f64,
}

impl Reach {
    /// Left edge of the view on the paper (CSS pixels).
    pub fn left(&self) -> f64 {
        self.left
    }

    /// Width of the element whose bar scrolls paper of this width (CSS pixels).
    pub fn extent(whole: f64) -> f64 {
        whole.min(WIDEST)
    }

    /// Takes the widths of the paper and of the view; where the paper's has changed, [`Reach::go`] is to follow.
    pub fn sized(&mut self, whole: f64, view: f64) {
        (self.whole, self.view) = (whole, view);
        self.left = self.left.min(self.paper());
    }

    /// The bar was found at `bar`; gives the place where it should be put, if it belongs elsewhere.
    #[must_use]
    pub fn found(&mut self, bar: f64) -> Option<f64> {
        let (paper, way) = (self.paper(), self.way());
        if way >= paper {
            (self.left, self.bar) = (bar, bar);
            return None;
        }
        let moved = bar - self.bar;
        self.bar = bar;
        if moved == 0.0 {
            return None;
        }
        let is_small = moved.abs() <= 4.0 * self.view;
        // Whole pixels, so that a resting picture is not blurred.
        let left = if is_small { self.left + moved } else { along(bar, way, paper).round() };
        self.left = left.clamp(0.0, paper);
        let at_an_end = (bar <= 0.0 && self.left > 0.0) || (bar >= way && self.left < paper);
        let left_behind = (self.left <= 0.0 && bar > 0.0) || (self.left >= paper && bar < way);
        let belongs = self.belongs();
        (at_an_end || left_behind || (belongs - bar).abs() > DRIFT).then(|| self.put(belongs))
    }

    /// Goes to a place on the paper; gives the place of the bar.
    #[must_use]
    pub fn go(&mut self, left: f64) -> f64 {
        self.left = left.clamp(0.0, self.paper());
        self.put(self.belongs())
    }

    fn put(&mut self, bar: f64) -> f64 {
        self.bar = bar;
        bar
    }

    /// The bar's place by its share of the way, in whole pixels as browsers keep it.
    fn belongs(&self) -> f64 {
        let (paper, way) = (self.paper(), self.way());
        if way >= paper { self.left } else { along(self.left, paper, way).round() }
    }

    /// The greatest left edge.
    fn paper(&self) -> f64 {
        (self.whole - self.view).max(0.0)
    }

    /// The bar's greatest place.
    fn way(&self) -> f64 {
        (Reach::extent(self.whole) - self.view).max(0.0)
    }
}

/// The place on a way of length `to` that stands for `place` on a way of length `from`: the same at both ends, by share
/// between them.
fn along(place: f64, from: f64, to: f64) -> f64 {
    if place <= END {
        place
    } else if from - place <= END {
        to - (from - place)
    } else {
        END + (place - END) / (from - 2.0 * END) * (to - 2.0 * END)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn week() -> Reach {
        let mut reach = Reach::default();
        reach.sized(500_000_000.0, 1000.0);
        reach
    }

    #[test]
    fn what_fits_into_an_element_scrolls_as_it_is() {
        let mut reach = Reach::default();
        reach.sized(9_000_000.0, 1000.0);
        assert_eq!(reach.found(8_999_000.0), None);
        assert_eq!(reach.left(), 8_999_000.0);
        assert_eq!(reach.go(5.5), 5.5);
    }

    #[test]
    fn a_step_is_a_step_and_a_pull_a_share() {
        let mut reach = week();
        assert_eq!(reach.found(100.0), None);
        assert_eq!(reach.left(), 100.0);
        let _ = reach.found(15_999_000.0 / 2.0);
        assert!((reach.left() - 499_999_000.0 / 2.0).abs() < 1.0);
        let _ = reach.found(15_999_000.0 / 2.0 + 40.0);
        assert!((reach.left() - 499_999_000.0 / 2.0 - 40.0).abs() < 1.0);
    }

    #[test]
    fn both_ends_are_reached_by_pulling_and_by_steps() {
        let mut reach = week();
        assert_eq!(reach.found(15_999_000.0), None);
        assert_eq!(reach.left(), 499_999_000.0);
        assert_eq!(reach.found(0.0), None);
        assert_eq!(reach.left(), 0.0);

        // From the middle of the paper to its end by steps only; the bar is put back each time that it runs ahead.
        let mut bar = reach.go(495_000_000.0);
        let mut steps = 0;
        while reach.left() < 499_999_000.0 {
            bar = (bar + 2000.0).min(15_999_000.0);
            bar = reach.found(bar).unwrap_or(bar);
            steps += 1;
            assert!(steps < 2600, "stuck at {} with the bar at {bar}", reach.left());
        }
        assert_eq!(bar, 15_999_000.0);
    }

    #[test]
    fn a_bar_that_is_put_right_does_not_move_the_paper() {
        let mut reach = week();
        let mut bar = reach.go(100_000_000.0);
        for _ in 0..2000 {
            let before = reach.left();
            bar += 1000.0;
            if let Some(put) = reach.found(bar) {
                assert!((reach.left() - before - 1000.0).abs() < 1e-6);
                assert_eq!(reach.found(put), None);
                assert!((reach.left() - before - 1000.0).abs() < 1e-6);
                bar = put;
            }
        }
        assert!((reach.left() - 102_000_000.0).abs() < 1e-6);
    }

    #[test]
    fn a_bar_alone_at_its_end_is_put_back_inside() {
        let mut reach = week();
        let mut bar = reach.go(200_000.0);
        assert!(bar < 110_000.0, "{bar}");
        let mut steps = 0;
        // By steps to the start: the bar is there first.
        while reach.left() > 0.0 {
            bar = f64::max(bar - 1000.0, 0.0);
            bar = reach.found(bar).unwrap_or(bar);
            steps += 1;
            assert!(steps <= 210, "stuck at {} with the bar at {bar}", reach.left());
        }
        assert_eq!(bar, 0.0);
    }
}
