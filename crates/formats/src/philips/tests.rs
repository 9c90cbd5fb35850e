use ecg::{Lead, Unit};

use super::xli::tests::{compress, start_of};
use super::*;
use crate::vendor::testing::{counts, cut_everywhere, encoded, lines, warned};

const PERSON: &str = "<dataacquisition date=\"2011-12-01\" time=\"07:27:34\"><signalcharacteristics><samplingrate>20</samplingrate>\
    <signalresolution>5</signalresolution><bitspersample>16</bitspersample><numberchannelsallocated>3</numberchannelsallocated>\
    </signalcharacteristics></dataacquisition><patient><generalpatientdata><patientid>MRN-77</patientid><name><lastname>Doe</lastname>\
    <firstname>Jo</firstname></name><age defaultage=\"50\"><dateofbirth>1951-02-03</dateofbirth></age><sex>Male</sex>\
    </generalpatientdata></patient>";

/// I, II, and III as what is left of II - I.
const LEADS: [[i16; 6]; 3] = [[1, 2, 3, -4, 5, 6], [10, 20, 30, 40, -50, 60], [0, 1, 0, -1, 0, 300]];
const THREE: [i32; 6] = [9, 17, 27, 45, -55, -246];

fn plain() -> String {
    format!(
        "<parsedwaveforms dataencoding=\"Base64\" durationperchannel=\"300\">{}</parsedwaveforms>",
        encoded(LEADS.as_flattened())
    )
}

fn packed(leads: &[&[i16]], attributes: &str) -> String {
    let chunks: Vec<u8> = leads.iter().flat_map(|lead| compress(lead, start_of(lead))).collect();
    format!(
        "<parsedwaveforms dataencoding=\"Base64\" compression=\"XLI\" {attributes}>{}</parsedwaveforms>",
        lines(&chunks)
    )
}

fn document(kind: &str, version: &str, waveforms: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><restingecgdata xmlns=\"http://www3.medical.philips.com\"><documentinfo>\
        <documenttype>{kind}</documenttype><documentversion>{version}</documentversion></documentinfo>{PERSON}\
        <waveforms>{waveforms}</waveforms></restingecgdata>"
    )
}

fn read_text(text: &str) -> Result<Recording, Error> {
    read(&InputFile { name: "folder/a.xml", bytes: text.as_bytes() }, &Hints::default(), &Limits::default())
}

#[test]
fn plain_and_packed_leads_are_the_same_in_both_encodings_of_the_text() {
    let parts: Vec<&[i16]> = LEADS.iter().map(|lead| &lead[..]).collect();
    for waveforms in [plain(), packed(&parts, "durationperchannel=\"300\"")] {
        let text = document("SierraECG", "1.03", &waveforms);
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [text.as_bytes(), &wide] {
            let recording = read(&InputFile { name: "a", bytes }, &Hints::default(), &Limits::default()).unwrap();
            let own: Vec<Vec<i32>> = recording.signals.iter().map(counts).collect();
            assert_eq!(own, [LEADS[0].map(i32::from), LEADS[1].map(i32::from), THREE]);
            assert_eq!((recording.signals[2].lead.clone(), recording.signals[2].rate), (Lead::III, 20.0));
            assert_eq!((recording.signals[2].values()[0], recording.signals[2].unit()), (45.0, &Unit::Microvolt));
            assert!(recording.warnings.is_empty() && !recording.signals[2].derived, "{:?}", recording.warnings);
        }
    }
}

/// Numbers in text, 4 a line.
fn text_of(leads: &[&[i32]], attributes: &str) -> String {
    let numbers: Vec<String> = leads.concat().iter().map(i32::to_string).collect();
    let lines: Vec<String> = numbers.chunks(4).map(|line| line.join(" ")).collect();
    format!("<parsedwaveforms dataencoding=\"Plain\" {attributes}>\r\n{}\n</parsedwaveforms>", lines.join("\n"))
}

#[test]
fn numbers_in_plain_text_are_whole_leads_or_rests_by_their_sums() {
    let [one, two, rest] = LEADS.map(|lead| lead.map(i32::from));
    for three in [THREE, rest] {
        let waveforms = text_of(&[&one, &two, &three], "durationperchannel=\"300\"");
        let recording = read_text(&document("SierraECG", "1.03", &waveforms)).unwrap();
        let own: Vec<Vec<i32>> = recording.signals.iter().map(counts).collect();
        assert_eq!(own, [one, two, THREE]);
        assert_eq!((recording.signals[0].rate, recording.signals[2].values()[0]), (20.0, 45.0));
        assert!(recording.warnings.is_empty(), "{:?}", recording.warnings);
    }
    // Words of the width of a sample are those of an A/D converter here.
    let waveforms =
        text_of(&[&[5, -5], &[6, -6]], "leadlabels=\"V1 V2\" bitspersample=\"12\" durationperchannel=\"100\"");
    let recording = read_text(&document("PhilipsECG", "1.04.01", &waveforms)).unwrap();
    assert_eq!(counts(&recording.signals[1]), [6, -6]);
}

