//! From the four limits of a signal to gain and baseline, and whether the result can be an ECG.

use ecg::{Counts, Lead, Samples, Scale, Severity, Signal, Unit, Warning};

use super::header::SignalHeader;
use crate::InputFile;

/// `physical = (count - dmin) * (pmax - pmin) / (dmax - dmin) + pmin` as gain and baseline. Limits that give no finite
/// scale (equal limits occur on dummy signals) leave the counts as they are, in no unit, with a warning.
pub(super) fn scale(file: &InputFile, signal: &SignalHeader, warnings: &mut Vec<Warning>) -> Scale {
    let limits = match (signal.physical, signal.digital) {
        ([Some(low), Some(high)], [Some(from), Some(to)]) => Some((low, high, from, to)),
        _ => None,
    };
    let scale = limits.and_then(|(low, high, from, to)| {
        let gain = (to - from) / (high - low);
        let baseline = from - low * gain;
        let usable = gain.is_finite() && (1e-9..1e12).contains(&gain.abs()) && baseline.is_finite();
        usable.then(|| Scale { gain, baseline, unit: Unit::from_label(&signal.unit) })
    });
    scale.unwrap_or_else(|| {
        warnings.push(Warning {
            severity: Severity::Data,
            file: file.name.to_owned(),
            place: format!("signal {}", signal.label),
            message: "its physical and digital limits give no scale; the counts were kept, in no unit".to_owned(),
        });
        Scale { gain: 1.0, baseline: 0.0, unit: Unit::Unknown }
    })
}

/// A step coarser than this, in millivolts, is no ECG recorder's (they resolve 0.001 to 0.01 mV).
const COARSEST_STEP: f64 = 0.02;
/// Spans between the 1st and 99th percentile, in millivolts, that an ECG lead can have.
const PLAUSIBLE_SPAN: core::ops::RangeInclusive<f64> = 0.02..=20.0;

/// Warns of standard leads whose stated scale cannot be true: converters that invent limits are common.
pub(super) fn question(file: &InputFile, signals: &[Signal], warnings: &mut Vec<Warning>) {
    for signal in signals.iter().filter(|signal| !matches!(signal.lead, Lead::Other(_))) {
        let Samples::Digital { counts, scale } = &signal.samples else { continue };
        let Some(factor) = scale.unit.in_millivolts() else { continue };
        let step = (factor / scale.gain).abs();
        let span = span(counts) * step;
        let message = if step > COARSEST_STEP && span > 0.0 {
            format!("a step of {step:.4} mV a count is too coarse for an ECG; the file's limits may be wrong")
        } else if span > 0.0 && !PLAUSIBLE_SPAN.contains(&span) {
            format!("values span {span:.4} mV, which no ECG lead does; the file's limits or unit may be wrong")
        } else {
            continue;
        };
        warnings.push(Warning {
            severity: Severity::Data,
            file: file.name.to_owned(),
            place: format!("lead {}", signal.lead),
            message,
        });
    }
}

/// The counts between the 1st and the 99th percentile. Every n-th sample gives them well enough and bounds the time for a long
/// recording; they are selected, not sorted, since this would otherwise be most of the time that a file takes.
fn span(counts: &Counts) -> f64 {
    let stride = counts.len().div_ceil(10_000).max(1);
    let mut some: Vec<i32> = (0..counts.len()).step_by(stride).filter_map(|sample| counts.get(sample)).collect();
    let last = some.len().saturating_sub(1);
    let at = |percent: usize| last.saturating_mul(percent).checked_div(100).unwrap_or(0);
    if some.is_empty() {
        return 0.0;
    }
    let (_, &mut high, _) = some.select_nth_unstable(at(99));
    let (_, &mut low, _) = some.select_nth_unstable(at(1));
    f64::from(high) - f64::from(low)
}
