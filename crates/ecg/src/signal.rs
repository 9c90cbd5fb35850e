//! One lead's samples with their scale.

use serde::{Deserialize, Serialize};

use crate::{Counts, Lead, Unit, UnitError};

/// How digital counts become physical values: `physical = (count - baseline) / gain`, in `unit`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scale {
    /// Counts per unit; finite and not zero.
    pub gain: f64,
    /// The count that stands for zero. A fraction occurs (EDF's four limits).
    pub baseline: f64,
    /// The unit of the physical value.
    pub unit: Unit,
}

/// Samples as the file holds them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Samples {
    /// Digital counts, kept so that writing gives back the same bytes.
    Digital {
        /// One count a sample.
        counts: Counts,
        /// Their scale.
        scale: Scale,
    },
    /// Physical values of a file that holds no counts (CSV); not a number where a sample is missing.
    Physical {
        /// One value a sample.
        values: Vec<f64>,
        /// Their unit.
        unit: Unit,
    },
}

/// One lead of a recording.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// Which lead it is.
    pub lead: Lead,
    /// The label as the file writes it.
    pub label: String,
    /// Samples a second (hertz).
    pub rate: f64,
    /// Seconds from the recording's start to the first sample.
    pub start: f64,
    /// The samples.
    pub samples: Samples,
    /// Half-open ranges of samples that the file marks as missing or that lie in a gap; sorted, not overlapping.
    pub missing: Vec<(usize, usize)>,
    /// True when this lead was computed from others and is not in the file.
    pub derived: bool,
}

impl Signal {
    /// A signal of digital counts at `rate` hertz that starts with the recording and lacks no sample.
    pub fn digital(lead: Lead, rate: f64, counts: impl Into<Counts>, scale: Scale) -> Signal {
        Signal {
            label: lead.name().to_owned(),
            lead,
            rate,
            start: 0.0,
            samples: Samples::Digital { counts: counts.into(), scale },
            missing: Vec::new(),
            derived: false,
        }
    }

    /// A signal of physical values at `rate` hertz that starts with the recording.
    pub fn physical(lead: Lead, rate: f64, values: Vec<f64>, unit: Unit) -> Signal {
        Signal {
            label: lead.name().to_owned(),
            lead,
            rate,
            start: 0.0,
            samples: Samples::Physical { values, unit },
            missing: Vec::new(),
            derived: false,
        }
    }

    /// The name to write into a file that tells leads by their names alone: the label of the file that the signal came from where
    /// [`Lead::from_label`] takes it for this lead, else the lead's own name (FHIR's `MDC_ECG_ELEC_POTL_I` is lead I to no other format).
    pub fn written_label(&self) -> &str {
        let says_so = !self.label.trim().is_empty() && Lead::from_label(&self.label).name() == self.lead.name();
        if says_so { &self.label } else { self.lead.name() }
    }

    /// Number of samples.
    pub fn len(&self) -> usize {
        match &self.samples {
            Samples::Digital { counts, .. } => counts.len(),
            Samples::Physical { values, .. } => values.len(),
        }
    }

    /// True when there is no sample.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Duration in seconds.
    pub fn duration(&self) -> f64 {
        self.len() as f64 / self.rate
    }

    /// The unit of the physical values.
    pub fn unit(&self) -> &Unit {
        match &self.samples {
            Samples::Digital { scale, .. } => &scale.unit,
            Samples::Physical { unit, .. } => unit,
        }
    }

    /// Physical values in the file's own unit; not a number where a sample is missing.
    pub fn values(&self) -> Vec<f64> {
        let mut values: Vec<f64> = match &self.samples {
            Samples::Digital { counts, scale } => counts.map(|count| (f64::from(count) - scale.baseline) / scale.gain),
            Samples::Physical { values, .. } => values.clone(),
        };
        self.blank_missing(&mut values, f64::NAN);
        values
    }

    /// Values in millivolts; not a number where a sample is missing.
    ///
    /// # Errors
    /// The file states no unit, or one that is no voltage.
    pub fn millivolts(&self) -> Result<Vec<f32>, UnitError> {
        let factor = self.unit().in_millivolts().ok_or_else(|| match self.unit() {
            Unit::Other(unit) => UnitError::NotAVoltage { lead: self.label.clone(), unit: unit.clone() },
            _ => UnitError::Unknown { lead: self.label.clone() },
        })?;
        let mut values: Vec<f32> = match &self.samples {
            Samples::Digital { counts, scale } => {
                let step = factor / scale.gain;
                counts.map(|count| ((f64::from(count) - scale.baseline) * step) as f32)
            }
            Samples::Physical { values, .. } => values.iter().map(|&value| (value * factor) as f32).collect(),
        };
        self.blank_missing(&mut values, f32::NAN);
        Ok(values)
    }

    fn blank_missing<T: Copy>(&self, values: &mut [T], blank: T) {
        for &(from, to) in &self.missing {
            if let Some(range) = values.get_mut(from..to.min(self.len())) {
                range.fill(blank);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn microvolt_signal(unit: Unit) -> Signal {
        let scale = Scale { gain: 0.2, baseline: 10.0, unit };
        Signal::digital(Lead::V1, 250.0, vec![10, 11, 9, 210], scale)
    }

    #[test]
    fn counts_become_millivolts_by_gain_baseline_and_unit() {
        let signal = microvolt_signal(Unit::Microvolt);
        assert_eq!(signal.values(), vec![0.0, 5.0, -5.0, 1000.0]);
        assert_eq!(signal.millivolts().unwrap(), vec![0.0, 0.005, -0.005, 1.0]);
    }

    #[test]
    fn a_missing_sample_is_not_a_number() {
        let mut signal = microvolt_signal(Unit::Microvolt);
        signal.missing = vec![(1, 3), (3, 99)];
        let values = signal.millivolts().unwrap();
        assert_eq!(values[0], 0.0);
        assert!(values[1..].iter().all(|value| value.is_nan()));
    }

    #[test]
    fn an_unstated_unit_is_an_error_and_not_a_guess() {
        assert!(matches!(microvolt_signal(Unit::Unknown).millivolts(), Err(UnitError::Unknown { .. })));
        let pressure = microvolt_signal(Unit::Other("mmHg".into())).millivolts().unwrap_err();
        assert_eq!(pressure.to_string(), "lead V1: expected a voltage, found values in mmHg");
    }
}