#[test]
fn plain_text_that_is_cut_or_no_number_keeps_whole_leads() {
    let [one, two, rest] = LEADS.map(|lead| lead.map(i32::from));
    let waveforms = text_of(&[&one, &two, &rest], "durationperchannel=\"300\"");
    let recording = read_text(&document("SierraECG", "1.03", &waveforms.replace("-50", "x"))).unwrap();
    assert_eq!(recording.signals.len(), 1);
    assert!(warned(&recording, "no whole number after 10 samples") && warned(&recording, "1 leads of 3 are whole"));
    for (from, to, words) in [
        ("-50", "-50.5", "have fractions"),
        ("-50", "-40000", "beyond 16 bits"),
        ("Plain\"", "Plain\" compression=\"XLI\"", "samples in plain text with the compression \"XLI\""),
    ] {
        let error = read_text(&document("SierraECG", "1.03", &waveforms.replace(from, to))).unwrap_err();
        assert!(matches!(error, Error::Unsupported { .. }) && error.to_string().contains(words), "{error}");
    }
}

#[test]
fn labels_and_numbers_of_1_04_stand_in_attributes() {
    let attributes =
        "leadlabels=\"V1 V2\" numberofleads=\"3\" samplespersecond=\"40\" resolution=\"2.5\" durationperchannel=\"75\"";
    let recording =
        read_text(&document("PhilipsECG", "1.04.02", &packed(&[&[1, 2, 3], &[4, 5, 6]], attributes))).unwrap();
    assert_eq!((recording.signals[1].label.as_str(), recording.signals[1].rate), ("V2", 40.0));
    assert_eq!(recording.signals[1].values(), [10.0, 12.5, 15.0]);
    assert!(warned(&recording, "another number of leads is stated than the 2 labels"));
}

#[test]
fn a_lead_beyond_the_twelve_has_a_number_for_a_name() {
    let text = document("PhilipsECG", "1.04", &plain().replace("durationperchannel=\"300\"", "numberofleads=\"18\""));
    let recording = read_text(&text).unwrap();
    assert_eq!((recording.signals.len(), recording.signals[17].label.as_str()), (18, "lead 18"));
}

#[test]
fn the_pulse_is_cut_off_with_a_note() {
    let end = [0, 0, 200, 200, 200, 0, 0];
    let (one, two) = ([&[5, 0][..], &end].concat(), [&[7, 9][..], &end].concat());
    let waveforms = packed(&[&one, &two], "leadlabels=\"I V1\" durationperchannel=\"450\"");
    let recording = read_text(&document("PhilipsECG", "1.04", &waveforms)).unwrap();
    assert_eq!((counts(&recording.signals[0]), counts(&recording.signals[1])), (vec![5, 0], vec![7, 9]));
    assert!(warned(
        &recording,
        "the last 7 samples of every lead are a pulse of calibration (2 of 0, 3 of 200, 2 of 0)"
    ));
    assert_eq!(recording.warnings[0].severity, ecg::Severity::Note);
}

#[test]
fn a_lying_duration_neither_takes_memory_nor_hides_that_it_lies() {
    let parts: Vec<&[i16]> = LEADS.iter().map(|lead| &lead[..]).collect();
    let long = read_text(&document("PhilipsECG", "1.04", &packed(&parts, "durationperchannel=\"9e15\""))).unwrap();
    assert!(long.signals.len() == 3 && warned(&long, "6 are there"), "{:?}", long.warnings);
    let short = read_text(&document("PhilipsECG", "1.04", &packed(&parts, "durationperchannel=\"100\""))).unwrap_err();
    assert!(matches!(short, Error::Invalid { .. }), "{short}");
    let none = read_text(&document("PhilipsECG", "1.04", &packed(&parts, ""))).unwrap();
    assert_eq!((none.signals.len(), none.signals[0].len()), (3, 6));
    for (stated, words) in [("200", "another duration is stated"), ("9e15", "another duration is stated")] {
        let text = document("PhilipsECG", "1.04", &plain().replace("\"300\"", &format!("\"{stated}\"")));
        let recording = read_text(&text).unwrap();
        assert!(recording.signals[2].len() == 6 && warned(&recording, words), "{stated}");
    }
}

