//! The four limits of a signal that give back its gain and baseline.

use ecg::{Scale, Unit};

use super::plan::field;
use super::unfit;
use crate::WriteError;

/// A gain may come back this much off, relative to it.
const GAIN_TOLERANCE: f64 = 1e-6;
/// A baseline may come back this many counts off.
const BASELINE_TOLERANCE: f64 = 0.1;
const NARROW: (i64, i64) = (-32_768, 32_767);
const WIDE: (i64, i64) = (-8_388_608, 8_388_607);

/// Physical and digital limits as they are printed.
pub(super) struct Limits {
    pub(super) physical: [String; 2],
    pub(super) digital: [i64; 2],
}

impl Limits {
    /// True when 16 bits hold the digital limits, and with them the counts.
    pub(super) fn is_narrow(&self) -> bool {
        self.digital.iter().all(|limit| (NARROW.0..=NARROW.1).contains(limit))
    }
}

/// The limits that give back a scale best, and the unit that they are in: the scale's own or another voltage.
pub(super) fn choose(scale: &Scale, extremes: (i32, i32), what: &str) -> Result<(Limits, Unit), WriteError> {
    let (low, high) = (i64::from(extremes.0), i64::from(extremes.1));
    if low < WIDE.0 || high > WIDE.1 {
        return Err(unfit(what, format!("counts from {low} to {high}"), "counts of 24 bits"));
    }
    let widest = if low < NARROW.0 || high > NARROW.1 { WIDE } else { NARROW };
    let mut best: Option<(f64, Limits, Unit)> = None;
    for unit in [scale.unit.clone(), Unit::Microvolt, Unit::Millivolt, Unit::Nanovolt, Unit::Volt] {
        let factor = match (unit.in_millivolts(), scale.unit.in_millivolts()) {
            _ if unit == scale.unit => 1.0,
            (Some(there), Some(here)) => there / here,
            _ => continue,
        };
        let gain = scale.gain * factor;
        let first = best_printed(gain, scale.baseline, widest.0..=low.min(widest.0.saturating_add(WINDOW)));
        let last = best_printed(gain, scale.baseline, high.max(widest.1.saturating_sub(WINDOW))..=widest.1);
        let each_side = first.zip(last).filter(|(first, last)| first < last);
        let all = ranges(gain, scale.baseline, widest).filter(|(from, to)| *from <= low && high <= *to);
        for (from, to) in all.chain(each_side) {
            let physical = |count: i64| field((count as f64 - scale.baseline) / gain);
            let (Some(first), Some(last)) = (physical(from), physical(to)) else { continue };
            let Some(wrong) = wrong(gain, scale.baseline, [&first, &last], [from, to]) else { continue };
            if best.as_ref().is_none_or(|(least, ..)| wrong < *least) {
                let limits = Limits { physical: [first, last], digital: [from, to] };
                best = Some((wrong, limits, unit.clone()));
            }
            if wrong == 0.0 {
                break;
            }
        }
        // Another unit only where this one does not give the scale to twelve digits.
        if best.as_ref().is_some_and(|(wrong, ..)| *wrong < 1e-12) {
            break;
        }
    }
    let expected = "gains and baselines that limits of eight characters give back within 1e-6 and a tenth of a count";
    let found = || format!("{} counts a unit from {}", scale.gain, scale.baseline);
    best.map(|(_, limits, unit)| (limits, unit)).ok_or_else(|| unfit(what, found(), expected))
}

/// Counts from either end of the range among which the one is looked for whose physical value is printed best.
const WINDOW: i64 = 4096;

/// The count of a range whose physical value loses least when it is printed.
fn best_printed(gain: f64, baseline: f64, mut counts: core::ops::RangeInclusive<i64>) -> Option<i64> {
    let mut best: Option<(f64, i64)> = None;
    let lost = |count: i64| {
        let physical = (count as f64 - baseline) / gain;
        let printed: f64 = field(physical)?.parse().ok()?;
        Some((printed - physical).abs())
    };
    // What is printed to twelve digits is as good as exact, and the first of those is the outermost of the lower side.
    let _ = counts.try_for_each(|count| {
        let Some(lost) = lost(count) else { return Some(()) };
        if best.is_none_or(|(least, _)| lost < least) {
            best = Some((lost, count));
        }
        (lost > 1e-12).then_some(())
    });
    best.map(|(_, count)| count)
}

