//! The heart's dipole through one beat: which vector, when, how wide.
//!
//! A wave is a Gaussian in time of a dipole in Frank's axes (x to the left, y to the feet, z to the back), as in
//! Sameni, Clifford, Jutten, Shamsollahi: Multichannel ECG and noise modeling, EURASIP J. Adv. Signal Process.
//! 2007:43407, section 3 (there in the phase of the cycle, after McSharry et al., IEEE Trans. Biomed. Eng.
//! 50:289, 2003; here in seconds, so that P, QRS and T keep their own durations when the rate changes). Abnormal
//! beats are other tables of vectors, as in Clifford, Nemati, Sameni: An artificial vector model for generating
//! abnormal electrocardiographic rhythms, Physiol. Meas. 31:595, 2010.
//!
//! The tables' numbers are ours: the order of the vectors follows the activation sequence of Durrer et al.,
//! Circulation 41:899, 1970 (septum, apex and free wall, posterior wall, base); sizes were set so that the lead
//! amplitudes fall within the normal ranges of Macfarlane and Lawrie, Comprehensive Electrocardiology, 2nd ed.
//! 2010, appendix 1, and abnormal ones meet the criteria cited at each table.

use super::Ventricle;

/// A dipole in millivolts: left, feet, back.
pub(super) type Dipole = [f64; 3];

/// One Gaussian wave; the two sides may differ in width.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wave {
    /// Seconds from the beat's reference.
    pub at: f64,
    /// Standard deviation before the peak, seconds.
    pub before: f64,
    /// Standard deviation after the peak, seconds.
    pub after: f64,
    /// Peak dipole.
    pub dipole: Dipole,
}

/// A Gaussian has begun, and ended, for a reader at this many standard deviations (4 % of its peak).
const REACH: f64 = 2.5;

/// What the ventricles do in one beat.
#[derive(Clone, Debug)]
pub(super) struct Template {
    /// Waves of the QRS complex around the beat's reference.
    pub qrs: Vec<Wave>,
    /// ST deviation.
    pub st: Dipole,
    /// T wave.
    pub t: Dipole,
    /// A pacing stimulus just before the complex.
    pub spike: Option<Dipole>,
}

const fn wave(at: f64, width: f64, dipole: Dipole) -> Wave {
    // Tables are in milliseconds, as the literature prints them.
    Wave { at: at * 1e-3, before: width * 1e-3, after: width * 1e-3, dipole }
}

/// Normal conduction: septum to the right and front, apex and free wall to the left and down, posterior wall back,
/// base up and back. 96 ms as tabulated; r in V1, transition at V3 to V4, small q in V5 and V6.
const NORMAL: [Wave; 4] = [
    wave(-24.0, 7.5, [-0.14, -0.04, -0.30]),
    wave(0.0, 9.5, [1.00, 0.78, 0.12]),
    wave(17.0, 9.5, [0.25, 0.12, 0.66]),
    wave(33.0, 7.5, [-0.16, -0.20, 0.20]),
];
const NORMAL_T: Dipole = [0.26, 0.20, -0.23];

/// Left bundle branch block (AHA/ACCF/HRS part III, Surawicz et al., Circulation 119:e235, 2009: QRS at least
/// 120 ms, broad notched R in I, aVL, V5, V6, no q there, ST and T opposite to QRS).
const LEFT_BUNDLE: [Wave; 4] = [
    wave(-48.0, 12.0, [0.30, 0.16, -0.04]),
    wave(-16.0, 17.0, [0.78, 0.34, 0.72]),
    wave(30.0, 18.0, [0.82, 0.06, 0.82]),
    wave(60.0, 12.0, [0.30, -0.10, 0.34]),
];

/// Right bundle branch block (same source: QRS at least 120 ms, rsR' in V1 or V2, S of I and V6 longer than R or
/// 40 ms): the left ventricle as ever, then the right one alone, to the right and front.
const RIGHT_BUNDLE: [Wave; 5] = [
    wave(-24.0, 7.5, [-0.14, -0.04, -0.30]),
    wave(0.0, 9.5, [0.95, 0.72, 0.10]),
    wave(17.0, 9.0, [0.16, 0.08, 0.44]),
    wave(46.0, 14.0, [-0.46, -0.08, -0.50]),
    wave(74.0, 14.0, [-0.34, -0.02, -0.42]),
];

/// Pre-excitation (same source: PR below 120 ms, slurred start, QRS above 120 ms): a slow delta vector first.
const PREEXCITED: [Wave; 5] = [
    wave(-50.0, 12.0, [0.26, 0.12, 0.10]),
    wave(-28.0, 12.0, [0.36, 0.22, 0.06]),
    wave(0.0, 11.0, [0.92, 0.62, 0.20]),
    wave(20.0, 11.0, [0.30, 0.06, 0.58]),
    wave(38.0, 9.0, [-0.10, -0.18, 0.16]),
];