#[test]
fn a_broken_chunk_ends_the_leads_and_keeps_those_before() {
    let mut chunks: Vec<u8> = LEADS.iter().flat_map(|lead| compress(lead, start_of(lead))).collect();
    let last = chunks.len() - compress(&LEADS[2], start_of(&LEADS[2])).len();
    chunks[last + 8] = 0xF0; // Code 960 before anything was entered.
    let waveforms =
        format!("<parsedwaveforms compression=\"XLI\" durationperchannel=\"300\">{}</parsedwaveforms>", lines(&chunks));
    let recording = read_text(&document("PhilipsECG", "1.04", &waveforms)).unwrap();
    assert_eq!(recording.signals.len(), 2);
    assert!(warned(&recording, "lead III: its chunk is broken") && warned(&recording, "2 leads of 3 are whole"));
}

#[test]
fn chunks_without_a_lead_are_passed_over_unless_they_hold_more_than_a_pulse() {
    let leads: [&[i16]; 3] = [&[1, 2, 3, 4], &[2, 2, 2, 2], &[3, 3, 3, 3]];
    let read_with = |more: &[&[i16]]| {
        let waveforms = packed(&[&leads, more].concat(), "durationperchannel=\"200\"");
        read_text(&document("SierraECG", "1.03", &waveforms)).unwrap()
    };
    let recording = read_with(&[&[0, 200, 200, 0], &[0, 0, 0, 0]]);
    assert!(recording.signals.len() == 3 && recording.warnings.is_empty(), "{:?}", recording.warnings);
    let recording = read_with(&[&[0, 200, 199, 0]]);
    assert!(recording.signals.len() == 3 && warned(&recording, "a lead without a label is stored"));
    let bytes = [compress(leads[0], start_of(leads[0])), vec![1, 2, 3]].concat();
    let waveforms = format!(
        "<parsedwaveforms compression=\"XLI\" leadlabels=\"I\" durationperchannel=\"200\">{}</parsedwaveforms>",
        lines(&bytes)
    );
    let recording = read_text(&document("PhilipsECG", "1.04", &waveforms)).unwrap();
    assert!(warned(&recording, "3 bytes after the last lead"), "{:?}", recording.warnings);
}

#[test]
fn representative_beats_have_their_own_rate_and_resolution_in_both_layouts() {
    let beats = format!(
        "<repbeats dataencoding=\"Base64\" samplespersec=\"1000\" resolution=\"2.5\"><repbeat leadname=\"I\" duration=\"3\">\
        {}</repbeat><repbeat leadname=\"III\"><pdur>88</pdur><waveform duration=\"2\">{}</waveform></repbeat><repbeat leadname=\"V1\"/>\
        </repbeats>",
        encoded(&[1, 2, 3]),
        encoded(&[7, 8])
    );
    let recording = read_text(&document("PhilipsECG", "1.04", &(plain() + &beats))).unwrap();
    let [one, three] = recording.representative_beats.as_slice() else { panic!("{:?}", recording.warnings) };
    assert_eq!((counts(one), one.rate, one.values()[0]), (vec![1, 2, 3], 1000.0, 2.5));
    assert_eq!((counts(three), three.lead.clone()), (vec![7, 8], Lead::III));
    assert!(warned(&recording, "lead V1: no whole representative beat"));
    let without = beats.replace("samplespersec", "speed");
    let recording = read_text(&document("PhilipsECG", "1.04", &(plain() + &without))).unwrap();
    assert!(recording.representative_beats.is_empty() && warned(&recording, "no sampling rate is stated"));
    for (from, to, words) in [
        ("\"Base64\"", "\"Hex\"", "neither in base64 nor in plain text"),
        ("samplespersec", "compression=\"Huffman\" samplespersec", "their compression \"Huffman\" is not known"),
    ] {
        let recording = read_text(&document("PhilipsECG", "1.04", &(plain() + &beats.replace(from, to)))).unwrap();
        assert!(recording.representative_beats.is_empty() && warned(&recording, words), "{:?}", recording.warnings);
    }
    let texts = beats.replace("\"Base64\"", "\"Plain\"").replace(&encoded(&[1, 2, 3]), "1 2\n3");
    let recording =
        read_text(&document("PhilipsECG", "1.04", &(plain() + &texts.replace(&encoded(&[7, 8]), "7 x")))).unwrap();
    let [one, three] = recording.representative_beats.as_slice() else { panic!("{:?}", recording.warnings) };
    assert_eq!((counts(one), counts(three)), (vec![1, 2, 3], vec![7]));
    assert!(warned(&recording, "no whole number after 1 samples"), "{:?}", recording.warnings);
}

