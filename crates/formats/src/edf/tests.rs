use std::fmt::Write as _;

use ecg::{Lead, Samples, Severity, Unit};

use super::*;

/// An EDF of one ECG lead, built field by field so that each test can break one.
struct Builder {
    version: &'static [u8],
    date: &'static str,
    reserved: &'static str,
    records: String,
    duration: String,
    /// label, unit, pmin, pmax, dmin, dmax, samples a record
    signals: Vec<(&'static str, &'static str, &'static str, &'static str, &'static str, &'static str, usize)>,
    data: Vec<u8>,
}

impl Builder {
    fn new(data: &[i16]) -> Builder {
        Builder {
            version: b"0       ",
            date: "02.03.04",
            reserved: "",
            records: "-1".into(),
            duration: "1".into(),
            signals: vec![("ECG II", "uV", "-3276.8", "3276.7", "-32768", "32767", data.len().max(1))],
            data: data.iter().flat_map(|count| count.to_le_bytes()).collect(),
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let mut head = String::new();
        let count = self.signals.len();
        write!(head, "{:80}{:80}{:8}{:8}", "", "", self.date, "05.06.07").unwrap();
        write!(head, "{:<8}{:44}{:8}{:8}{count:<4}", 256 * (count + 1), self.reserved, self.records, self.duration)
            .unwrap();
        let mut field = |width: usize, value: &dyn Fn(usize) -> String| {
            for signal in 0..count {
                write!(head, "{:width$}", value(signal)).unwrap();
            }
        };
        field(16, &|signal| self.signals[signal].0.into());
        field(80, &|_| String::new());
        field(8, &|signal| self.signals[signal].1.into());
        field(8, &|signal| self.signals[signal].2.into());
        field(8, &|signal| self.signals[signal].3.into());
        field(8, &|signal| self.signals[signal].4.into());
        field(8, &|signal| self.signals[signal].5.into());
        field(80, &|_| String::new());
        field(8, &|signal| self.signals[signal].6.to_string());
        field(32, &|_| String::new());
        [self.version, head.as_bytes(), &self.data].concat()
    }

    fn read(&self) -> Result<Recording, Error> {
        self.read_with(&Hints::default())
    }

    fn read_with(&self, hints: &Hints) -> Result<Recording, Error> {
        let bytes = self.bytes();
        read(&InputFile { name: "folder/a.edf", bytes: &bytes }, hints, &Limits::default())
    }

    /// One ECG lead of 4 samples a second and an annotation signal of 20 bytes a record.
    fn with_onsets(reserved: &'static str, onsets: &[&str]) -> Builder {
        let mut builder = Builder::new(&[]);
        builder.reserved = reserved;
        builder.signals = vec![
            ("ECG II", "uV", "-3276.8", "3276.7", "-32768", "32767", 4),
            ("EDF Annotations", "", "-1", "1", "-32768", "32767", 10),
        ];
        for (record, onset) in onsets.iter().enumerate() {
            for sample in 0..4 {
                builder.data.extend((10 * record as i16 + sample).to_le_bytes());
            }
            let mut list = format!("{onset}\u{14}\u{14}\0").into_bytes();
            list.resize(20, 0);
            builder.data.extend(list);
        }
        builder
    }
}

fn counts(recording: &Recording, signal: usize) -> Vec<i32> {
    match &recording.signals[signal].samples {
        Samples::Digital { counts, .. } => counts.to_vec(),
        Samples::Physical { .. } => panic!("an EDF holds counts"),
    }
}

fn warned(recording: &Recording, words: &str) -> bool {
    recording.warnings.iter().any(|warning| warning.message.contains(words))
}

#[test]
fn counts_and_limits_become_millivolts() {
    let recording = Builder::new(&[0, 10, -32768]).read().unwrap();
    let signal = recording.lead(&Lead::II).unwrap();
    assert_eq!((signal.rate, signal.unit()), (3.0, &Unit::Microvolt));
    let millivolts = signal.millivolts().unwrap();
    for (value, expected) in millivolts.iter().zip([0.0, 0.001, -3.2768]) {
        assert!((value - expected).abs() < 1e-6, "{millivolts:?}");
    }
    assert_eq!((recording.name.as_str(), recording.start.as_deref()), ("a", Some("2004-03-02T05:06:07")));
    assert!(warned(&recording, "number of records is not stated"));
}

#[test]
fn letters_beyond_ascii_are_read_and_said() {
    let read = |bytes: &[u8]| read(&InputFile { name: "a.edf", bytes }, &Hints::default(), &Limits::default()).unwrap();
    let said = |recording: &Recording| -> Vec<String> {
        let odd = recording.warnings.iter().filter(|warning| warning.message.contains("else as windows-1252"));
        odd.map(|warning| warning.place.clone()).collect()
    };
    let mut bytes = Builder::new(&[1]).bytes();
    assert!(said(&read(&bytes)).is_empty());
    bytes[352..354].copy_from_slice(b"\xb5V");
    let recording = read(&bytes);
    assert_eq!((recording.signals[0].unit(), said(&recording)), (&Unit::Microvolt, vec!["byte 352".to_owned()]));
}

#[test]
fn the_first_byte_alone_makes_a_file_24_bit() {
    let mut builder = Builder::new(&[]);
    builder.version = b"\xffBIOSEMI";
    builder.reserved = "EDF+C";
    builder.signals[0].6 = 2;
    builder.data = vec![0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x80];
    let recording = builder.read().unwrap();
    assert_eq!((counts(&recording, 0), recording.source.format.as_str()), (vec![-1, -8_388_608], "BDF+"));
}

#[test]
fn a_fractional_record_duration_gives_the_rate() {
    let mut builder = Builder::new(&[1, 2]);
    builder.duration = "0.00125".into();
    builder.signals[0].6 = 1;
    assert_eq!(builder.read().unwrap().signals[0].rate, 800.0);
}

#[test]
fn records_without_duration_ask_for_the_rate_and_take_it() {
    let mut builder = Builder::new(&[1, 2, 3]);
    builder.duration = "0".into();
    assert!(builder.read().unwrap_err().wants_rate());
    let recording = builder.read_with(&Hints { rate: Some(250.0), unit: None }).unwrap();
    assert_eq!(recording.signals[0].rate, 250.0);
}

#[test]
fn a_wrong_number_of_records_is_a_warning_and_the_bytes_decide() {
    for (stated, words) in
        [("9", "9 records stated, 2 are there"), ("1", "1 records stated, 2 are there"), ("x", "not stated")]
    {
        let mut builder = Builder::new(&[1, 2, 3, 4, 5]);
        builder.records = stated.into();
        builder.signals[0].6 = 2;
        let recording = builder.read().unwrap();
        assert_eq!(counts(&recording, 0), [1, 2, 3, 4]);
        assert!(warned(&recording, words), "{stated}: {:?}", recording.warnings);
        assert!(warned(&recording, "2 bytes after the last whole record"));
    }
}

#[test]
fn equal_limits_keep_the_counts_in_no_unit() {
    for (signal, low, high) in [(2, "0", "0"), (4, "7", "7"), (2, "x", "1")] {
        let mut builder = Builder::new(&[5, 6]);
        let limits = &mut builder.signals[0];
        if signal == 2 {
            (limits.2, limits.3) = (low, high);
        } else {
            (limits.4, limits.5) = (low, high);
        }
        let recording = builder.read().unwrap();
        assert_eq!(counts(&recording, 0), [5, 6]);
        assert_eq!(recording.signals[0].unit(), &Unit::Unknown);
        assert_eq!(recording.signals[0].values(), [5.0, 6.0]);
        assert!(warned(&recording, "give no scale"));
    }
}

#[test]
fn inverted_limits_turn_the_sign() {
    let mut builder = Builder::new(&[100]);
    (builder.signals[0].2, builder.signals[0].3) = ("3276,7", "-3276,8");
    let value = builder.read().unwrap().signals[0].values()[0];
    assert!((value + 10.1).abs() < 1e-9, "{value}");
}

#[test]
fn a_garbled_date_is_a_warning() {
    let mut builder = Builder::new(&[1]);
    builder.date = "42.00.00";
    let recording = builder.read().unwrap();
    assert_eq!(recording.start, None);
    assert!(warned(&recording, "start date"));
}

#[test]
fn gaps_stay_gaps() {
    let recording = Builder::with_onsets("EDF+D", &["+0", "+1", "+3.5"]).read().unwrap();
    let signal = &recording.signals[0];
    assert_eq!(signal.len(), 18);
    assert_eq!(signal.missing, [(8, 14)]);
    let values = signal.values();
    assert!((values[14] - 2.0).abs() < 1e-9 && values[13].is_nan(), "{values:?}");
    assert!(warned(&recording, "1 records begin after a gap"));
}

#[test]
fn the_same_times_in_a_contiguous_file_are_joined_with_a_warning() {
    let recording = Builder::with_onsets("EDF+C", &["+0", "+1", "+3.5"]).read().unwrap();
    assert_eq!(counts(&recording, 0).len(), 12);
    assert!(warned(&recording, "though the file says that it has no gaps"));
}

#[test]
fn a_gap_of_years_gives_pieces_and_not_gigabytes() {
    let recording = Builder::with_onsets("EDF+D", &["+0", "+1", "+900000000"]).read().unwrap();
    assert_eq!(recording.signals.len(), 2);
    assert_eq!((recording.signals[1].len(), recording.signals[1].start), (4, 900_000_000.0));
}

#[test]
fn records_that_run_backwards_stay_in_their_order() {
    let recording = Builder::with_onsets("EDF+D", &["+5", "+4", "x"]).read().unwrap();
    assert_eq!(counts(&recording, 0), [0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23]);
    assert!(warned(&recording, "before the record before them ends") && warned(&recording, "state no time"));
}

#[test]
fn a_start_within_a_second_moves_the_start_and_not_the_samples() {
    let recording = Builder::with_onsets("EDF+C", &["+0.25", "+1.25"]).read().unwrap();
    assert_eq!(recording.start.as_deref(), Some("2004-03-02T05:06:07.25"));
    assert_eq!((recording.signals[0].start, counts(&recording, 0).len()), (0.0, 8));
}

#[test]
fn counts_of_signals_and_samples_beyond_the_limits_are_refused_before_memory_is_taken() {
    let mut builder = Builder::new(&[1]);
    builder.signals[0].6 = 99_999_999;
    let error = builder.read().unwrap_err();
    assert!(error.to_string().contains("at least one record of 199999998 bytes"), "{error}");
    for (place, text) in [(252, "9999"), (252, "-1  "), (252, "0   "), (244, "-1      "), (244, "nan     ")] {
        let mut bytes = Builder::new(&[1]).bytes();
        bytes[place..place + text.len()].copy_from_slice(text.as_bytes());
        assert!(
            read(&InputFile { name: "a", bytes: &bytes }, &Hints::default(), &Limits::default()).is_err(),
            "{text}"
        );
    }
}

#[test]
fn every_cut_of_a_file_is_an_error_or_a_warning() {
    let bytes = Builder::with_onsets("EDF+D", &["+0", "+2"]).bytes();
    for length in 0..bytes.len() {
        let result = read(&InputFile { name: "a", bytes: &bytes[..length] }, &Hints::default(), &Limits::default());
        if let Ok(recording) = result {
            assert!(recording.warnings.iter().any(|warning| warning.severity == Severity::Data), "{length}");
        }
    }
}

#[test]
fn an_edf_is_known_by_its_first_bytes() {
    assert_eq!(score(&Builder::new(&[1]).bytes()), 95);
    assert_eq!(score(b"0       short"), 60);
    assert_eq!(score(b"0,1,2,3,4"), 0);
}

#[test]
fn nothing_of_a_person_stands_in_errors_or_warnings() {
    let mut bytes = Builder::with_onsets("EDF+D", &["+0", "+2"]).bytes();
    bytes[8..35].copy_from_slice(b"MRN-77 F 02-MAR-1951 Doe_Jo");
    bytes[168..176].copy_from_slice(b"xx.yy.zz");
    let file = InputFile { name: "a", bytes: &bytes };
    let recording = read(&file, &Hints::default(), &Limits::default()).unwrap();
    assert_eq!(
        (recording.patient.name.as_deref(), recording.patient.born.as_deref()),
        (Some("Doe Jo"), Some("1951-03-02"))
    );
    let mut said = recording.warnings.iter().map(ToString::to_string).collect::<String>();
    for length in 0..bytes.len() {
        let cut = InputFile { name: "a", bytes: &bytes[..length] };
        said.extend(read(&cut, &Hints::default(), &Limits::default()).err().map(|error| error.to_string()));
    }
    assert!(!said.contains("Doe") && !said.contains("MRN") && !said.contains("1951"), "{said}");
}

/// As [`Builder::with_onsets`], with a text in the last record's list.
fn with_text(text: &str) -> Recording {
    let mut builder = Builder::with_onsets("EDF+C", &["+0", "+1"]);
    builder.signals[1].6 = 40;
    builder.data.clear();
    for (onset, text) in [("+0", ""), ("+1", text)] {
        builder.data.extend([3_i16, 4, 4, 4].iter().flat_map(|count| count.to_le_bytes()));
        let mut list = format!("{onset}\u{14}\u{14}\0{text}").into_bytes();
        list.resize(80, 0);
        builder.data.extend(list);
    }
    builder.read().unwrap()
}

#[test]
fn a_label_behind_the_text_names_the_lead() {
    let recording = with_text("+1.5\u{14}Lead off@@ECG II\u{14}\0+1.75\u{14}a@@b\u{14}\0");
    let found: Vec<_> = recording.annotations.iter().map(|mark| (mark.text.as_str(), mark.lead.clone())).collect();
    assert_eq!(found, [("Lead off", Some(Lead::II)), ("a@@b", None)]);
}

#[test]
fn samples_that_an_annotation_says_are_not_there_are_missing() {
    let recording = with_text("+0.25\u{15}0.5\u{14}No samples@@ECG II\u{14}\0");
    assert_eq!((&recording.signals[0].missing, recording.annotations.len()), (&vec![(1, 3)], 0));
    let recording = with_text("+0.25\u{15}0.5\u{14}No samples@@ECG V1\u{14}\0");
    assert_eq!((recording.signals[0].missing.len(), recording.annotations.len()), (0, 1), "no such lead");
}

#[test]
fn a_recording_ends_where_it_says_so_unless_samples_that_vary_follow() {
    let recording = with_text("+1.5\u{14}Recording ends\u{14}\0");
    assert_eq!((recording.signals[0].len(), recording.annotations.len()), (6, 0));
    for kept in ["+1.25", "+0.75", "+2.5", "+1"] {
        let recording = with_text(&format!("{kept}\u{14}Recording ends\u{14}\0"));
        // 3 is followed by 4 after 1.25 s; the other times do not lie within the last record.
        assert_eq!((recording.signals[0].len(), recording.annotations.len()), (8, 1), "{kept}");
    }
}

#[test]
fn more_gaps_than_any_recording_has_are_refused() {
    let builder = Builder::with_onsets("EDF+D", &["+0", "+5", "+10", "+15"]);
    let limits = Limits { segments: 3, ..Limits::default() };
    let bytes = builder.bytes();
    let error = read(&InputFile { name: "a", bytes: &bytes }, &Hints::default(), &limits).unwrap_err();
    assert!(error.to_string().contains("more gaps"), "{error}");
}

#[test]
fn sixteen_bits_stay_sixteen_in_memory() {
    let recording = Builder::new(&[1, 2]).read().unwrap();
    let Samples::Digital { counts, .. } = &recording.signals[0].samples else { panic!("counts") };
    assert!(matches!(counts, ecg::Counts::Narrow(_)));
}
