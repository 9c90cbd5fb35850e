//! The rate that a time column states.

use ecg::{Severity, Warning};

use super::warning;
use crate::limits::reserve;
use crate::memory::Memory;
use crate::{Error, InputFile, Place};

/// What a time column says.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Clock {
    /// Samples a second.
    pub(super) rate: f64,
    /// For each row the sample that it is, where rows are missing between; none where rows follow each other.
    pub(super) places: Option<Vec<usize>>,
}

/// True where values go up by one: a sample number, which states no rate.
pub(super) fn counts_up(values: &[f64]) -> bool {
    values.len() > 1 && values.iter().zip(values.iter().skip(1)).all(|(a, b)| *b - *a == 1.0)
}

/// True where values go up in steps that are equal but for rounding.
pub(super) fn is_even(values: &[f64]) -> bool {
    let Some(step) = mean_step(values) else { return false };
    let first = values.first().copied().unwrap_or(0.0);
    let uneven = |(row, value): (usize, &f64)| (*value - first - row as f64 * step).abs() > 0.6 * step;
    values.len() > 2 && step > 0.0 && !values.iter().enumerate().any(uneven)
}

fn mean_step(values: &[f64]) -> Option<f64> {
    let (first, last) = (values.first()?, values.last()?);
    let steps = values.len().checked_sub(1).filter(|&steps| steps > 0)?;
    Some((last - first) / steps as f64).filter(|step| step.is_finite())
}

/// The rate of a column of times in `unit` seconds.
///
/// # Errors
/// Times are missing, stand still or lie so far apart that they cannot be placed.
pub(super) fn clock(
    file: &InputFile,
    values: &[f64],
    unit: f64,
    memory: &mut Memory,
    warnings: &mut Vec<Warning>,
) -> Result<Clock, Error> {
    let refuse = |row: usize, found: &str| {
        let expected = "times that go up from row to row; without the time column the rate can be given by hand";
        let row = (row as u64).saturating_add(1);
        Error::invalid(file.name, Place::Whole, format!("{found} at row {row} of the table"), expected)
    };
    let rows = values.len() as u64;
    // Going up is checked before anything is kept of it.
    for (row, (a, b)) in values.iter().zip(values.iter().skip(1)).enumerate() {
        let step = b - a;
        // Not (step >= 0) also catches what is not a number.
        if !step.is_finite() || step < 0.0 {
            return Err(refuse(row.saturating_add(1), "a time that does not go up"));
        }
    }
    if is_even(values)
        && let Some(mean) = mean_step(values)
    {
        return Ok(Clock { rate: tidy(1.0 / (mean * unit), values, mean), places: None });
    }
    memory.take_values::<[f64; 3]>(file.name, rows)?;
    let mut steps = reserve(file.name, rows)?;
    steps.extend(values.iter().zip(values.iter().skip(1)).map(|(a, b)| b - a));
    let middle = steps.len().checked_div(2).unwrap_or(0);
    steps.sort_unstable_by(f64::total_cmp);
    let median = steps.get(middle).copied().unwrap_or(0.0);
    let widest = steps.last().copied().unwrap_or(0.0);
    if median <= 0.0 {
        return Err(refuse(0, "a time that stands still"));
    }

    // Rounded to whole multiples of the usual step, gaps become missing samples. The usual step is the mean of those
    // near the median, so that times printed with few digits do not shift it.
    let usual = || steps.iter().filter(|step| **step < 1.5 * median);
    let step = usual().sum::<f64>() / usual().count().max(1) as f64;
    let first = values.first().copied().unwrap_or(0.0);
    let most = (values.len() as f64) * 16.0 + 1e6;
    let mut places: Vec<usize> = reserve(file.name, rows)?;
    for (row, value) in values.iter().enumerate() {
        let place = ((value - first) / step).round();
        if place > most {
            return Err(refuse(row, "a gap much longer than the samples"));
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 or more, and at most `most`")]
        let place = place as usize;
        places.push(places.last().map_or(place, |&last| place.max(last.saturating_add(1))));
    }
    let rate = 1.0 / (step * unit);
    let message =
        format!("rows are missing: times step by up to {:.4} s at {rate:.2} Hz; the gaps are marked", widest * unit);
    warnings.push(warning(file, Severity::Data, "time column", message));
    Ok(Clock { rate: tidy(rate, values, step), places: Some(places) })
}

/// The whole number of hertz, or the one with four decimals, that the times mean as far as their digits can say.
fn tidy(rate: f64, values: &[f64], step: f64) -> f64 {
    let first = values.first().copied().unwrap_or(0.0);
    let span = step * values.len().saturating_sub(1) as f64;
    let rounding =
        values.iter().enumerate().map(|(row, value)| (value - first - row as f64 * step).abs()).fold(0.0, f64::max);
    let tolerance = rate * (2.0 * rounding / span).clamp(1e-9, 0.01);
    let four_decimals = (rate * 1e4).round() / 1e4;
    [rate.round(), four_decimals]
        .into_iter()
        .find(|tidy| *tidy > 0.0 && (tidy - rate).abs() <= tolerance)
        .unwrap_or(rate)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: InputFile = InputFile { name: "a.csv", bytes: b"" };

    fn rate(values: &[f64], unit: f64) -> f64 {
        clock(&FILE, values, unit, &mut Memory::beside(0), &mut Vec::new()).unwrap().rate
    }

    #[test]
    fn times_printed_with_few_digits_still_give_the_rate() {
        for hertz in [62.4725, 100.0, 250.0, 360.0, 500.0, 1000.0 / 3.0] {
            let exact: Vec<f64> = (0..1000).map(|sample| f64::from(sample) / hertz).collect();
            let short: Vec<f64> = exact.iter().map(|time| (time * 1e3).round() / 1e3).collect();
            assert!((rate(&exact, 1.0) - hertz).abs() < 1e-4, "{hertz}: {}", rate(&exact, 1.0));
            assert!((rate(&short, 1.0) - hertz).abs() < 0.1, "{hertz}: {}", rate(&short, 1.0));
        }
        let milliseconds: Vec<f64> = (0..1000).map(|sample| (f64::from(sample) * 1e3 / 360.0).round()).collect();
        assert_eq!(rate(&milliseconds, 1e-3), 360.0);
    }

    #[test]
    fn missing_rows_leave_a_gap() {
        let times: Vec<f64> =
            (0..100).filter(|sample| !(40..50).contains(sample)).map(|sample| f64::from(sample) / 250.0).collect();
        let mut warnings = Vec::new();
        let clock = clock(&FILE, &times, 1.0, &mut Memory::beside(0), &mut warnings).unwrap();
        assert_eq!((clock.rate.round(), warnings.len()), (250.0, 1));
        assert_eq!(clock.places.unwrap()[39..41], [39, 50]);
    }

    #[test]
    fn times_that_go_back_or_leap_are_refused() {
        for times in [vec![0.0, 0.1, 0.05, 0.2], vec![0.0, 0.1, f64::NAN], vec![0.0, 0.001, 0.002, 1e9], vec![1.0; 5]] {
            assert!(clock(&FILE, &times, 1.0, &mut Memory::beside(0), &mut Vec::new()).is_err(), "{times:?}");
        }
    }
}
