//! The four limb leads that a file of eight leads leaves out, since they follow from two of I, II and III: III = II - I (Einthoven
//! 1912), aVR = -(I + II) / 2, aVL = I - II / 2, aVF = II - I / 2 (Goldberger 1942).

use ecg::{Counts, Lead, Recording, Samples, Scale, Signal};

use crate::Error;
use crate::limits::reserve;

/// Adds III, aVR, aVL and aVF, marked as derived, where a recording has I, II and chest leads and none of the four; or I, or II, where
/// it is that one which is missing of the three. The order becomes the usual one: limb leads first.
///
/// Leads of digital counts with one scale give counts (of twice the gain, so that halves are exact).
pub(crate) fn complete(file: &str, recording: &mut Recording) -> Result<(), Error> {
    for signals in [&mut recording.signals, &mut recording.representative_beats] {
        // Two limb leads alone are what a monitor shows, and not an electrocardiogram of twelve leads cut short.
        if signals.iter().any(|signal| matches!(signal.lead, Lead::V1 | Lead::V2 | Lead::V5)) {
            complete_limbs(file, signals)?;
        }
    }
    Ok(())
}

/// How many leads [`complete`] adds to these.
pub(crate) fn derived(leads: &[Lead]) -> u64 {
    let has = |wanted: &[Lead]| wanted.iter().filter(|lead| leads.contains(lead)).count();
    let stored = has(&[Lead::I, Lead::II, Lead::III]);
    let applies =
        has(&[Lead::V1, Lead::V2, Lead::V5]) > 0 && has(&[Lead::AVR, Lead::AVL, Lead::AVF]) == 0 && stored > 1;
    if applies { 6_u64.saturating_sub(stored as u64) } else { 0 }
}

