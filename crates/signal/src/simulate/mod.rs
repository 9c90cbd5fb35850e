//! A simulator of 12-lead electrocardiograms with known truth.
//!
//! A dynamical model in the line of McSharry, Clifford, Tarassenko, Smith (IEEE Trans. Biomed. Eng. 50:289, 2003): a rhythm
//! says when atria and ventricles act (`rhythm`), each action moves a dipole through Gaussian waves (`waves`; Sameni et
//! al. 2007, Clifford et al. 2010), lead vectors make twelve leads of it (`leads`; Dower 1980), electrodes add their noise
//! (`noise`). The waves stand in closed form, which is the model's solution without its numerical integration.
//!
//! The same parameters and seed give the same recording: the random numbers are our own, and values are rounded to
//! half a microvolt, far above what mathematics libraries differ by.
//!
//! It is made for tests, demonstrations and a first model; its recordings are no patients.

mod atria;
mod condition;
mod leads;
mod noise;
mod random;
mod rhythm;
mod samples;
mod waves;

use ecg::{Annotation, Lead, Recording, Scale, Signal, Source, Unit};

pub use condition::Condition;
pub use noise::Noise;
pub use rhythm::BeatKind;
pub use samples::samples;

use leads::Torso;
use random::Random;
use rhythm::Schedule;
use waves::{Template, Wave};

/// Counts a millivolt of simulated recordings (half a microvolt, so that augmented leads are whole counts).
pub const GAIN: f64 = 2000.0;

/// Longest recording that is simulated, in seconds.
pub const LONGEST: f64 = 86_400.0;

/// What paces the heart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rhythm {
    /// Sinus rhythm.
    Sinus,
    /// Sinus rhythm below 60 beats a minute.
    SinusBradycardia,
    /// Sinus rhythm above 100 beats a minute.
    SinusTachycardia,
    /// Sinus rhythm whose cycle varies by more than 120 ms with breathing.
    SinusArrhythmia,
    /// No P waves, fibrillation waves, irregular ventricular cycles.
    AtrialFibrillation,
    /// Flutter waves, every `ratio`-th of them conducted.
    AtrialFlutter {
        /// Flutter waves a minute (250 to 350 in common flutter).
        atrial_rate: f64,
        /// Flutter waves to one beat.
        ratio: u32,
    },
    /// Sinus rhythm with every PR interval above 200 ms (set [`Parameters::pr`]).
    FirstDegreeBlock,
    /// Second degree block, Mobitz type I: the last P wave of a group is not conducted.
    Wenckebach {
        /// P waves in a group, 3 to 8.
        beats: u32,
    },
    /// Third degree block: P waves and QRS complexes are independent.
    CompleteBlock {
        /// P waves a minute.
        atrial_rate: f64,
    },
    /// Sinus rhythm with premature atrial complexes, at least one.
    PrematureAtrial {
        /// Probability of one after each beat.
        chance: f64,
    },
    /// Sinus rhythm with premature ventricular complexes, at least one.
    PrematureVentricular {
        /// Probability of one after each beat.
        chance: f64,
    },
    /// Every beat is paced in the right ventricle.
    VentricularPacing {
        /// The pacemaker follows P waves; otherwise there are none.
        tracking: bool,
    },
}

/// How the ventricles are excited and recover.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ventricle {
    /// Normal.
    Normal,
    /// Complete left bundle branch block.
    LeftBundleBranchBlock,
    /// Complete right bundle branch block.
    RightBundleBranchBlock,
    /// An accessory pathway excites a part of them early (Wolff, Parkinson, White).
    Preexcitation,
    /// Left ventricular hypertrophy with strain.
    LeftHypertrophy,
    /// Acute inferior infarction.
    InferiorInjury {
        /// Approximate ST elevation in III.
        millivolts: f64,
    },
    /// Acute anterior infarction.
    AnteriorInjury {
        /// Approximate ST elevation in V2 and V3.
        millivolts: f64,
    },
}

