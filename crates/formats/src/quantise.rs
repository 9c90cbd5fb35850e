//! Whole counts of physical values, for formats that store nothing else.

use ecg::{Scale, Unit};

use crate::WriteError;

/// Powers of ten of counts a millivolt (or a unit) in which values are looked for that are all whole: from microvolts to finer, then
/// coarser.
const POWERS: [i32; 10] = [3, 4, 5, 6, 7, 8, 9, 2, 1, 0];

/// Counts at a power of ten a millivolt (or a unit), none beyond `highest` in either direction: in steps of which every value is a whole
/// number, where there are such, as for a table of decimals; else in the finest that 16 bits hold. What is no number becomes any count.
///
/// # Errors
/// Values beyond a billion times `highest`, which no signal has: all others would become 0.
pub(crate) fn quantised(
    what: &str,
    values: &[f64],
    unit: &Unit,
    highest: i32,
) -> Result<(Vec<i32>, Scale), WriteError> {
    let of_unit = unit.in_millivolts().unwrap_or(1.0);
    let peak = values.iter().filter(|value| value.is_finite()).fold(0.0_f64, |peak, value| peak.max(value.abs()));
    let gain = |power: i32| of_unit * 10_f64.powi(power);
    let fits = |gain: &f64, highest: i32| (peak * gain).round() <= f64::from(highest);
    let whole = POWERS.into_iter().map(gain).find(|gain| fits(gain, highest) && are_whole(values, *gain));
    let finest = || (-9..=9).rev().map(gain).find(|gain| fits(gain, highest.min(i32::from(i16::MAX))));
    let Some(gain) = whole.or_else(finest) else {
        let (found, symbol) = (format!("values up to {peak:e} {}", unit.symbol()), unit.symbol());
        let expected = format!("values up to {:e} {symbol}", f64::from(highest) / gain(-9));
        return Err(WriteError::Unfit { what: what.to_owned(), found: found.trim().to_owned(), expected });
    };
    #[allow(clippy::cast_possible_truncation, reason = "the gain was chosen so that they fit")]
    let counts = values.iter().map(|value| (value * gain).round() as i32).collect();
    Ok((counts, Scale { gain, baseline: 0.0, unit: unit.clone() }))
}

/// Whether all values are whole numbers of steps, as far as numbers of 32 bits, which many values were before, can tell.
fn are_whole(values: &[f64], gain: f64) -> bool {
    values.iter().filter(|value| value.is_finite()).all(|value| {
        let count = value * gain;
        (count - count.round()).abs() <= (1e-6 + f64::from(f32::EPSILON) * count.abs()).min(0.01)
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const NARROW: i32 = i16::MAX as i32;

    fn quantised(values: &[f64], unit: &Unit, highest: i32) -> (Vec<i32>, Scale) {
        super::quantised("lead II", values, unit, highest).unwrap()
    }

    #[test]
    fn decimals_are_stored_as_they_are() {
        let (counts, scale) = quantised(&[0.015, -1.205, 0.0], &Unit::Millivolt, NARROW);
        assert_eq!((counts, scale.gain), (vec![15, -1205, 0], 1000.0));
        let (counts, scale) = quantised(&[0.015_f32, -1.205].map(f64::from), &Unit::Millivolt, NARROW);
        assert_eq!((counts, scale.gain), (vec![15, -1205], 1000.0));
        // Microvolts with a tenth.
        let (counts, scale) = quantised(&[14.6, -829.3], &Unit::Microvolt, NARROW);
        assert_eq!((counts, (scale.gain * 1e9).round()), (vec![146, -8293], 1e10));
        // Counts of a converter that a table says are millivolts.
        let (counts, scale) = quantised(&[8192.0, -31_000.0], &Unit::Millivolt, NARROW);
        assert_eq!((counts, scale.gain), (vec![8192, -31_000], 1.0));
    }

    #[test]
    fn more_bits_hold_more_decimals() {
        let values = [14.648, -829.375];
        let (counts, scale) = quantised(&values, &Unit::Microvolt, 8_388_607);
        assert_eq!((counts, scale.gain.round()), (vec![14_648, -829_375], 1000.0));
        let (counts, scale) = quantised(&values, &Unit::Microvolt, NARROW);
        assert_eq!((counts, scale.gain.round()), (vec![146, -8294], 10.0));
    }

    #[test]
    fn other_values_take_the_finest_steps_of_16_bits() {
        let third = 1.0 / 3.0;
        let (counts, scale) = quantised(&[third, -1.0], &Unit::Millivolt, i32::MAX);
        assert_eq!((counts, scale.gain), (vec![3333, -10_000], 10_000.0));
        let (counts, _) = quantised(&[third, f64::NAN, 1.5e9], &Unit::Millivolt, NARROW);
        assert_eq!(counts, [0, 0, 15_000]);
        assert_eq!(quantised(&[f64::INFINITY, 0.0], &Unit::Volt, 127).0[1], 0);
    }

    #[test]
    fn values_that_no_signal_has_are_refused() {
        let error = super::quantised("lead II", &[0.5, -1e250], &Unit::Millivolt, NARROW).unwrap_err();
        assert!(error.to_string().contains("values up to 1e250 mV"), "{error}");
    }
}
