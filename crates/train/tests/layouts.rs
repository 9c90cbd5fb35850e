//! The data sets beside PTB-XL, from folders in their original layouts: what is read, what is refused, how folds are dealt.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod roots;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use ecg::{Lead, Sex};
use signal::simulate::Condition;
use train::dataset::{Dataset, Samples};
use train::source::{Form, Wanted, code15, load};
use train::tasks::Task;

#[track_caller]
fn read(folder: &Path, task: Task) -> (Dataset, Vec<String>) {
    let mut told = Vec::new();
    let data = load(folder, task, Wanted::at(100.0), &mut |line| told.push(line.to_owned())).unwrap();
    (data, told)
}

#[track_caller]
fn refused(folder: &Path, task: Task) -> String {
    load(folder, task, Wanted::at(100.0), &mut |_| ()).unwrap_err().to_string()
}

/// Record and labels by code.
fn labels(data: &Dataset) -> Vec<(String, String)> {
    let codes = |example: &train::dataset::Example| {
        let carried = data.labels.iter().zip(&example.labels).filter(|(_, truth)| **truth > 0.5);
        carried.map(|(label, _)| label.code.as_str()).collect::<Vec<_>>().join(" ")
    };
    data.examples.iter().map(|example| (data.record(example), codes(example))).collect()
}

fn counts(data: &Dataset) -> &[i16] {
    match &data.parts[0].samples {
        Samples::Counts(counts) => counts,
        Samples::Prepared { .. } => panic!("nothing was prepared"),
    }
}

/// Largest difference of lead II of a record from these millivolts at 500 Hz, brought to 100 Hz.
fn difference(data: &Dataset, row: usize, expected: &[f32]) -> f32 {
    let length = data.parts[0].length;
    let own = &counts(data)[(row * 12 + 1) * length..][..length];
    let expected = signal::resample::resample(expected, 500.0, 100.0);
    own.iter().zip(expected).map(|(own, other)| (f32::from(*own) / 1000.0 - other).abs()).fold(0.0, f32::max)
}

fn write(path: &Path, content: impl AsRef<[u8]>) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}

#[test]
fn cpsc2018_is_read_from_its_matlab_structures_and_references() {
    let root = tempfile::tempdir().unwrap();
    let place = |name: &str| root.path().join(name);
    let long = roots::twelve(&roots::recording(Condition::AtrialFibrillation, 1));
    // Fifteen seconds, six seconds.
    let longer: Vec<Vec<f32>> = long.iter().map(|lead| lead.iter().chain(&lead[..2500]).copied().collect()).collect();
    let short: Vec<Vec<f32>> = long.iter().map(|lead| lead[..3000].to_vec()).collect();
    write(&place("TrainingSet1/A0001.mat"), roots::cpsc2018(&longer, "Female", 74.0));
    write(&place("TrainingSet2/A0002.mat"), roots::cpsc2018(&short, "Male", f32::NAN));
    write(&place("TrainingSet3/A0003.mat"), roots::cpsc2018(&long, "Male", 30.0));
    write(&place("TrainingSet3/A0009.mat"), roots::cpsc2018(&long, "Male", 30.0));
    let head = "Recording,First_label,Second_label,Third_label\n";
    write(&place("REFERENCE.csv"), format!("{head}A0001,2,5,\nA0002,7,,\nA0003,1,,\nA0004,9,,\n"));
    let (data, told) = read(root.path(), Task::Cpsc2018);
    let expected = [("A0001", "AFIB CRBBB"), ("A0002", "PVC"), ("A0003", "NORM")];
    assert_eq!(labels(&data), expected.map(|(record, own)| (record.to_owned(), own.to_owned())));
    assert!(told.iter().any(|line| line.contains("4 references, 4 recordings; 3 of them")), "{told:?}");
    let patient = |row: usize| (data.examples[row].patient.age, data.examples[row].patient.sex);
    assert_eq!([patient(0), patient(1)], [(Some(74), Some(Sex::Female)), (None, Some(Sex::Male))]);
    assert_eq!((data.parts[0].length, data.parts[0].rate), (1000, 100.0));
    assert!(difference(&data, 2, &long[1]) < 0.0006, "half a microvolt is the counts' own rounding");
    let ends = &counts(&data)[12_000..24_000];
    for lead in ends.chunks_exact(1000) {
        assert!(lead[600..].iter().all(|count| *count == 0) && lead[..600].iter().any(|count| *count != 0));
    }
    let at_500 = load(root.path(), Task::Cpsc2018, Wanted::at(500.0), &mut |_| ()).unwrap();
    assert_eq!((at_500.parts[0].length, at_500.parts[0].rate), (5000, 500.0));
    let own = counts(&at_500)[2 * 60_000 + 5000..][..5000].iter().map(|count| f32::from(*count) / 1000.0);
    assert!(own.zip(&long[1]).all(|(own, other)| (own - other).abs() < 0.0006));
}

