//! When atria and ventricles act: the beats of a rhythm.

use core::f64::consts::TAU;

use super::random::Random;
use super::{Parameters, Rhythm};

/// What a ventricular beat is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BeatKind {
    /// Conducted from the atria (or from the junction).
    Conducted,
    /// Conducted from a premature atrial focus.
    Atrial,
    /// Premature, from the ventricle itself.
    Ventricular,
    /// An escape beat of the ventricle.
    Escape,
    /// Paced.
    Paced,
}

/// One P wave to come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Atrial {
    pub onset: f64,
    pub ectopic: bool,
}

/// One QRS complex to come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ventricular {
    pub onset: f64,
    pub kind: BeatKind,
    /// Onset of the P wave that was conducted.
    pub p_onset: Option<f64>,
}

/// Everything that happens between some seconds before the recording and its end.
#[derive(Clone, Debug, Default)]
pub(super) struct Schedule {
    pub atrial: Vec<Atrial>,
    pub ventricular: Vec<Ventricular>,
}

/// Seconds of rhythm before and after the recording, so that its first and last waves are whole.
const MARGIN: f64 = 3.0;

/// Cycle lengths of a sinus node.
///
/// The tachogram has the two peaks of McSharry et al. 2003, section III: breathing (there 0.25 Hz) and Mayer waves (0.1 Hz),
/// here as one sinusoid each, and 0.6 % of what is left.
struct SinusNode {
    cycle: f64,
    respiration: (f64, f64, f64),
    mayer: (f64, f64),
}

impl SinusNode {
    fn new(rate: f64, parameters: &Parameters, random: &mut Random) -> Self {
        Self {
            cycle: 60.0 / rate.clamp(15.0, 400.0),
            respiration: (parameters.respiratory_arrhythmia, parameters.respiratory_rate, random.angle()),
            mayer: (0.4 * parameters.respiratory_arrhythmia.min(0.04), random.angle()),
        }
    }

    fn next(&self, time: f64, random: &mut Random) -> f64 {
        let (depth, hertz, phase) = self.respiration;
        let (mayer, mayer_phase) = self.mayer;
        let swing = depth * (TAU * hertz * time + phase).sin() + mayer * (TAU * 0.1 * time + mayer_phase).sin();
        self.cycle * (1.0 + swing + random.near(0.0, 0.006)).max(0.3)
    }
}

impl Schedule {
    pub(super) fn new(parameters: &Parameters, random: &mut Random) -> Self {
        match parameters.rhythm {
            Rhythm::Sinus
            | Rhythm::SinusBradycardia
            | Rhythm::SinusTachycardia
            | Rhythm::SinusArrhythmia
            | Rhythm::FirstDegreeBlock => Self::sinus(parameters, random),
            Rhythm::PrematureAtrial { chance } => Self::premature_atrial(parameters, chance, random),
            Rhythm::PrematureVentricular { chance } => Self::premature_ventricular(parameters, chance, random),
            Rhythm::Wenckebach { beats } => Self::wenckebach(parameters, beats, random),
            Rhythm::CompleteBlock { atrial_rate } => Self::complete_block(parameters, atrial_rate, random),
            Rhythm::AtrialFibrillation => Self::fibrillation(parameters, random),
            Rhythm::AtrialFlutter { atrial_rate, ratio } => Self::flutter(parameters, atrial_rate, ratio, random),
            Rhythm::VentricularPacing { tracking } => Self::paced(parameters, tracking, random),
        }
    }

    /// Times from before the recording to after it; `next` gives the step from one to the following.
    fn times(parameters: &Parameters, random: &mut Random, mut next: impl FnMut(f64, &mut Random) -> f64) -> Vec<f64> {
        let mut time = -MARGIN - random.unit();
        let mut times = Vec::new();
        while time < parameters.duration + MARGIN {
            times.push(time);
            // A step too small to end would never end.
            time += next(time, random).max(0.12);
        }
        times
    }

    fn conduct(&mut self, p_onset: f64, pr: f64, kind: BeatKind) {
        self.atrial.push(Atrial { onset: p_onset, ectopic: kind == BeatKind::Atrial });
        self.ventricular.push(Ventricular { onset: p_onset + pr, kind, p_onset: Some(p_onset) });
    }

    fn sinus(parameters: &Parameters, random: &mut Random) -> Self {
        let node = SinusNode::new(parameters.heart_rate, parameters, random);
        let mut schedule = Self::default();
        for time in Self::times(parameters, random, |time, random| node.next(time, random)) {
            schedule.conduct(time, parameters.pr, BeatKind::Conducted);
        }
        schedule
    }

    /// An atrial focus fires at 55 to 70 % of the cycle and resets the sinus node: the pause is not compensatory.
    fn premature_atrial(parameters: &Parameters, chance: f64, random: &mut Random) -> Self {
        let node = SinusNode::new(parameters.heart_rate, parameters, random);
        let mut schedule = Self::default();
        // One at least, well inside, or the recording would not be what its label says.
        let mut due = Some(random.between(0.15, 0.7) * parameters.duration);
        let mut time = -MARGIN - random.unit();
        let mut last_was_early = true;
        while time < parameters.duration + MARGIN {
            let cycle = node.next(time, random);
            let forced = due.is_some_and(|due| time >= due);
            schedule.conduct(time, parameters.pr, BeatKind::Conducted);
            if forced || (!last_was_early && random.chance(chance)) {
                let early = time + cycle * random.between(0.55, 0.70);
                schedule.conduct(early, parameters.pr * random.between(1.0, 1.15), BeatKind::Atrial);
                time = early + cycle * random.between(1.0, 1.12);
                last_was_early = true;
                if forced {
                    due = None;
                }
            } else {
                time += cycle;
                last_was_early = false;
            }
        }
        schedule
    }

