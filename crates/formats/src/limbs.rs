//! The four limb leads that a file of eight leads leaves out, since they follow from I and II: III = II - I (Einthoven 1912),
//! aVR = -(I + II) / 2, aVL = I - II / 2, aVF = II - I / 2 (Goldberger 1942).

use ecg::{Counts, Lead, Recording, Samples, Scale, Signal};

use crate::Error;
use crate::limits::reserve;

/// Adds III, aVR, aVL and aVF, marked as derived, where a recording has I, II and chest leads and none of the four. The order becomes
/// the usual one: limb leads first.
///
/// Leads of digital counts with one scale give counts (of twice the gain, so that halves are exact).
pub(crate) fn complete(file: &str, recording: &mut Recording) -> Result<(), Error> {
    complete_signals(file, &mut recording.signals)?;
    complete_signals(file, &mut recording.representative_beats)
}

fn complete_signals(file: &str, signals: &mut Vec<Signal>) -> Result<(), Error> {
    let position = |lead: &Lead| signals.iter().position(|signal| signal.lead == *lead);
    let wanted = [Lead::III, Lead::AVR, Lead::AVL, Lead::AVF];
    let has_chest = signals.iter().any(|signal| matches!(signal.lead, Lead::V1 | Lead::V2 | Lead::V5));
    if !has_chest || wanted.iter().any(|lead| position(lead).is_some()) {
        return Ok(());
    }
    let (Some(one), Some(two)) = (position(&Lead::I), position(&Lead::II)) else { return Ok(()) };
    let (Some(first), Some(second)) = (signals.get(one), signals.get(two)) else { return Ok(()) };
    if first.rate != second.rate
        || first.start != second.start
        || first.len() != second.len()
        || first.unit() != second.unit()
        || first.unit().in_millivolts().is_none()
    {
        return Ok(());
    }
    // Twice the value of each is a whole number of counts.
    let rules: [fn(i64, i64) -> i64; 4] =
        [|one, two| 2 * (two - one), |one, two| -(one + two), |one, two| 2 * one - two, |one, two| 2 * two - one];
    let missing = both(&first.missing, &second.missing);
    let mut derived = Vec::new();
    for (lead, rule) in wanted.into_iter().zip(rules) {
        let samples = match (&first.samples, &second.samples) {
            (Samples::Digital { counts: one, scale }, Samples::Digital { counts: two, scale: same })
                if scale == same && scale.baseline.fract() == 0.0 && scale.baseline.abs() < 1e9 =>
            {
                counts(file, one, two, scale, rule)?
            }
            _ => values(file, first, second, &lead)?,
        };
        derived.push(Signal {
            label: lead.name().to_owned(),
            lead,
            rate: first.rate,
            start: first.start,
            samples,
            missing: missing.clone(),
            derived: true,
        });
    }
    let after = one.max(two).saturating_add(1).min(signals.len());
    signals.splice(after..after, derived);
    Ok(())
}

#[allow(clippy::cast_possible_truncation, reason = "baselines are whole and below 1e9; counts saturate")]
fn counts(file: &str, one: &Counts, two: &Counts, scale: &Scale, rule: fn(i64, i64) -> i64) -> Result<Samples, Error> {
    let zero = scale.baseline as i64;
    let both = || one.iter().zip(two.iter());
    let of = |(one, two): (i32, i32)| rule(i64::from(one).saturating_sub(zero), i64::from(two).saturating_sub(zero));
    let counts = match (one, two) {
        (Counts::Narrow(_), Counts::Narrow(_)) if both().all(|pair| i16::try_from(of(pair)).is_ok()) => {
            let mut narrow = reserve(file, one.len() as u64)?;
            narrow.extend(both().map(|pair| i16::try_from(of(pair)).unwrap_or_default()));
            Counts::Narrow(narrow)
        }
        _ => {
            let mut wide = reserve(file, one.len() as u64)?;
            let clamped = |value: i64| i32::try_from(value.clamp(i64::from(i32::MIN), i64::from(i32::MAX)));
            wide.extend(both().map(|pair| clamped(of(pair)).unwrap_or_default()));
            Counts::Wide(wide)
        }
    };
    Ok(Samples::Digital { counts, scale: Scale { gain: scale.gain * 2.0, baseline: 0.0, unit: scale.unit.clone() } })
}

fn values(file: &str, one: &Signal, two: &Signal, lead: &Lead) -> Result<Samples, Error> {
    let mut values = reserve(file, one.len() as u64)?;
    let pairs = one.values().into_iter().zip(two.values());
    values.extend(pairs.map(|(one, two)| match lead {
        Lead::III => two - one,
        Lead::AVR => -f64::midpoint(one, two),
        Lead::AVL => one - two / 2.0,
        _ => two - one / 2.0,
    }));
    Ok(Samples::Physical { values, unit: one.unit().clone() })
}

/// Ranges in which either is missing.
fn both(one: &[(usize, usize)], two: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut all: Vec<(usize, usize)> = one.iter().chain(two).copied().collect();
    all.sort_unstable();
    let mut joined: Vec<(usize, usize)> = Vec::new();
    for (from, to) in all {
        match joined.last_mut() {
            Some((_, end)) if *end >= from => *end = (*end).max(to),
            _ => joined.push((from, to)),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use ecg::Unit;

    use super::*;

    fn signal(lead: Lead, counts: Vec<i16>) -> Signal {
        Signal::digital(lead, 500.0, counts, Scale { gain: 0.2, baseline: 0.0, unit: Unit::Microvolt })
    }

    #[test]
    fn eight_leads_become_twelve_and_halves_stay_exact() {
        let mut eight =
            vec![signal(Lead::I, vec![10, 3]), signal(Lead::II, vec![20, -4]), signal(Lead::V1, vec![1, 1])];
        eight[1].missing = vec![(1, 2)];
        let mut recording = Recording { signals: eight, ..Recording::default() };
        complete("a", &mut recording).unwrap();
        let names: Vec<&str> = recording.signals.iter().map(|signal| signal.lead.name()).collect();
        assert_eq!(names, ["I", "II", "III", "aVR", "aVL", "aVF", "V1"]);
        let first = |lead| recording.lead(&lead).unwrap().values()[0];
        assert_eq!((first(Lead::III), first(Lead::AVR), first(Lead::AVL), first(Lead::AVF)), (50.0, -75.0, 0.0, 75.0));
        assert!(recording.signals[2..6].iter().all(|signal| signal.derived && signal.missing == [(1, 2)]));
        let before = recording.clone();
        complete("a", &mut recording).unwrap();
        assert_eq!(recording, before, "what is there already is not added again");
    }

    #[test]
    fn two_leads_alone_stay_two() {
        let signals = vec![signal(Lead::I, vec![1]), signal(Lead::II, vec![2])];
        let mut recording = Recording { signals, ..Recording::default() };
        complete("a", &mut recording).unwrap();
        assert_eq!(recording.signals.len(), 2);
    }
}
