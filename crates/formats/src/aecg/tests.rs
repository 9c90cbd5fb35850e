//! Documents made here, so that every branch is read without the collection.

use ecg::{Annotation, Lead, Measurement, Samples, Scale, Severity, Sex, Statement, Unit};
use proptest::prelude::*;

use super::*;

const ABSOLUTE: &str = "20240101120000.000";

/// A document of what stands within its root.
fn document(inner: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<!-- one -->\n<AnnotatedECG xmlns=\"urn:hl7-org:v3\">\n{inner}\n</AnnotatedECG>\n"
    )
}

fn series(inner: &str) -> String {
    format!("<component><series><code code=\"RHYTHM\"/>{inner}</series></component>")
}

/// A set that begins at an absolute time and has 500 samples a second.
fn set(head: &str, leads: &str) -> String {
    clocked(
        &format!(
            "<code code=\"TIME_ABSOLUTE\"/><value xsi:type=\"GLIST_TS\"><head value=\"{head}\"/><increment value=\"0.002\" unit=\"s\"/></value>"
        ),
        leads,
    )
}

fn clocked(clock: &str, leads: &str) -> String {
    format!(
        "<component><sequenceSet><component><sequence>{clock}</sequence></component>{leads}</sequenceSet></component>"
    )
}

fn relative(head: &str, increment: &str, leads: &str) -> String {
    clocked(&format!("<code code=\"TIME_RELATIVE\"/><value xsi:type=\"GLIST_PQ\">{head}{increment}</value>"), leads)
}

fn lead(name: &str, digits: &str) -> String {
    valued(
        name,
        &format!("<origin value=\"0\" unit=\"uV\"/><scale value=\"2.5\" unit=\"uV\"/><digits>{digits}</digits>"),
    )
}

fn valued(name: &str, value: &str) -> String {
    format!(
        "<component><sequence><code code=\"MDC_ECG_LEAD_{name}\"/><value xsi:type=\"SLIST_PQ\">{value}</value></sequence></component>"
    )
}

fn try_read(bytes: &[u8], hints: &Hints) -> Result<Vec<Recording>, Error> {
    read(&InputFile { name: "x/a.xml", bytes }, hints, &Limits::default())
}

fn all_of(inner: &str) -> Vec<Recording> {
    try_read(document(inner).as_bytes(), &Hints::default()).unwrap()
}

fn one(inner: &str) -> Recording {
    let mut all = all_of(inner);
    assert_eq!(all.len(), 1);
    all.remove(0)
}

fn names(recording: &Recording) -> Vec<&str> {
    recording.signals.iter().map(|signal| signal.lead.name()).collect()
}

#[test]
fn counts_keep_their_scale_and_the_file_its_order() {
    let recording = one(&series(&set(ABSOLUTE, &(lead("II", "1 -2\n 3,4") + &lead("AVR", "5")))));
    assert_eq!((recording.name.as_str(), names(&recording)), ("a", vec!["II", "aVR"]));
    assert_eq!(recording.start.as_deref(), Some("2024-01-01T12:00:00"));
    let Samples::Digital { counts, scale } = &recording.signals[0].samples else { panic!() };
    assert_eq!(counts.to_vec(), [1, -2, 3, 4]);
    assert_eq!(*scale, Scale { gain: 0.4, baseline: 0.0, unit: Unit::Microvolt });
    assert_eq!((recording.signals[0].rate, recording.signals[0].label.as_str()), (500.0, "MDC_ECG_LEAD_II"));
    assert!(recording.warnings.is_empty(), "{:?}", recording.warnings);
}

#[test]
fn leads_of_a_three_by_four_print_begin_one_after_the_other() {
    let sets = set("20240101120002.500", &lead("AVR", "1 2")) + &set(ABSOLUTE, &lead("I", "1 2"));
    let recording = one(&(series(&sets) + &series(&set("20240101120005", &lead("V1", "3")))));
    let starts: Vec<f64> = recording.signals.iter().map(|signal| signal.start).collect();
    assert_eq!((names(&recording), starts), (vec!["aVR", "I", "V1"], vec![2.5, 0.0, 5.0]));
    assert_eq!(recording.start.as_deref(), Some("2024-01-01T12:00:00"));
}

