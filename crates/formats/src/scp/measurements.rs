//! Sections 7 (measurements of the recording) and 10 (measurements of each lead).
//!
//! 29999 (not computed), 29998 (lead rejected) and 19999 (no such wave) stand for no value, as does 999 for an axis and 0 for a rate or
//! an interval from beat to beat. Times of waves are in milliseconds from the beginning of the beat that they were measured in.

use ecg::{Annotation, Lead, Measurement, Recording};

use super::leads::label;
use crate::Error;
use crate::cursor::Cursor;

/// Leads in Section 10; Section 3 has at most 255.
const MOST_LEADS: usize = 255;

/// Values that stand for none.
fn computed(value: i16) -> Option<i16> {
    (!matches!(value, 29_999 | 29_998 | 19_999 | i16::MIN)).then_some(value)
}

fn measurement(name: impl Into<String>, value: i16, unit: &str) -> Measurement {
    Measurement { name: name.into(), value: f64::from(value), unit: unit.to_owned(), lead: None }
}

/// Reads Section 7. `beats` is the number of complexes in Section 4; `protocol` is the version, tenfold, 0 where unknown.
///
/// Layout: number of blocks and of pacemaker spikes (8 bits each), mean RR and PP; a block each: P onset and end, QRS onset and
/// end, T end, axes of P, QRS and T; for each spike time and amplitude, then for each type, source, complex and width; since version
/// 1.3 the number of complexes and a type for each (8 bits), ventricular and atrial rate, corrected QT and the formula of the correction.
pub(super) fn global(mut cursor: Cursor, beats: usize, protocol: u8, recording: &mut Recording) -> Result<(), Error> {
    let blocks = cursor.u8()?;
    let spikes = cursor.u8()?;
    let positive = |value: i16| computed(value).filter(|value| *value > 0);
    for name in ["RR interval", "PP interval"] {
        recording.measurements.extend(positive(cursor.i16_le()?).map(|value| measurement(name, value, "ms")));
    }
    // Either one for each complex or one for each type of beat follows the first, which is of the reference beat.
    let each = usize::from(blocks) == beats.saturating_add(1) && beats > 0;
    for block in 0..blocks {
        let of = match (block, each) {
            (0, _) => String::new(),
            (_, true) => format!(" of QRS {block}"),
            (_, false) => format!(" of beat type {block}"),
        };
        for name in ["P onset", "P offset", "QRS onset", "QRS offset", "T offset"] {
            let time = computed(cursor.i16_le()?).filter(|value| *value >= 0);
            recording.measurements.extend(time.map(|value| measurement(format!("{name}{of}"), value, "ms")));
        }
        for name in ["P axis", "QRS axis", "T axis"] {
            let angle = computed(cursor.i16_le()?).filter(|value| *value != 999);
            recording.measurements.extend(angle.map(|value| measurement(format!("{name}{of}"), value, "deg")));
        }
    }
    let mut times = Vec::new();
    for _ in 0..spikes {
        times.push((cursor.u16_le()?, cursor.i16_le()?));
    }
    recording.annotations.extend(times.into_iter().map(|(time, amplitude)| Annotation {
        time: f64::from(time) / 1000.0,
        code: "spike".to_owned(),
        text: match computed(amplitude) {
            Some(amplitude) => format!("pacemaker spike of {amplitude} µV"),
            None => "pacemaker spike".to_owned(),
        },
        ..Annotation::default()
    }));
    cursor.skip(usize::from(spikes).saturating_mul(6))?;

    // Writers of the first versions have something else here, which the number of complexes shows.
    if cursor.remaining() < 2 {
        return Ok(());
    }
    let complexes = usize::from(cursor.u16_le()?);
    if !(protocol >= 13 || complexes == beats) || cursor.skip(complexes).is_err() || cursor.remaining() < 7 {
        return Ok(());
    }
    for name in ["ventricular rate", "atrial rate"] {
        recording.measurements.extend(positive(cursor.i16_le()?).map(|value| measurement(name, value, "/min")));
    }
    let corrected = positive(cursor.i16_le()?);
    let name = match cursor.u8()? {
        1 => "QTc (Bazett)",
        2 => "QTc (Hodges)",
        _ => "QTc",
    };
    recording.measurements.extend(corrected.map(|value| measurement(name, value, "ms")));
    Ok(())
}

/// Names and units in Section 10, in the order of the values.
const OF_LEAD: [(&str, &str); 31] = [
    ("P duration", "ms"),
    ("PR interval", "ms"),
    ("QRS duration", "ms"),
    ("QT interval", "ms"),
    ("Q duration", "ms"),
    ("R duration", "ms"),
    ("S duration", "ms"),
    ("R' duration", "ms"),
    ("S' duration", "ms"),
    ("Q amplitude", "µV"),
    ("R amplitude", "µV"),
    ("S amplitude", "µV"),
    ("R' amplitude", "µV"),
    ("S' amplitude", "µV"),
    ("J amplitude", "µV"),
    ("P+ amplitude", "µV"),
    ("P- amplitude", "µV"),
    ("T+ amplitude", "µV"),
    ("T- amplitude", "µV"),
    ("ST slope", "µV/s"),
    ("P morphology", ""),
    ("T morphology", ""),
    ("isoelectric segment at QRS onset", "ms"),
    ("isoelectric segment at QRS end", "ms"),
    ("intrinsicoid deflection", "ms"),
    ("quality", ""),
    ("ST amplitude at J + 20 ms", "µV"),
    ("ST amplitude at J + 60 ms", "µV"),
    ("ST amplitude at J + 80 ms", "µV"),
    ("ST amplitude at J + RR/16", "µV"),
    ("ST amplitude at J + RR/8", "µV"),
];

