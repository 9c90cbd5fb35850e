//! Chapman-Shaoxing's eleven rhythms, merged to four (Zheng J. et al., Sci Data 7:48, 2020).

use super::Label;

/// Code and name of each group, and the rhythms of `Diagnostics` that it holds.
const GROUPS: [(&str, &str, &[&str]); 4] = [
    ("AFIB", "Atrial fibrillation or flutter", &["AFIB", "AF"]),
    (
        "GSVT",
        "Supraventricular tachycardia, sinus tachycardia included",
        &["SVT", "AT", "SAAWR", "ST", "AVNRT", "AVRT"],
    ),
    ("SB", "Sinus bradycardia", &["SB"]),
    // The table writes SA, the paper SI: sinus irregularity.
    ("SR", "Sinus rhythm or sinus irregularity", &["SR", "SA", "SI"]),
];

/// The four labels in output order.
pub fn labels() -> Vec<Label> {
    GROUPS.iter().map(|(code, name, _)| Label::new(code, name, "Rhythm")).collect()
}

/// The label of a rhythm as the column `Rhythm` names it.
pub fn of_rhythm(rhythm: &str) -> Option<usize> {
    GROUPS.iter().position(|(.., rhythms)| rhythms.contains(&rhythm))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eleven_rhythms_become_four() {
        let labels = labels();
        for (group, rhythms) in [
            ("AFIB", &["AFIB", "AF"][..]),
            ("GSVT", &["SVT", "AT", "SAAWR", "ST", "AVNRT", "AVRT"]),
            ("SB", &["SB"]),
            ("SR", &["SR", "SA"]),
        ] {
            for rhythm in rhythms {
                assert_eq!(labels[of_rhythm(rhythm).unwrap()].code, group, "{rhythm}");
            }
        }
        assert_eq!(of_rhythm("VT"), None);
    }
}
