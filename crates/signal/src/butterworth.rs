//! Butterworth filters: designed as SciPy's `butter`, run once or forth and back.
//!
//! Poles of the analogue prototype are moved to the wanted band, brought to the z plane by the bilinear transform with
//! its frequencies bent beforehand, and paired to sections of second order, which stay exact where one long polynomial
//! does not (Oppenheim, Schafer, Discrete-Time Signal Processing, section 7.2). Everything is computed in double
//! precision.

use core::f64::consts::PI;

/// What passes, with frequencies in hertz.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Band {
    /// All below.
    Low(f64),
    /// All above.
    High(f64),
    /// All between.
    Between(f64, f64),
}

/// A filter as sections of at most second order.
#[derive(Clone, Debug, PartialEq)]
pub struct Butterworth {
    sections: Vec<Section>,
    /// Samples that are put before and after a signal that is filtered forth and back.
    margin: usize,
}

/// `b0 + b1 z^-1 + b2 z^-2` over `1 + a1 z^-1 + a2 z^-2`.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Section {
    b: [f64; 3],
    a: [f64; 2],
}

/// Why there is no such filter.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error(
    "filter of order {order}, band {band:?} at {rate} Hz: expected an order from 1 to 16 and rising frequencies above 0 and below half the rate"
)]
pub struct FilterError {
    /// Its order.
    pub order: usize,
    /// Its band.
    pub band: Band,
    /// Samples a second.
    pub rate: f64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Complex {
    re: f64,
    im: f64,
}

impl Complex {
    const fn new(re: f64, im: f64) -> Self {
        Self { re, im }
    }

    fn times(self, other: Self) -> Self {
        Self::new(self.re * other.re - self.im * other.im, self.re * other.im + self.im * other.re)
    }

    fn over(self, other: Self) -> Self {
        let size = other.re * other.re + other.im * other.im;
        let top = self.times(Self::new(other.re, -other.im));
        Self::new(top.re / size, top.im / size)
    }

    fn root(self) -> Self {
        let size = self.re.hypot(self.im);
        let re = f64::midpoint(size, self.re).max(0.0).sqrt();
        let im = (0.5 * (size - self.re)).max(0.0).sqrt();
        Self::new(re, if self.im < 0.0 { -im } else { im })
    }
}

impl Butterworth {
    /// A filter of an order (of each edge, where a band has two) for a rate in samples a second.
    ///
    /// # Errors
    /// The order is 0 or above 16, or a frequency does not lie between 0 and half the rate.
    pub fn new(order: usize, band: Band, rate: f64) -> Result<Self, FilterError> {
        let wrong = FilterError { order, band, rate };
        let inside = |frequency: f64| frequency > 0.0 && frequency < rate / 2.0;
        let fits = match band {
            Band::Low(edge) | Band::High(edge) => inside(edge),
            Band::Between(low, high) => inside(low) && inside(high) && low < high,
        };
        if !fits || !rate.is_finite() || !(1..=16).contains(&order) {
            return Err(wrong);
        }
        let bent = |frequency: f64| (PI * frequency / rate).tan();
        let prototype = (0..order).map(|number| {
            let angle = PI * (2 * number + order + 1) as f64 / (2 * order) as f64;
            Complex::new(angle.cos(), angle.sin())
        });
        let poles: Vec<Complex> = match band {
            Band::Low(edge) => prototype.map(|pole| pole.times(Complex::new(bent(edge), 0.0))).collect(),
            Band::High(edge) => prototype.map(|pole| Complex::new(bent(edge), 0.0).over(pole)).collect(),
            Band::Between(low, high) => {
                let (width, middle) = (bent(high) - bent(low), bent(high) * bent(low));
                let both = |pole: Complex| {
                    let half = pole.times(Complex::new(width / 2.0, 0.0));
                    let square = half.times(half);
                    let root = Complex::new(square.re - middle, square.im).root();
                    [
                        Complex::new(half.re + root.re, half.im + root.im),
                        Complex::new(half.re - root.re, half.im - root.im),
                    ]
                };
                prototype.flat_map(both).collect()
            }
        };
        let one = Complex::new(1.0, 0.0);
        let digital = poles
            .into_iter()
            .map(|pole| Complex::new(1.0 + pole.re, pole.im).over(Complex::new(one.re - pole.re, -pole.im)));
        let (mut real, mut upper) = (Vec::new(), Vec::new());
        for pole in digital {
            if pole.im.abs() < 1e-12 {
                real.push(pole.re);
            } else if pole.im > 0.0 {
                upper.push(pole);
            }
        }
        // Where each section's response is 1: at rest, at half the rate, or in the middle of the band.
        let (zeros, unit): ([f64; 2], Complex) = match band {
            Band::Low(_) => ([-1.0, -1.0], Complex::new(1.0, 0.0)),
            Band::High(_) => ([1.0, 1.0], Complex::new(-1.0, 0.0)),
            Band::Between(low, high) => {
                let angle = 2.0 * (bent(low) * bent(high)).sqrt().atan();
                ([1.0, -1.0], Complex::new(angle.cos(), angle.sin()))
            }
        };
        let mut sections: Vec<Section> = upper
            .into_iter()
            .map(|pole| Section::new(zeros, [-2.0 * pole.re, pole.re * pole.re + pole.im * pole.im], unit))
            .collect();
        for pair in real.chunks(2) {
            sections.push(match *pair {
                [a, b] => Section::new(zeros, [-(a + b), a * b], unit),
                _ => Section::first_order(zeros[0], -pair[0], unit),
            });
        }
        let length = match band {
            Band::Between(..) => 2 * order + 1,
            _ => order + 1,
        };
        Ok(Self { sections, margin: 3 * length })
    }

