//! Colours of the paper and of the maps laid over it, for light and dark.

/// A colour, 0 to 255 each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour(pub u8, pub u8, pub u8);

impl Colour {
    /// As CSS writes it.
    pub fn css(self) -> String {
        format!("rgb({} {} {})", self.0, self.1, self.2)
    }

    /// This colour with `part` (0 to 1) of another.
    pub fn mixed(self, other: Colour, part: f64) -> Colour {
        let mix = |from: u8, to: u8| {
            (f64::from(from) + (f64::from(to) - f64::from(from)) * part.clamp(0.0, 1.0)).round() as u8
        };
        Colour(mix(self.0, other.0), mix(self.1, other.1), mix(self.2, other.2))
    }

    /// As CSS writes it, see-through by `alpha` (0 to 1).
    pub fn css_with(self, alpha: f64) -> String {
        format!("rgb({} {} {} / {alpha:.3})", self.0, self.1, self.2)
    }
}

/// What the paper is drawn with.
#[derive(Clone, Copy, Debug)]
pub struct Palette {
    /// The paper itself.
    pub paper: Colour,
    /// Lines of 1 mm.
    pub fine: Colour,
    /// Lines of 5 mm.
    pub strong: Colour,
    /// Traces.
    pub ink: Colour,
    /// Names, calibration pulse, the line at the foot.
    pub text: Colour,
    map: &'static [Colour],
}

/// White, yellow, orange, red, near black: light to dark without turning back, so that it survives every kind of
/// colour blindness and a grey print; the published figures of IMLE-Net use the same order of colours.
const HEAT: [Colour; 6] = [
    Colour(255, 252, 240),
    Colour(255, 228, 112),
    Colour(255, 165, 30),
    Colour(232, 82, 20),
    Colour(165, 18, 22),
    Colour(60, 4, 12),
];

/// Violet, red, orange, yellow, after inferno (van der Walt and Smith, matplotlib 1.5, 2015): dark to light without
/// turning back, so that it too survives colour blindness; warm is strong here as it is on white.
const INFERNO: [Colour; 6] = [
    Colour(22, 11, 57),
    Colour(80, 18, 123),
    Colour(158, 47, 100),
    Colour(221, 81, 58),
    Colour(250, 148, 20),
    Colour(246, 215, 70),
];

/// On white, as printed paper.
pub const LIGHT: Palette = Palette {
    paper: Colour(255, 253, 252),
    fine: Colour(249, 228, 224),
    strong: Colour(238, 190, 184),
    ink: Colour(22, 24, 29),
    text: Colour(72, 66, 70),
    map: &HEAT,
};

/// For a dark room.
pub const DARK: Palette = Palette {
    paper: Colour(17, 20, 24),
    fine: Colour(29, 34, 40),
    strong: Colour(48, 56, 65),
    ink: Colour(232, 238, 242),
    text: Colour(160, 170, 180),
    map: &INFERNO,
};

impl Palette {
    /// The palette of a mode.
    pub fn of(dark: bool) -> &'static Palette {
        if dark { &DARK } else { &LIGHT }
    }

    /// The colour of a value from 0 to 1, between the map's steps.
    pub fn heat(&self, value: f32) -> Colour {
        let last = self.map.len() - 1;
        let place = f64::from(value.clamp(0.0, 1.0)) * last as f64;
        let below = (place.floor() as usize).min(last - 1);
        let part = place - below as f64;
        let (Some(a), Some(b)) = (self.map.get(below), self.map.get(below + 1)) else { return self.ink };
        a.mixed(*b, part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance (WCAG 2.2).
    fn luminance(colour: Colour) -> f64 {
        let linear = |value: u8| {
            let part = f64::from(value) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(colour.0) + 0.7152 * linear(colour.1) + 0.0722 * linear(colour.2)
    }

    fn contrast(one: Colour, other: Colour) -> f64 {
        let (a, b) = (luminance(one), luminance(other));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn the_maps_only_grow_darker_or_only_lighter() {
        let steps =
            |palette: &Palette| -> Vec<f64> { (0..=64).map(|i| luminance(palette.heat(i as f32 / 64.0))).collect() };
        assert!(steps(&LIGHT).windows(2).all(|pair| pair[1] < pair[0]));
        assert!(steps(&DARK).windows(2).all(|pair| pair[1] > pair[0]));
    }

    #[test]
    fn a_trace_stands_out_from_its_grid_and_text_from_its_paper() {
        for palette in [LIGHT, DARK] {
            assert!(contrast(palette.ink, palette.strong) > 3.0);
            assert!(contrast(palette.text, palette.paper) > 4.5);
        }
    }

    #[test]
    fn values_out_of_range_take_the_ends() {
        assert_eq!(LIGHT.heat(-1.0), HEAT[0]);
        assert_eq!(LIGHT.heat(7.0), HEAT[5]);
        assert_eq!(LIGHT.heat(f32::NAN), LIGHT.heat(f32::NAN));
    }
}
