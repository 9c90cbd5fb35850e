//! What the simulator promises, in sentences that can be false.

use ecg::{Lead, Samples};
use signal::simulate::{BeatKind, Condition, Noise, Parameters, Rhythm, Simulated, Ventricle, samples, simulate};

const SEEDS: core::ops::Range<u64> = 0..25;

fn draw(condition: Condition, seed: u64) -> Simulated {
    simulate(&condition.parameters(seed), seed)
}

fn quiet(condition: Condition, seed: u64) -> Simulated {
    simulate(&Parameters { noise: Noise::NONE, ..condition.parameters(seed) }, seed)
}

fn counts(simulated: &Simulated, lead: &Lead) -> Vec<i32> {
    match &simulated.recording.lead(lead).expect("all twelve leads").samples {
        Samples::Digital { counts, .. } => counts.to_vec(),
        Samples::Physical { .. } => panic!("simulated recordings hold counts"),
    }
}

fn millivolts(simulated: &Simulated, lead: &Lead) -> Vec<f64> {
    simulated.recording.lead(lead).expect("all twelve leads").values()
}

fn cycles(simulated: &Simulated) -> Vec<f64> {
    simulated.truth.r_peaks.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

/// Standard deviation over mean.
fn variation(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / values.len() as f64;
    variance.sqrt() / mean
}

/// Mean of lead values over a span of seconds.
fn mean(values: &[f64], rate: f64, from: f64, to: f64) -> f64 {
    let span = &values[(from * rate) as usize..((to * rate) as usize).min(values.len())];
    span.iter().sum::<f64>() / span.len() as f64
}

#[test]
fn one_seed_gives_one_recording_and_two_seeds_give_two() {
    for condition in Condition::ALL {
        assert_eq!(draw(condition, 3), draw(condition, 3), "{condition:?}");
        assert_ne!(draw(condition, 3).recording.signals, draw(condition, 4).recording.signals, "{condition:?}");
    }
}

#[test]
fn a_seed_gives_the_same_recording_on_every_platform() {
    // A change here is a change of every demo model and picture: it has to be meant.
    let simulated = draw(Condition::Normal, 1);
    let sum: i64 = Lead::TWELVE.iter().flat_map(|lead| counts(&simulated, lead)).map(i64::from).sum();
    let two = counts(&simulated, &Lead::II);
    assert_eq!((two[0], two[2500], sum), GOLDEN);
}
const GOLDEN: (i32, i32, i64) = (20, 158, 4330335);

#[test]
fn limb_leads_obey_einthoven_and_goldberger_to_the_count_whatever_the_noise() {
    let noise = Noise { baseline_wander: 0.3, mains: 0.1, mains_hertz: 50.0, muscle: 0.1, electrode_motion: 0.5 };
    for condition in Condition::ALL {
        let simulated = simulate(&Parameters { noise, ..condition.parameters(9) }, 9);
        let [one, two, three, right, left, foot] =
            [Lead::I, Lead::II, Lead::III, Lead::AVR, Lead::AVL, Lead::AVF].map(|lead| counts(&simulated, &lead));
        for k in 0..one.len() {
            assert_eq!(three[k], two[k] - one[k]);
            assert_eq!(2 * right[k], -(one[k] + two[k]));
            assert_eq!(2 * left[k], one[k] - three[k]);
            assert_eq!(2 * foot[k], two[k] + three[k]);
        }
    }
}

#[test]
fn cycles_are_irregular_in_fibrillation_and_regular_in_sinus_rhythm() {
    for seed in SEEDS {
        let fibrillation = draw(Condition::AtrialFibrillation, seed);
        assert!(variation(&cycles(&fibrillation)) > 0.08, "seed {seed}: {:?}", cycles(&fibrillation));
        assert!(fibrillation.truth.p_peaks.is_empty());
        assert!(variation(&cycles(&draw(Condition::Normal, seed))) < 0.06, "seed {seed}");
        assert!(variation(&cycles(&draw(Condition::AtrialFlutter, seed))) < 0.02, "seed {seed}");
    }
}

#[test]
fn sinus_rates_are_on_the_right_side_of_their_limits() {
    for seed in SEEDS {
        let mean = |condition| {
            let cycles = cycles(&draw(condition, seed));
            60.0 * cycles.len() as f64 / cycles.iter().sum::<f64>()
        };
        assert!(mean(Condition::SinusBradycardia) < 60.0);
        assert!((57.0..102.0).contains(&mean(Condition::Normal)));
        assert!(mean(Condition::SinusTachycardia) > 100.0);
    }
}

#[test]
fn sinus_arrhythmia_swings_by_more_than_120_ms() {
    for seed in SEEDS {
        let cycles = cycles(&draw(Condition::SinusArrhythmia, seed));
        let longest = cycles.iter().copied().fold(0.0, f64::max);
        let shortest = cycles.iter().copied().fold(f64::INFINITY, f64::min);
        assert!(longest - shortest > 0.12, "seed {seed}: {shortest} to {longest}");
    }
}

#[test]
fn pr_is_above_200_ms_in_first_degree_block_and_within_limits_otherwise() {
    for seed in SEEDS {
        let pr = |condition| -> Vec<f64> {
            draw(condition, seed).truth.beats.iter().map(|b| b.qrs_onset - b.p_onset.expect("conducted")).collect()
        };
        assert!(pr(Condition::FirstDegreeBlock).iter().all(|&pr| pr > 0.2));
        assert!(pr(Condition::Normal).iter().all(|&pr| (0.12..=0.2).contains(&pr)));
        assert!(pr(Condition::Preexcitation).iter().all(|&pr| pr < 0.12));
    }
}

#[test]
fn wenckebach_lengthens_pr_until_a_p_wave_is_not_conducted() {
    for seed in SEEDS {
        let truth = draw(Condition::SecondDegreeBlock, seed).truth;
        assert!(truth.p_peaks.len() > truth.beats.len(), "seed {seed}: no dropped beat");
        let pr: Vec<f64> = truth.beats.iter().map(|b| b.qrs_onset - b.p_onset.expect("conducted")).collect();
        let longer = pr.windows(2).filter(|pair| pair[1] > pair[0]).count();
        let shorter = pr.windows(2).filter(|pair| pair[1] < pair[0]).count();
        assert!(longer >= shorter && shorter > 0, "seed {seed}: {pr:?}");
    }
}

#[test]
fn atria_and_ventricles_are_independent_in_third_degree_block() {
    for seed in SEEDS {
        let truth = draw(Condition::ThirdDegreeBlock, seed).truth;
        assert!(truth.beats.iter().all(|beat| beat.p_onset.is_none()));
        assert!(truth.p_peaks.len() as f64 > 1.2 * truth.r_peaks.len() as f64);
        // The nearest P wave before a beat is now near, now far: no interval is kept.
        let distances: Vec<f64> = truth
            .r_peaks
            .iter()
            .filter_map(|&r| truth.p_peaks.iter().rev().find(|&&p| p < r).map(|&p| r - p))
            .collect();
        assert!(variation(&distances) > 0.04, "seed {seed}: {distances:?}");
    }
}

#[test]
fn qrs_is_above_120_ms_in_bundle_branch_block_and_below_110_otherwise() {
    for seed in SEEDS {
        let qrs = |condition| -> f64 {
            let truth = draw(condition, seed).truth;
            truth.beats[0].qrs_offset - truth.beats[0].qrs_onset
        };
        assert!(qrs(Condition::LeftBundleBranchBlock) > 0.12);
        assert!(qrs(Condition::RightBundleBranchBlock) > 0.12);
        assert!(qrs(Condition::Normal) < 0.11);
    }
}

/// Values of a lead within the QRS complex of the second beat.
fn complex(simulated: &Simulated, lead: &Lead) -> Vec<f64> {
    let beat = simulated.truth.beats[1];
    let values = millivolts(simulated, lead);
    values[(beat.qrs_onset * 500.0) as usize..=(beat.qrs_offset * 500.0) as usize].to_vec()
}

#[test]
fn bundle_branch_blocks_point_where_the_late_ventricle_lies() {
    for seed in SEEDS {
        let left = quiet(Condition::LeftBundleBranchBlock, seed);
        let sum = |simulated: &Simulated, lead: &Lead| complex(simulated, lead).iter().sum::<f64>();
        assert!(sum(&left, &Lead::V1) < 0.0, "seed {seed}: LBBB is negative in V1");
        assert!(sum(&left, &Lead::V6) > 0.0, "seed {seed}: LBBB is positive in V6");
        let right = quiet(Condition::RightBundleBranchBlock, seed);
        let v1 = complex(&right, &Lead::V1);
        let late = &v1[v1.len() / 2..];
        assert!(late.iter().copied().fold(f64::MIN, f64::max) > 0.15, "seed {seed}: RBBB has R' in V1");
    }
}

#[test]
fn st_rises_where_the_infarction_is() {
    for seed in SEEDS {
        let elevation = |simulated: &Simulated, lead: &Lead| {
            let beat = simulated.truth.beats[1];
            let values = millivolts(simulated, lead);
            let j = beat.qrs_offset;
            let before = beat.p_onset.expect("sinus rhythm") - 0.012;
            mean(&values, 500.0, j + 0.02, j + 0.04) - mean(&values, 500.0, before - 0.01, before)
        };
        let inferior = quiet(Condition::InferiorInfarction, seed);
        for lead in [Lead::II, Lead::III, Lead::AVF] {
            assert!(elevation(&inferior, &lead) > 0.05, "seed {seed} {lead}: {}", elevation(&inferior, &lead));
        }
        assert!(elevation(&inferior, &Lead::AVL) < 0.0, "seed {seed}: reciprocal depression");
        let anterior = quiet(Condition::AnteriorInfarction, seed);
        assert!(elevation(&anterior, &Lead::V2) > 0.1, "seed {seed}: {}", elevation(&anterior, &Lead::V2));
        assert!(elevation(&anterior, &Lead::V3) > 0.1, "seed {seed}: {}", elevation(&anterior, &Lead::V3));
        let normal = quiet(Condition::Normal, seed);
        assert!(elevation(&normal, &Lead::III).abs() < 0.1, "seed {seed}: {}", elevation(&normal, &Lead::III));
    }
}

#[test]
fn hypertrophy_meets_sokolow_and_lyon_and_normal_recordings_mostly_do_not() {
    let voltage = |simulated: &Simulated| {
        let s = complex(simulated, &Lead::V1).into_iter().fold(0.0, f64::min);
        let r = complex(simulated, &Lead::V5).into_iter().fold(0.0, f64::max);
        r - s
    };
    let above = |condition| SEEDS.filter(|&seed| voltage(&quiet(condition, seed)) > 3.5).count();
    let (hypertrophy, normal) = (above(Condition::LeftHypertrophy), above(Condition::Normal));
    assert!(hypertrophy >= 20, "{hypertrophy} of 25");
    assert!(normal <= 2, "{normal} of 25");
}

#[test]
fn premature_beats_come_early_and_there_is_one_at_least() {
    for seed in SEEDS {
        for (condition, kind) in
            [(Condition::PrematureVentricular, BeatKind::Ventricular), (Condition::PrematureAtrial, BeatKind::Atrial)]
        {
            let truth = draw(condition, seed).truth;
            let usual = 60.0 / condition.parameters(seed).heart_rate;
            let early: Vec<f64> = truth
                .beats
                .windows(2)
                .filter(|pair| pair[1].kind == kind)
                .map(|pair| pair[1].qrs_onset - pair[0].qrs_onset)
                .collect();
            assert!(!early.is_empty(), "{condition:?} seed {seed}");
            assert!(early.iter().all(|&cycle| cycle < 0.8 * usual), "{condition:?} seed {seed}: {early:?}");
        }
    }
}

#[test]
fn sizes_are_those_of_people() {
    let mut two = Vec::new();
    for seed in SEEDS {
        let simulated = quiet(Condition::Normal, seed);
        for lead in Lead::TWELVE {
            let values = millivolts(&simulated, &lead);
            let (low, high) = values.iter().fold((0.0f64, 0.0f64), |(l, h), &v| (l.min(v), h.max(v)));
            assert!(high - low > 0.08 && high - low < 4.5, "seed {seed} {lead}: {low} to {high} mV");
        }
        let values = complex(&simulated, &Lead::II);
        two.push(values.iter().copied().fold(f64::MIN, f64::max));
        assert!(complex(&simulated, &Lead::AVR).iter().sum::<f64>() < 0.0, "seed {seed}: aVR is negative");
    }
    let mean = two.iter().sum::<f64>() / two.len() as f64;
    assert!((0.6..1.6).contains(&mean), "mean R in II {mean} mV");
}

#[test]
fn the_page_has_four_samples_of_ten_seconds_at_500_hertz() {
    let samples = samples();
    assert_eq!(samples.len(), 4);
    for (_, simulated) in samples {
        assert_eq!(simulated.recording.signals.len(), 12);
        assert!(simulated.recording.signals.iter().all(|signal| signal.rate == 500.0 && signal.len() == 5000));
    }
}

#[test]
fn odd_parameters_give_a_recording_and_no_panic() {
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, 0.0, 1e300] {
        let parameters = Parameters {
            duration: value.min(5.0),
            rate: value,
            heart_rate: value,
            pr: value,
            qrs: value,
            qtc: value,
            respiratory_arrhythmia: value,
            respiratory_rate: value,
            axis: value,
            horizontal: value,
            voltage: value,
            t_wave: value,
            individuality: value,
            rhythm: Rhythm::AtrialFlutter { atrial_rate: value, ratio: u32::MAX },
            ventricle: Ventricle::InferiorInjury { millivolts: 0.2 },
            noise: Noise {
                baseline_wander: value,
                mains: value,
                mains_hertz: value,
                muscle: value,
                electrode_motion: value,
            },
        };
        assert_eq!(simulate(&parameters, 1).recording.signals.len(), 12);
        for rhythm in [Rhythm::CompleteBlock { atrial_rate: value }, Rhythm::PrematureAtrial { chance: value }] {
            assert_eq!(simulate(&Parameters { rhythm, ..parameters }, 1).recording.signals.len(), 12);
        }
    }
}

#[test]
fn a_lower_rate_shows_the_same_beats() {
    let parameters = Parameters { noise: Noise::NONE, ..Condition::Normal.parameters(5) };
    let fine = simulate(&parameters, 5);
    let coarse = simulate(&Parameters { rate: 100.0, ..parameters }, 5);
    assert_eq!(fine.truth, coarse.truth);
    let (fine, coarse) = (millivolts(&fine, &Lead::V5), millivolts(&coarse, &Lead::V5));
    let worst = coarse.iter().zip(fine.iter().step_by(5)).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(worst < 0.25, "{worst} mV");
}
