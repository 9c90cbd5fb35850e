//! What a recording says beside its samples, as items of the annotation sequence: the way back from
//! [`super::annotation`].

use ecg::{Lead, Recording};

use super::encode::{Encoder, decimal};
use super::write::Group;

/// The scheme of codes that are this program's own.
const OWN: &str = "99EINTHOVEN";

/// Annotations, statements and measurements as items of the annotation sequence.
pub(super) fn items(recording: &Recording, groups: &[Group]) -> Vec<Encoder> {
    let mut items = Vec::new();
    // Group and channel of a lead, from 1; the whole first group where none is meant.
    let channel = |lead: Option<&Lead>| -> (u16, u16) {
        let numbered = || groups.iter().enumerate();
        let found = lead.and_then(|lead| numbered().find_map(|(number, group)| Some((number, group.channel(lead)?))));
        let from_one = |number: usize| u16::try_from(number.saturating_add(1)).unwrap_or(u16::MAX);
        found.map_or((1, 0), |(group, channel)| (from_one(group), from_one(channel)))
    };
    let referenced = |(group, channel): (u16, u16)| [group.to_le_bytes(), channel.to_le_bytes()].concat();
    for annotation in recording.annotations.iter().filter(|annotation| annotation.time.is_finite()) {
        let at = channel(annotation.lead.as_ref());
        let Some(group) = groups.get(usize::from(at.0).saturating_sub(1)) else { continue };
        let from = annotation.time - (group.start - groups.first().map_or(0.0, |first| first.start));
        let mut item = Encoder::default();
        let coded = !annotation.code.is_empty() && annotation.code.chars().count() <= 16;
        let coded = coded && annotation.text.chars().count() <= 64;
        if coded {
            let meaning = if annotation.text.is_empty() { &annotation.code } else { &annotation.text };
            item.code(0x0040_A043, &annotation.code, OWN, "", meaning);
        }
        item.element(0x0040_A0B0, *b"US", &referenced(at));
        let range = if annotation.duration.is_some_and(f64::is_finite) { "SEGMENT" } else { "POINT" };
        item.element(0x0040_A130, *b"CS", range.as_bytes());
        let points: Vec<f64> =
            [Some(from), annotation.duration.filter(|seconds| seconds.is_finite()).map(|duration| from + duration)]
                .into_iter()
                .flatten()
                .collect();
        let positions: Vec<u8> =
            points.iter().filter_map(|&seconds| position(seconds * group.rate)).flat_map(u32::to_le_bytes).collect();
        if positions.len() == points.len().saturating_mul(4) {
            item.element(0x0040_A132, *b"UL", &positions);
        } else {
            let offsets: Vec<String> = points.iter().map(|&seconds| decimal(seconds)).collect();
            item.element(0x0040_A138, *b"DS", offsets.join("\\").as_bytes());
        }
        if !coded {
            let text = [annotation.code.as_str(), &annotation.text].join(" ");
            item.text(0x0070_0006, *b"ST", &text, 1024);
        }
        items.push(item);
    }
    for statement in &recording.statements {
        let mut item = Encoder::default();
        let scheme = if statement.system == "SNOMED CT" { "SCT" } else { &statement.system };
        if statement.code.is_empty() {
            item.element(0x0040_A0B0, *b"US", &referenced((1, 0))).text(0x0070_0006, *b"ST", &statement.text, 1024);
        } else {
            let meaning = if statement.text.is_empty() { &statement.code } else { &statement.text };
            item.code(0x0040_A043, &statement.code, scheme, "", meaning);
            item.element(0x0040_A0B0, *b"US", &referenced((1, 0)));
        }
        items.push(item);
    }
    for measurement in recording.measurements.iter().filter(|measurement| measurement.value.is_finite()) {
        let mut item = Encoder::default();
        let unit = if measurement.unit.is_empty() { "1" } else { &measurement.unit };
        item.code(0x0040_08EA, unit, "UCUM", "1.4", if unit == "1" { "no units" } else { unit })
            .code(0x0040_A043, &measurement.name, OWN, "", &measurement.name)
            .element(0x0040_A0B0, *b"US", &referenced(channel(measurement.lead.as_ref())))
            .element(0x0040_A30A, *b"DS", decimal(measurement.value).as_bytes());
        items.push(item);
    }
    items
}

/// The number of a sample from 1, where the time is that of one.
fn position(samples: f64) -> Option<u32> {
    let nearest = samples.round();
    let near = (samples - nearest).abs() < 1e-6 && (0.0..4e9).contains(&nearest);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "compared with the range before")]
    near.then(|| (nearest as u32).saturating_add(1))
}
