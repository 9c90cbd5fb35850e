//! Documents made here, so that every branch is read without the collection.

use ecg::{Lead, Samples, Scale, Severity, Sex, Signal, Statement, Unit};
use proptest::prelude::*;

use super::*;

fn observation(inner: &str) -> String {
    format!("{{\"resourceType\":\"Observation\",\"status\":\"final\",{inner}}}")
}

fn components(all: &[String]) -> String {
    observation(&format!("\"component\":[{}]", all.join(",")))
}

fn component(code: &str, sampled: &str) -> String {
    format!("{{\"code\":{{\"coding\":[{{\"code\":\"{code}\"}}]}},\"valueSampledData\":{{{sampled}}}}}")
}

const UV: &str = "\"origin\":{\"value\":0,\"code\":\"uV\"},\"period\":2";

fn sampled(data: &str) -> String {
    format!("{UV},\"factor\":5,\"dimensions\":1,\"data\":\"{data}\"")
}

fn try_read(bytes: &[u8], hints: &Hints) -> Result<Vec<Recording>, Error> {
    read(&InputFile { name: "x/a.json", bytes }, hints, &Limits::default())
}

fn all_of(text: &str) -> Vec<Recording> {
    try_read(text.as_bytes(), &Hints::default()).unwrap()
}

fn one(text: &str) -> Recording {
    let mut all = all_of(text);
    assert_eq!(all.len(), 1);
    all.remove(0)
}

/// A component with this SampledData alone.
fn one_lead(sampled: &str) -> Recording {
    one(&components(&[component("131329", sampled)]))
}

#[test]
fn tokens_are_counts_with_factor_and_origin() {
    let recording = one(&components(&[component("131330", &sampled("1 -2 3")), component("x", &sampled("0.5 1"))]));
    let Samples::Digital { counts, scale } = &recording.signals[0].samples else { panic!() };
    assert_eq!(counts.to_vec(), [1, -2, 3]);
    assert_eq!(*scale, Scale { gain: 0.2, baseline: 0.0, unit: Unit::Microvolt });
    assert_eq!((&recording.signals[0].lead, recording.signals[0].rate), (&Lead::II, 500.0));
    assert!(matches!(recording.signals[1].samples, Samples::Physical { .. }));
    assert_eq!((recording.signals[1].values(), recording.signals[1].label.as_str()), (vec![2.5, 5.0], "x"));
    assert!(recording.warnings.is_empty(), "{:?}", recording.warnings);
    let shifted =
        one_lead("\"origin\":{\"value\":-10240,\"unit\":\"mV\"},\"period\":1,\"factor\":5,\"data\":\"2048 2049\"");
    assert_eq!((shifted.signals[0].values(), shifted.signals[0].unit()), (vec![0.0, 5.0], &Unit::Millivolt));
}

#[test]
fn the_observation_s_own_data_is_a_lead_and_dimensions_are_several() {
    let own = |rest: &str| observation(&format!("\"code\":{{\"text\":\"Ring\"}},\"valueSampledData\":{{{UV},{rest}}}"));
    let recording = one(&own("\"data\":\"1 2\""));
    assert_eq!(
        (&recording.signals[0].lead, recording.signals[0].label.as_str()),
        (&Lead::Other("Ring".into()), "Ring")
    );
    let recording = one(&own("\"dimensions\":3,\"data\":\"1 2 3 4 E 6 7 8\""));
    let counts = |lead: usize| recording.signals[lead].values();
    assert_eq!((counts(0), counts(2)), (vec![1.0, 4.0], vec![3.0, 6.0]));
    assert_eq!(
        (recording.signals[1].missing.as_slice(), recording.signals[1].label.as_str()),
        ([(1, 2)].as_slice(), "Ring 2")
    );
    assert!(recording.warnings.iter().any(|one| one.message.contains("no whole number of 3 dimensions")));
    let wide = one(&own("\"dimensions\":2,\"data\":\"70000 0.25 1 2\""));
    assert_eq!(wide.signals[1].values(), [0.25, 2.0]);
    for (dimensions, warnings) in [("0", 1), ("1.5", 1), ("-1", 1), ("\"1\"", 0)] {
        let recording = one(&own(&format!("\"dimensions\":{dimensions},\"data\":\"1 2\"")));
        assert_eq!((recording.signals.len(), recording.warnings.len()), (1, warnings), "{dimensions}");
    }
    let many = own("\"dimensions\":60000,\"data\":\"1 2\"");
    assert!(matches!(try_read(many.as_bytes(), &Hints::default()), Err(Error::Limit { .. })));
}

