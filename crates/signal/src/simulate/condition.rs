//! Labelled conditions: what a first model learns to tell apart.

use super::random::Random;
use super::{Noise, Parameters, Rhythm, Ventricle};

/// A class of simulated recordings. Codes are SCP-ECG statements as PTB-XL writes them (Wagner et al., Sci. Data 7:154,
/// 2020) wherever one says the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Condition {
    Normal,
    SinusBradycardia,
    SinusTachycardia,
    SinusArrhythmia,
    AtrialFibrillation,
    AtrialFlutter,
    PrematureAtrial,
    PrematureVentricular,
    VentricularPacing,
    FirstDegreeBlock,
    SecondDegreeBlock,
    ThirdDegreeBlock,
    LeftBundleBranchBlock,
    RightBundleBranchBlock,
    Preexcitation,
    InferiorInfarction,
    AnteriorInfarction,
    LeftHypertrophy,
}

impl Condition {
    /// All of them, in the order of a model's outputs.
    pub const ALL: [Condition; 18] = [
        Condition::Normal,
        Condition::SinusBradycardia,
        Condition::SinusTachycardia,
        Condition::SinusArrhythmia,
        Condition::AtrialFibrillation,
        Condition::AtrialFlutter,
        Condition::PrematureAtrial,
        Condition::PrematureVentricular,
        Condition::VentricularPacing,
        Condition::FirstDegreeBlock,
        Condition::SecondDegreeBlock,
        Condition::ThirdDegreeBlock,
        Condition::LeftBundleBranchBlock,
        Condition::RightBundleBranchBlock,
        Condition::Preexcitation,
        Condition::InferiorInfarction,
        Condition::AnteriorInfarction,
        Condition::LeftHypertrophy,
    ];

    /// Code, full name, group.
    const fn words(self) -> (&'static str, &'static str, &'static str) {
        const RHYTHM: &str = "Rhythm";
        const CONDUCTION: &str = "Conduction disturbance";
        const INFARCTION: &str = "Myocardial infarction";
        match self {
            Condition::Normal => ("NORM", "Normal ECG", "Normal"),
            Condition::SinusBradycardia => ("SBRAD", "Sinus bradycardia", RHYTHM),
            Condition::SinusTachycardia => ("STACH", "Sinus tachycardia", RHYTHM),
            Condition::SinusArrhythmia => ("SARRH", "Sinus arrhythmia", RHYTHM),
            Condition::AtrialFibrillation => ("AFIB", "Atrial fibrillation", RHYTHM),
            Condition::AtrialFlutter => ("AFLT", "Atrial flutter", RHYTHM),
            Condition::PrematureAtrial => ("PAC", "Atrial premature complex", RHYTHM),
            Condition::PrematureVentricular => ("PVC", "Ventricular premature complex", RHYTHM),
            Condition::VentricularPacing => ("PACE", "Ventricular pacing", RHYTHM),
            Condition::FirstDegreeBlock => ("1AVB", "First degree AV block", CONDUCTION),
            Condition::SecondDegreeBlock => ("2AVB", "Second degree AV block", CONDUCTION),
            Condition::ThirdDegreeBlock => ("3AVB", "Third degree AV block", CONDUCTION),
            Condition::LeftBundleBranchBlock => ("CLBBB", "Complete left bundle branch block", CONDUCTION),
            Condition::RightBundleBranchBlock => ("CRBBB", "Complete right bundle branch block", CONDUCTION),
            Condition::Preexcitation => ("WPW", "Wolff-Parkinson-White syndrome", CONDUCTION),
            Condition::InferiorInfarction => ("IMI", "Inferior myocardial infarction", INFARCTION),
            Condition::AnteriorInfarction => ("AMI", "Anterior myocardial infarction", INFARCTION),
            Condition::LeftHypertrophy => ("LVH", "Left ventricular hypertrophy", "Hypertrophy"),
        }
    }