#[test]
fn cpsc2018_in_the_challenges_form_has_the_same_labels() {
    let root = tempfile::tempdir().unwrap();
    let recording = roots::recording(Condition::Normal, 3);
    roots::write_challenge(&root.path().join("g1"), "A0001", &recording, "164889003,59118001", "Male");
    roots::write_challenge(&root.path().join("g2"), "A0002", &recording, "164884008", "Female");
    roots::write_challenge(&root.path().join("g2"), "A0003", &recording, "10370003", "Female");
    roots::write_challenge(&root.path().join("q"), "Q0001", &recording, "164889003", "Female");
    let (data, told) = read(root.path(), Task::Cpsc2018);
    let expected = [("A0001", "AFIB CRBBB"), ("A0002", "PVC")];
    assert_eq!(labels(&data), expected.map(|(record, own)| (record.to_owned(), own.to_owned())));
    assert!(told.iter().any(|line| line.contains("2 records with a label, 1 without")), "{told:?}");
}

#[test]
fn what_is_wrong_in_cpsc2018_is_named_with_file_and_place() {
    let root = tempfile::tempdir().unwrap();
    let place = |name: &str| root.path().join(name);
    let message = refused(root.path(), Task::Cpsc2018);
    assert!(message.contains(root.path().to_str().unwrap()) && message.contains("REFERENCE.csv"), "{message}");
    let head = "Recording,First_label,Second_label,Third_label\n";
    write(&place("REFERENCE.csv"), format!("{head}A0001,2,,\nA0002,12,,\n"));
    let message = refused(root.path(), Task::Cpsc2018);
    assert!(message.contains("REFERENCE.csv, line 3, column First_label: expected a label from 1 to 9"), "{message}");
    write(&place("REFERENCE.csv"), format!("{head}A0001,2,,\nA0001,3,,\n"));
    let message = refused(root.path(), Task::Cpsc2018);
    assert!(message.contains("REFERENCE.csv, line 3") && message.contains("no other labels before"), "{message}");
    write(&place("REFERENCE.csv"), format!("{head}A0001,2,,\n"));
    let message = refused(root.path(), Task::Cpsc2018);
    assert!(message.contains("1 references and no recording of theirs"), "{message}");

    let twelve = roots::twelve(&roots::recording(Condition::Normal, 1));
    let whole = roots::cpsc2018(&twelve, "Male", 40.0);
    let path = place("A0001.mat");
    let name = path.to_str().unwrap();
    for (content, expected) in [
        (whole[..whole.len() / 2].to_vec(), ", byte "),
        (b"no MATLAB file".to_vec(), "expected a MATLAB 5 file"),
        (roots::cpsc2018(&twelve[..3], "Male", 40.0), "found data of 3 x 5000"),
        (roots::matlab_5(&[roots::doubles("val", &twelve)]), "found the variables \"val\""),
        (roots::matlab_5(&[roots::structure("ECG", &[("sex", roots::text("Male"))])]), "found no field data"),
    ] {
        write(&path, content);
        let message = refused(root.path(), Task::Cpsc2018);
        assert!(message.contains(name) && message.contains(expected), "{message}");
    }
}

const CHAPMAN: &str = "FileName,Rhythm,Beat,PatientAge,Gender\n";