#[test]
fn the_rate_is_read_from_period_interval_or_even_offsets() {
    let rate = |clock: &str| {
        one_lead(&format!("\"origin\":{{\"value\":0,\"code\":\"mV\"}},{clock},\"data\":\"1 2 3\"")).signals[0].rate
    };
    assert_eq!(rate("\"period\":4"), 250.0);
    assert_eq!(rate("\"period\":\"4.0\""), 250.0);
    assert_eq!(rate("\"interval\":0.002,\"intervalUnit\":\"s\""), 500.0);
    assert_eq!(rate("\"interval\":2000,\"intervalUnit\":\"us\""), 500.0);
    assert_eq!(rate("\"offsets\":\"0 2 4\",\"intervalUnit\":\"ms\""), 500.0);
    for none in [
        "\"factor\":1",
        "\"period\":0",
        "\"period\":-2",
        "\"interval\":2",
        "\"interval\":2,\"intervalUnit\":\"mm\"",
        "\"period\":{}",
    ] {
        let text = components(&[component("131329", &format!("{none},\"data\":\"1\""))]);
        assert!(try_read(text.as_bytes(), &Hints::default()).unwrap_err().wants_rate(), "{none}");
        let hints = Hints { rate: Some(100.0), unit: Some(Unit::Volt) };
        let signal = &try_read(text.as_bytes(), &hints).unwrap()[0].signals[0];
        assert_eq!((signal.rate, signal.unit()), (100.0, &Unit::Volt));
    }
    let uneven = components(&[component("131329", "\"offsets\":\"0 2 5\",\"intervalUnit\":\"ms\",\"data\":\"1 2 3\"")]);
    assert!(matches!(try_read(uneven.as_bytes(), &Hints::default()), Err(Error::Unsupported { .. })));
    let fast = components(&[component("131329", "\"period\":1e-20,\"data\":\"1\"")]);
    assert!(matches!(try_read(fast.as_bytes(), &Hints::default()), Err(Error::Limit { .. })));
}

#[test]
fn an_unstated_unit_is_unknown_and_a_factor_of_zero_is_said() {
    let recording = one_lead("\"period\":2,\"data\":\"1 2\"");
    assert_eq!(*recording.signals[0].unit(), Unit::Unknown);
    let messages: Vec<&str> = recording.warnings.iter().map(|one| one.message.as_str()).collect();
    assert_eq!(messages, ["it states no origin; 0 is taken", "the file states no unit for it"]);
    let recording = one_lead(&format!("{UV},\"factor\":0,\"data\":\"1 2\""));
    assert_eq!((recording.signals[0].values(), recording.warnings[0].severity), (vec![1.0, 2.0], Severity::Data));
    let recording = one_lead("\"origin\":{\"value\":0,\"unit\":\"mmHg\"},\"period\":2,\"data\":\"1\"");
    assert_eq!(*recording.signals[0].unit(), Unit::Other("mmHg".into()));
}

#[test]
fn marks_are_missing_samples_and_codes_of_a_map_too() {
    let recording = one_lead(&sampled("1 E E 2 U L x"));
    assert_eq!(recording.signals[0].missing, [(1, 3), (4, 7)]);
    let expected =
        "samples that count as missing: 2 E (error), 1 U (above the range), 1 L (below the range), 1 no numbers";
    assert_eq!(recording.warnings[0].message, expected);
    let recording = one_lead(&format!("{},\"codeMap\":\"http://a\"", sampled("1 lead-off")));
    assert!(recording.warnings[0].message.ends_with("1 codes of its code map"), "{:?}", recording.warnings);
}

#[test]
fn bundles_contained_resources_and_lines_give_recordings_each() {
    let own = components(&[component("131329", &sampled("1 2"))]);
    let bundle = format!(
        "{{\"resourceType\":\"Bundle\",\"entry\":[{{\"resource\":{own}}},{{\"resource\":{{\"resourceType\":\"Device\"}}}},{{\"resource\":{own}}}]}}"
    );
    let contained = format!("{{\"resourceType\":\"DiagnosticReport\",\"contained\":[{own}]}}");
    for (text, count) in [(&bundle, 2), (&contained, 1), (&format!("{own}\n{contained}\r\n\n{own}\n"), 3)] {
        let all = all_of(text);
        assert_eq!(all.len(), count);
        assert!(all.iter().all(|one| one.signals.len() == 1 && one.source.format == "FHIR"));
        assert_eq!(all[0].name, if count == 1 { "a" } else { "a 1" });
    }
}

