//! The pulse of calibration that devices append to every lead.

use super::limbs::Stored;

/// A pulse at the end of every lead, in samples: zeros, the pulse, zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pulse {
    pub(super) before: usize,
    pub(super) high: usize,
    pub(super) after: usize,
    pub(super) height: i16,
}

impl Pulse {
    /// All of its samples.
    pub(super) fn length(self) -> usize {
        self.before.saturating_add(self.high).saturating_add(self.after)
    }
}

/// The pulse of 1 mV at the end of leads of which each count is `microvolts`; none where one lead ends otherwise.
///
/// The zeros before the pulse are taken to be as many as after it, since the ECG before them may end in zeros of its
/// own. Pulses are no longer than half a second and no shorter than a twentieth: so short a run of 1 mV in every lead
/// at once may be chance.
#[allow(clippy::cast_possible_truncation, reason = "compared with the limits of the type")]
pub(super) fn find(leads: &[Stored], microvolts: f64, rate: f64) -> Option<Pulse> {
    let height = (1000.0 / microvolts).round();
    if !(1.0..=f64::from(i16::MAX)).contains(&height) {
        return None;
    }
    let height = height as i16;
    let (first, others) = leads.split_first()?;
    let run = |counts: &[i16], value: i16| counts.iter().rev().take_while(|&&count| count == value).count();
    let rest = |taken: usize| first.counts.get(..first.counts.len().saturating_sub(taken)).unwrap_or_default();
    let after = run(&first.counts, 0);
    let high = run(rest(after), height);
    let before = run(rest(after.saturating_add(high)), 0).min(after);
    let pulse = Pulse { before, high, after, height };
    if before == 0 || !(rate * 0.05..=rate * 0.5).contains(&(high as f64)) {
        return None;
    }
    let end = |stored: &Stored| stored.counts.len().checked_sub(pulse.length());
    let block = first.counts.get(end(first)?..)?;
    let same = |stored: &Stored| end(stored).and_then(|from| stored.counts.get(from..)) == Some(block);
    // Where the whole recording is nothing else, it is not an ECG with a pulse at its end.
    (others.iter().all(same) && first.counts.len() > pulse.length()).then_some(pulse)
}

#[cfg(test)]
mod tests {
    use ecg::Lead;

    use super::*;

    fn leads(ends: &[&[i16]]) -> Vec<Stored> {
        let lead = |end: &&[i16]| Stored {
            lead: Lead::I,
            label: String::new(),
            counts: [&[4, 5, 6, 0, 0, 0, 0], *end].concat(),
        };
        ends.iter().map(lead).collect()
    }

    #[test]
    fn a_pulse_of_any_resolution_is_found_and_zeros_before_it_stay() {
        let block: Vec<i16> = [[0; 3], [400; 3], [0; 3]].concat();
        let pulse = find(&leads(&[&block, &block]), 2.5, 20.0).unwrap();
        assert_eq!(pulse, Pulse { before: 3, high: 3, after: 3, height: 400 });
        assert_eq!(find(&leads(&[&block, &block]), 5.0, 20.0), None, "400 counts are 2 mV there");
        assert_eq!(find(&leads(&[&block, &block]), f64::NAN, 20.0), None);
    }

    #[test]
    fn an_ecg_that_ends_otherwise_in_one_lead_is_left_as_it_is() {
        let block: Vec<i16> = [[0; 3], [200; 3], [0; 3]].concat();
        let mut other = block.clone();
        other[4] = 199;
        assert_eq!(find(&leads(&[&block, &other]), 5.0, 20.0), None);
        assert_eq!(find(&leads(&[&other, &block]), 5.0, 20.0), None);
        assert_eq!(find(&leads(&[&[0, 200, 0]]), 5.0, 500.0), None, "2 ms are no pulse");
        assert_eq!(find(&leads(&[&[1, 200, 200, 1]]), 5.0, 20.0), None);
        assert_eq!(find(&[], 5.0, 20.0), None);
    }
}