/// How far off gain and baseline come back, 0 for exactly; none where that is too far.
fn wrong(gain: f64, baseline: f64, physical: [&str; 2], digital: [i64; 2]) -> Option<f64> {
    let [low, high] = physical.map(|text| text.parse::<f64>().unwrap_or(f64::NAN));
    let [from, to] = digital.map(|count| count as f64);
    // As the reader computes them.
    let found = (to - from) / (high - low);
    let zero = from - low * found;
    let (of_gain, of_baseline) = ((found / gain - 1.0).abs(), (zero - baseline).abs());
    let holds = of_gain <= GAIN_TOLERANCE && of_baseline <= BASELINE_TOLERANCE;
    holds.then_some(of_gain + of_baseline / 65_536.0)
}

/// Digital limits that may suit: the widest, those of converters of 8 to 24 bits, and those whose physical values are round.
fn ranges(gain: f64, baseline: f64, widest: (i64, i64)) -> impl Iterator<Item = (i64, i64)> {
    let of_bits = (8..=24u32).rev().flat_map(|bits| {
        let half = 1i64.wrapping_shl(bits.saturating_sub(1));
        let (last, whole) = (half.saturating_sub(1), half.saturating_mul(2).saturating_sub(1));
        [(half.saturating_neg(), last), (last.saturating_neg(), last), (0, whole), (half.saturating_neg(), half)]
    });
    let round = (-4..=7i32).rev().flat_map(|power| {
        [8.0, 6.4, 6.0, 5.0, 4.0, 3.2, 3.0, 2.5, 2.0, 1.6, 1.5, 1.25, 1.0].map(|first| first * 10f64.powi(power))
    });
    let round = round.filter_map(move |value| {
        let (from, to) = (baseline - value * gain.abs(), baseline + value * gain.abs());
        let are_whole = (from - from.round()).abs() < 1e-9 && (to - to.round()).abs() < 1e-9;
        #[allow(clippy::cast_possible_truncation, reason = "the cast saturates and the caller compares")]
        are_whole.then_some((from.round() as i64, to.round() as i64))
    });
    let within = move |(from, to): &(i64, i64)| widest.0 <= *from && *to <= widest.1 && from < to;
    core::iter::once(widest).chain(of_bits).chain(round).filter(within)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(gain: f64, baseline: f64, unit: &Unit) -> (Limits, Unit, f64) {
        let (limits, chosen) = choose(&Scale { gain, baseline, unit: unit.clone() }, (-100, 100), "lead II").unwrap();
        let factor = chosen.in_millivolts().zip(unit.in_millivolts()).map_or(1.0, |(there, here)| there / here);
        let [low, high] = &limits.physical;
        let wrong = wrong(gain * factor, baseline, [low, high], limits.digital).unwrap();
        (limits, chosen, wrong)
    }

    #[test]
    fn usual_scales_come_back_exactly() {
        for (gain, baseline) in
            [(200.0, 0.0), (200.0, 1024.0), (1000.0, 0.0), (204.8, 0.0), (409.5, -0.5), (400.0, 7.0)]
        {
            let (limits, unit, wrong) = chosen(gain, baseline, &Unit::Millivolt);
            assert!(wrong < 1e-12, "{gain} {baseline}: {wrong} {:?}", limits.physical);
            assert_eq!(unit, Unit::Millivolt);
        }
    }

    #[test]
    fn a_scale_without_symmetric_limits_comes_back_from_a_pair_that_prints_well() {
        let scale = Scale { gain: 250.5, baseline: 88.0, unit: Unit::Microvolt };
        let (limits, unit) = choose(&scale, (-20_000, 32_767), "lead II").unwrap();
        let [low, high] = &limits.physical;
        assert_eq!(unit, Unit::Microvolt);
        assert!(wrong(250.5, 88.0, [low, high], limits.digital).unwrap() < 1e-6, "{:?}", limits.physical);
    }

    #[test]
    fn a_unit_whose_limits_do_not_fit_gives_way_to_another() {
        let (_, unit, wrong) = chosen(1_234_567.0, 0.0, &Unit::Volt);
        assert!(wrong < 1e-6 && unit != Unit::Volt, "{wrong} {unit:?}");
        let (_, unit, wrong) = chosen(0.0002, 0.0, &Unit::Nanovolt);
        assert!(wrong < 1e-9, "{wrong} {unit:?}");
    }

    #[test]
    fn a_scale_that_no_limits_give_is_refused() {
        let scale = Scale { gain: 1e-9, baseline: 0.0, unit: Unit::Other("mmHg".into()) };
        assert!(choose(&scale, (-5, 5), "lead ABP").is_err());
        let scale = Scale { gain: 1.0, baseline: 0.0, unit: Unit::Microvolt };
        assert!(choose(&scale, (0, 1 << 23), "lead I").is_err());
    }
}