    /// The signal filtered once, from rest: as a device hears it, with the filter's delay.
    #[must_use]
    pub fn once(&self, signal: &[f32]) -> Vec<f32> {
        let values = self.run(signal.iter().map(|&value| f64::from(value)), 0.0);
        values.into_iter().map(|value| value as f32).collect()
    }

    /// The signal filtered forth and back, so that nothing is delayed: SciPy's `filtfilt`, with its odd extension of
    /// three times the filter's length at both ends (less where the signal is shorter).
    #[must_use]
    pub fn forth_and_back(&self, signal: &[f32]) -> Vec<f32> {
        let (Some(&first), Some(&last)) = (signal.first(), signal.last()) else { return Vec::new() };
        let margin = self.margin.min(signal.len() - 1);
        let (first, last) = (f64::from(first), f64::from(last));
        let before = (1..=margin).rev().map(|place| 2.0 * first - f64::from(signal[place]));
        let after = (1..=margin).map(|place| 2.0 * last - f64::from(signal[signal.len() - 1 - place]));
        let extended: Vec<f64> = before.chain(signal.iter().map(|&value| f64::from(value))).chain(after).collect();
        let start = extended[0];
        let forth = self.run(extended.into_iter(), start);
        let start = forth[forth.len() - 1];
        let mut back = self.run(forth.into_iter().rev(), start);
        back.reverse();
        back[margin..margin + signal.len()].iter().map(|&value| value as f32).collect()
    }

    /// Runs all sections, as if the signal had stood at `before` for ever.
    fn run(&self, signal: impl Iterator<Item = f64>, before: f64) -> Vec<f64> {
        let mut values: Vec<f64> = signal.collect();
        let mut level = before;
        for section in &self.sections {
            let rest = section.at_rest();
            let [b0, b1, b2] = section.b;
            let [a1, a2] = section.a;
            // Direct form II transposed.
            let mut second = (b2 - a2 * rest) * level;
            let mut first = (b1 - a1 * rest) * level + second;
            for value in &mut values {
                let x = *value;
                let y = b0 * x + first;
                first = b1 * x - a1 * y + second;
                second = b2 * x - a2 * y;
                *value = y;
            }
            level *= rest;
        }
        values
    }
}

impl Section {
    fn new(zeros: [f64; 2], a: [f64; 2], unit: Complex) -> Self {
        Self { b: [1.0, -(zeros[0] + zeros[1]), zeros[0] * zeros[1]], a }.scaled(unit)
    }

    fn first_order(zero: f64, a1: f64, unit: Complex) -> Self {
        Self { b: [1.0, -zero, 0.0], a: [a1, 0.0] }.scaled(unit)
    }

    /// With a response of size 1 at a point of the unit circle.
    fn scaled(mut self, unit: Complex) -> Self {
        let response = self.response(unit);
        let size = response.re.hypot(response.im);
        self.b = self.b.map(|b| b / size);
        self
    }