/// Everything that a simulated recording depends on beside its seed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameters {
    /// Length in seconds (10 is the standard resting recording); cut to 0 ..= [`LONGEST`].
    pub duration: f64,
    /// Samples a second; cut to 50 ..= 4000.
    pub rate: f64,
    /// What paces the heart.
    pub rhythm: Rhythm,
    /// How the ventricles are excited.
    pub ventricle: Ventricle,
    /// Ventricular (in sinus rhythm: sinus) beats a minute; flutter's own rate and ratio go before it.
    pub heart_rate: f64,
    /// From the P wave's onset to the QRS complex's onset, in seconds (normal 0.12 to 0.20: Surawicz et al. 2009).
    pub pr: f64,
    /// QRS duration in seconds (normal below 0.11, same source).
    pub qrs: f64,
    /// QT at 60 beats a minute, in seconds; QT follows the cycle's cube root (Fridericia, Acta Med. Scand. 53:469, 1920).
    pub qtc: f64,
    /// Depth of the cycle's swing with breathing, as a share of the cycle.
    pub respiratory_arrhythmia: f64,
    /// Breaths a second (0.25 in McSharry et al. 2003).
    pub respiratory_rate: f64,
    /// Rotation of the electrical axis in the frontal plane against the template's (about 45 degrees), in degrees; positive
    /// turns to the right.
    pub axis: f64,
    /// Rotation of the heart in the horizontal plane in degrees; positive turns the apex to the front.
    pub horizontal: f64,
    /// Size of all cardiac voltages against the template's.
    pub voltage: f64,
    /// Size of the T wave against the template's.
    pub t_wave: f64,
    /// How much this person's waves and electrodes deviate from the template: 0 not at all, 1 as people do (wave
    /// sizes by 15 %, chest electrodes by a quarter of an interspace).
    pub individuality: f64,
    /// What the electrodes pick up beside the heart.
    pub noise: Noise,
}

impl Default for Parameters {
    /// Sinus rhythm of a healthy person at rest: 500 Hz, 10 s, 70 beats a minute.
    fn default() -> Self {
        Self {
            duration: 10.0,
            rate: 500.0,
            rhythm: Rhythm::Sinus,
            ventricle: Ventricle::Normal,
            heart_rate: 70.0,
            pr: 0.156,
            qrs: 0.092,
            qtc: 0.405,
            respiratory_arrhythmia: 0.025,
            respiratory_rate: 0.25,
            axis: 0.0,
            horizontal: 0.0,
            voltage: 1.0,
            t_wave: 1.0,
            individuality: 1.0,
            noise: Noise::RESTING,
        }
    }
}

/// One ventricular beat as it was put in; times in seconds from the first sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Beat {
    /// What kind.
    pub kind: BeatKind,
    /// Onset of the P wave that was conducted, where one was.
    pub p_onset: Option<f64>,
    /// Onset of the QRS complex.
    pub qrs_onset: f64,
    /// The largest QRS vector.
    pub r_peak: f64,
    /// Offset of the QRS complex (J point).
    pub qrs_offset: f64,
    /// End of the T wave.
    pub t_offset: f64,
}

/// What was put into a recording.
#[derive(Clone, Debug, PartialEq)]
pub struct Truth {
    /// The rhythm.
    pub rhythm: Rhythm,
    /// The ventricles' condition.
    pub ventricle: Ventricle,
    /// Beats whose R peak lies in the recording, in order.
    pub beats: Vec<Beat>,
    /// R peaks in seconds: those of `beats`.
    pub r_peaks: Vec<f64>,
    /// Peaks of all P waves in the recording, conducted or not, in seconds.
    pub p_peaks: Vec<f64>,
}

/// A simulated recording with its truth.
#[derive(Clone, Debug, PartialEq)]
pub struct Simulated {
    /// Twelve leads in the standard order, [`GAIN`] counts a millivolt; R peaks are its annotations.
    pub recording: Recording,
    /// What was put in.
    pub truth: Truth,
}

/// Simulates one recording. The same parameters and seed give the same recording; parameters that are out of range or not
/// finite are cut to their range.
pub fn simulate(parameters: &Parameters, seed: u64) -> Simulated {
    let parameters = &sane(parameters);
    let length = (parameters.duration * parameters.rate).round() as usize;
    let mut person = Random::new(seed, 1);
    let schedule = Schedule::new(parameters, &mut Random::new(seed, 2));
    let torso = Torso::new(
        parameters.axis.to_radians(),
        parameters.horizontal.to_radians(),
        parameters.voltage,
        0.25 * parameters.individuality,
        &mut person,
    );
    let heart = Heart::new(parameters, &torso, &mut person);

    let mut dipole = [vec![0.0; length], vec![0.0; length], vec![0.0; length]];
    let truth = heart.beat(&schedule, &mut dipole);
    atria::add(&mut dipole, parameters.rhythm, parameters.rate, &mut Random::new(seed, 3));
    let mut leads = torso.project(&dipole);
    noise::add(&mut leads, &parameters.noise, parameters.rate, parameters.respiratory_rate, &mut Random::new(seed, 4));

    let scale = Scale { gain: GAIN, baseline: 0.0, unit: Unit::Millivolt };
    let signals = Lead::TWELVE
        .into_iter()
        .zip(leads::twelve(&leads, GAIN))
        .map(|(lead, counts)| Signal::digital(lead, parameters.rate, counts, scale.clone()))
        .collect();
    let annotations = truth.beats.iter().map(annotation).collect();
    let recording = Recording {
        name: format!("simulated-{seed}"),
        source: Source { format: "simulated".to_owned(), files: Vec::new() },
        signals,
        annotations,
        comments: vec![format!("Simulated, no patient; seed {seed}")],
        ..Recording::default()
    };
    Simulated { recording, truth }
}