/// The same whether or not there are chest leads: for devices that always record twelve leads.
pub(crate) fn complete_limbs(file: &str, signals: &mut Vec<Signal>) -> Result<(), Error> {
    let position = |lead: &Lead| signals.iter().position(|signal| signal.lead == *lead);
    if [Lead::AVR, Lead::AVL, Lead::AVF].iter().any(|lead| position(lead).is_some()) {
        return Ok(());
    }
    // The two that are there, and how many of each make I and II.
    let (a, b, one, two) = match (position(&Lead::I), position(&Lead::II), position(&Lead::III)) {
        (Some(one), Some(two), _) => (one, two, [1, 0], [0, 1]),
        (None, Some(two), Some(three)) => (two, three, [1, -1], [1, 0]),
        (Some(one), None, Some(three)) => (one, three, [1, 0], [1, 1]),
        _ => return Ok(()),
    };
    let (Some(first), Some(second)) = (signals.get(a), signals.get(b)) else { return Ok(()) };
    if first.rate != second.rate
        || first.start != second.start
        || first.len() != second.len()
        || first.unit() != second.unit()
        || first.unit().in_millivolts().is_none()
    {
        return Ok(());
    }
    // Twice the value of each, in I and II, is a whole number of counts.
    let rules = [
        (Lead::I, [2, 0]),
        (Lead::II, [0, 2]),
        (Lead::III, [-2, 2]),
        (Lead::AVR, [-1, -1]),
        (Lead::AVL, [2, -1]),
        (Lead::AVF, [-1, 2]),
    ];
    let missing = both(&first.missing, &second.missing);
    let mut derived = Vec::new();
    for (lead, rule) in rules {
        if position(&lead).is_some() {
            continue;
        }
        // The same in the two that are there.
        let [of_a, of_b] =
            [0, 1].map(|stored| weighted(rule, [&one, &two].map(|lead| lead.get(stored).copied().unwrap_or(0))));
        let rule = [of_a, of_b];
        let samples = match (&first.samples, &second.samples) {
            (Samples::Digital { counts: one, scale }, Samples::Digital { counts: two, scale: same })
                if scale == same && scale.baseline.fract() == 0.0 && scale.baseline.abs() < 1e9 =>
            {
                counts(file, one, two, scale, rule)?
            }
            _ => values(file, first, second, &missing, rule)?,
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
    // I comes before the two, II between them, the others after them.
    let early = derived.iter().position(|signal| matches!(signal.lead, Lead::I | Lead::II));
    let early = early.map(|at| derived.remove(at));
    let after = a.max(b).saturating_add(1).min(signals.len());
    signals.splice(after..after, derived);
    if let Some(signal) = early {
        let before = if signal.lead == Lead::I { a.min(b) } else { b };
        signals.insert(before.min(signals.len()), signal);
    }
    Ok(())
}

#[allow(clippy::cast_possible_truncation, reason = "baselines are whole and below 1e9; counts saturate")]
fn counts(file: &str, one: &Counts, two: &Counts, scale: &Scale, rule: [i64; 2]) -> Result<Samples, Error> {
    let zero = scale.baseline as i64;
    let narrow = match (one, two) {
        (Counts::Narrow(one), Counts::Narrow(two)) => narrow(file, one, two, zero, rule)?,
        _ => None,
    };
    let counts = if let Some(narrow) = narrow {
        Counts::Narrow(narrow)
    } else {
        let mut wide = reserve(file, one.len() as u64)?;
        let clamped = |value: i64| i32::try_from(value.clamp(i64::from(i32::MIN), i64::from(i32::MAX)));
        let of = |(one, two): (i32, i32)| weighted(rule, [one, two].map(|count| i64::from(count).wrapping_sub(zero)));
        wide.extend(one.iter().zip(two.iter()).map(|pair| clamped(of(pair)).unwrap_or_default()));
        Counts::Wide(wide)
    };
    Ok(Samples::Digital { counts, scale: Scale { gain: scale.gain * 2.0, baseline: 0.0, unit: scale.unit.clone() } })
}

/// The counts where all of them fit 16 bits, as most do; computed in 32 bits, four times as fast as in 64.
#[allow(clippy::cast_possible_truncation, reason = "blocks of greater numbers are left before they are cut")]
fn narrow(file: &str, one: &[i16], two: &[i16], zero: i64, rule: [i64; 2]) -> Result<Option<Vec<i16>>, Error> {
    // A number of a rule, and what the zero line takes off: small enough that no sum wraps.
    let [Ok(of_one), Ok(of_two)] = rule.map(i8::try_from) else { return Ok(None) };
    let off = i32::try_from(weighted(rule, [zero; 2])).ok().filter(|off| off.unsigned_abs() < 1 << 30);
    let Some(off) = off else { return Ok(None) };
    let (of_one, of_two) = (i16::from(of_one), i16::from(of_two));
    let mut counts = reserve(file, one.len() as u64)?;
    // A block stays in the processor's nearest memory while it is looked at and written.
    for (one, two) in one.chunks(4096).zip(two.chunks(4096)) {
        let pairs = one.iter().zip(two);
        let sums = pairs.clone().map(|(&one, &two)| {
            let of_one = i32::from(of_one).wrapping_mul(i32::from(one));
            of_one.wrapping_add(i32::from(of_two).wrapping_mul(i32::from(two))).wrapping_sub(off)
        });
        if sums.fold(false, |beyond, sum| beyond | (i32::from(sum as i16) != sum)) {
            return Ok(None);
        }
        // What fits 16 bits in the end comes out of them, wherever it wraps between.
        counts.extend(pairs.map(|(&one, &two)| {
            of_one.wrapping_mul(one).wrapping_add(of_two.wrapping_mul(two)).wrapping_sub(off as i16)
        }));
    }
    Ok(Some(counts))
}

/// The values, made in their own list: a copy of the two that they follow from would count against the memory of a file.
#[allow(clippy::cast_precision_loss, reason = "rules are small numbers")]
fn values(
    file: &str,
    one: &Signal,
    two: &Signal,
    missing: &[(usize, usize)],
    rule: [i64; 2],
) -> Result<Samples, Error> {
    let mut values: Vec<f64> = reserve(file, one.len() as u64)?;
    let [of_one, of_two] = rule.map(|number| number as f64 / 2.0);
    each_value(one, |value| values.push(of_one * value));
    let mut sums = values.iter_mut();
    each_value(two, |value| {
        if let Some(sum) = sums.next() {
            *sum += of_two * value;
        }
    });
    for &(from, to) in missing {
        let to = to.min(values.len());
        if let Some(range) = values.get_mut(from..to) {
            range.fill(f64::NAN);
        }
    }
    Ok(Samples::Physical { values, unit: one.unit().clone() })
}

/// Tells each value of a signal, missing ones too.
fn each_value(signal: &Signal, mut tell: impl FnMut(f64)) {
    match &signal.samples {
        Samples::Digital { counts, scale } => {
            counts.iter().for_each(|count| tell((f64::from(count) - scale.baseline) / scale.gain));
        }
        Samples::Physical { values, .. } => values.iter().for_each(|&value| tell(value)),
    }
}

/// So many of the one and so many of the other. Counts are of 33 bits and the numbers small, so that nothing wraps.
fn weighted([of_one, of_two]: [i64; 2], [one, two]: [i64; 2]) -> i64 {
    of_one.wrapping_mul(one).wrapping_add(of_two.wrapping_mul(two))
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
        assert_eq!(derived(&[Lead::I, Lead::II, Lead::V1]), 4);
        let before = recording.clone();
        complete("a", &mut recording).unwrap();
        assert_eq!(recording, before, "what is there already is not added again");
    }

    #[test]
    fn any_two_of_the_three_give_the_other_four() {
        let whole = [(Lead::I, 10_i16), (Lead::II, 25), (Lead::III, 15)];
        for left_out in 0..3 {
            let stored: Vec<_> =
                whole.iter().enumerate().filter(|(at, _)| *at != left_out).map(|(_, lead)| lead).collect();
            let digital = stored.iter().map(|(lead, count)| signal(lead.clone(), vec![*count]));
            let physical = stored.iter().map(|(lead, count)| {
                Signal::physical(lead.clone(), 500.0, vec![f64::from(*count) * 5.0], Unit::Microvolt)
            });
            for mut signals in [digital.collect::<Vec<_>>(), physical.collect()] {
                complete_limbs("a", &mut signals).unwrap();
                let found: Vec<_> = signals.iter().map(|signal| (signal.lead.name(), signal.values()[0])).collect();
                let expected =
                    [("I", 50.0), ("II", 125.0), ("III", 75.0), ("aVR", -87.5), ("aVL", -12.5), ("aVF", 100.0)];
                assert_eq!(found, expected);
                assert_eq!(
                    signals.iter().position(|signal| signal.derived),
                    Some(if left_out == 2 { 2 } else { left_out })
                );
            }
        }
    }

    #[test]
    fn counts_are_the_same_whatever_their_width_and_zero_line() {
        let (one, two): (Vec<i16>, Vec<i16>) = ((-5000..5000).collect(), (-5000..5000).rev().collect());
        for (zero, greatest) in [(0, 0), (2048, 0), (0, i16::MAX), (-30_000, 0), (999_999_999, 0)] {
            let scale = Scale { gain: 0.2, baseline: f64::from(zero), unit: Unit::Microvolt };
            let one: Vec<i16> = one.iter().copied().chain([greatest]).collect();
            let two: Vec<i16> = two.iter().copied().chain([greatest]).collect();
            let wide = |counts: &[i16]| Counts::Wide(counts.iter().map(|&count| i32::from(count)).collect());
            for rule in [[-1, -1], [2, -1], [0, 2], [-2, 2]] {
                let [narrow, wide] = [
                    counts("a", &Counts::Narrow(one.clone()), &Counts::Narrow(two.clone()), &scale, rule),
                    counts("a", &wide(&one), &wide(&two), &scale, rule),
                ];
                assert_eq!(narrow.unwrap(), wide.unwrap(), "{zero} {rule:?}");
            }
        }
    }

    #[test]
    fn two_leads_alone_stay_two() {
        let signals = vec![signal(Lead::I, vec![1]), signal(Lead::II, vec![2])];
        let mut recording = Recording { signals, ..Recording::default() };
        complete("a", &mut recording).unwrap();
        assert_eq!((recording.signals.len(), derived(&[Lead::I, Lead::II])), (2, 0));
    }
}