#[test]
fn measurements_and_statements_are_kept_once() {
    let more = "<internalmeasurements><crossleadmeasurements><meanqtint>564</meanqtint><qtint>1</qtint><stshape>Failed</stshape>\
        </crossleadmeasurements><leadmeasurements><leadmeasurement leadname=\"V1\"><pamp>-53</pamp><pdur/></leadmeasurement>\
        </leadmeasurements></internalmeasurements><interpretations><interpretation><globalmeasurements><qtint>548</qtint>\
        </globalmeasurements><severity code=\"ON\" id=\"2\">- OTHERWISE NORMAL ECG -</severity><statement><statementcode>SB</statementcode>\
        <leftstatement>SINUS BRADYCARDIA</leftstatement><rightstatement>V-rate&lt;60</rightstatement></statement><statement>\
        <statementcode/><leftstatement>Words</leftstatement></statement></interpretation></interpretations><waveforms>";
    let recording = read_text(&document("PhilipsECG", "1.04", &plain()).replace("<waveforms>", more)).unwrap();
    let measured: Vec<(&str, f64, Option<Lead>)> =
        recording.measurements.iter().map(|one| (one.name.as_str(), one.value, one.lead.clone())).collect();
    assert_eq!(measured, [("qtint", 548.0, None), ("meanqtint", 564.0, None), ("pamp", -53.0, Some(Lead::V1))]);
    let stated: Vec<(&str, &str, &str)> =
        recording.statements.iter().map(|one| (one.system.as_str(), one.code.as_str(), one.text.as_str())).collect();
    let expected = [
        ("Philips", "SB", "SINUS BRADYCARDIA; V-rate<60"),
        ("text", "", "Words"),
        ("Philips", "ON", "OTHERWISE NORMAL ECG"),
    ];
    assert_eq!(stated, expected);
    let patient = &recording.patient;
    assert_eq!(
        (patient.name.as_deref(), patient.age, patient.born.as_deref()),
        (Some("Jo Doe"), None, Some("1951-02-03"))
    );
    assert_eq!(recording.start.as_deref(), Some("2011-12-01T07:27:34"));
}

#[test]
fn what_is_another_document_encoding_or_compression_is_refused_by_name() {
    let error = read_text(&document("MortaraECG", "1.03", &plain())).unwrap_err();
    assert!(error.to_string().contains("a document of the type \"MortaraECG\", which is not read here"), "{error}");
    for (from, to, word) in [
        ("Base64", "Hex", "the encoding \"Hex\""),
        ("<parsedwaveforms", "<parsedwaveforms compression=\"ZIP\"", "the compression \"ZIP\""),
        ("<bitspersample>16", "<bitspersample>12", "width"),
    ] {
        let error = read_text(&document("SierraECG", "1.03", &plain()).replace(from, to)).unwrap_err();
        assert!(matches!(error, Error::Unsupported { .. }) && error.to_string().contains(word), "{error}");
    }
    assert!(read_text("<AnnotatedECG/>").is_err());
    assert!(read_text(&document("SierraECG", "1.03", "")).is_err());
    assert!(
        read_text(&document("SierraECG", "1.03", &plain()).replace("samplingrate", "speed")).unwrap_err().wants_rate()
    );
    assert_eq!((score(document("", "", "").as_bytes()), score(b"<a/>")), (95, 0));
}

#[test]
fn another_version_no_type_and_a_compression_that_is_off_are_read() {
    let recording = read_text(&document("SierraECG", "2.0", &plain())).unwrap();
    assert!(warned(&recording, "no version that is known"));
    let recording = read_text(&document("", "1.03", &plain())).unwrap();
    assert!(warned(&recording, "no type of the document"));
    let off = plain().replace("<parsedwaveforms", "<parsedwaveforms compressflag=\"False\" compressmethod=\"XLI\"");
    assert_eq!(counts(&read_text(&document("SierraECG", "1.03", &off)).unwrap().signals[2]), THREE);
}

#[test]
fn every_cut_keeps_what_is_whole_and_tells_nobody() {
    let parts: Vec<&[i16]> = LEADS.iter().map(|lead| &lead[..]).collect();
    let [one, two, _] = LEADS.map(|lead| lead.map(i32::from));
    let text = text_of(&[&one, &two, &THREE], "durationperchannel=\"300\"");
    for waveforms in [plain(), packed(&parts, "durationperchannel=\"300\""), text] {
        cut_everywhere(
            &document("SierraECG", "1.03", &waveforms),
            &["Doe", "MRN-77", "1951"],
            |file, hints, limits| read(file, hints, limits).map(|one| vec![one]),
        );
    }
}

#[test]
fn a_bomb_is_bounded_by_the_limits() {
    let zeros = vec![0_i16; 200_000];
    let text = document("PhilipsECG", "1.04", &packed(&[&zeros], "leadlabels=\"I\" durationperchannel=\"10000000\""));
    let file = InputFile { name: "a", bytes: text.as_bytes() };
    assert_eq!(read(&file, &Hints::default(), &Limits::default()).unwrap().signals[0].len(), 200_000);
    let limits = Limits { samples_per_lead: 100_000, ..Limits::default() };
    assert!(matches!(read(&file, &Hints::default(), &limits), Err(Error::Limit { .. })));
}