#[test]
fn person_start_statements_and_measurements_are_read() {
    let person = "{\"resourceType\":\"Patient\",\"id\":\"p1\",\"gender\":\"female\",\"birthDate\":\"1960-02-03\",\"name\":[{\"family\":\"B\",\"given\":[\"A\",\"C\"]},{\"text\":\"other\"}]}";
    let told = format!(
        "\"subject\":{{\"reference\":\"Patient/p1\",\"display\":\"shown\"}},\"effectivePeriod\":{{\"start\":\"2024-01-01\"}},\
         \"interpretation\":[{{\"text\":\"sinus\"}},{{\"coding\":[{{\"system\":\"s\",\"code\":\"c\",\"display\":\"d\"}}]}}],\"note\":[{{\"text\":\"n\"}}],\
         \"component\":[{},{{\"code\":{{\"text\":\"Heart rate\"}},\"valueQuantity\":{{\"value\":\"60\",\"unit\":\"/min\"}}}}]",
        component("131329", &sampled("1"))
    );
    let recording = one(&format!("{}\n{person}", observation(&told)));
    let patient = &recording.patient;
    assert_eq!((patient.id.as_deref(), patient.name.as_deref()), (Some("Patient/p1"), Some("A B")));
    assert_eq!((patient.sex, patient.born.as_deref()), (Some(Sex::Female), Some("1960-02-03")));
    assert_eq!(recording.start.as_deref(), Some("2024-01-01"));
    let statement = |system: &str, code: &str, text: &str| Statement {
        system: system.into(),
        code: code.into(),
        text: text.into(),
    };
    assert_eq!(recording.statements, [statement("text", "", "sinus"), statement("s", "c", "d")]);
    assert_eq!(recording.comments, ["n"]);
    let measured = &recording.measurements[0];
    assert_eq!((measured.name.as_str(), measured.value, measured.unit.as_str()), ("Heart rate", 60.0, "/min"));
    // By the address of its entry, and within the resource itself.
    let address = format!(
        "{{\"entry\":[{{\"fullUrl\":\"urn:uuid:1\",\"resource\":{person}}},{{\"resource\":{}}}]}}",
        observation(&told.replace("Patient/p1", "urn:uuid:1"))
    );
    assert_eq!(one(&address).patient.sex, Some(Sex::Female));
    let inner = observation(&format!("\"contained\":[{person}],{}", told.replace("Patient/p1", "#p1")));
    assert_eq!(one(&inner).patient.name.as_deref(), Some("A B"));
}

#[test]
fn an_origin_that_was_meant_the_other_way_round_is_questioned() {
    let example = |origin: i32| {
        one_lead(&format!(
            "\"origin\":{{\"value\":{origin},\"code\":\"uV\"}},\"period\":2,\"factor\":1.6,\"data\":\"2041 2043 2037 2166\""
        ))
    };
    let doubted = example(2048);
    assert_eq!((doubted.warnings.len(), doubted.warnings[0].severity), (1, Severity::Data));
    assert!(
        (doubted.signals[0].values()[0] - (2048.0 + 1.6 * 2041.0)).abs() < 1e-9,
        "the rule is applied as it stands"
    );
    assert!(example(-3276).warnings.is_empty() && example(0).warnings.is_empty());
}

#[test]
fn a_file_cut_at_any_byte_keeps_its_whole_components() {
    let text = format!(
        "\u{feff}{}",
        components(&[component("131329", &sampled("1 2 3")), component("131330", &sampled("4 5 6"))])
    );
    let whole = one(&text);
    for end in 0..text.len() {
        let kept = text.get(..end).map_or(0, |before| before.matches("\"}}").count());
        match try_read(&text.as_bytes()[..end], &Hints::default()) {
            Ok(all) => {
                assert_eq!(all[0].signals[..], whole.signals[..kept], "cut at {end}");
                assert!(all[0].warnings.iter().any(|one| one.severity == Severity::Data), "cut at {end}");
            }
            Err(_) => assert_eq!(kept, 0, "cut at {end}"),
        }
    }
    // Of several, those before the damage; its line is the file's.
    let lines = format!("{text}\n\n  {}\n {{\"a\":}}", text.trim_start_matches('\u{feff}'));
    let all = all_of(&lines);
    assert_eq!((all.len(), all[0].warnings[0].place.as_str()), (2, "line 4"));
    let damaged = text.replace("\"4 5 6\"", "\"4 5 6");
    assert_eq!(one(&damaged).signals.len(), 1);
}