#[test]
fn a_lead_that_comes_again_or_a_day_later_begins_a_further_recording() {
    let again = series(&set(ABSOLUTE, &lead("I", "1"))) + &series(&set("20240101120100", &lead("I", "2")));
    let all = all_of(&(again + &series(&set("20240109", &lead("V1", "3")))));
    let said: Vec<_> = all.iter().map(|one| (one.name.as_str(), one.start.as_deref().unwrap())).collect();
    assert_eq!(said, [("a 1", "2024-01-01T12:00:00"), ("a 2", "2024-01-01T12:01:00"), ("a 3", "2024-01-09")]);
    assert!(all.iter().all(|one| one.signals[0].start == 0.0));
}

#[test]
fn relative_heads_count_from_their_series() {
    let low = "<effectiveTime><low value=\"20240101120000\"/></effectiveTime>";
    let at = |head: &str, name: &str| relative(head, "<increment value=\"4\" unit=\"ms\"/>", &lead(name, "1"));
    let later = at("<head value=\"1500\" unit=\"ms\"/>", "I") + &at("<head value=\"0\"/>", "II");
    let recording = one(&series(&format!("{low}{later}")));
    assert_eq!((recording.signals[0].start, recording.signals[1].start, recording.signals[0].rate), (1.5, 0.0, 250.0));
    assert_eq!(recording.start.as_deref(), Some("2024-01-01T12:00:00"));
    // What begins before its series moves the recording's beginning, whose time is then not written anywhere.
    let early = at("<head value=\"-1\" unit=\"s\"/>", "I") + &at("<head value=\"0\" unit=\"s\"/>", "II");
    let recording = one(&series(&format!("{low}{early}")));
    assert_eq!((recording.signals[0].start, recording.signals[1].start, &recording.start), (0.0, 1.0, &None));
    // A head that would put a year of nothing before the lead is not followed.
    let far = one(&series(&at("<head value=\"1e7\" unit=\"s\"/>", "I")));
    assert_eq!((far.signals[0].start, far.warnings.len()), (0.0, 1));
}

#[test]
fn increments_are_read_in_their_unit_and_asked_for_where_it_is_absent() {
    for (increment, rate) in [
        ("value=\"2\" unit=\"ms\"", 500.0),
        ("value=\"2000\" unit=\"us\"", 500.0),
        ("value=\"0.01\" unit=\"s\"", 100.0),
    ] {
        let recording = one(&series(&relative("", &format!("<increment {increment}/>"), &lead("I", "1"))));
        assert_eq!(recording.signals[0].rate, rate);
    }
    for increment in
        ["", "<increment value=\"2\"/>", "<increment value=\"0\" unit=\"s\"/>", "<increment value=\"-1\" unit=\"s\"/>"]
    {
        let text = document(&series(&relative("", increment, &lead("I", "1"))));
        assert!(try_read(text.as_bytes(), &Hints::default()).unwrap_err().wants_rate(), "{increment}");
        let hints = Hints { rate: Some(250.0), unit: None };
        assert_eq!(try_read(text.as_bytes(), &hints).unwrap()[0].signals[0].rate, 250.0);
    }
    let text = document(&series(&relative("", "<increment value=\"1e-30\" unit=\"s\"/>", &lead("I", "1"))));
    assert!(matches!(try_read(text.as_bytes(), &Hints::default()), Err(Error::Limit { .. })));
}

/// A set whose times are listed one by one.
fn listed(kind: &str, origin: &str, scale: &str, digits: &str, leads: &str) -> String {
    clocked(
        &format!(
            "<code code=\"{kind}\"/><value xsi:type=\"SLIST_TS\"><origin {origin}/><scale {scale}/><digits>{digits}</digits></value>"
        ),
        leads,
    )
}

#[test]
fn listed_times_at_equal_steps_are_a_rate_and_a_beginning() {
    let both = lead("I", "1 2 3") + &lead("II", "4 5 6");
    let at = format!("value=\"{ABSOLUTE}\"");
    for (scale, digits, rate, start) in [
        ("value=\"1\" unit=\"ms\"", "0 2 4", 500.0, 0.0),
        ("value=\"0.004\" unit=\"s\"", "250 251\n252", 250.0, 1.0),
        ("value=\"-1\" unit=\"us\"", "0 -1000 -2000", 1000.0, 0.0),
        ("value=\"1\" unit=\"s\"", "0.5 0.75 1", 4.0, 0.5),
    ] {
        let recording = one(&series(&listed("TIME_ABSOLUTE", &at, scale, digits, &both)));
        assert_eq!((recording.signals[1].rate, recording.signals[1].start), (rate, start), "{scale} {digits}");
        assert_eq!(recording.start.as_deref(), Some("2024-01-01T12:00:00"));
        assert!(recording.warnings.is_empty(), "{:?}", recording.warnings);
    }
    let relative = listed("TIME_RELATIVE", "value=\"2\" unit=\"s\"", "value=\"1\" unit=\"ms\"", "500 510 520", &both);
    let recording = one(&series(&relative));
    assert_eq!((recording.signals[0].rate, recording.signals[0].start), (100.0, 2.5));
}