/// Reads Section 10: the number of leads and a number of the maker's, then for each lead its code, the bytes that follow, and as many
/// values of 16 bits as fit in them.
pub(super) fn of_leads(mut cursor: Cursor, recording: &mut Recording) -> Result<(), Error> {
    let leads = usize::from(cursor.u16_le()?).min(MOST_LEADS);
    cursor.skip(2)?;
    for _ in 0..leads {
        let lead = Lead::from_label(&label(cursor.u16_le()?));
        let length = usize::from(cursor.u16_le()?);
        let (values, _) = cursor.take(length.min(cursor.remaining()))?.as_chunks::<2>();
        for ((name, unit), value) in OF_LEAD.iter().zip(values) {
            if let Some(value) = computed(i16::from_le_bytes(*value)) {
                let lead = Some(lead.clone());
                recording.measurements.push(Measurement { lead, ..measurement(*name, value, unit) });
            }
        }
        if cursor.at_end() {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(values: &[i16]) -> Vec<u8> {
        values.iter().flat_map(|value| value.to_le_bytes()).collect()
    }

    fn read_global(bytes: &[u8], beats: usize, protocol: u8) -> Recording {
        let mut recording = Recording::default();
        let _ = global(Cursor::new("a", bytes), beats, protocol, &mut recording);
        recording
    }

    #[test]
    fn global_measurements_have_names_units_and_no_value_where_none_was_computed() {
        let mut bytes = vec![2, 1];
        bytes.extend(words(&[800, 29_999, 10, 110, 150, 240, 500, 999, -30, 45]));
        bytes.extend(words(&[29_999, 29_999, 151, 29_999, 29_999, 29_999, 29_999, 29_999]));
        bytes.extend(words(&[1500, -900]));
        bytes.extend([2, 1, 1, 0, 0, 0]);
        bytes.extend([1, 0, 0]);
        bytes.extend(words(&[75, 0, 440]));
        bytes.extend([1, 0, 0]);
        let recording = read_global(&bytes, 1, 20);
        let found: Vec<(&str, f64, &str)> = recording
            .measurements
            .iter()
            .map(|measurement| (measurement.name.as_str(), measurement.value, measurement.unit.as_str()))
            .collect();
        let expected = [
            ("RR interval", 800.0, "ms"),
            ("P onset", 10.0, "ms"),
            ("P offset", 110.0, "ms"),
            ("QRS onset", 150.0, "ms"),
            ("QRS offset", 240.0, "ms"),
            ("T offset", 500.0, "ms"),
            ("QRS axis", -30.0, "deg"),
            ("T axis", 45.0, "deg"),
            ("QRS onset of QRS 1", 151.0, "ms"),
            ("ventricular rate", 75.0, "/min"),
            ("QTc (Bazett)", 440.0, "ms"),
        ];
        assert_eq!(found, expected);
        let spike = &recording.annotations[0];
        assert_eq!((spike.time, spike.text.as_str()), (1.5, "pacemaker spike of -900 µV"));
        // Cut anywhere, what is whole stays.
        for length in 0..bytes.len() {
            let cut = read_global(&bytes[..length], 1, 20).measurements;
            assert_eq!(cut, recording.measurements[..cut.len()], "{length}");
        }
    }

    #[test]
    fn first_versions_have_no_rates() {
        let mut bytes = vec![0, 0];
        bytes.extend(words(&[800, 0, 2, 0, 75, 0, 440, 0]));
        assert_eq!(read_global(&bytes, 11, 10).measurements.len(), 1);
        assert_eq!(read_global(&bytes, 11, 13).measurements.len(), 3);
    }

    #[test]
    fn measurements_of_leads_name_their_lead() {
        let mut bytes = words(&[2, 1704, 61, 8, 98, 29_999, 82, 416, 2, 4, 19_999, 0]);
        bytes.extend([9, 9]);
        let mut recording = Recording::default();
        of_leads(Cursor::new("a", &bytes), &mut recording).unwrap();
        let found: Vec<(&str, f64, String)> = recording
            .measurements
            .iter()
            .map(|measurement| {
                let lead = measurement.lead.as_ref().unwrap().to_string();
                (measurement.name.as_str(), measurement.value, lead)
            })
            .collect();
        let expected = [
            ("P duration", 98.0, "III".to_owned()),
            ("QRS duration", 82.0, "III".to_owned()),
            ("QT interval", 416.0, "III".to_owned()),
            ("PR interval", 0.0, "II".to_owned()),
        ];
        assert_eq!(found, expected);
    }
}