#[test]
fn other_json_is_refused_and_deep_json_too() {
    for text in
        ["{}", "{\"resourceType\":\"Patient\"}", "[1]", "{\"resourceType\":\"Observation\",\"component\":7}", "1"]
    {
        assert!(try_read(text.as_bytes(), &Hints::default()).is_err(), "{text}");
    }
    let deep = format!("{{\"x\":{}", "[".repeat(100_000));
    assert!(try_read(deep.as_bytes(), &Hints::default()).is_err());
    let nested = "{\"contained\":[".repeat(100_000);
    assert!(try_read(nested.as_bytes(), &Hints::default()).is_err());
    let own = components(&[component("131329", &sampled("1"))]);
    let buried = format!("{}{own}{}", "{\"contained\":[".repeat(20), "]}".repeat(20));
    assert!(try_read(buried.as_bytes(), &Hints::default()).is_err(), "beyond the depth that is followed");
}

#[test]
fn a_file_of_endless_components_is_bounded() {
    let small = "{\"valueQuantity\":{\"value\":1}}".to_owned();
    let mut all = vec![component("131329", &sampled("1"))];
    all.resize(40_000, small);
    let recording = one(&components(&all));
    assert!(recording.measurements.len() < 20_000);
    assert!(recording.warnings.iter().any(|one| one.message.contains("left out")));
    let leads = vec![component("131329", &sampled("1")); 600];
    assert!(matches!(try_read(components(&leads).as_bytes(), &Hints::default()), Err(Error::Limit { .. })));
}