#[test]
fn chapman_is_read_with_its_rhythms_merged_and_incomplete_records_left_out() {
    let root = tempfile::tempdir().unwrap();
    let place = |name: &str| root.path().join(name);
    let twelve = roots::twelve(&roots::recording(Condition::SinusBradycardia, 1));
    for name in ["MUSE_1", "MUSE_2", "MUSE_3"] {
        write(&place(&format!("ECGData/{name}.csv")), roots::chapman(&twelve, true));
    }
    let lines: Vec<String> = roots::chapman(&twelve, true).lines().map(str::to_owned).collect();
    let incomplete: Vec<String> = lines
        .iter()
        .enumerate()
        .map(
            |(number, line)| {
                if number == 7 { line.replacen(line.split(',').next().unwrap(), "NaN", 1) } else { line.clone() }
            },
        )
        .collect();
    write(&place("ECGData/MUSE_4.csv"), incomplete.join("\n"));
    let rows = "MUSE_3,SA,NONE,20,FEMALE\nMUSE_1,SB,NONE,59,MALE\nMUSE_2,AVNRT,NONE,71,FEMALE\nMUSE_4,AF,NONE,50,MALE\nMUSE_5,AF,NONE,50,MALE\n";
    write(&place("Diagnostics.csv"), format!("{CHAPMAN}{rows}"));
    let (data, told) = read(root.path(), Task::Chapman);
    let expected = [("MUSE_1", "SB"), ("MUSE_2", "GSVT"), ("MUSE_3", "SR")];
    assert_eq!(labels(&data), expected.map(|(record, own)| (record.to_owned(), own.to_owned())));
    assert!(
        told.iter().any(|line| line.contains("1 records left out, for missing values or as too short: MUSE_4")),
        "{told:?}"
    );
    assert!(data.exclusive && data.name.contains("raw"));
    assert_eq!((data.examples[0].patient.age, data.examples[0].patient.sex), (Some(59), Some(Sex::Male)));
    assert!(difference(&data, 0, &twelve[1]) < 0.0007);
    // The denoised files have no line of names, and come first.
    write(&place("ECGDataDenoised/MUSE_2.csv"), roots::chapman(&twelve, false));
    let (data, _) = read(root.path(), Task::Chapman);
    assert_eq!(labels(&data), [("MUSE_2".to_owned(), "GSVT".to_owned())]);
    assert!(data.name.contains("denoised") && difference(&data, 0, &twelve[1]) < 0.0007);
}

#[test]
fn what_is_wrong_in_chapman_is_named_with_file_and_place() {
    let root = tempfile::tempdir().unwrap();
    let place = |name: &str| root.path().join(name);
    write(&place("Diagnostics.xlsx"), b"PK");
    let message = refused(root.path(), Task::Chapman);
    assert!(message.contains("Diagnostics.xlsx alone") && message.contains("saved as CSV"), "{message}");
    write(&place("Diagnostics.csv"), format!("{CHAPMAN}MUSE_1,VT,NONE,59,MALE\n"));
    let message = refused(root.path(), Task::Chapman);
    assert!(message.contains("Diagnostics.csv, line 2, column Rhythm: expected one of AFIB"), "{message}");
    write(&place("Diagnostics.csv"), "FileName,Rhythm\nMUSE_1,SB\n");
    assert!(refused(root.path(), Task::Chapman).contains("Diagnostics.csv: expected a column named \"PatientAge\""));
    write(&place("Diagnostics.csv"), format!("{CHAPMAN}MUSE_1,SB,NONE,59,MALE\n"));
    let message = refused(root.path(), Task::Chapman);
    assert!(message.contains("0 files of signals") && message.contains("ECGDataDenoised or ECGData"), "{message}");
    let twelve = roots::twelve(&roots::recording(Condition::SinusBradycardia, 1));
    let path = place("ECGData/MUSE_1.csv");
    write(&path, roots::chapman(&twelve[..11], false));
    let message = refused(root.path(), Task::Chapman);
    assert!(message.contains(path.to_str().unwrap()) && message.contains("found 11 columns"), "{message}");
    let mut lines: Vec<String> = roots::chapman(&twelve, true).lines().map(str::to_owned).collect();
    lines[40] = lines[40].replacen(',', ",x", 1);
    write(&path, lines.join("\n"));
    let message = refused(root.path(), Task::Chapman);
    assert!(message.contains(path.to_str().unwrap()) && message.contains("at line 41: "), "{message}");
}