/// A beat from the right ventricle's outflow: left bundle shape, axis down, ST and T opposite to QRS (the usual
/// form of the idiopathic extrasystole); also used, turned, for beats from elsewhere.
const VENTRICULAR: [Wave; 3] =
    [wave(-44.0, 18.0, [0.34, 0.50, 0.20]), wave(2.0, 24.0, [0.72, 1.20, 0.86]), wave(48.0, 18.0, [0.40, 0.34, 0.60])];

/// Paced at the right ventricle's apex: left bundle shape, axis up.
const PACED: [Wave; 3] = [
    wave(-44.0, 16.0, [0.30, -0.40, 0.20]),
    wave(0.0, 23.0, [0.70, -0.95, 0.80]),
    wave(46.0, 17.0, [0.40, -0.50, 0.56]),
];

/// An escape beat from the left ventricle's conduction tissue: right bundle shape, axis up.
const ESCAPE: [Wave; 4] = [
    wave(-40.0, 14.0, [0.40, -0.10, -0.10]),
    wave(-6.0, 18.0, [0.60, -0.62, 0.20]),
    wave(36.0, 18.0, [-0.42, -0.36, -0.52]),
    wave(62.0, 12.0, [-0.30, -0.06, -0.40]),
];

impl Template {
    fn new(qrs: &[Wave], st: Dipole, t: Dipole) -> Self {
        Self { qrs: qrs.to_vec(), st, t, spike: None }
    }

    /// A conducted beat of these ventricles.
    pub(super) fn conducted(ventricle: Ventricle) -> Self {
        match ventricle {
            Ventricle::Normal => Self::new(&NORMAL, [0.015, 0.012, -0.02], NORMAL_T),
            Ventricle::LeftBundleBranchBlock => Self::new(&LEFT_BUNDLE, [-0.10, -0.01, -0.14], [-0.30, -0.02, -0.34]),
            Ventricle::RightBundleBranchBlock => Self::new(&RIGHT_BUNDLE, [0.02, 0.0, 0.04], [0.30, 0.20, 0.06]),
            Ventricle::Preexcitation => Self::new(&PREEXCITED, [-0.04, -0.03, -0.02], [-0.08, -0.05, -0.20]),
            // Voltages of Sokolow and Lyon (Am. Heart J. 37:161, 1949: S V1 + R V5 above 3.5 mV) with strain.
            Ventricle::LeftHypertrophy => {
                let qrs: Vec<Wave> = NORMAL
                    .iter()
                    .map(|&w| Wave { dipole: [w.dipole[0] * 1.75, w.dipole[1] * 1.05, w.dipole[2] * 1.75], ..w })
                    .collect();
                Self::new(&qrs, [-0.10, -0.02, -0.08], [-0.24, -0.03, -0.26])
            }
            // Fourth universal definition of infarction (Thygesen et al., Circulation 138:e618, 2018, table 2):
            // new ST elevation in two contiguous leads of at least 0.1 mV, in V2 and V3 0.15 to 0.25 mV; Q waves begin.
            Ventricle::InferiorInjury { millivolts } => {
                let mut template =
                    Self::new(&NORMAL, [-0.20 * millivolts, 0.92 * millivolts, 0.1 * millivolts], [0.16, 0.42, -0.06]);
                template.qrs[0].dipole = [-0.06, -0.26, -0.22];
                template
            }
            Ventricle::AnteriorInjury { millivolts } => {
                let mut template = Self::new(
                    &NORMAL,
                    [0.20 * millivolts, -0.08 * millivolts, -0.78 * millivolts],
                    [0.30, 0.12, -0.42],
                );
                // The septum's anterior vector is lost: QS or a very small r in V1 to V3.
                template.qrs[0].dipole = [-0.14, -0.02, 0.14];
                template.qrs[2].dipole = [0.16, 0.10, 0.74];
                template
            }
        }
    }

    /// A premature beat from the ventricle. `turn` radians of rotation about the long axis of the body place
    /// its origin: 0 is the right ventricle's outflow.
    pub(super) fn ventricular(turn: f64) -> Self {
        let mut template = Self::new(&VENTRICULAR, [-0.06, -0.10, -0.08], [-0.34, -0.46, -0.40]);
        let (sin, cos) = turn.sin_cos();
        template.each(|[x, y, z]| [cos * x + sin * z, y, cos * z - sin * x]);
        template
    }