#[test]
fn fhir_is_told_from_other_json_by_its_beginning_or_its_end() {
    let own = components(&[component("131329", &sampled("1"))]);
    let wide: Vec<u8> = [0xFF, 0xFE].into_iter().chain(own.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    assert_eq!((score(own.as_bytes()), score(&wide)), (90, 90));
    assert_eq!(try_read(&wide, &Hints::default()).unwrap().len(), 1);
    let late = format!(" \n{{\"x\":\"{}\",\"resourceType\":\"Observation\"}}", "1 ".repeat(20_000));
    assert_eq!(score(late.as_bytes()), 90);
    assert_eq!((score(b"{\"a\":1}"), score(b"resourceType"), score(b"")), (0, 0, 0));
}

fn recording_of(signals: Vec<Signal>) -> Recording {
    Recording { signals, ..Recording::default() }
}

fn again(recording: &Recording) -> Recording {
    try_read(&write(recording).unwrap(), &Hints::default()).unwrap().remove(0)
}

#[test]
fn what_stands_beside_the_samples_is_written_too() {
    let scale = Scale { gain: 200.0, baseline: 1024.0, unit: Unit::Millivolt };
    let mut late = Signal::digital(Lead::Other("a\"b\n".into()), 500.0, vec![5_i16, 6], scale.clone());
    late.start = 0.004;
    let mut recording = recording_of(vec![Signal::digital(Lead::AVR, 500.0, vec![1_i16, -2, 3], scale), late]);
    recording.signals[0].missing = vec![(1, 2)];
    recording.signals.push(Signal::physical(Lead::V1, 250.0, vec![0.25, f64::NAN, 1e-7], Unit::Unknown));
    recording.start = Some("2024-01-01T12:00:00Z".to_owned());
    recording.comments.push("said".into());
    recording.patient.name = Some("not to be written".into());
    recording.statements.push(Statement { system: "text".into(), code: String::new(), text: "\"sinus\"".into() });
    recording.measurements.push(Measurement { name: "QT".into(), value: 400.5, unit: "ms".into(), lead: None });
    assert!(!String::from_utf8(write(&recording).unwrap()).unwrap().contains("not to be written"));
    let read = again(&recording);
    assert_eq!((&read.statements, &read.measurements), (&recording.statements, &recording.measurements));
    assert_eq!((&read.start, &read.comments), (&recording.start, &recording.comments));
    assert_eq!(read.signals[0].missing, [(1, 2)]);
    assert_eq!((read.signals[1].missing.as_slice(), read.signals[1].len()), ([(0, 2)].as_slice(), 4));
    assert_eq!((read.signals[2].missing.as_slice(), read.signals[2].unit()), ([(1, 2)].as_slice(), &Unit::Unknown));
    assert_eq!(read.signals[2].values()[2], 1e-7);
    recording.start = Some("2024-01-01T12:00:00".to_owned());
    let text = String::from_utf8(write(&recording).unwrap()).unwrap();
    assert!(text.contains("\"effectiveDateTime\":\"2024-01-01\""), "{text}");
    assert!(text.contains("Start in local time: 2024-01-01T12:00:00"), "{text}");
    let read = again(&recording);
    assert_eq!((&read.start, &read.comments), (&recording.start, &recording.comments));
    recording.comments = vec!["one\ntwo\t\u{1}three".to_owned()];
    assert_eq!(again(&recording).comments, ["one\ntwo\t\u{fffd}three"]);
    // A note of another day says nothing of this.
    let text = text.replace("time: 2024-01-01", "time: 2024-01-02");
    let file = InputFile { name: "a.json", bytes: text.as_bytes() };
    let read = super::read(&file, &Hints::default(), &Limits::default()).unwrap();
    assert_eq!((read[0].start.as_deref(), read[0].comments.len()), (Some("2024-01-01"), 2));
}

#[test]
fn what_the_format_cannot_hold_is_not_written() {
    assert_eq!(write(&Recording::default()), Err(crate::WriteError::Empty));
    for start in [-1.0, 0.001, 1e9, f64::NAN] {
        let mut signal = Signal::physical(Lead::I, 500.0, vec![1.0], Unit::Volt);
        signal.start = start;
        assert!(write(&recording_of(vec![signal])).is_err(), "{start}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn counts_come_back_as_they_were(
        counts in proptest::collection::vec((any::<i32>(), 0..10u8), 1..80),
        gain in prop_oneof![0.001..1e4f64, -1e4..-0.001f64],
        baseline in -40_000..40_000i32,
        rate in prop_oneof![Just(500.0), Just(360.0), 1.0..1e5f64],
        unit in prop_oneof![Just(Unit::Unknown), Just(Unit::Microvolt), Just(Unit::Millivolt), Just(Unit::Other("mmHg".into()))],
    ) {
        let scale = Scale { gain, baseline: f64::from(baseline), unit };
        let own: Vec<i32> = counts.iter().map(|(count, _)| *count).collect();
        let mut signal = Signal::digital(Lead::V3, rate, own.clone(), scale.clone());
        for (position, _) in counts.iter().enumerate().filter(|(_, (_, mark))| *mark == 0) {
            match signal.missing.last_mut() {
                Some((_, end)) if *end == position => *end += 1,
                _ => signal.missing.push((position, position + 1)),
            }
        }
        let read = again(&recording_of(vec![signal.clone()]));
        let lead = &read.signals[0];
        prop_assert_eq!(&lead.missing, &signal.missing);
        let Samples::Digital { counts: back, scale: written } = &lead.samples else { panic!() };
        for (position, (count, mark)) in counts.iter().enumerate() {
            prop_assert!(*mark == 0 || back.get(position) == Some(*count));
        }
        prop_assert_eq!(&written.unit, &scale.unit);
        prop_assert!((written.gain / gain - 1.0).abs() < 1e-12);
        prop_assert!((written.baseline - scale.baseline).abs() <= 1e-12 * scale.baseline.abs());
        prop_assert!((lead.rate / rate - 1.0).abs() < 1e-12);
    }

    #[test]
    fn values_come_back_exactly(values in proptest::collection::vec(-20.0..20.0f64, 1..50)) {
        let read = again(&recording_of(vec![Signal::physical(Lead::I, 250.0, values.clone(), Unit::Millivolt)]));
        prop_assert_eq!(read.signals[0].values(), values);
    }

    #[test]
    fn damaged_documents_do_not_panic(at in 0..600usize, length in 0..100usize, with in ".{0,20}") {
        let text = components(&[component("131329", &sampled("1 2 E")), component("131330", &sampled("4.5 5 6"))]);
        let letters: Vec<char> = text.chars().collect();
        let from = at.min(letters.len());
        let to = from.saturating_add(length).min(letters.len());
        let damaged: String = letters[..from].iter().copied().chain(with.chars()).chain(letters[to..].iter().copied()).collect();
        let _ = try_read(damaged.as_bytes(), &Hints::default());
    }
}