    fn response(&self, z: Complex) -> Complex {
        let inverse = Complex::new(z.re, -z.im);
        let square = inverse.times(inverse);
        let sum = |c: [f64; 3]| {
            Complex::new(c[0] + c[1] * inverse.re + c[2] * square.re, c[1] * inverse.im + c[2] * square.im)
        };
        sum(self.b).over(sum([1.0, self.a[0], self.a[1]]))
    }

    /// What a signal that never changes is multiplied by.
    fn at_rest(&self) -> f64 {
        self.b.iter().sum::<f64>() / (1.0 + self.a.iter().sum::<f64>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_of_second_order_have_scipys_coefficients() {
        // scipy.signal.butter(2, 3, 'high', fs=500) and butter(2, 45, fs=500).
        let high = Butterworth::new(2, Band::High(3.0), 500.0).unwrap();
        let low = Butterworth::new(2, Band::Low(45.0), 500.0).unwrap();
        for (filter, b, a) in [
            (high, [0.973_694_81, -1.947_389_62, 0.973_694_81], [-1.946_697_54, 0.948_081_71]),
            (low, [0.056_448_46, 0.112_896_92, 0.056_448_46], [-1.224_651_58, 0.450_445_43]),
        ] {
            let [section] = filter.sections[..] else { panic!("one section") };
            let close = |found: &[f64], expected: &[f64]| {
                found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 5e-9)
            };
            assert!(close(&section.b, &b) && close(&section.a, &a), "{section:?}");
        }
    }

    #[test]
    fn forth_and_back_gives_scipys_numbers() {
        // specs of the distillation network: 1, 10 and 60 Hz with an offset, 3 Hz high-pass, then 45 Hz low-pass.
        let signal: Vec<f32> = (0..5000)
            .map(|n| {
                let t = f64::from(n) / 500.0;
                let wave = |hertz: f64| (2.0 * PI * hertz * t).sin();
                (wave(1.0) + 0.5 * wave(10.0) + 0.2 * wave(60.0) + 0.3) as f32
            })
            .collect();
        let high = Butterworth::new(2, Band::High(3.0), 500.0).unwrap().forth_and_back(&signal);
        let both = Butterworth::new(2, Band::Low(45.0), 500.0).unwrap().forth_and_back(&high);
        for (place, after_high, after_both) in [
            (0, 0.099_642_863, 0.098_390_267),
            (1, 0.296_697_144, 0.189_586_283),
            (10, 0.740_844_420, 0.592_367_046),
            (123, -0.067_881_889, 0.086_588_827),
            (4999, -0.293_539_190, -0.288_364_744),
        ] {
            assert!((f64::from(high[place]) - after_high).abs() < 1e-6, "{place}: {}", high[place]);
            assert!((f64::from(both[place]) - after_both).abs() < 1e-6, "{place}: {}", both[place]);
        }
    }

    #[test]
    fn a_band_passes_its_middle_and_halves_the_power_at_its_edges() {
        for order in [1, 3, 5] {
            let filter = Butterworth::new(order, Band::Between(0.5, 50.0), 300.0).unwrap();
            let size = |hertz: f64| {
                let angle = 2.0 * PI * hertz / 300.0;
                let z = Complex::new(angle.cos(), angle.sin());
                filter.sections.iter().map(|section| section.response(z)).map(|r| r.re.hypot(r.im)).product::<f64>()
            };
            for edge in [0.5, 50.0] {
                assert!((size(edge) - 0.5_f64.sqrt()).abs() < 1e-9, "order {order}, {edge} Hz: {}", size(edge));
            }
            assert!((size(5.0) - 1.0).abs() < 0.02 && size(0.01) < 0.03 && size(149.0) < 0.02, "order {order}");
        }
    }

    #[test]
    fn what_cannot_be_is_an_error_and_short_signals_are_filtered_as_far_as_they_go() {
        for (order, band) in
            [(0, Band::Low(1.0)), (2, Band::High(250.0)), (2, Band::Between(5.0, 1.0)), (2, Band::Low(f64::NAN))]
        {
            assert!(Butterworth::new(order, band, 500.0).is_err(), "{order} {band:?}");
        }
        let filter = Butterworth::new(5, Band::High(0.5), 100.0).unwrap();
        for length in 0..40 {
            assert_eq!(filter.forth_and_back(&vec![1.0; length]).len(), length);
            assert!(filter.forth_and_back(&vec![1.0; length]).iter().all(|value| value.abs() < 1e-3));
            assert_eq!(filter.once(&vec![1.0; length]).len(), length);
        }
    }
}
