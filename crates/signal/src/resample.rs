//! Changing the sampling rate by a windowed sinc, a filter and an interpolator in one.
//!
//! The kernel is the one that PTB-XL's own 100 Hz files were made with, as far as their samples tell: fitted to the
//! pairs of 500 Hz and 100 Hz files of the 344 records of folds 1 to 8 among records 1 to 500
//! (`tests/reference/fit_resampling.py` makes the constants again), a sinc with its cutoff at 0.8916 of the lower rate's
//! Nyquist frequency, a Kaiser window of 20 samples of the lower rate to each side with beta 5.7, and a lead of 1/8 of
//! a sample of the lower rate (1.25 ms: sample k of a 100 Hz file shows what the 500 Hz file has at 5 k + 0.625). With
//! it the two agree to 0.33 microvolts (root mean square; the files' rounding alone makes 0.29), half a second at the
//! ends left out, and to 0.32 on the 78 records of fold 9, which were not fitted to, against 20 microvolts without the
//! lead. A network trained on those files meets a 500 Hz recording as it would have met its 100 Hz twin: that is
//! [`resample`]. Whoever measures times takes [`resample_in_place`], which has no lead. (The last tenth of a second is no
//! twin: PTB-XL's 500 Hz files hold their last value for 46 to 57 samples, where the 100 Hz files show the heart.)
//!
//! Before the first and after the last sample the course is continued by its point reflection, which keeps value and slope: no
//! ringing, and of five ways tried the one nearest to PTB-XL's files. A missing sample (not a number) has no weight;
//! where the sample nearest in time is missing, or more than half of the weight is, the result is missing.

/// Share of the lower rate's Nyquist frequency where the filter has fallen to one half.
const CUTOFF: f64 = 0.8916;
/// Samples of the lower rate to each side.
const HALF_WIDTH: f64 = 20.0;
/// Shape of the Kaiser window (Kaiser and Schafer, IEEE Trans. Acoust. Speech Signal Process. 28:105, 1980).
const BETA: f64 = 5.7;
/// Samples of the lower rate that a down-sampled course runs ahead.
const LEAD: f64 = 0.125;
/// Kernels kept for a ratio; a ratio with more phases computes each kernel as it comes.
const MOST_PHASES: u64 = 2048;
/// No result is longer: a rate that asks for more is not one.
const LONGEST: f64 = 4e9;

/// Samples at another rate, in the phase of PTB-XL's files when the rate falls (see the module).
///
/// Rates are in hertz, any positive ratio; equal rates give the samples back. The result has
/// `samples.len() * to / from` samples, rounded. It is empty when a rate is not positive or the result would not fit.
pub fn resample(samples: &[f32], from_hertz: f64, to_hertz: f64) -> Vec<f32> {
    let lead = if to_hertz < from_hertz { LEAD * from_hertz / to_hertz } else { 0.0 };
    convert(samples, from_hertz, to_hertz, lead)
}

/// Samples at another rate without any shift in time: sample k of the result is at `k / to_hertz` seconds.
///
/// Otherwise as [`resample`].
pub fn resample_in_place(samples: &[f32], from_hertz: f64, to_hertz: f64) -> Vec<f32> {
    convert(samples, from_hertz, to_hertz, 0.0)
}

fn convert(samples: &[f32], from: f64, to: f64, lead: f64) -> Vec<f32> {
    let length = (samples.len() as f64 * to / from).round();
    // Comparisons are false for what is not a number.
    if !(from > 0.0 && to > 0.0 && from.is_finite() && to.is_finite() && length <= LONGEST) {
        return Vec::new();
    }
    if from == to {
        return samples.to_vec();
    }
    let filter = Filter::new(from, to);
    let whole = samples.iter().all(|value| value.is_finite());
    let course = Course { samples, whole };
    let phases = Phases::new(from, to, lead, &filter);
    (0..length as usize).map(|k| phases.at(k, |first, weights| course.sum(first, weights))).collect()
}

/// The kernel, in input samples.
struct Filter {
    /// Cutoff in cycles a sample.
    cutoff: f64,
    half_width: f64,
}

impl Filter {
    fn new(from: f64, to: f64) -> Self {
        let stretch = (from / to).max(1.0);
        // A ratio without sense is not worth gigabytes of kernel.
        Self { cutoff: 0.5 * CUTOFF / stretch, half_width: (HALF_WIDTH * stretch).min(1e6) }
    }

    fn at(&self, distance: f64) -> f64 {
        let relative = distance / self.half_width;
        if relative.abs() >= 1.0 {
            return 0.0;
        }
        let x = core::f64::consts::TAU * self.cutoff * distance;
        let sinc = if x.abs() < 1e-9 { 1.0 } else { x.sin() / x };
        sinc * bessel(BETA * (1.0 - relative * relative).sqrt())
    }