#[test]
fn the_challenges_records_are_read_at_any_rate_with_their_twenty_six_columns() {
    let root = tempfile::tempdir().unwrap();
    let at_500 = roots::recording(Condition::Normal, 1);
    let mut at_257 = roots::recording(Condition::AtrialFlutter, 2);
    for signal in &mut at_257.signals {
        let values = signal::resample::resample_in_place(&signal.millivolts().unwrap(), 500.0, 257.0);
        let values = values.into_iter().map(f64::from).collect();
        *signal = ecg::Signal::physical(signal.lead.clone(), 257.0, values, ecg::Unit::Millivolt);
    }
    let georgia = root.path().join("training/georgia/g1");
    roots::write_challenge(&georgia, "E00001", &at_500, "426783006", "Male");
    roots::write_challenge(
        &root.path().join("training/st_petersburg/g1"),
        "I0001",
        &at_257,
        "164890007,17338001,427172004",
        "Female",
    );
    roots::write_challenge(&georgia, "E00002", &at_500, "55930002", "Female");
    roots::write_challenge(&georgia, "E00003", &at_500, "733534002,63593006", "Female");
    // The same record again in another folder.
    roots::write_challenge(&root.path().join("training/georgia/g2"), "E00003", &at_500, "164889003", "Female");
    let (data, told) = read(root.path(), Task::Cinc2021);
    let expected = [("E00001", "NSR"), ("E00002", ""), ("E00003", "CLBBB PAC"), ("I0001", "AFL PVC")];
    assert_eq!(labels(&data), expected.map(|(record, own)| (record.to_owned(), own.to_owned())));
    assert!(told.iter().any(|line| line.contains("1 files of a name that came before")), "{told:?}");
    assert!(told.iter().any(|line| line.contains("4 records, 1 of them without a scored code")), "{told:?}");
    assert_eq!((data.labels.len(), data.parts[0].length), (26, 1000));
    assert!(difference(&data, 0, &roots::millivolts(&at_500, &Lead::II)) < 0.0011, "the file itself holds microvolts");
}

#[test]
fn what_is_wrong_in_a_challenge_folder_is_named_with_file_and_place() {
    let root = tempfile::tempdir().unwrap();
    let message = refused(root.path(), Task::Cinc2021);
    assert!(message.contains(root.path().to_str().unwrap()) && message.contains("fetch cinc2021"), "{message}");
    let recording = roots::recording(Condition::Normal, 1);
    roots::write_challenge(root.path(), "E00001", &recording, "426783006", "Male");
    let samples = root.path().join("E00001.mat");
    let whole = std::fs::read(&samples).unwrap();
    std::fs::write(&samples, &whole[..whole.len() / 2]).unwrap();
    let message = refused(root.path(), Task::Cinc2021);
    let header = root.path().join("E00001.hea");
    let cut = message.contains(header.to_str().unwrap()) && message.contains("of the 5000 samples of lead I ");
    assert!(cut, "{message}");
    std::fs::remove_file(&samples).unwrap();
    assert!(refused(root.path(), Task::Cinc2021).contains(samples.to_str().unwrap()));
    std::fs::write(&samples, whole).unwrap();
    let text = std::fs::read_to_string(&header).unwrap().replacen("16x1+24", "99", 1);
    std::fs::write(&header, text).unwrap();
    let message = refused(root.path(), Task::Cinc2021);
    assert!(message.contains(&format!("{}, line 2", header.display())), "{message}");
    std::fs::remove_file(&header).unwrap();
    roots::write_challenge(
        root.path(),
        "E00002",
        &{
            let mut fewer = recording;
            fewer.signals.truncate(8);
            fewer.signals.remove(0);
            fewer
        },
        "426783006",
        "Male",
    );
    assert!(refused(root.path(), Task::Cinc2021).contains("E00002.hea"), "two limb leads are wanting");
}

