//! One recording in several formats, of the collection: the readers have to agree with one another.

mod common;

use ecg::{Counts, Lead, Recording, Samples, Signal, Unit};
use formats::{Hints, InputFile, Limits};

fn counts(signal: &Signal) -> &Counts {
    match &signal.samples {
        Samples::Digital { counts, .. } => counts,
        Samples::Physical { .. } => panic!("lead {} has no counts", signal.lead),
    }
}

/// Leads that are in the files are equal to the count and to 1e-9 mV.
fn agree(one: &Recording, other: &Recording, leads: &[Lead]) {
    for lead in leads {
        let (a, b) = (one.lead(lead).unwrap(), other.lead(lead).unwrap());
        let what = format!("{lead} of {} and {}", one.source.format, other.source.format);
        assert_eq!((a.rate, a.start, a.derived, b.derived), (b.rate, b.start, false, false), "{what}");
        assert_eq!(counts(a), counts(b), "{what}");
        let millivolts = |signal: &Signal| {
            let factor = signal.unit().in_millivolts().unwrap();
            signal.values().iter().map(|value| value * factor).collect::<Vec<_>>()
        };
        let apart = millivolts(a).iter().zip(millivolts(b)).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(apart < 1e-9, "{what}: {apart} mV apart");
    }
}

#[test]
fn the_example_of_the_guide_is_the_same_in_scp_aecg_and_dicom() {
    let Some(scp) = common::one_shared("scp/Example.scp") else { return };
    for twin in ["aecg/hl7_Example_aECG.xml", "dicom/ecgtoolkit_Example.dcm"] {
        let twin = common::one_shared(twin).unwrap();
        agree(&scp, &twin, &Lead::TWELVE);
    }
}

#[test]
fn a_muse_export_is_the_same_as_the_dicom_that_was_made_of_it() {
    let Some(muse) = common::one_shared("muse/synthetic_muse.xml") else { return };
    let dicom = common::one_shared("dicom/ecg2dcm_synthetic_muse.dcm").unwrap();
    let stored = [Lead::I, Lead::II, Lead::V1, Lead::V2, Lead::V3, Lead::V4, Lead::V5, Lead::V6];
    agree(&muse, &dicom, &stored);
    // The other four were computed by the converter, and by us: half a count of rounding lies between them.
    for lead in [Lead::III, Lead::AVR, Lead::AVL, Lead::AVF] {
        let (ours, theirs) = (muse.lead(&lead).unwrap(), dicom.lead(&lead).unwrap());
        assert!(ours.derived && !theirs.derived);
        let pairs = ours.millivolts().unwrap().into_iter().zip(theirs.millivolts().unwrap());
        let apart = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(apart < 0.0049, "{lead}: {apart} mV apart");
    }
}

#[test]
fn a_contec_recording_has_the_counts_of_its_table_its_edf_and_the_part_that_its_scp_holds() {
    let Some(contec) = common::one_shared("contec/0000050.ECG") else { return };
    let edf = common::one_shared("contec/0000050.ECG.edf").unwrap();
    let scp = common::one_shared("scp/0000050.ECG.scp").unwrap();
    let bytes = std::fs::read(common::shared("data/formats").unwrap().join("contec/0000050.ECG.csv")).unwrap();
    let hints = Hints { rate: Some(800.0), unit: Some(Unit::Microvolt) };
    let mut table = formats::read(&[InputFile { name: "a.csv", bytes: &bytes }], &hints, &Limits::default());
    let table = table.recordings.pop().unwrap();
    let mut compared = 0;
    for lead in [Lead::II, Lead::III, Lead::V1, Lead::V2, Lead::V3, Lead::V4, Lead::V5, Lead::V6] {
        // Chest leads that were off are left out.
        let Some(own) = contec.lead(&lead) else { continue };
        let own = counts(own);
        assert_eq!(own.len(), 37_855);
        let values = table.lead(&lead).unwrap().values();
        let zero = match &contec.lead(&lead).unwrap().samples {
            Samples::Digital { scale, .. } => scale.baseline,
            Samples::Physical { .. } => 0.0,
        };
        let plain: Vec<i32> = own.iter().map(|count| count - zero as i32).collect();
        assert!(plain.iter().zip(&values).all(|(count, value)| f64::from(*count) == *value), "{lead} of the table");
        assert_eq!(counts(edf.lead(&lead).unwrap()).to_vec(), plain, "{lead} of the EDF");
        assert_eq!(counts(scp.lead(&lead).unwrap()).to_vec(), plain[..32_767], "{lead} of the SCP");
        compared += 1;
    }
    assert!(compared >= 2, "{compared} leads");
}