/// A beat in the codes of WFDB annotation files.
fn annotation(beat: &Beat) -> Annotation {
    let code = match beat.kind {
        BeatKind::Conducted => "N",
        BeatKind::Atrial => "A",
        BeatKind::Ventricular => "V",
        BeatKind::Escape => "E",
        BeatKind::Paced => "/",
    };
    Annotation { time: beat.r_peak, code: code.to_owned(), ..Annotation::default() }
}

/// Parameters within what the model can do.
fn sane(parameters: &Parameters) -> Parameters {
    let default = Parameters::default();
    let cut = |value: f64, low: f64, high: f64, instead: f64| {
        if value.is_finite() { value.clamp(low, high) } else { instead }
    };
    Parameters {
        duration: cut(parameters.duration, 0.0, LONGEST, default.duration),
        rate: cut(parameters.rate, 50.0, 4000.0, default.rate),
        heart_rate: cut(parameters.heart_rate, 15.0, 300.0, default.heart_rate),
        pr: cut(parameters.pr, 0.06, 0.6, default.pr),
        qrs: cut(parameters.qrs, 0.05, 0.3, default.qrs),
        qtc: cut(parameters.qtc, 0.25, 0.7, default.qtc),
        respiratory_arrhythmia: cut(parameters.respiratory_arrhythmia, 0.0, 0.5, 0.0),
        respiratory_rate: cut(parameters.respiratory_rate, 0.05, 1.0, default.respiratory_rate),
        axis: cut(parameters.axis, -360.0, 360.0, 0.0),
        horizontal: cut(parameters.horizontal, -360.0, 360.0, 0.0),
        voltage: cut(parameters.voltage, 0.0, 10.0, 1.0),
        t_wave: cut(parameters.t_wave, -10.0, 10.0, 1.0),
        individuality: cut(parameters.individuality, 0.0, 3.0, 1.0),
        noise: Noise {
            baseline_wander: cut(parameters.noise.baseline_wander, 0.0, 10.0, 0.0),
            mains: cut(parameters.noise.mains, 0.0, 10.0, 0.0),
            mains_hertz: cut(parameters.noise.mains_hertz, 10.0, 100.0, 50.0),
            muscle: cut(parameters.noise.muscle, 0.0, 10.0, 0.0),
            electrode_motion: cut(parameters.noise.electrode_motion, 0.0, 10.0, 0.0),
        },
        ..*parameters
    }
}

/// One person's waves.
struct Heart<'a> {
    parameters: &'a Parameters,
    torso: &'a Torso,
    conducted: Template,
    ventricular: Template,
    paced: Template,
    escape: Template,
    p: [Wave; 2],
    ectopic_p: [Wave; 2],
    breath_phase: f64,
}

impl<'a> Heart<'a> {
    fn new(parameters: &'a Parameters, torso: &'a Torso, random: &mut Random) -> Self {
        let spread = 0.15 * parameters.individuality;
        let mut vary = |template: Template, qrs: f64| {
            let mut template = template.with_duration(qrs);
            template.each(|dipole| dipole.map(|v| v * random.near(1.0, spread)));
            template.t = template.t.map(|v| v * parameters.t_wave);
            template
        };
        let conducted = vary(Template::conducted(parameters.ventricle), parameters.qrs);
        let paced = vary(Template::paced(), 0.160);
        let escape = vary(Template::escape(), 0.150);
        let plain = vary(Template::ventricular(0.0), 0.150);
        // Half of the premature beats come from the outflow of the right ventricle, half from anywhere.
        let turn = if random.chance(0.5) { 0.0 } else { random.angle() };
        let mut ventricular = plain;
        let (sin, cos) = turn.sin_cos();
        ventricular.each(|[x, y, z]| [cos * x + sin * z, y * (0.4 + 0.6 * cos), cos * z - sin * x]);
        let size = random.near(1.0, spread);
        let p = waves::atrial(false).map(|wave| Wave { dipole: wave.dipole.map(|v| v * size), ..wave });
        Self {
            parameters,
            torso,
            conducted,
            ventricular,
            paced,
            escape,
            p,
            ectopic_p: waves::atrial(true),
            breath_phase: random.angle(),
        }
    }