#[test]
fn listed_times_that_were_rounded_give_the_whole_rate_within_the_rounding() {
    let digits: Vec<String> = (0..600).map(|sample| (f64::from(sample) / 0.3).round().to_string()).collect();
    let leads = lead("I", &"7 ".repeat(600));
    let set = listed("TIME_RELATIVE", "value=\"0\"", "value=\"1\" unit=\"ms\"", &digits.join(" "), &leads);
    let recording = one(&series(&set));
    assert_eq!(recording.signals[0].rate, 300.0);
    let [note] = &recording.warnings[..] else { panic!("{:?}", recording.warnings) };
    assert!(note.severity == Severity::Note && note.message.contains("300 samples a second"), "{note}");
}

#[test]
fn listed_times_that_are_no_rate_refuse_their_leads_and_no_others() {
    let refused = |scale: &str, digits: &str| {
        let set = listed("TIME_RELATIVE", "value=\"0\"", scale, digits, &lead("I", "1 2 3"));
        let hints = Hints { rate: Some(250.0), unit: None };
        let alone = try_read(document(&series(&set)).as_bytes(), &hints);
        let beside = one(&series(&(set + &self::set(ABSOLUTE, &lead("II", "1")))));
        (alone, beside)
    };
    let milliseconds = "value=\"1\" unit=\"ms\"";
    for (digits, words) in [
        ("0 2 8", "steps from 0.002 to 0.006 s"),
        ("0 0 0", "that do not rise"),
        ("4 2 0", "that do not rise"),
        ("0 x 4", "no numbers"),
    ] {
        let (alone, beside) = refused(milliseconds, digits);
        let error = alone.unwrap_err();
        assert!(matches!(&error, Error::Unsupported { .. }) && error.to_string().contains(words), "{digits}: {error}");
        assert_eq!(names(&beside), ["II"]);
        assert!(beside.warnings.iter().any(|one| one.message.contains(words) && one.severity == Severity::Data));
    }
    // What tells no rate can be given one.
    for (scale, digits) in [("value=\"1\"", "0 2 4"), ("value=\"0\" unit=\"s\"", "0 2 4"), (milliseconds, "5")] {
        let (alone, beside) = refused(scale, digits);
        assert_eq!(alone.unwrap()[0].signals[0].rate, 250.0, "{scale} {digits}");
        assert_eq!(names(&beside), ["II"]);
    }
    let short = one(&series(&listed("TIME_RELATIVE", "value=\"0\"", milliseconds, "0 2", &lead("I", "1 2 3"))));
    assert!(short.warnings.iter().any(|one| one.message.contains("3 samples, but 2 times")), "{:?}", short.warnings);
}

#[test]
fn generated_times_that_repeat_are_no_rate() {
    for (attribute, is_read) in
        [("period=\"0\"", true), ("denominator=\"1\"", true), ("period=\"3\"", false), ("denominator=\"2\"", false)]
    {
        let clock = format!(
            "<code code=\"TIME_RELATIVE\"/><value xsi:type=\"GLIST_PQ\" {attribute}><head value=\"0\"/><increment value=\"2\" unit=\"ms\"/></value>"
        );
        let read = try_read(document(&series(&clocked(&clock, &lead("I", "1")))).as_bytes(), &Hints::default());
        match read {
            Ok(all) => assert!(is_read && all[0].signals[0].rate == 500.0, "{attribute}"),
            Err(error) => assert!(!is_read && error.to_string().contains("times that repeat"), "{attribute}: {error}"),
        }
    }
}

