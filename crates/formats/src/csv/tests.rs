use ecg::{Lead, Recording, Scale, Severity, Signal, Unit};
use proptest::prelude::*;

use super::*;

const MILLIVOLTS: Hints = Hints { rate: None, unit: Some(Unit::Millivolt) };

fn read_text(text: &str, hints: &Hints) -> Result<Recording, Error> {
    read(&InputFile { name: "folder/a.csv", bytes: text.as_bytes() }, hints, &Limits::default())
}

fn rows(count: u32, row: impl Fn(u32) -> String) -> String {
    (0..count).map(row).collect()
}

#[test]
fn a_header_with_units_and_a_time_column_needs_no_hint() {
    let text = format!(
        "time (s),I (mV),V1 [uV],Resp (%)\n{}",
        rows(20, |row| format!("{:.3},{row},-{row},7\n", f64::from(row) / 500.0))
    );
    let recording = read_text(&text, &Hints::default()).unwrap();
    let leads: Vec<_> = recording.signals.iter().map(|signal| (signal.lead.clone(), signal.unit().clone())).collect();
    let resp = (Lead::Other("Resp".into()), Unit::Other("%".into()));
    assert_eq!(leads, [(Lead::I, Unit::Millivolt), (Lead::V1, Unit::Microvolt), resp]);
    assert_eq!((recording.signals[0].rate, recording.name.as_str()), (500.0, "a"));
    assert!(recording.warnings.is_empty(), "{:?}", recording.warnings);
}

#[test]
fn a_table_that_is_no_utf_8_is_guessed_and_said_to_be() {
    let text = format!("Zeit (s);I (µV);Größe\n{}", rows(20, |row| format!("{:.3};{row};7\n", f64::from(row) / 500.0)));
    let bytes: Vec<u8> = text.chars().map(|letter| letter as u8).collect();
    let table = read(&InputFile { name: "a.csv", bytes: &bytes }, &Hints::default(), &Limits::default()).unwrap();
    assert_eq!((table.signals[0].unit(), table.signals[1].label.as_str()), (&Unit::Microvolt, "Größe"));
    let said =
        |recording: &Recording| recording.warnings.iter().any(|one| one.message.contains("read as windows-1252"));
    assert!(said(&table), "{:?}", table.warnings);
    assert!(!said(&read_text(&text, &Hints::default()).unwrap()));
}

#[test]
fn what_a_file_does_not_state_is_asked_for_and_taken_from_the_hints() {
    let text = format!("I,II\n{}", rows(10, |row| format!("{row}.5,2\n")));
    assert!(read_text(&text, &MILLIVOLTS).unwrap_err().wants_rate());
    assert!(read_text(&text, &Hints { rate: Some(250.0), unit: None }).unwrap_err().wants_unit());
    let hints = Hints { rate: Some(250.0), unit: Some(Unit::Microvolt) };
    let recording = read_text(&text, &hints).unwrap();
    assert_eq!((recording.signals[1].rate, recording.signals[1].unit()), (250.0, &Unit::Microvolt));
}

#[test]
fn a_unit_that_is_no_voltage_gives_way_to_the_hint_and_to_nothing_else() {
    let text = format!("time (s),left (adu),right (adu)\n{}", rows(10, |row| format!("0.0{row},{row}.5,2\n")));
    let error = read_text(&text, &Hints::default()).unwrap_err();
    assert!(error.wants_unit() && error.to_string().contains("columns in \"adu\""), "{error}");
    let recording = read_text(&text, &MILLIVOLTS).unwrap();
    assert!(recording.signals.iter().all(|signal| *signal.unit() == Unit::Millivolt));
    assert!(
        recording.warnings.iter().any(|warning| warning.to_string().contains("\"adu\"")),
        "{:?}",
        recording.warnings
    );
    // Beside a voltage it is another quantity.
    let text = text.replace("left (adu)", "I (mV)");
    assert_eq!(*read_text(&text, &MILLIVOLTS).unwrap().signals[1].unit(), Unit::Other("adu".to_owned()));
}

#[test]
fn row_numbers_state_no_rate() {
    for header in ["", "sample,I,II\n", ",I,II\n", "time,I,II\n"] {
        let text = format!("{header}{}", rows(10, |row| format!("{row},1.5,2.5\n")));
        assert!(read_text(&text, &MILLIVOLTS).unwrap_err().wants_rate(), "{header}");
        let recording = read_text(&text, &Hints { rate: Some(100.0), ..MILLIVOLTS }).unwrap();
        assert_eq!((recording.signals.len(), recording.signals[0].len()), (2, 10), "{header}");
    }
}