    fn template(&self, kind: BeatKind) -> &Template {
        match kind {
            BeatKind::Conducted | BeatKind::Atrial => &self.conducted,
            BeatKind::Ventricular => &self.ventricular,
            BeatKind::Escape => &self.escape,
            BeatKind::Paced => &self.paced,
        }
    }

    /// Writes the schedule's waves into the dipole's course and tells what was written.
    fn beat(&self, schedule: &Schedule, dipole: &mut [Vec<f64>; 3]) -> Truth {
        let inside = |time: f64| (0.0..self.parameters.duration).contains(&time);
        for wave in &schedule.atrial {
            let shape = if wave.ectopic { &self.ectopic_p } else { &self.p };
            for part in shape {
                self.write(part, wave.onset, wave.onset, dipole);
            }
        }
        let mut beats = Vec::new();
        let mut previous = None;
        for ventricular in &schedule.ventricular {
            let template = self.template(ventricular.kind);
            let (onset, offset) = template.limits();
            let reference = ventricular.onset - onset;
            let cycle = previous.map_or(60.0 / self.parameters.heart_rate, |before| ventricular.onset - before);
            previous = Some(ventricular.onset);
            let qt = (self.parameters.qtc * cycle.clamp(0.3, 2.0).cbrt()).max(offset - onset + 0.12)
                + 0.5 * (offset - onset - 0.1).max(0.0);
            for part in &template.qrs {
                self.write(part, reference, reference, dipole);
            }
            for part in waves::repolarisation(template, onset, offset, qt) {
                self.write(&part, reference, reference, dipole);
            }
            if let Some(spike) = template.spike {
                // Half a millisecond of stimulus, as a recorder of this rate can show it.
                let part = Wave { at: 0.0, before: 0.0005, after: 0.0005, dipole: spike.map(|v| 2.0 * v) };
                self.write(&part, ventricular.onset - 0.004, reference, dipole);
            }
            let r_peak = reference + template.peak();
            if inside(r_peak) {
                beats.push(Beat {
                    kind: ventricular.kind,
                    p_onset: ventricular.p_onset,
                    qrs_onset: ventricular.onset,
                    r_peak,
                    qrs_offset: reference + offset,
                    t_offset: ventricular.onset + qt,
                });
            }
        }
        let r_peaks = beats.iter().map(|beat| beat.r_peak).collect();
        let mut p_peaks: Vec<f64> =
            schedule.atrial.iter().map(|wave| wave.onset + waves::P_PEAK).filter(|&peak| inside(peak)).collect();
        p_peaks.sort_by(f64::total_cmp);
        Truth { rhythm: self.parameters.rhythm, ventricle: self.parameters.ventricle, beats, r_peaks, p_peaks }
    }

    /// Adds one wave at `reference`. Breathing at the time `breath_at` turns the dipole by up to 3 degrees and changes its size by up
    /// to 3 % (the respiratory modulation of Clifford et al. 2010, section 2, in its simplest form).
    fn write(&self, wave: &Wave, reference: f64, breath_at: f64, dipole: &mut [Vec<f64>; 3]) {
        let rate = self.parameters.rate;
        let breath = (core::f64::consts::TAU * self.parameters.respiratory_rate * breath_at + self.breath_phase).sin();
        // A recorder's anti-alias filter, as a Gaussian of a third of a sample: widths add in squares, areas stay.
        let blur = 0.35 / rate;
        let widen = |width: f64| (width * width + blur * blur).sqrt();
        let shrink = (wave.before + wave.after) / (widen(wave.before) + widen(wave.after));
        let part = Wave { before: widen(wave.before), after: widen(wave.after), ..*wave };
        let vector = self.torso.orient(wave.dipole, 3.0f64.to_radians() * breath);
        let vector = vector.map(|v| v * shrink * (1.0 + 0.03 * breath));

        let peak = reference + wave.at;
        // Beyond four and a half deviations a wave of 1 mV is below 0.05 microvolts.
        let first = ((peak - 4.5 * part.before) * rate).ceil().max(0.0) as usize;
        let last = ((peak + 4.5 * part.after) * rate).floor();
        if last < 0.0 {
            return;
        }
        let last = (last as usize + 1).min(dipole[0].len());
        for k in first..last {
            let height = part.height(k as f64 / rate - peak);
            for (course, v) in dipole.iter_mut().zip(vector) {
                course[k] += v * height;
            }
        }
    }
}
