//! Section 4: where the QRS complexes are.
//!
//! The length of the reference beat (ms), the sample of its fiducial point, the number of complexes; for each complex its type
//! (16 bits; 0 is the type of the reference beat), and the samples at which its subtraction begins, of its fiducial point
//! and at which the subtraction ends (32 bits each, counted from 1); then for each the first and last sample of a zone that
//! bimodal compression leaves at full rate.

use ecg::Annotation;

use crate::Error;
use crate::cursor::Cursor;

/// One QRS complex.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Qrs {
    /// 0: the reference beat was subtracted here.
    pub(super) kind: u16,
    /// First sample of the subtraction.
    pub(super) first: u32,
    /// Sample of the fiducial point.
    pub(super) fiducial: u32,
    /// Last sample of the subtraction.
    pub(super) last: u32,
}

/// The section's content.
#[derive(Clone, Debug, Default)]
pub(super) struct Beats {
    /// Milliseconds of the reference beat; 0 where there is none.
    pub(super) length: u16,
    /// Sample of the reference beat's fiducial point, from 1.
    pub(super) fiducial: u16,
    /// The complexes.
    pub(super) complexes: Vec<Qrs>,
    /// How many it states.
    pub(super) stated: usize,
    /// First and last samples of the zones at full rate, in order.
    pub(super) protected: Vec<(u32, u32)>,
}

impl Beats {
    /// Reads the section as far as it goes.
    pub(super) fn read(mut cursor: Cursor) -> Result<Beats, Error> {
        let mut beats = Beats { length: cursor.u16_le()?, fiducial: cursor.u16_le()?, ..Beats::default() };
        beats.stated = usize::from(cursor.u16_le()?);
        while beats.complexes.len() < beats.stated && cursor.remaining() >= 14 {
            beats.complexes.push(Qrs {
                kind: cursor.u16_le()?,
                first: cursor.u32_le()?,
                fiducial: cursor.u32_le()?,
                last: cursor.u32_le()?,
            });
        }
        while beats.protected.len() < beats.stated && cursor.remaining() >= 8 {
            beats.protected.push((cursor.u32_le()?, cursor.u32_le()?));
        }
        beats.protected.sort_unstable();
        Ok(beats)
    }

    /// One mark a complex at its fiducial point, with its type as code.
    pub(super) fn annotations(&self, rate: f64) -> Vec<Annotation> {
        let marks = self.complexes.iter().filter(|complex| complex.fiducial > 0).map(|complex| {
            let sample = complex.fiducial.saturating_sub(1);
            Annotation {
                time: f64::from(sample) / rate,
                code: complex.kind.to_string(),
                text: format!("QRS of type {}", complex.kind),
                sample: Some(i64::from(sample)),
                ..Annotation::default()
            }
        });
        marks.collect()
    }
}