    /// A ventricular focus fires at 50 to 65 % of the cycle; the sinus node goes on undisturbed and its next impulse finds the
    /// ventricles refractory: the pause is compensatory.
    fn premature_ventricular(parameters: &Parameters, chance: f64, random: &mut Random) -> Self {
        let node = SinusNode::new(parameters.heart_rate, parameters, random);
        let mut schedule = Self::default();
        let mut due = Some(random.between(0.15, 0.7) * parameters.duration);
        let coupling = random.between(0.50, 0.65);
        let times = Self::times(parameters, random, |time, random| node.next(time, random));
        let mut blocked = false;
        for pair in times.windows(2) {
            let (time, cycle) = (pair[0], pair[1] - pair[0]);
            if blocked {
                schedule.atrial.push(Atrial { onset: time, ectopic: false });
                blocked = false;
                continue;
            }
            schedule.conduct(time, parameters.pr, BeatKind::Conducted);
            let forced = due.is_some_and(|due| time >= due);
            if forced || random.chance(chance) {
                let onset = time + parameters.pr + cycle * (coupling + random.near(0.0, 0.012));
                schedule.ventricular.push(Ventricular { onset, kind: BeatKind::Ventricular, p_onset: None });
                blocked = true;
                if forced {
                    due = None;
                }
            }
        }
        schedule
    }

    /// Second degree, Mobitz type I: PR grows by less and less until a P wave is not conducted (Surawicz and Knilans,
    /// Chou's Electrocardiography, chapter on atrioventricular block).
    fn wenckebach(parameters: &Parameters, beats: u32, random: &mut Random) -> Self {
        let node = SinusNode::new(parameters.heart_rate, parameters, random);
        let group = beats.clamp(3, 8);
        let step = random.between(0.07, 0.11);
        let mut schedule = Self::default();
        for (k, time) in Self::times(parameters, random, |time, random| node.next(time, random)).into_iter().enumerate()
        {
            let place = k as u32 % group;
            if place + 1 == group {
                schedule.atrial.push(Atrial { onset: time, ectopic: false });
            } else {
                // Increments 1, 1/2, 1/4 ... of the first one.
                let growth = 2.0 * step * (1.0 - 0.5f64.powi(place as i32));
                schedule.conduct(time, parameters.pr + growth, BeatKind::Conducted);
            }
        }
        schedule
    }

    /// Third degree: atria and ventricles go their own ways.
    fn complete_block(parameters: &Parameters, atrial_rate: f64, random: &mut Random) -> Self {
        let node = SinusNode::new(atrial_rate, parameters, random);
        let atrial = Self::times(parameters, random, |time, random| node.next(time, random));
        let cycle = 60.0 / parameters.heart_rate.clamp(15.0, 100.0);
        let escape = Self::times(parameters, random, |_, random| cycle * random.near(1.0, 0.012));
        let kind = if parameters.heart_rate < 40.0 { BeatKind::Escape } else { BeatKind::Conducted };
        Self {
            atrial: atrial.into_iter().map(|onset| Atrial { onset, ectopic: false }).collect(),
            ventricular: escape.into_iter().map(|onset| Ventricular { onset, kind, p_onset: None }).collect(),
        }
    }

    /// Cycles are drawn one by one, without memory, log-normal with a coefficient of variation of 0.22 (Tateno and Glass, Med.
    /// Biol. Eng. Comput. 39:664, 2001, find about 0.24).
    fn fibrillation(parameters: &Parameters, random: &mut Random) -> Self {
        let cycle = 60.0 / parameters.heart_rate.clamp(20.0, 250.0);
        let times = Self::times(parameters, random, |_, random| {
            (cycle * (0.22 * random.normal() - 0.0242).exp()).clamp(0.28, 2.4)
        });
        Self {
            atrial: Vec::new(),
            ventricular: times
                .into_iter()
                .map(|onset| Ventricular { onset, kind: BeatKind::Conducted, p_onset: None })
                .collect(),
        }
    }

    /// Every `ratio`-th flutter wave is conducted.
    fn flutter(parameters: &Parameters, atrial_rate: f64, ratio: u32, random: &mut Random) -> Self {
        let cycle = f64::from(ratio.clamp(1, 8)) * 60.0 / atrial_rate.clamp(150.0, 450.0);
        let times = Self::times(parameters, random, |_, random| cycle * random.near(1.0, 0.006));
        Self {
            atrial: Vec::new(),
            ventricular: times
                .into_iter()
                .map(|onset| Ventricular { onset, kind: BeatKind::Conducted, p_onset: None })
                .collect(),
        }
    }

    /// A pacemaker that follows the atria (DDD), or one at a fixed rate without visible P waves (VVI in an atrium at
    /// rest).
    fn paced(parameters: &Parameters, tracking: bool, random: &mut Random) -> Self {
        if tracking {
            let mut schedule = Self::sinus(parameters, random);
            for beat in &mut schedule.ventricular {
                beat.kind = BeatKind::Paced;
            }
            return schedule;
        }
        let cycle = 60.0 / parameters.heart_rate.clamp(30.0, 180.0);
        let times = Self::times(parameters, random, |_, _| cycle);
        Self {
            atrial: Vec::new(),
            ventricular: times
                .into_iter()
                .map(|onset| Ventricular { onset, kind: BeatKind::Paced, p_onset: None })
                .collect(),
        }
    }
}
