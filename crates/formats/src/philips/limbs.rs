//! Limb leads out of what is left of their rule.

use ecg::Lead;

/// One lead while it is read.
pub(super) struct Stored {
    pub(super) lead: Lead,
    pub(super) label: String,
    pub(super) counts: Vec<i16>,
}

/// A rule: the lead, the two that it follows from, and the lead's count out of theirs and of what is stored.
type Rule = (Lead, Lead, Lead, fn(i32, i32, i32) -> i32);

/// In this order: aVL and aVF need III as it is.
const RULES: [Rule; 4] = [
    (Lead::III, Lead::I, Lead::II, |one, two, rest| two.wrapping_sub(one).wrapping_sub(rest)),
    (Lead::AVR, Lead::I, Lead::II, |one, two, rest| half(one.wrapping_add(two)).wrapping_neg().wrapping_sub(rest)),
    (Lead::AVL, Lead::I, Lead::III, |one, three, rest| half(one.wrapping_sub(three)).wrapping_sub(rest)),
    (Lead::AVF, Lead::II, Lead::III, |two, three, rest| half(two.wrapping_add(three)).wrapping_sub(rest)),
];

/// Half of a sum, rounded down.
fn half(sum: i32) -> i32 {
    sum >> 1
}

/// Whether III is stored as what is left of II - I, by the sums of both: what is left is less than the lead.
pub(super) fn are_rests(leads: &[Stored]) -> bool {
    let counts = |lead: Lead| leads.iter().find(|stored| stored.lead == lead).map(|stored| &stored.counts);
    let (Some(one), Some(two), Some(three)) = (counts(Lead::I), counts(Lead::II), counts(Lead::III)) else {
        return false;
    };
    let (mut stored, mut left) = (0_u64, 0_u64);
    for ((&one, &two), &three) in one.iter().zip(two).zip(three) {
        let rest = i32::from(two).wrapping_sub(i32::from(one)).wrapping_sub(i32::from(three));
        stored = stored.saturating_add(u64::from(three.unsigned_abs()));
        left = left.saturating_add(u64::from(rest.unsigned_abs()));
    }
    stored < left
}

/// Makes the limb leads whole; gives the labels of those that could not be, which are taken out.
#[allow(clippy::cast_possible_truncation, reason = "counts are of 16 bits, and overflow as they did in the device")]
pub(super) fn restore(leads: &mut Vec<Stored>) -> Vec<String> {
    let mut lost = Vec::new();
    for (lead, first, second, rule) in RULES {
        let at = |leads: &[Stored], lead: &Lead| leads.iter().position(|stored| stored.lead == *lead);
        let Some(own) = at(leads, &lead) else { continue };
        let Some(mut counts) = leads.get_mut(own).map(|stored| std::mem::take(&mut stored.counts)) else { continue };
        let part = |lead: &Lead| at(leads, lead).and_then(|at| leads.get(at));
        let is_whole = match (part(&first), part(&second)) {
            (Some(first), Some(second)) if first.counts.len().min(second.counts.len()) >= counts.len() => {
                for ((count, &first), &second) in counts.iter_mut().zip(&first.counts).zip(&second.counts) {
                    *count = rule(i32::from(first), i32::from(second), i32::from(*count)) as i16;
                }
                true
            }
            _ => false,
        };
        if let Some(stored) = leads.get_mut(own).filter(|_| is_whole) {
            stored.counts = counts;
        } else {
            lost.push(leads.remove(own).label);
        }
    }
    lost
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(lead: Lead, counts: &[i16]) -> Stored {
        Stored { label: lead.name().to_owned(), lead, counts: counts.to_vec() }
    }

    #[test]
    fn limb_leads_come_back_with_halves_rounded_down() {
        let mut leads = vec![
            stored(Lead::I, &[3, i16::MIN]),
            stored(Lead::II, &[-4, i16::MAX]),
            stored(Lead::III, &[1, 0]),
            stored(Lead::AVR, &[0, 0]),
            stored(Lead::AVL, &[0, 0]),
            stored(Lead::AVF, &[2, 0]),
            stored(Lead::V1, &[9, 9]),
        ];
        assert!(restore(&mut leads).is_empty());
        let counts: Vec<i16> = leads.iter().map(|stored| stored.counts[0]).collect();
        assert_eq!(counts, [3, -4, -8, 1, 5, -8, 9]);
        // 16 bits overflow as they did in the device: II - I is 65535.
        assert_eq!((leads[2].counts[1], leads[3].counts[1]), (-1, 1));
    }

    #[test]
    fn a_limb_lead_without_those_it_follows_from_is_taken_out() {
        let mut leads =
            vec![stored(Lead::I, &[3]), stored(Lead::III, &[1]), stored(Lead::V1, &[9]), stored(Lead::V2, &[8])];
        assert_eq!(restore(&mut leads), ["III"]);
        let names: Vec<&str> = leads.iter().map(|stored| stored.label.as_str()).collect();
        assert_eq!(names, ["I", "V1", "V2"]);
    }
}