    /// The statement's code, such as `1AVB`.
    pub const fn code(self) -> &'static str {
        self.words().0
    }

    /// The full name.
    pub const fn name(self) -> &'static str {
        self.words().1
    }

    /// The group that it is listed under.
    pub const fn group(self) -> &'static str {
        self.words().2
    }

    /// Draws one person with this condition: 10 s at 500 Hz in a resting recording. The same seed gives the same person.
    ///
    /// Ranges are those of the definitions (AHA/ACCF/HRS recommendations parts I to VI, Circulation 2007 and 2009; Chou's
    /// Electrocardiography), of resting adults for all that the condition does not touch (rate 60 to 100; PR 120 to
    /// 200 ms; QRS 75 to 108 ms; QTc 370 to 440 ms; axis -30 to 90 degrees).
    pub fn parameters(self, seed: u64) -> Parameters {
        let random = &mut Random::new(seed, 0x0C0D + self as u64);
        let mut p = person(random);
        match self {
            Condition::Normal => {}
            Condition::SinusBradycardia => {
                p.rhythm = Rhythm::SinusBradycardia;
                p.heart_rate = random.between(38.0, 55.0);
            }
            Condition::SinusTachycardia => {
                p.rhythm = Rhythm::SinusTachycardia;
                p.heart_rate = random.between(106.0, 150.0);
                p.pr = random.between(0.12, 0.16);
                p.respiratory_arrhythmia *= 0.4;
            }
            Condition::SinusArrhythmia => {
                p.rhythm = Rhythm::SinusArrhythmia;
                p.heart_rate = random.between(60.0, 82.0);
                p.respiratory_arrhythmia = random.between(0.13, 0.24);
                p.respiratory_rate = random.between(0.16, 0.28);
            }
            Condition::AtrialFibrillation => {
                p.rhythm = Rhythm::AtrialFibrillation;
                p.heart_rate = random.between(62.0, 145.0);
            }
            Condition::AtrialFlutter => {
                let ratio = [2, 2, 3, 4][(random.unit() * 4.0) as usize];
                p.rhythm = Rhythm::AtrialFlutter { atrial_rate: random.between(245.0, 330.0), ratio };
            }
            Condition::PrematureAtrial => p.rhythm = Rhythm::PrematureAtrial { chance: random.between(0.03, 0.20) },
            Condition::PrematureVentricular => {
                p.rhythm = Rhythm::PrematureVentricular { chance: random.between(0.03, 0.30) };
            }
            Condition::VentricularPacing => {
                p.rhythm = Rhythm::VentricularPacing { tracking: random.chance(0.6) };
                p.heart_rate = random.between(60.0, 85.0);
                p.respiratory_arrhythmia *= 0.5;
            }
            Condition::FirstDegreeBlock => {
                p.rhythm = Rhythm::FirstDegreeBlock;
                p.heart_rate = random.between(52.0, 85.0);
                p.pr = random.between(0.225, 0.34);
            }
            Condition::SecondDegreeBlock => {
                p.rhythm = Rhythm::Wenckebach { beats: 3 + (random.unit() * 3.0) as u32 };
                p.heart_rate = random.between(62.0, 95.0);
                p.pr = random.between(0.17, 0.24);
            }
            Condition::ThirdDegreeBlock => {
                p.rhythm = Rhythm::CompleteBlock { atrial_rate: random.between(65.0, 105.0) };
                p.heart_rate = random.between(28.0, 48.0);
            }
            Condition::LeftBundleBranchBlock => {
                p.ventricle = Ventricle::LeftBundleBranchBlock;
                p.qrs = random.between(0.130, 0.172);
                p.axis -= random.between(0.0, 30.0);
            }
            Condition::RightBundleBranchBlock => {
                p.ventricle = Ventricle::RightBundleBranchBlock;
                p.qrs = random.between(0.126, 0.160);
            }
            Condition::Preexcitation => {
                p.ventricle = Ventricle::Preexcitation;
                p.qrs = random.between(0.118, 0.150);
                p.pr = random.between(0.085, 0.112);
            }
            Condition::InferiorInfarction => {
                p.ventricle = Ventricle::InferiorInjury { millivolts: random.between(0.13, 0.45) };
            }
            Condition::AnteriorInfarction => {
                p.ventricle = Ventricle::AnteriorInjury { millivolts: random.between(0.22, 0.55) };
            }
            Condition::LeftHypertrophy => {
                p.ventricle = Ventricle::LeftHypertrophy;
                p.voltage = random.between(0.95, 1.3);
                p.qrs = random.between(0.092, 0.112);
                p.axis -= random.between(0.0, 25.0);
            }
        }
        p
    }
}

/// Someone at rest, before a condition changes anything.
fn person(random: &mut Random) -> Parameters {
    Parameters {
        heart_rate: random.between(60.0, 96.0),
        pr: random.between(0.125, 0.190),
        qrs: random.near(0.091, 0.008),
        qtc: random.near(0.405, 0.018),
        respiratory_arrhythmia: random.between(0.004, 0.035),
        respiratory_rate: random.between(0.17, 0.33),
        axis: random.near(0.0, 22.0),
        horizontal: random.near(0.0, 10.0),
        // Voltages differ widely between people; log-normal with a deviation of a fifth.
        voltage: random.near(0.06, 0.22).exp(),
        t_wave: random.near(1.0, 0.2),
        noise: Noise {
            baseline_wander: 0.045 * random.unit().powi(2) + 0.008,
            mains: 0.012 * random.unit().powi(3),
            mains_hertz: 50.0,
            muscle: 0.020 * random.unit().powi(2) + 0.002,
            electrode_motion: if random.chance(0.12) { random.between(0.05, 0.3) } else { 0.0 },
        },
        ..Parameters::default()
    }
}
