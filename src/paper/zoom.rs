//! How large a millimetre of paper is on the screen.

/// CSS pixels of a millimetre: 96 an inch by definition.
pub const TRUE_SIZE: f64 = 96.0 / 25.4;
const LEAST: f64 = 0.8;
const GREATEST: f64 = 40.0;
/// Below this a trace cannot be read; a narrow screen scrolls instead of shrinking further (CSS pixels a mm).
const LEAST_FITTED: f64 = 2.2;
const STEP: f64 = 1.2;

/// The visitor's choice.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Zoom {
    /// One page fills the width.
    #[default]
    Fit,
    /// A millimetre on the paper is a CSS millimetre.
    True,
    /// CSS pixels a millimetre.
    Fixed(f64),
}

impl Zoom {
    /// CSS pixels a millimetre, such that 5 mm are whole device pixels: the strong lines then stand evenly.
    pub fn pixels_per_mm(self, view_width: f64, paper_width: f64, device_ratio: f64) -> f64 {
        let wanted = match self {
            Zoom::True => return TRUE_SIZE,
            Zoom::Fixed(wanted) => wanted,
            Zoom::Fit => (view_width / paper_width.max(1.0)).max(LEAST_FITTED),
        };
        let wanted = if wanted.is_finite() { wanted.clamp(LEAST, GREATEST) } else { TRUE_SIZE };
        let ratio = if device_ratio > 0.0 { device_ratio } else { 1.0 };
        ((wanted * 5.0 * ratio).floor().max(1.0) / (5.0 * ratio)).max(LEAST / 2.0)
    }

    /// One step larger (or smaller, for a negative count), from what is shown now.
    pub fn stepped(shown: f64, steps: f64) -> Zoom {
        Zoom::Fixed((shown * STEP.powf(steps)).clamp(LEAST, GREATEST))
    }
}

/// The scroll position after a zoom that keeps the point under the pointer where it is (CSS pixels).
pub fn keep_point(scroll: f64, pointer: f64, before: f64, after: f64) -> f64 {
    ((scroll + pointer) * after / before - pointer).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn true_size_is_96_pixels_an_inch() {
        assert!((Zoom::True.pixels_per_mm(500.0, 260.0, 2.0) * 25.4 - 96.0).abs() < 1e-9);
    }

    #[test]
    fn a_fitted_page_never_exceeds_the_view_and_five_millimetres_are_whole_pixels() {
        for (view, ratio) in [(900.0, 1.0), (1211.0, 1.5), (3400.0, 2.0)] {
            let scale = Zoom::Fit.pixels_per_mm(view, 270.0, ratio);
            assert!(scale * 270.0 <= view);
            let box_of_five = scale * 5.0 * ratio;
            assert!((box_of_five - box_of_five.round()).abs() < 1e-9);
        }
    }

    #[test]
    fn a_narrow_screen_scrolls_instead_of_shrinking_the_trace_away() {
        assert!(Zoom::Fit.pixels_per_mm(340.0, 270.0, 3.0) > 2.0);
    }

    #[test]
    fn zooming_keeps_the_point_under_the_pointer() {
        let scroll = keep_point(100.0, 50.0, 2.0, 4.0);
        assert!(((scroll + 50.0) / 4.0 - 75.0).abs() < 1e-9);
    }

    #[test]
    fn stepping_out_undoes_stepping_in() {
        let Zoom::Fixed(larger) = Zoom::stepped(3.0, 1.0) else { panic!("a step is a fixed zoom") };
        assert_eq!(Zoom::stepped(larger, -1.0), Zoom::Fixed(larger / STEP));
        assert!(larger > 3.0);
    }
}