#[test]
fn a_scale_is_taken_as_it_is_stated_and_no_unit_is_made_up() {
    let scaled = |value: &str| {
        let recording = one(&series(&set(ABSOLUTE, &valued("I", &format!("{value}<digits>10 20</digits>")))));
        (recording.signals[0].values(), recording.signals[0].unit().clone(), recording.warnings.len())
    };
    let both = "<origin value=\"1\" unit=\"mV\"/><scale value=\"5\" unit=\"uV\"/>";
    assert_eq!(scaled(both), (vec![1050.0, 1100.0], Unit::Microvolt, 0));
    let integers = "<origin value=\"-100\"/><scale value=\"2\"/>";
    assert_eq!(scaled(integers), (vec![-80.0, -60.0], Unit::Unknown, 1));
    assert_eq!(
        scaled("<origin value=\"0\" unit=\"mV\"/><scale value=\"0,5\"/>"),
        (vec![5.0, 10.0], Unit::Millivolt, 1)
    );
    assert_eq!(scaled("<scale value=\"1\" unit=\"mmHg\"/>"), (vec![10.0, 20.0], Unit::Other("mmHg".into()), 1));
    for none in ["", "<scale value=\"0\" unit=\"uV\"/>", "<scale value=\"1e300\" unit=\"uV\"/>"] {
        assert_eq!(scaled(none), (vec![10.0, 20.0], Unit::Unknown, 1), "{none}");
    }
    let hints = Hints { rate: None, unit: Some(Unit::Millivolt) };
    let text = document(&series(&set(ABSOLUTE, &valued("I", &format!("{integers}<digits>1</digits>")))));
    assert_eq!(*try_read(text.as_bytes(), &hints).unwrap()[0].signals[0].unit(), Unit::Millivolt);
}

#[test]
fn fractions_are_values_and_what_is_no_number_is_missing() {
    let recording =
        one(&series(&set(ABSOLUTE, &(lead("I", "1.5 2") + &lead("II", "1 x <!-- 9 -->3&#32;4<![CDATA[ 5]]>")))));
    assert_eq!(recording.signals[0].values(), [3.75, 5.0]);
    assert!(matches!(recording.signals[0].samples, Samples::Physical { .. }));
    assert_eq!(recording.signals[1].missing, [(1, 2)]);
    assert_eq!(recording.signals[1].len(), 5);
    assert_eq!(recording.warnings[0].severity, Severity::Data);
}

