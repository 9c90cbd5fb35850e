//! Which labels of a model another source's codes can tell.

use std::collections::{BTreeMap, BTreeSet};

use super::{Source, statements};
use crate::source::code15;
use crate::tasks::Task;

/// Sinus rhythm. PTB-XL's challenge headers write it for NORM and for SR.
pub(super) const SINUS_RHYTHM: &str = "426783006";
/// The same as a record's only code.
pub(super) const SINUS_RHYTHM_ALONE: &str = "426783006 alone";

/// Codes that the challenge scores as the other one, or that other sources write for it. The challenge joins 63593006 with
/// 284470004, premature atrial contraction; PTB-XL's headers alone have it for SVARR, and they are left out.
const SYNONYMS: [(&str, &str); 5] = [
    ("59118001", "713427006"),
    ("733534002", "164909002"),
    ("63593006", "284470004"),
    ("427172004", "164884008"),
    ("17338001", "164884008"),
];

/// Codes of the three tiers as the published program has them (dsail-kd.md 3.2).
const TIERS: [(&str, &[&str]); 3] = [
    (
        "TIER1",
        &[
            "429622005",
            "164931005",
            "704997005",
            "57054005",
            "413444003",
            "426434006",
            "54329005",
            "413844008",
            "425419005",
            "425623009",
            "164865005",
            "164861001",
            "164867002",
        ],
    ),
    ("TIER2", &["164951009", "428750005", "53741008"]),
    ("TIER3", &["59931005", "164934002", "365413008"]),
];

/// Labels of a model that some codes of a source say, without telling them from one another where there are several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Numbers of the model's labels.
    pub labels: BTreeSet<usize>,
    /// The source's codes.
    pub codes: BTreeSet<String>,
}

/// What of a model's labels a source can tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// Labels, each in one entry at most, by their first label.
    pub told: Vec<Told>,
    /// Labels that no code of the source says.
    pub not_told: Vec<usize>,
}

/// Maps a source's codes to a model's labels.
///
/// Of statements (`all`, `diagnostic`, `form`, `rhythm`, `eknet`) a code says those that it stands for, where all of them are labels;
/// of classes and subclasses it says those of its diagnostic statements. A code that stands for several labels makes one entry of
/// them. NORM, where SR is no label beside it, is told by sinus rhythm as a record's only code.
pub fn mapping(task: Task, labels: &[String], source: Source) -> Mapping {
    let kinds = statements::kinds();
    let place = |code: &String| labels.iter().position(|label| label == code);
    let mut told: Vec<Told> = Vec::new();
    for (code, statements) in meanings(task, source) {
        let named: Vec<Option<usize>> = match task {
            Task::Tiers => statements.iter().map(|tier| place(&(*tier).to_owned())).collect(),
            Task::Superclass | Task::Subclass => {
                let classes = statements.iter().filter_map(|statement| task.codes_of(kinds.get(*statement)?));
                classes.map(|class| place(&class)).collect()
            }
            _ => {
                let own = |statement: &&str| task.codes_of(kinds.get(*statement)?).as_ref().and_then(place);
                statements.iter().map(own).collect()
            }
        };
        let Some(own) = named.into_iter().collect::<Option<BTreeSet<usize>>>().filter(|own| !own.is_empty()) else {
            continue;
        };
        // What shares a label is one entry.
        let mut joined = Told { labels: own, codes: BTreeSet::from([code]) };
        told.retain(|other| {
            let apart = other.labels.is_disjoint(&joined.labels);
            if !apart {
                joined.labels.extend(&other.labels);
                joined.codes.extend(other.codes.iter().cloned());
            }
            apart
        });
        told.push(joined);
    }
    told.sort_by(|one, other| one.labels.cmp(&other.labels));
    let known: BTreeSet<usize> = told.iter().flat_map(|entry| entry.labels.iter().copied()).collect();
    let not_told = (0..labels.len()).filter(|label| !known.contains(label)).collect();
    Mapping { told, not_told }
}