    /// The first input sample's number against `whole` and the weights, summing to 1, for a place `fraction` after it.
    fn weights(&self, fraction: f64) -> (i64, Vec<f32>) {
        let first = (fraction - self.half_width).ceil();
        let last = (fraction + self.half_width).floor();
        let weights: Vec<f64> = (first as i64..=last as i64).map(|j| self.at(j as f64 - fraction)).collect();
        let sum: f64 = weights.iter().sum();
        (first as i64, weights.iter().map(|weight| (weight / sum) as f32).collect())
    }
}

/// Modified Bessel function of the first kind, order 0, by its power series (Abramowitz and Stegun 9.6.12).
fn bessel(x: f64) -> f64 {
    let quarter = x * x / 4.0;
    let (mut sum, mut term) = (1.0, 1.0);
    for k in 1..40 {
        term *= quarter / f64::from(k * k);
        sum += term;
        if term < 1e-12 * sum {
            break;
        }
    }
    sum
}

/// The places of the output samples between input samples, with their kernels.
enum Phases<'a> {
    /// A ratio `step / count`: output k lies at k * step / count, and `count` kernels repeat.
    Table { step: u64, count: u64, kernels: Vec<(i64, Vec<f32>)> },
    /// No small ratio.
    Direct { ratio: f64, lead: f64, filter: &'a Filter },
}

impl<'a> Phases<'a> {
    fn new(from: f64, to: f64, lead: f64, filter: &'a Filter) -> Self {
        match fraction(from / to) {
            Some((step, count)) => {
                let kernels = (0..count)
                    .map(|phase| filter.weights((phase * step % count) as f64 / count as f64 + lead))
                    .collect();
                Phases::Table { step, count, kernels }
            }
            None => Phases::Direct { ratio: from / to, lead, filter },
        }
    }

    fn at<T>(&self, k: usize, sum: impl FnOnce(i64, &[f32]) -> T) -> T {
        match self {
            Phases::Table { step, count, kernels } => {
                let whole = (k as u64).wrapping_mul(*step) / count;
                let (first, weights) = &kernels[(k as u64 % count) as usize];
                sum(whole as i64 + first, weights)
            }
            Phases::Direct { ratio, lead, filter } => {
                let place = k as f64 * ratio;
                let (first, weights) = filter.weights(place.fract() + lead);
                sum(place as i64 + first, &weights)
            }
        }
    }
}

/// The ratio as a fraction with a denominator of at most [`MOST_PHASES`], by continued fractions, if it is one.
fn fraction(ratio: f64) -> Option<(u64, u64)> {
    let (mut n0, mut d0, mut n1, mut d1) = (0u64, 1u64, 1u64, 0u64);
    let mut rest = ratio;
    for _ in 0..24 {
        let whole = rest.floor();
        if whole >= 1e9 {
            return None;
        }
        let (n, d) = ((whole as u64).checked_mul(n1)? + n0, (whole as u64).checked_mul(d1)? + d0);
        if d > MOST_PHASES {
            return None;
        }
        (n0, d0, n1, d1) = (n1, d1, n, d);
        // Over a day at 1 kHz the error stays below a hundredth of a sample.
        if (ratio - n as f64 / d as f64).abs() < 1e-10 * ratio {
            return Some((n, d));
        }
        rest = 1.0 / (rest - whole);
    }
    None
}

/// The input, continued at both ends.
struct Course<'a> {
    samples: &'a [f32],
    /// No sample is missing.
    whole: bool,
}

impl Course<'_> {
    fn sum(&self, first: i64, weights: &[f32]) -> f32 {
        let inside = usize::try_from(first).ok().and_then(|first| self.samples.get(first..first + weights.len()));
        match inside {
            Some(span) if self.whole => {
                // Eight sums side by side: the compiler makes vector code of them.
                let mut sums = [0.0f32; 8];
                let (spans, weight_groups) = (span.chunks_exact(8), weights.chunks_exact(8));
                let rest: f32 = spans.remainder().iter().zip(weight_groups.remainder()).map(|(x, w)| x * w).sum();
                for (x, w) in spans.zip(weight_groups) {
                    for lane in 0..8 {
                        sums[lane] += x[lane] * w[lane];
                    }
                }
                rest + sums.iter().sum::<f32>()
            }
            _ => self.careful_sum(first, weights),
        }
    }

    /// At the ends and around missing samples.
    fn careful_sum(&self, first: i64, weights: &[f32]) -> f32 {
        let nearest = weights.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(at, _)| at);
        // An output past the last sample shows the last sample.
        let last = self.samples.len() as i64 - 1;
        if last < 0 || self.value((first + nearest as i64).clamp(0, last)).is_nan() {
            return f32::NAN;
        }
        let (mut sum, mut weight) = (0.0f64, 0.0f64);
        for (j, &w) in weights.iter().enumerate() {
            let value = self.value(first + j as i64);
            if value.is_finite() {
                sum += f64::from(w) * f64::from(value);
                weight += f64::from(w);
            }
        }
        if weight < 0.5 { f32::NAN } else { (sum / weight) as f32 }
    }

    /// The sample of a number, or its point reflection about the end that it lies behind; the reflection of a course too
    /// short for it is its end's value.
    fn value(&self, at: i64) -> f32 {
        let last = self.samples.len() as i64 - 1;
        let sample = |at: i64| usize::try_from(at).ok().and_then(|at| self.samples.get(at)).copied();
        let (end, mirrored) = if at < 0 {
            (0, -at)
        } else if at > last {
            (last, 2 * last - at)
        } else {
            return sample(at).unwrap_or(f32::NAN);
        };
        let Some(end_value) = sample(end) else { return f32::NAN };
        sample(mirrored).map_or(end_value, |value| 2.0 * end_value - value)
    }
}