#[test]
fn prefixes_name_spaces_and_encodings_do_not_matter() {
    let text = document(&series(&set(ABSOLUTE, &(lead("I", "1 2") + &lead("Größe", "3")))));
    let prefixed = text
        .replace("</", "</h:")
        .replace('<', "<h:")
        .replace("<h:/h:", "</h:")
        .replace("<h:?", "<?")
        .replace("<h:!", "<!");
    let expected = &try_read(text.as_bytes(), &Hints::default()).unwrap();
    let wide: Vec<u8> = [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let latin: Vec<u8> = text.chars().map(|letter| letter as u8).collect();
    for bytes in [prefixed.into_bytes(), text.replace("xmlns", "other").into_bytes(), wide, latin] {
        assert_eq!(score(&bytes), 95);
        let mut found = try_read(&bytes, &Hints::default()).unwrap();
        // Bytes that are no UTF-8 and are not declared as anything else are guessed, which is said.
        assert_eq!(found[0].warnings.len(), usize::from(core::str::from_utf8(&bytes).is_err() && bytes[0] == b'<'));
        found[0].warnings.clear();
        assert_eq!(&found, expected);
    }
    assert_eq!(score(b"<RestingECG/>"), 0);
}

#[test]
fn a_file_cut_at_any_byte_keeps_its_whole_leads() {
    let marks = "<subjectOf><annotationSet><component><annotation><code code=\"MDC_ECG_TIME_PD_QT\"/><value value=\"4\" unit=\"ms\"/></annotation></component></annotationSet></subjectOf>";
    let text = document(&series(&(set(ABSOLUTE, &(lead("I", "1 2 3") + &lead("II", "4 5 6"))) + marks)));
    let whole = one(&text[text.find("<component>").unwrap()..text.rfind("</AnnotatedECG>").unwrap()]);
    for end in 0..text.len() {
        let before = text[..end].matches("</digits>").count();
        match try_read(&text.as_bytes()[..end], &Hints::default()) {
            Ok(all) => {
                assert_eq!(all[0].signals[..], whole.signals[..before], "cut at {end}");
                let cut = end < text.trim_end().len();
                let data = |one: &ecg::Warning| one.severity == Severity::Data && one.place.starts_with("line ");
                assert_eq!(all[0].warnings.iter().any(data), cut, "cut at {end}");
            }
            Err(_) => assert_eq!(before, 0, "cut at {end}"),
        }
    }
}

#[test]
fn what_is_no_lead_is_said_and_what_has_none_is_refused() {
    let listed = valued("I", "<head value=\"1\"/>") + &lead("II", "1") + &lead("III", " ");
    let recording = one(&series(&set(ABSOLUTE, &listed)));
    assert_eq!((names(&recording), recording.warnings.len()), (vec!["II"], 2));
    for nothing in ["", "<component><series/></component>", &series(&set(ABSOLUTE, ""))] {
        let error = try_read(document(nothing).as_bytes(), &Hints::default()).unwrap_err();
        assert!(matches!(error, Error::Invalid { .. }), "{error}");
    }
    assert!(try_read(b"<RestingECG/>", &Hints::default()).is_err());
    assert!(matches!(try_read(b"<AnnotatedECG><a>", &Hints::default()), Err(Error::Truncated { .. })));
}

#[test]
fn representative_beats_stand_apart_and_their_waves_are_measurements() {
    let wave = "<subjectOf><annotationSet><component><annotation><code code=\"MDC_ECG_WAVC\"/><value code=\"MDC_ECG_WAVC_QRSWAVE\"/><support><supportingROI><component><boundary><code code=\"TIME_RELATIVE\"/><value><low value=\"100\" unit=\"ms\"/><high value=\"0.2\" unit=\"s\"/></value></boundary></component></supportingROI></support></annotation></component></annotationSet></subjectOf>";
    let beat = relative("<head value=\"0\" unit=\"s\"/>", "<increment value=\"2\" unit=\"ms\"/>", &lead("I", "7 8"));
    let derived = format!("<derivation><derivedSeries>{beat}{wave}</derivedSeries></derivation>");
    let recording = one(&series(&(set(ABSOLUTE, &lead("I", "1 2")) + &derived)));
    assert_eq!((recording.signals.len(), recording.representative_beats.len()), (1, 1));
    assert_eq!(recording.representative_beats[0].values(), [17.5, 20.0]);
    let said: Vec<(&str, f64)> = recording.measurements.iter().map(|one| (one.name.as_str(), one.value)).collect();
    let name = "MDC_ECG_WAVC_QRSWAVE";
    assert_eq!(said[0], (format!("{name} onset in the representative beat").as_str(), 100.0));
    assert_eq!(said[1], (format!("{name} offset in the representative beat").as_str(), 200.0));
    // A series that says of itself that it is one.
    let own = format!("<component><series><code code=\"REPRESENTATIVE_BEAT\"/>{beat}</series></component>");
    let recording = one(&(series(&set(ABSOLUTE, &lead("I", "1"))) + &own));
    assert_eq!((recording.signals.len(), recording.representative_beats.len()), (1, 1));
}

#[test]
fn statements_comments_and_marks_are_told_apart() {
    let note = |code: &str, value: &str| {
        format!("<component><annotation><code code=\"{code}\"/>{value}</annotation></component>")
    };
    let at = |code: &str, time: &str| {
        format!(
            "<support><supportingROI><component><boundary><code code=\"{code}\"/>{time}</boundary></component><component><boundary><code code=\"MDC_ECG_LEAD_V2\"/></boundary></component></supportingROI></support>"
        )
    };
    let mark = "<value code=\"MDC_ECG_WAVC_PWAVE\" displayName=\"P\"/>";
    let all = [
        note("MDC_ECG_INTERPRETATION_STATEMENT", "<value>Sinus &amp; rhythm</value>"),
        note("MDC_ECG_INTERPRETATION_COMMENT", "<value>unconfirmed</value>"),
        note("MDC_ECG_RHY", "<value code=\"MDC_ECG_RHY_SINUS_RHY\"/>"),
        note(
            "MDC_ECG_WAVC",
            &format!("{mark}{}", at("TIME_ABSOLUTE", "<value><low value=\"20240101120000.5\"/></value>")),
        ),
        note("MDC_ECG_WAVC", &format!("{mark}{}", at("TIME_RELATIVE", "<value value=\"250\" unit=\"ms\"/>"))),
        note("MDC_ECG_WAVC", &format!("{mark}{}", at("TIME_ABSOLUTE", "<value value=\"noon\"/>"))),
    ];
    let marks = format!("<subjectOf><annotationSet>{}</annotationSet></subjectOf>", all.concat());
    let recording = one(&series(&(set(ABSOLUTE, &lead("I", "1")) + &marks)));
    let said: Vec<_> =
        recording.statements.iter().map(|one| (one.system.as_str(), one.code.as_str(), one.text.as_str())).collect();
    let unplaced = ("MDC", "MDC_ECG_WAVC_PWAVE", "P");
    assert_eq!(said, [("text", "", "Sinus & rhythm"), ("MDC", "MDC_ECG_RHY_SINUS_RHY", ""), unplaced]);
    assert_eq!(recording.comments, ["MDC_ECG_INTERPRETATION_COMMENT: unconfirmed"]);
    let times: Vec<(f64, &str)> = recording.annotations.iter().map(|mark| (mark.time, mark.text.as_str())).collect();
    assert_eq!(times, [(0.25, "P"), (0.5, "P")]);
    assert!(recording.annotations.iter().all(|mark| mark.lead == Some(Lead::V2)));
    assert!(recording.warnings.iter().any(|one| one.message.contains("cannot be placed")), "{:?}", recording.warnings);
}

#[test]
fn marks_beyond_the_limit_are_left_out_and_counted() {
    let one = "<component><annotation><code code=\"A\"/><value value=\"1\"/></annotation></component><component><annotation><value code=\"B\"/><support><supportingROI><component><boundary><code code=\"TIME_RELATIVE\"/><value value=\"1\" unit=\"s\"/></boundary></component></supportingROI></support></annotation></component>";
    let marks = format!("<subjectOf><annotationSet>{}</annotationSet></subjectOf>", one.repeat(5));
    let text = document(&series(&(set(ABSOLUTE, &lead("I", "1")) + &marks)));
    let limits = Limits { annotations: 2, ..Limits::default() };
    let file = InputFile { name: "a.xml", bytes: text.as_bytes() };
    let recording = read(&file, &Hints::default(), &limits).unwrap().remove(0);
    assert_eq!((recording.annotations.len(), recording.measurements.len()), (2, 1));
    assert!(
        recording.warnings[0].message.starts_with("3 annotations are more than the limit of 2"),
        "{:?}",
        recording.warnings
    );
}

#[test]
fn a_file_of_endless_recordings_or_leads_is_refused() {
    let many = series(&set(ABSOLUTE, &lead("I", "1"))).repeat(RECORDINGS + 1);
    assert!(matches!(try_read(document(&many).as_bytes(), &Hints::default()), Err(Error::Limit { .. })));
    let leads: String = (0..600).map(|number| lead(&number.to_string(), "1")).collect();
    let error = try_read(document(&series(&set(ABSOLUTE, &leads))).as_bytes(), &Hints::default()).unwrap_err();
    assert!(matches!(error, Error::Limit { .. }), "{error}");
}

fn recording_of(signals: Vec<Signal>) -> Recording {
    Recording { signals, ..Recording::default() }
}

fn again(recording: &Recording) -> Recording {
    try_read(&write(recording).unwrap(), &Hints::default()).unwrap().remove(0)
}

#[test]
fn what_the_format_cannot_hold_is_not_written() {
    assert_eq!(write(&Recording::default()), Err(crate::WriteError::Empty));
    let scale = Scale { gain: 200.0, baseline: 0.0, unit: Unit::Millivolt };
    let mut signal = Signal::digital(Lead::I, 500.0, vec![1_i16, 2, 3], scale.clone());
    signal.missing = vec![(1, 2)];
    let message = write(&recording_of(vec![signal])).unwrap_err().to_string();
    assert_eq!(message, "lead I: found 1 missing samples, the format holds leads without gaps");
    let unknown = Signal::digital(Lead::I, 500.0, vec![1_i16], Scale { unit: Unit::Unknown, ..scale });
    assert!(write(&recording_of(vec![unknown])).is_err());
    for value in [f64::NAN, f64::INFINITY, 1e9] {
        assert!(write(&recording_of(vec![Signal::physical(Lead::I, 500.0, vec![value], Unit::Volt)])).is_err());
    }
}

#[test]
fn what_stands_beside_the_samples_is_written_too() {
    let scale = Scale { gain: 1000.0, baseline: 0.0, unit: Unit::Millivolt };
    let mut late = Signal::digital(Lead::Other("a<b>&\"".into()), 360.0, vec![5_i16, 6], scale.clone());
    late.start = 2.5;
    let mut recording = recording_of(vec![Signal::digital(Lead::AVR, 500.0, vec![1_i16, -2], scale.clone()), late]);
    recording.start = Some("2024-01-01T12:00:00.25+01:00".to_owned());
    recording.patient.age = Some(46);
    recording.patient.sex = Some(Sex::Female);
    recording.patient.name = Some("not to be written".to_owned());
    let mark = Annotation {
        time: 1.25,
        duration: Some(0.5),
        code: "N".into(),
        text: "a & b".into(),
        lead: Some(Lead::V2),
        sample: None,
    };
    recording.annotations.push(mark);
    recording.statements.push(Statement { system: "text".into(), code: String::new(), text: "<sinus>".into() });
    recording.statements.push(Statement { system: "MDC".into(), code: "X".into(), text: "said".into() });
    recording.measurements.push(Measurement {
        name: "QT".into(),
        value: 400.5,
        unit: "ms".into(),
        lead: Some(Lead::II),
    });
    recording.representative_beats.push(Signal::digital(Lead::AVR, 500.0, vec![9_i16], scale));
    let bytes = write(&recording).unwrap();
    assert!(!String::from_utf8(bytes).unwrap().contains("not to be written"));
    let read = again(&recording);
    assert_eq!((&read.annotations, &read.statements), (&recording.annotations, &recording.statements));
    assert_eq!((&read.measurements, &read.start), (&recording.measurements, &recording.start));
    assert_eq!((read.patient.age, read.patient.sex), (Some(46), Some(Sex::Female)));
    assert_eq!((read.signals[1].start, read.signals[1].rate), (2.5, 360.0));
    assert_eq!(read.signals[1].lead, recording.signals[1].lead);
    assert_eq!(read.representative_beats[0].len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn counts_come_back_as_they_were(
        counts in proptest::collection::vec(any::<i32>(), 1..80),
        gain in prop_oneof![0.001..1e4f64, -1e4..-0.001f64],
        baseline in -40_000..40_000i32,
        rate in prop_oneof![Just(500.0), Just(360.0), 1.0..1e5f64],
        unit in prop_oneof![Just(Unit::Nanovolt), Just(Unit::Microvolt), Just(Unit::Millivolt), Just(Unit::Volt)],
    ) {
        let scale = Scale { gain, baseline: f64::from(baseline), unit };
        let signal = Signal::digital(Lead::V3, rate, counts.clone(), scale.clone());
        let read = again(&recording_of(vec![signal]));
        let Samples::Digital { counts: own, scale: written } = &read.signals[0].samples else { panic!() };
        prop_assert_eq!(own.to_vec(), counts);
        let in_microvolts = scale.unit.in_millivolts().unwrap() * 1e3;
        prop_assert!((written.gain * in_microvolts / gain - 1.0).abs() < 1e-12);
        prop_assert!((written.baseline - scale.baseline).abs() <= 1e-12 * scale.baseline.abs());
        prop_assert!((read.signals[0].rate / rate - 1.0).abs() < 1e-12);
    }

    #[test]
    fn values_come_back_within_half_a_nanovolt(values in proptest::collection::vec(-20.0..20.0f64, 1..50)) {
        let read = again(&recording_of(vec![Signal::physical(Lead::I, 250.0, values.clone(), Unit::Millivolt)]));
        for (own, value) in read.signals[0].values().iter().zip(&values) {
            prop_assert!((own / 1e3 - value).abs() <= 0.5001e-6, "{} {}", own, value);
        }
    }

    #[test]
    fn damaged_documents_do_not_panic(at in 0..2000usize, length in 0..200usize, with in ".{0,20}") {
        let text = document(&series(&(set(ABSOLUTE, &(lead("I", "1 2 3") + &lead("II", "4.5 5 6"))))));
        let letters: Vec<char> = text.chars().collect();
        let from = at.min(letters.len());
        let to = from.saturating_add(length).min(letters.len());
        let damaged: String = letters[..from].iter().copied().chain(with.chars()).chain(letters[to..].iter().copied()).collect();
        let _ = try_read(damaged.as_bytes(), &Hints::default());
    }
}
