//! Units of what a lead measures.

use serde::{Deserialize, Serialize};

/// The unit that a file states for a signal's physical values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unit {
    /// 1e-9 volt.
    Nanovolt,
    /// 1e-6 volt.
    Microvolt,
    /// 1e-3 volt.
    #[default]
    Millivolt,
    /// 1 volt.
    Volt,
    /// The file states no unit: nothing may be assumed silently.
    Unknown,
    /// A unit that is not a voltage, as the file writes it (`mmHg`, `NU`).
    Other(String),
}

/// A signal cannot be given in millivolts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnitError {
    /// The file states no unit.
    #[error("lead {lead}: the file states no unit, so its values cannot be given in millivolts")]
    Unknown {
        /// The lead's label.
        lead: String,
    },
    /// The unit is no voltage.
    #[error("lead {lead}: expected a voltage, found values in {unit}")]
    NotAVoltage {
        /// The lead's label.
        lead: String,
        /// The unit as the file writes it.
        unit: String,
    },
}

impl Unit {
    /// The unit that a text names; blanks and case of the prefix letter's usual variants are tolerated
    /// (`uV`, `µV` with either micro sign, `MICROVOLTS`). An empty text is [`Unit::Unknown`].
    pub fn from_label(label: &str) -> Unit {
        let text = label.trim().trim_end_matches('\0').trim();
        match text {
            "" => Unit::Unknown,
            "nV" | "NV" | "nv" => Unit::Nanovolt,
            "uV" | "UV" | "uv" | "µV" | "μV" => Unit::Microvolt,
            "mV" | "MV" | "mv" => Unit::Millivolt,
            "V" | "v" => Unit::Volt,
            other => match other.to_ascii_lowercase().trim_end_matches('s') {
                "nanovolt" => Unit::Nanovolt,
                "microvolt" => Unit::Microvolt,
                "millivolt" => Unit::Millivolt,
                "volt" => Unit::Volt,
                _ => Unit::Other(other.to_owned()),
            },
        }
    }

    /// How many millivolts one of this unit is, if it is a voltage.
    pub fn in_millivolts(&self) -> Option<f64> {
        match self {
            Unit::Nanovolt => Some(1e-6),
            Unit::Microvolt => Some(1e-3),
            Unit::Millivolt => Some(1.0),
            Unit::Volt => Some(1e3),
            Unit::Unknown | Unit::Other(_) => None,
        }
    }

    /// The symbol as it is printed; empty for [`Unit::Unknown`].
    pub fn symbol(&self) -> &str {
        match self {
            Unit::Nanovolt => "nV",
            Unit::Microvolt => "µV",
            Unit::Millivolt => "mV",
            Unit::Volt => "V",
            Unit::Unknown => "",
            Unit::Other(text) => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_the_microvolt_are_one_unit() {
        for label in ["uV", "UV", "µV", "μV", "MICROVOLTS", " uV  "] {
            assert_eq!(Unit::from_label(label), Unit::Microvolt, "{label}");
        }
        assert_eq!(Unit::from_label("  "), Unit::Unknown);
        assert_eq!(Unit::from_label("mmHg"), Unit::Other("mmHg".into()));
    }
}