#[test]
fn times_in_milliseconds_are_told_by_their_unit_or_their_steps() {
    for (header, notes) in [("time (ms)", 0), ("ms", 0), ("time", 1)] {
        let text = format!("{header},II (mV)\n{}", rows(50, |row| format!("{},1\n", 4 * row)));
        let recording = read_text(&text, &Hints::default()).unwrap();
        assert_eq!((recording.signals[0].rate, recording.warnings.len()), (250.0, notes), "{header}");
    }
}

#[test]
fn the_layout_of_physionets_programs_is_read() {
    let text = format!(
        "'Elapsed time','MLII','V5'\n'mm:ss.mmm','mV','mV'\n{}",
        rows(40, |row| format!("'0:00.{:03}',-0.145,-0.065\n", 4 * row))
    );
    let recording = read_text(&text, &Hints::default()).unwrap();
    assert_eq!((recording.signals[0].rate, recording.signals[0].label.as_str()), (250.0, "MLII"));
    assert_eq!(recording.signals[1].lead, Lead::V5);
}

#[test]
fn lines_before_the_table_may_state_the_rate() {
    for line in
        ["# sampling rate: 500", "fs=500", "Sample Rate,500 hertz", "Messrate,500,0 Hertz", "% frequency: 500 Hz"]
    {
        let text = format!("{line}\nI (mV),II (mV)\n{}", rows(10, |row| format!("0.{row},1.5\n")));
        assert_eq!(read_text(&text, &Hints::default()).unwrap().signals[0].rate, 500.0, "{line}");
    }
}

#[test]
fn blank_cells_are_missing_samples() {
    let text = format!(
        "time (s),I (mV),II (mV)\n{}",
        rows(100, |row| match row {
            5 | 6 => format!("{},,2\n", f64::from(row) / 100.0),
            9 => format!("{},NaN,2\n", f64::from(row) / 100.0),
            _ => format!("{},1,2\n", f64::from(row) / 100.0),
        })
    );
    let recording = read_text(&text, &Hints::default()).unwrap();
    assert_eq!(recording.signals[0].missing, [(5, 7), (9, 10)]);
    assert!(recording.signals[1].missing.is_empty());
}

#[test]
fn one_bad_cell_is_a_warning_and_many_are_an_error() {
    let table = |bad: u32| {
        format!(
            "I (mV),II (mV)\n{}",
            rows(100, |row| if row % 100 / bad == 0 { "1,x\n".into() } else { "1,2.5\n".to_string() })
        )
    };
    let hints = Hints { rate: Some(100.0), unit: None };
    let one = read_text(&table(1).replace("\n1,x\n1", "\n1,2\n1"), &hints).unwrap();
    assert!(one.warnings.is_empty());
    let text = format!("{}2,oops\n{}", table(1).replace("1,x\n", ""), rows(9, |_| "1,2\n".into()));
    let one = read_text(&text, &hints).unwrap();
    assert_eq!((one.warnings[0].severity, one.warnings[0].place.as_str()), (Severity::Data, "line 101"));
    let error = read_text(&format!("{}{}", table(1), rows(60, |_| "1,x\n".into())), &hints).unwrap_err();
    assert!(error.to_string().contains("line "), "{error}");
}

#[test]
fn a_table_on_its_side_or_without_numbers_is_refused() {
    let wide = format!("{}\n", rows(10_000, |row| format!("{row},")));
    for text in [wide.as_str(), "", "a,b\n", "{}"] {
        assert!(read_text(text, &MILLIVOLTS).is_err());
    }
}

#[test]
fn twelve_columns_without_a_header_are_named_with_a_warning() {
    let text = rows(5, |row| format!("{}\n", vec![format!("{}.5", row % 3); 12].join("\t")));
    let recording = read_text(&text, &Hints { rate: Some(100.0), ..MILLIVOLTS }).unwrap();
    let leads: Vec<Lead> = recording.signals.iter().map(|signal| signal.lead.clone()).collect();
    assert_eq!((leads, recording.warnings.len()), (Lead::TWELVE.to_vec(), 1));
}

#[test]
fn signals_of_different_rates_cannot_share_a_table() {
    let scale = Scale { gain: 200.0, baseline: 0.0, unit: Unit::Millivolt };
    let slow = Signal::digital(Lead::I, 100.0, vec![1, 2], scale.clone());
    let fast = Signal::digital(Lead::II, 500.0, vec![1, 2], scale);
    let recording = Recording { signals: vec![slow, fast], ..Recording::default() };
    assert!(write(&recording).unwrap_err().to_string().contains("lead II"));
    assert_eq!(write(&Recording::default()), Err(WriteError::Empty));
}

