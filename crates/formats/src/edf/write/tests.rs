use ecg::{Annotation, Patient, Scale, Sex};
use proptest::prelude::*;

use super::super::read;
use super::*;
use crate::{Hints, InputFile};

fn again(recording: &Recording) -> Recording {
    let bytes = write(recording).unwrap();
    read(&InputFile { name: "a.edf", bytes: &bytes }, &Hints::default(), &crate::Limits::default()).unwrap()
}

fn scale(gain: f64, baseline: f64) -> Scale {
    Scale { gain, baseline, unit: Unit::Millivolt }
}

fn digital(lead: Lead, rate: f64, counts: Vec<i32>) -> Signal {
    Signal::digital(lead, rate, counts, scale(200.0, 0.0))
}

fn present(signal: &Signal) -> Vec<Option<i32>> {
    let Samples::Digital { counts, .. } = &signal.samples else { panic!("counts") };
    let is_missing = |at: usize| signal.missing.iter().any(|(from, to)| (*from..*to).contains(&at));
    counts.iter().enumerate().map(|(at, count)| (!is_missing(at)).then_some(count)).collect()
}

#[test]
fn person_start_and_annotations_come_back() {
    let recording = Recording {
        start: Some("2001-02-03T04:05:06.25".into()),
        patient: Patient {
            id: Some("A1".into()),
            name: Some("Test Person".into()),
            sex: Some(Sex::Female),
            born: Some("1951-12-31".into()),
            age: None,
        },
        signals: vec![digital(Lead::II, 500.0, vec![5; 1000])],
        annotations: vec![
            Annotation { time: 0.5, text: "ünruhig".into(), duration: Some(0.25), ..Annotation::default() },
            Annotation { time: 1.5, code: "V".into(), lead: Some(Lead::II), ..Annotation::default() },
        ],
        ..Recording::default()
    };
    let found = again(&recording);
    assert_eq!((&found.start, &found.patient), (&recording.start, &recording.patient));
    assert_eq!(found.annotations[0], recording.annotations[0]);
    assert_eq!((found.annotations[1].text.as_str(), &found.annotations[1].lead), ("V", &Some(Lead::II)));
    assert_eq!((found.signals[0].rate, found.signals[0].label.as_str()), (500.0, "ECG II"));
    assert!(found.warnings.is_empty(), "{:?}", found.warnings);
}

#[test]
fn an_unknown_start_stays_unknown() {
    let mut recording = Recording { signals: vec![digital(Lead::II, 500.0, vec![5; 10])], ..Recording::default() };
    for start in [None, Some("T04:05:06"), Some("2137-10-26T16:57:09"), Some("1951-01-02T03:04:05")] {
        recording.start = start.map(str::to_owned);
        let found = again(&recording);
        assert_eq!(found.start, recording.start);
        assert!(found.warnings.is_empty(), "{:?}", found.warnings);
    }
}

#[test]
fn a_length_that_no_record_divides_comes_back_as_it_was() {
    for length in [1, 2, 499, 500, 501, 10_007, 99_991] {
        let counts: Vec<i32> = (0..length).map(|at| at * 7 % 1000 - 500).collect();
        let recording = Recording { signals: vec![digital(Lead::II, 500.0, counts.clone())], ..Recording::default() };
        let found = again(&recording);
        assert_eq!(found.signals[0].len(), length as usize);
        assert_eq!(present(&found.signals[0]), counts.into_iter().map(Some).collect::<Vec<_>>());
        assert!(found.annotations.is_empty(), "{:?}", found.annotations);
    }
}

#[test]
fn a_gap_of_all_leads_is_a_gap_of_the_file_and_others_are_marked() {
    let mut signals = vec![
        digital(Lead::II, 100.0, (0..1000).collect()),
        digital(Lead::V1, 100.0, (0..1000).map(|at| at * 2).collect()),
    ];
    signals[0].missing = vec![(0, 3), (300, 600)];
    signals[1].missing = vec![(200, 600), (998, 1000)];
    let recording = Recording { signals, ..Recording::default() };
    let bytes = write(&recording).unwrap();
    assert_eq!(&bytes[192..197], b"EDF+D");
    let found = again(&recording);
    for (found, written) in found.signals.iter().zip(&recording.signals) {
        assert_eq!((present(found), &found.missing), (present(written), &written.missing));
    }
    assert!(found.annotations.is_empty(), "{:?}", found.annotations);
}