/// Each code of a source with the statements (for tiers: the tier) that it stands for, as far as the task can use it.
fn meanings(task: Task, source: Source) -> BTreeMap<String, Vec<&'static str>> {
    let pairs = |pairs: &[(&str, &'static str)]| {
        pairs.iter().map(|(code, statement)| ((*code).to_owned(), vec![*statement])).collect::<BTreeMap<_, _>>()
    };
    match source {
        Source::Cinc2021 if task == Task::Tiers => {
            let each =
                TIERS.iter().flat_map(|(tier, codes)| codes.iter().map(|code| ((*code).to_owned(), vec![*tier])));
            each.collect()
        }
        _ if task == Task::Tiers => BTreeMap::new(),
        Source::Cinc2021 => {
            let known = statements::by_snomed();
            let mut found: BTreeMap<String, Vec<&str>> =
                known.iter().map(|(code, statements)| ((*code).to_owned(), statements.clone())).collect();
            for (code, same) in SYNONYMS {
                found.insert(code.to_owned(), known.get(same).cloned().unwrap_or_default());
            }
            match task {
                Task::All => {}
                Task::Rhythm => {
                    found.insert(SINUS_RHYTHM.to_owned(), vec!["SR"]);
                }
                _ => {
                    found.remove(SINUS_RHYTHM);
                    found.insert(SINUS_RHYTHM_ALONE.to_owned(), vec!["NORM"]);
                }
            }
            found
        }
        Source::Code15 => {
            let same = ["1AVB", "CRBBB", "CLBBB", "SBRAD", "STACH", "AFIB", "NORM"];
            pairs(&code15::LABELS.into_iter().zip(same).collect::<Vec<_>>())
        }
        Source::Cpsc2018 => {
            let labels = crate::tasks::cpsc2018::labels();
            let number = |number: u32| crate::tasks::cpsc2018::of_number(number).map(|place| &labels[place].code);
            let kinds = statements::by_snomed();
            let known = |code: &str| kinds.values().flatten().find(|own| **own == code).copied();
            (1..=9).filter_map(|own| Some((own.to_string(), vec![known(number(own)?)?]))).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The entries by names: labels joined by `|`, codes by blanks.
    fn told(task: Task, source: Source) -> (BTreeMap<String, String>, Vec<String>) {
        let kinds = statements::kinds();
        let labels: Vec<String> = task.labels(&kinds).into_iter().map(|label| label.code).collect();
        let mapping = mapping(task, &labels, source);
        let name = |own: &BTreeSet<usize>| own.iter().map(|&at| labels[at].as_str()).collect::<Vec<_>>().join("|");
        let codes = |own: &BTreeSet<String>| own.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
        let told = mapping.told.iter().map(|entry| (name(&entry.labels), codes(&entry.codes))).collect();
        (told, mapping.not_told.iter().map(|&at| labels[at].clone()).collect())
    }

    #[test]
    fn every_statement_but_one_is_told_by_the_challenge_alone_or_with_others() {
        let (told, not_told) = told(Task::All, Source::Cinc2021);
        assert_eq!(told["CRBBB"], "59118001 713427006");
        assert_eq!(told["PAC"], "284470004 63593006");
        assert_eq!(told["PRC(S)|PVC"], "164884008 17338001 427172004");
        assert_eq!(told["NORM|SR"], "426783006");
        assert_eq!(told["LOWT|NDT|NT_|TAB_"], "164934002");
        assert_eq!(told["AMI"], "54329005");
        assert_eq!(not_told, ["SVARR"]);
        // 39 codes of one statement without SVARR's, and eight unions.
        assert_eq!(told.len(), 38 + 8);
    }

    #[test]
    fn a_class_is_told_by_the_codes_of_its_diagnostic_statements() {
        let (told, not_told) = told(Task::Superclass, Source::Cinc2021);
        assert_eq!((told.len(), not_told.len()), (5, 0));
        assert_eq!(told["NORM"], "426783006 alone");
        let has = |class: &str, code: &str| told[class].split(' ').any(|own| own == code);
        assert!(has("CD", "270492004") && has("CD", "733534002") && has("HYP", "164873001"), "{told:?}");
        assert!(has("MI", "164865005") && has("STTC", "164934002") && has("STTC", "428750005"), "{told:?}");
        assert!(!has("STTC", "429622005") && !told.values().any(|codes| codes.contains("164889003")), "{told:?}");
    }

    #[test]
    fn a_code_that_also_stands_for_what_is_no_label_tells_nothing() {
        let (form, _) = told(Task::Form, Source::Cinc2021);
        // 428750005 is DIG, ANEUR or EL, and 164873001 VCLVH or LVH.
        assert!(!form.contains_key("DIG") && !form.contains_key("VCLVH"), "{form:?}");
        let (rhythm, _) = told(Task::Rhythm, Source::Cinc2021);
        assert_eq!(rhythm["SR"], "426783006");
        let (infarcts, not_told) = told(Task::MiSubclasses, Source::Cinc2021);
        assert_eq!((infarcts.len(), not_told.len()), (0, 3));
        assert_eq!(told(Task::Tiers, Source::Cinc2021).0["TIER2"], "164951009 428750005 53741008");
    }

    #[test]
    fn the_seven_labels_of_code_15_and_the_nine_of_cpsc2018_are_statements() {
        let (all, not_told) = told(Task::All, Source::Code15);
        let expected = [
            ("1AVB", "1dAVb"),
            ("AFIB", "AF"),
            ("CLBBB", "LBBB"),
            ("CRBBB", "RBBB"),
            ("NORM", "normal_ecg"),
            ("SBRAD", "SB"),
            ("STACH", "ST"),
        ];
        assert_eq!(all, expected.map(|(label, code)| (label.to_owned(), code.to_owned())).into());
        assert_eq!(not_told.len(), 64);
        assert_eq!(told(Task::Superclass, Source::Code15).0["CD"], "1dAVb LBBB RBBB");
        let (nine, _) = told(Task::All, Source::Cpsc2018);
        assert_eq!((nine.len(), nine["PVC"].as_str(), nine["STE_"].as_str()), (9, "7", "9"));
    }
}