#[test]
fn a_lead_that_is_called_like_a_formula_is_not_written_as_one() {
    for name in ["=cmd|' /C calc'!A0", "@SUM(1)", "+1", "-cmd|x!A0"] {
        let signal = Signal::physical(Lead::Other(name.into()), 100.0, vec![1.0], Unit::Millivolt);
        let text =
            String::from_utf8(write(&Recording { signals: vec![signal], ..Recording::default() }).unwrap()).unwrap();
        let cell = text.lines().next().unwrap().split(',').nth(1).unwrap();
        assert!(!cell.trim_start_matches('"').starts_with(['=', '+', '-', '@']), "{cell}");
    }
}

#[test]
fn times_with_a_date_give_the_rate() {
    let row = |row: u32| format!("2024-02-29T23:59:59.{:03}Z,0.5\n", 4 * row);
    let recording = read_text(&format!("timestamp,II (mV)\n{}", rows(200, row)), &Hints::default()).unwrap();
    assert_eq!((recording.signals.len(), recording.signals[0].rate), (1, 250.0));
    let row = |row: u64| format!("{},0.5\n", 1_700_000_000_000_000_u64 + 2_000 * row);
    let text = (0..200).map(row).collect::<String>();
    let recording = read_text(&format!("timestamp,II (mV)\n{text}"), &Hints::default()).unwrap();
    assert_eq!((recording.signals[0].rate, recording.warnings.len()), (500.0, 1));
}

#[test]
fn a_long_line_a_wide_table_and_a_huge_gap_are_refused_before_memory_is_taken() {
    let long = format!("time (s),I (mV)\n{}0.0,{}\n", rows(20, |row| format!("{row},1\n")), "1".repeat(2 << 20));
    let wide = format!("{}\n", vec!["1.5"; 300].join(",")).repeat(5);
    let leap = format!("time (s),I (mV)\n{}9e9,1\n", rows(20, |row| format!("{},1\n", f64::from(row) / 100.0)));
    for text in [long, wide, leap] {
        assert!(read_text(&text, &Hints { rate: Some(100.0), ..MILLIVOLTS }).is_err());
    }
    let small = Limits { samples_per_lead: 100, ..Limits::default() };
    let gap = format!("time (s),I (mV)\n{}9,1\n", rows(20, |row| format!("{},1\n", f64::from(row) / 100.0)));
    let error = read(&InputFile { name: "a.csv", bytes: gap.as_bytes() }, &Hints::default(), &small).unwrap_err();
    assert!(matches!(error, Error::Limit { .. }), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_written_recording_reads_back_with_the_same_numbers(
        rate in prop_oneof![Just(100.0), Just(250.0), Just(257.0), Just(360.0), Just(500.0), Just(62.4725), Just(1000.0)],
        leads in 1_usize..12,
        values in prop::collection::vec(prop_oneof![9 => -10.0..10.0, 1 => Just(f64::NAN)], 60..400),
        gain in prop_oneof![Just(200.0), Just(1000.0), Just(0.2)],
    ) {
        let length = values.len() / leads;
        prop_assume!(length >= 3);
        let mut signals: Vec<Signal> = values.chunks_exact(length).take(leads).zip(Lead::TWELVE).map(|(values, lead)| {
            let mut signal = Signal::physical(lead, rate, values.to_vec(), Unit::Millivolt);
            signal.missing = (0..length).filter(|&index| values[index].is_nan()).map(|index| (index, index + 1)).collect();
            signal
        }).collect();
        let counts = (0..length as i32).map(|sample| sample * 7 - 50).collect::<Vec<i32>>();
        signals.push(Signal::digital(Lead::X, rate, counts, Scale { gain, baseline: 3.0, unit: Unit::Microvolt }));
        let recording = Recording { signals, ..Recording::default() };

        let bytes = write(&recording).unwrap();
        let back = read(&InputFile { name: "a.csv", bytes: &bytes }, &Hints::default(), &Limits::default()).unwrap();
        prop_assert_eq!(back.signals.len(), recording.signals.len());
        for (after, before) in back.signals.iter().zip(&recording.signals) {
            prop_assert_eq!(&after.lead, &before.lead);
            prop_assert_eq!(after.rate, rate);
            let factor = before.unit().in_millivolts().unwrap();
            for (a, b) in after.values().iter().zip(before.values()) {
                prop_assert!(*a == b * factor || a.is_nan() && b.is_nan());
            }
        }
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "[0-9,;.\\-+eE\t \n\"'a-zA-Z:()]{0,300}") {
        let _ = score(text.as_bytes());
        let _ = read_text(&text, &Hints { rate: Some(100.0), ..MILLIVOLTS });
    }
}
