//! AliveCor ATC against values of its maker's ATCpy (`golden/atc.json`).

mod common;

use ecg::Severity;

#[test]
fn every_lead_gives_the_values_of_the_makers_reader() {
    let Some(golden) = common::golden("atc.json") else { return };
    for (name, file) in golden["files"].as_object().unwrap() {
        let recording = common::one_shared(name).unwrap();
        // Where a checksum is wrong, the other reader stops; its file is otherwise that of one lead.
        let is_broken = file["status"] == 4;
        let file = if is_broken { &golden["files"]["atc/1_lead.atc"] } else { file };
        let leads = file["leads"].as_array().unwrap();
        assert_eq!(recording.signals.len(), leads.len(), "{name}");
        for (signal, lead) in recording.signals.iter().zip(leads) {
            assert_eq!(signal.lead.name(), lead["name"].as_str().unwrap(), "{name}");
            assert_eq!(signal.rate, file["rate"].as_f64().unwrap(), "{name}");
            if !is_broken {
                common::compare_lead(&format!("{name} {}", signal.lead), signal, lead);
            }
        }
        assert_eq!(recording.annotations.len() as u64, file["n_annotations"].as_u64().unwrap(), "{name}");
        let date = file["date"].as_str().unwrap();
        assert!(date.starts_with(recording.start.as_deref().unwrap()), "{name}: {:?}", recording.start);
        let data = recording.warnings.iter().filter(|warning| warning.severity == Severity::Data).count();
        assert_eq!((data, recording.warnings.len()), (usize::from(is_broken), usize::from(is_broken)), "{name}");
    }
}

#[test]
fn average_beats_stand_apart_from_the_rhythm() {
    let Some(recording) = common::one_shared("atc/6_lead_ab.atc") else { return };
    let beats: Vec<_> =
        recording.representative_beats.iter().map(|beat| (beat.lead.name(), beat.len(), beat.rate)).collect();
    assert_eq!(beats, [("I", 450, 300.0), ("II", 450, 300.0)]);
    assert_eq!(recording.representative_beats[1].values()[0], 0.012);
}