#[test]
fn folds_depend_on_the_records_alone_and_hold_a_tenth_of_each_label() {
    let root = tempfile::tempdir().unwrap();
    let twelve: Vec<Vec<f32>> =
        roots::twelve(&roots::recording(Condition::Normal, 1)).into_iter().map(|lead| lead[..500].to_vec()).collect();
    let mut table = "Recording,First_label,Second_label,Third_label\n".to_owned();
    for number in 1..=120 {
        let (sex, age) = (if number % 2 == 0 { "Male" } else { "Female" }, 20.0 + (number % 60) as f32);
        // Scattered over folders, as files of another copy may be.
        let path = root.path().join(format!("TrainingSet{}/A{number:04}.mat", number % 3 + 1));
        write(&path, roots::cpsc2018(&twelve, sex, age));
        let _ = writeln!(table, "A{number:04},{},,", if number <= 40 { 2 } else { 1 });
    }
    write(&root.path().join("REFERENCE.csv"), table);
    let (one, other) = (read(root.path(), Task::Cpsc2018).0, read(root.path(), Task::Cpsc2018).0);
    let folds = |data: &Dataset| data.examples.iter().map(|own| (data.record(own), own.fold)).collect::<Vec<_>>();
    assert_eq!(folds(&one), folds(&other));
    let records: BTreeSet<String> = folds(&one).into_iter().map(|(record, _)| record).collect();
    assert_eq!(records.len(), 120, "every record has one fold");
    let atrial = one.labels.iter().position(|label| label.code == "AFIB").unwrap();
    for fold in 1..=10 {
        let own: Vec<_> = one.examples.iter().filter(|example| example.fold == fold).collect();
        let positives = own.iter().filter(|example| example.labels[atrial] > 0.5).count();
        assert!(
            (11..=13).contains(&own.len()) && (3..=5).contains(&positives),
            "fold {fold}: {} {positives}",
            own.len()
        );
        let men = own.iter().filter(|example| example.patient.sex == Some(Sex::Male)).count();
        assert!((4..=8).contains(&men), "fold {fold}: {men} men");
    }
}

#[test]
fn recordings_of_another_source_keep_their_length_and_what_is_too_short_is_left_out() {
    let root = tempfile::tempdir().unwrap();
    let place = |name: &str| root.path().join(name);
    let twelve = roots::twelve(&roots::recording(Condition::Normal, 1));
    let rate = roots::doubles("curr_sample_rate", &[vec![500.0]]);
    for (name, length) in [("a.mat", 3500), ("b.mat", 5000), ("c.mat", 1000)] {
        let cut: Vec<Vec<f32>> = twelve.iter().map(|lead| lead[..length].to_vec()).collect();
        write(&place(name), roots::matlab_5(&[rate.clone(), roots::doubles("feats", &cut)]));
    }
    let row = "True,False,False,False,False,False,False,False";
    let labels = "idx,is_male,1dAVb,RBBB,LBBB,SB,ST,AF,normal_ecg";
    write(&place("labels.csv"), format!("{labels}\n0,{row}\n1,{row}\n2,{row}\n"));
    write(&place("meta.csv"), "idx,save_file,age,is_male\n0,a.mat,46,True\n1,b.mat,50,False\n2,c.mat,50,False\n");
    let input = classify::Input { rate: 100.0, samples: 250, shorter: classify::Shorter::Refuse, ..Default::default() };
    let mut told = Vec::new();
    let gathered = code15::records(root.path(), Form::of(&input), &mut |line| told.push(line.to_owned())).unwrap();
    let lengths: Vec<(&str, usize)> =
        gathered.taken.iter().map(|own| (own.record.as_str(), own.counts.len() / 12)).collect();
    assert_eq!(lengths, [("a", 700), ("b", 1000)]);
    assert!(told.iter().any(|line| line.ends_with("too short: c")), "{told:?}");
    let (data, stated) = gathered.to_answer(Vec::new(), "another".to_owned());
    assert_eq!((data.parts.len(), data.examples[0].row, data.examples[1].row, stated.len()), (2, 0, 0, 2));
    let padded = classify::Input { shorter: classify::Shorter::Pad, ..input };
    let gathered = code15::records(root.path(), Form::of(&padded), &mut |_| ()).unwrap();
    assert_eq!(gathered.taken[2].counts.len() / 12, 250, "two seconds and zeros");
}
