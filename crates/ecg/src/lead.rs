//! Names of leads.

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize};

/// One lead of an electrocardiogram.
///
/// Names that are not a standard position are kept as the file wrote them in [`Lead::Other`]
/// (`MLII`, `ECG`, bipolar names such as `V5-V1`), so that nothing is claimed of them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Lead {
    I,
    II,
    III,
    AVR,
    AVL,
    AVF,
    V1,
    V2,
    V3,
    V4,
    V5,
    V6,
    V7,
    V8,
    V9,
    V3R,
    V4R,
    V5R,
    V6R,
    /// Frank's orthogonal leads.
    X,
    Y,
    Z,
    /// Any other name, as the file wrote it.
    Other(String),
}

const STANDARD: [(Lead, &str); 22] = [
    (Lead::I, "I"),
    (Lead::II, "II"),
    (Lead::III, "III"),
    (Lead::AVR, "aVR"),
    (Lead::AVL, "aVL"),
    (Lead::AVF, "aVF"),
    (Lead::V1, "V1"),
    (Lead::V2, "V2"),
    (Lead::V3, "V3"),
    (Lead::V4, "V4"),
    (Lead::V5, "V5"),
    (Lead::V6, "V6"),
    (Lead::V7, "V7"),
    (Lead::V8, "V8"),
    (Lead::V9, "V9"),
    (Lead::V3R, "V3R"),
    (Lead::V4R, "V4R"),
    (Lead::V5R, "V5R"),
    (Lead::V6R, "V6R"),
    (Lead::X, "X"),
    (Lead::Y, "Y"),
    (Lead::Z, "Z"),
];

impl Lead {
    /// The twelve standard leads in the order of PTB-XL's files: I, II, III, aVR, aVL, aVF, V1 to V6.
    pub const TWELVE: [Lead; 12] = [
        Lead::I,
        Lead::II,
        Lead::III,
        Lead::AVR,
        Lead::AVL,
        Lead::AVF,
        Lead::V1,
        Lead::V2,
        Lead::V3,
        Lead::V4,
        Lead::V5,
        Lead::V6,
    ];

    /// The lead that a file's label names: case, blanks and the usual prefixes (`ECG`, `EKG`, `Lead`,
    /// `MDC_ECG_LEAD_`) do not matter. Never fails: an unknown name becomes [`Lead::Other`].
    pub fn from_label(label: &str) -> Lead {
        let trimmed = label.trim();
        let upper = trimmed.to_ascii_uppercase();
        let mut name = upper.as_str();
        for prefix in ["MDC_ECG_LEAD_", "ECG", "EKG", "LEAD"] {
            if let Some(rest) = name.strip_prefix(prefix) {
                let rest = rest.trim_matches([' ', '_', ':', '-']);
                if !rest.is_empty() {
                    name = rest;
                }
            }
        }
        if let Some((first, rest)) = name.split_once(" (")
            && rest.ends_with(')')
        {
            name = first.trim();
        }
        STANDARD
            .iter()
            .find(|(_, known)| known.eq_ignore_ascii_case(name))
            .map_or_else(|| Lead::Other(trimmed.to_owned()), |(lead, _)| lead.clone())
    }

    /// Whether this lead is given by others of which `has` tells: it is among them, or a limb lead that follows from two of
    /// I, II and III (Einthoven 1912; Goldberger 1942).
    pub fn is_given_by(&self, has: impl Fn(&Lead) -> bool) -> bool {
        let limb = [Lead::I, Lead::II, Lead::III];
        let two = || limb.iter().filter(|&lead| has(lead)).count() >= 2;
        has(self) || ((limb.contains(self) || [Lead::AVR, Lead::AVL, Lead::AVF].contains(self)) && two())
    }

    /// The name as it is printed beside a trace, such as `aVR`.
    pub fn name(&self) -> &str {
        match self {
            Lead::Other(name) => name,
            lead => STANDARD.iter().find(|(known, _)| known == lead).map_or("", |(_, name)| name),
        }
    }
}

impl fmt::Display for Lead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Lead {
    type Err = core::convert::Infallible;

    fn from_str(label: &str) -> Result<Self, Self::Err> {
        Ok(Lead::from_label(label))
    }
}

// A lead travels as its name, in the model card as in the engine's messages.
impl Serialize for Lead {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Lead {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Lead::from_label(&String::deserialize(deserializer)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_many_vendors_name_the_same_lead() {
        for label in ["aVR", "AVR", " avr ", "ECG aVR", "MDC_ECG_LEAD_AVR", "Lead aVR", "EKG aVR"] {
            assert_eq!(Lead::from_label(label), Lead::AVR, "{label}");
        }
        assert_eq!(Lead::from_label("Lead I (Einthoven)"), Lead::I);
    }

    #[test]
    fn an_unknown_label_is_kept_as_it_stands() {
        for label in ["MLII", "ECG", "V5-V1", "Resp chest", ""] {
            assert_eq!(Lead::from_label(label), Lead::Other(label.to_owned()));
        }
    }

    #[test]
    fn a_lead_survives_json() {
        for lead in Lead::TWELVE.into_iter().chain([Lead::Other("MLII".into())]) {
            let json = serde_json::to_string(&lead).unwrap();
            assert_eq!(serde_json::from_str::<Lead>(&json).unwrap(), lead);
        }
    }
}