#[test]
fn counts_of_more_than_16_bits_make_a_bdf() {
    let counts = vec![-5_000_000, 4_999_999, 40_000, 0];
    let recording = Recording { signals: vec![digital(Lead::II, 4.0, counts.clone())], ..Recording::default() };
    let found = again(&recording);
    assert_eq!(found.source.format, "BDF+");
    assert_eq!(present(&found.signals[0]), counts.into_iter().map(Some).collect::<Vec<_>>());
    let recording = Recording { signals: vec![digital(Lead::II, 4.0, vec![1 << 23])], ..Recording::default() };
    assert!(write(&recording).unwrap_err().to_string().contains("24 bits"));
}

#[test]
fn physical_values_come_back_within_half_a_step() {
    let values = vec![0.5, -3.0, f64::NAN, 1.25];
    let signal = Signal::physical(Lead::II, 250.0, values.clone(), Unit::Millivolt);
    let found = again(&Recording { signals: vec![signal], ..Recording::default() }).signals[0].values();
    assert!(found[2].is_nan() && found.len() == 4);
    for (found, value) in found.iter().zip(values).filter(|(_, value)| value.is_finite()) {
        assert!((found - value).abs() <= 0.5e-4 + 1e-9, "{found} {value}");
    }
}

#[test]
fn nothing_and_what_does_not_fit_is_refused() {
    assert_eq!(write(&Recording::default()), Err(WriteError::Empty));
    let signal = |unit: &str| Signal::physical(Lead::II, 250.0, vec![1.0], Unit::Other(unit.into()));
    let written = |signals| write(&Recording { signals, ..Recording::default() });
    assert!(written(vec![signal("much too long")]).unwrap_err().to_string().contains("unit"));
    let mut odd = signal("mmHg");
    odd.rate = 250.0 * core::f64::consts::SQRT_2;
    assert!(written(vec![signal("mmHg"), odd]).unwrap_err().to_string().contains("rates"));
}

fn signals() -> impl Strategy<Value = Vec<Signal>> {
    let gain = prop::sample::select(vec![1.0, 10.0, 200.0, 204.8, 250.0, 409.5, 1000.0, 0.2, 33.3, -100.0]);
    let lead = (gain, -1000..1000i32, 1u8..4, proptest::collection::vec((-30_000..=30_000i32, 0..40u8), 1..90));
    let base = prop::sample::select(vec![1.0, 50.0, 62.4725, 100.0, 128.0, 180.0, 250.0, 1000.0 / 3.0]);
    (base, 1usize..700, 0usize..400, proptest::collection::vec(lead, 1..5)).prop_map(|(base, frames, gap, leads)| {
        let all = leads.into_iter().enumerate().map(|(number, (gain, baseline, factor, samples))| {
            let length = frames * usize::from(factor);
            let counts: Vec<i32> = samples.iter().cycle().take(length).map(|(count, _)| *count).collect();
            let rate = base * f64::from(factor);
            let mut signal =
                Signal::digital(Lead::TWELVE[number].clone(), rate, counts, scale(gain, f64::from(baseline)));
            let mut missing: Vec<(usize, usize)> = samples
                .iter()
                .cycle()
                .take(length)
                .enumerate()
                .filter(|(_, (_, gap))| *gap == 0)
                .map(|(at, _)| (at, at + 1))
                .collect();
            // A gap of all leads in the middle.
            let (from, to) = (frames / 3 * usize::from(factor), (frames / 3 + gap).min(frames) * usize::from(factor));
            missing.extend((from < to).then_some((from, to)));
            signal.missing = gaps::joined(missing);
            signal
        });
        all.collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_again(signals in signals()) {
        let recording = Recording { signals, ..Recording::default() };
        let found = again(&recording);
        prop_assert!(found.annotations.is_empty(), "{:?}", found.annotations);
        prop_assert_eq!(found.signals.len(), recording.signals.len());
        for (found, written) in found.signals.iter().zip(&recording.signals) {
            prop_assert!((found.rate / written.rate - 1.0).abs() < 1e-6);
            prop_assert_eq!(&found.missing, &written.missing);
            prop_assert_eq!(present(found), present(written));
            let (Samples::Digital { scale: one, .. }, Samples::Digital { scale: other, .. }) =
                (&found.samples, &written.samples) else { panic!("counts") };
            let factor = one.unit.in_millivolts().unwrap();
            prop_assert!((one.gain / (other.gain * factor) - 1.0).abs() <= 1e-6, "{one:?} {other:?}");
            prop_assert!((one.baseline - other.baseline).abs() <= 0.1, "{one:?} {other:?}");
        }
    }
}