#[cfg(test)]
mod tests {
    use core::f64::consts::TAU;

    use super::*;

    fn sine(hertz: f64, rate: f64, seconds: f64, shift: f64) -> Vec<f32> {
        (0..(rate * seconds) as usize).map(|k| (TAU * hertz * (k as f64 / rate + shift)).sin() as f32).collect()
    }

    fn worst(a: &[f32], b: &[f32]) -> f32 {
        assert_eq!(a.len(), b.len());
        a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
    }

    #[test]
    fn a_sine_below_the_cutoff_passes_at_any_ratio_and_stays_in_place() {
        for (from, to) in
            [(500.0, 100.0), (1000.0, 100.0), (360.0, 100.0), (257.0, 100.0), (100.0, 500.0), (128.0, 100.0)]
        {
            let result = resample_in_place(&sine(9.0, from, 10.0, 0.0), from, to);
            let expected = sine(9.0, to, 10.0, 0.0);
            let inner = (0.5 * to) as usize..(9.5 * to) as usize;
            let error = worst(&result[inner.clone()], &expected[inner]);
            assert!(error < 2e-3, "{from} to {to}: {error}");
        }
    }

    #[test]
    fn a_ratio_without_small_fraction_is_resampled_too() {
        let rate = 100.0 * core::f64::consts::PI;
        let result = resample_in_place(&sine(5.0, rate, 10.0, 0.0), rate, 100.0);
        assert_eq!(result.len(), 1000);
        assert!(worst(&result[50..950], &sine(5.0, 100.0, 10.0, 0.0)[50..950]) < 2e-3);
    }

    #[test]
    fn what_lies_above_the_lower_nyquist_frequency_is_gone() {
        for hertz in [52.0, 60.0, 95.0, 150.0, 240.0] {
            let result = resample(&sine(hertz, 500.0, 10.0, 0.0), 500.0, 100.0);
            let largest = result[50..950].iter().fold(0.0f32, |m, v| m.max(v.abs()));
            assert!(largest < 3e-3, "{hertz} Hz leaves {largest}");
        }
    }

    #[test]
    fn down_sampling_leads_by_an_eighth_of_a_sample() {
        let result = resample(&sine(7.0, 500.0, 10.0, 0.0), 500.0, 100.0);
        assert!(worst(&result[50..950], &sine(7.0, 100.0, 10.0, 0.00125)[50..950]) < 2e-3);
    }

    #[test]
    fn a_constant_stays_constant_up_to_the_ends() {
        for (from, to) in [(500.0, 100.0), (100.0, 500.0), (333.0, 250.0)] {
            let result = resample(&[0.7; 300], from, to);
            assert!(result.iter().all(|v| (v - 0.7).abs() < 1e-5), "{from} to {to}");
        }
    }

    #[test]
    fn a_ramp_does_not_ring_at_the_ends() {
        let ramp: Vec<f32> = (0..5000).map(|k| k as f32 / 500.0).collect();
        let result = resample_in_place(&ramp, 500.0, 100.0);
        for (k, value) in result.iter().enumerate() {
            assert!((value - k as f32 / 100.0).abs() < 1e-3, "sample {k}: {value}");
        }
    }

    #[test]
    fn missing_samples_stay_missing_and_spoil_nothing_else() {
        let mut samples = sine(3.0, 500.0, 10.0, 0.0);
        samples[2000..2500].fill(f32::NAN);
        let result = resample_in_place(&samples, 500.0, 100.0);
        assert!(result[402..498].iter().all(|v| v.is_nan()));
        assert!(result[..400].iter().chain(&result[500..]).all(|v| v.is_finite()));
        assert!(worst(&result[50..350], &sine(3.0, 100.0, 10.0, 0.0)[50..350]) < 2e-3);
        assert!(resample(&[f32::NAN; 50], 500.0, 100.0).iter().all(|v| v.is_nan()));
    }

    #[test]
    fn nothing_in_gives_nothing_and_odd_rates_give_nothing() {
        assert!(resample(&[], 500.0, 100.0).is_empty());
        for rate in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(resample(&[1.0, 2.0], rate, 100.0).is_empty());
            assert!(resample(&[1.0, 2.0], 100.0, rate).is_empty());
        }
        assert_eq!(resample(&[1.0, 2.0], 250.0, 250.0), [1.0, 2.0]);
        for count in 1..12 {
            assert!(resample(&vec![1.0; count], 500.0, 100.0).iter().all(|v| (v - 1.0).abs() < 1e-5));
        }
        assert!(resample(&[1.0; 4], 1e12, 1.0).is_empty());
    }
}