    /// A beat paced at the apex of the right ventricle, with its stimulus.
    pub(super) fn paced() -> Self {
        let mut template = Self::new(&PACED, [-0.05, 0.08, -0.08], [-0.28, 0.40, -0.34]);
        template.spike = Some([0.5, -0.8, 0.4]);
        template
    }

    /// An idioventricular escape beat.
    pub(super) fn escape() -> Self {
        Self::new(&ESCAPE, [-0.02, 0.04, 0.03], [-0.10, 0.26, 0.16])
    }

    /// Replaces every dipole of the beat.
    pub(super) fn each(&mut self, mut change: impl FnMut(Dipole) -> Dipole) {
        for wave in &mut self.qrs {
            wave.dipole = change(wave.dipole);
        }
        self.st = change(self.st);
        self.t = change(self.t);
    }

    /// Stretches the QRS complex to a duration in seconds.
    pub(super) fn with_duration(mut self, seconds: f64) -> Self {
        let (onset, offset) = self.limits();
        let factor = seconds / (offset - onset);
        for wave in &mut self.qrs {
            wave.at *= factor;
            wave.before *= factor;
            wave.after *= factor;
        }
        self
    }

    /// Onset and offset of the QRS complex against the beat's reference, seconds.
    pub(super) fn limits(&self) -> (f64, f64) {
        let onset = self.qrs.iter().map(|w| w.at - REACH * w.before).fold(f64::INFINITY, f64::min);
        let offset = self.qrs.iter().map(|w| w.at + REACH * w.after).fold(f64::NEG_INFINITY, f64::max);
        (onset, offset)
    }

    /// The moment of the largest QRS vector against the beat's reference, seconds: the beat's R peak.
    pub(super) fn peak(&self) -> f64 {
        let (onset, offset) = self.limits();
        let mut best = (0.0, -1.0);
        let mut at = onset;
        while at < offset {
            let size: f64 = (0..3)
                .map(|axis| self.qrs.iter().map(|w| w.dipole[axis] * w.height(at - w.at)).sum::<f64>().powi(2))
                .sum();
            if size > best.1 {
                best = (at, size);
            }
            at += 1e-3;
        }
        best.0
    }
}

impl Wave {
    /// Height of the unit wave `time` seconds from its peak.
    pub(super) fn height(&self, time: f64) -> f64 {
        let width = if time < 0.0 { self.before } else { self.after };
        (-0.5 * (time / width).powi(2)).exp()
    }
}

/// The P wave about its onset: right atrium, then left atrium; 110 ms, positive in II, two phases in V1.
pub(super) fn atrial(ectopic: bool) -> [Wave; 2] {
    if ectopic {
        // From low in the left atrium: flat or negative in II (another axis tells the ectopic focus).
        [wave(38.0, 15.0, [-0.03, -0.07, -0.06]), wave(62.0, 16.0, [-0.05, -0.06, -0.05])]
    } else {
        [wave(40.0, 16.0, [0.035, 0.10, -0.055]), wave(68.0, 17.0, [0.07, 0.065, 0.055])]
    }
}

/// Seconds from the P wave's onset to its peak in lead II.
pub(super) const P_PEAK: f64 = 0.050;

/// The T wave and the ST segment of a beat whose QRS lasts from `onset` to `offset` and whose QT interval is `qt`.
///
/// The T wave rises more slowly than it falls (ratio 1.5, as Sameni's three T Gaussians add up to) and ends where
/// its right flank has come to 4 % of the peak.
pub(super) fn repolarisation(template: &Template, onset: f64, offset: f64, qt: f64) -> [Wave; 3] {
    let fall = 0.095 * qt;
    let rise = 1.5 * fall;
    // Never before the J point, however short the cycle.
    let peak = (onset + qt - REACH * fall).max(offset + 0.06);
    let middle = offset + 0.45 * (peak - offset);
    let reach = (0.26 * (peak - offset)).max(0.02);
    let st = |share: f64| template.st.map(|v| v * share);
    [
        Wave { at: peak, before: rise, after: fall, dipole: template.t },
        Wave { at: offset + 0.012, before: 0.012, after: reach, dipole: st(0.72) },
        Wave { at: middle, before: reach, after: 1.3 * reach, dipole: st(0.78) },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretched_complex_has_the_duration_that_was_asked_for() {
        let template = Template::conducted(Ventricle::LeftBundleBranchBlock).with_duration(0.144);
        let (onset, offset) = template.limits();
        assert!((offset - onset - 0.144).abs() < 1e-12);
        assert!(template.peak() > onset && template.peak() < offset);
    }
}
