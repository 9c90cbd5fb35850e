//! Recordings as DICOM files.

use ecg::{Lead, Recording, Samples, Scale, Sex, Signal, Unit};

use super::class;
use super::codes;
use super::encode::{Encoder, decimal, hash, identifier, plain};
use super::findings;
use super::value::date;
use crate::{WriteError, moment, quantise};

/// One signal as it will be stored.
struct Column<'r> {
    signal: &'r Signal,
    scale: Scale,
    counts: Vec<i32>,
    missing: Vec<bool>,
}

/// Signals of one rate, start and length.
pub(super) struct Group<'r> {
    beats: bool,
    pub(super) rate: f64,
    pub(super) start: f64,
    columns: Vec<Column<'r>>,
}

impl Group<'_> {
    /// The channel of a lead, from 0.
    pub(super) fn channel(&self, lead: &Lead) -> Option<usize> {
        self.columns.iter().position(|column| column.signal.lead == *lead)
    }

    fn frames(&self) -> usize {
        self.columns.first().map_or(0, |column| column.counts.len())
    }

    fn duration(&self) -> f64 {
        self.frames() as f64 / self.rate
    }

    /// Least and greatest of the samples that are there.
    fn range(&self) -> Option<(i32, i32)> {
        let present = self.columns.iter().flat_map(|column| column.counts.iter().zip(&column.missing));
        let present = present.filter(|(_, missing)| !**missing).map(|(count, _)| *count);
        present.fold(None, |range, count| {
            let (low, high) = range.unwrap_or((count, count));
            Some((low.min(count), high.max(count)))
        })
    }

    /// A count beyond all samples, for the missing ones where there are any.
    fn padding(&self, lowest: i32, highest: i32) -> Result<Option<i32>, WriteError> {
        if !self.columns.iter().any(|column| column.missing.contains(&true)) {
            return Ok(None);
        }
        match self.range() {
            Some((low, high)) if low <= lowest && high >= highest => {
                let expected = "a count that no sample has, to mark missing ones";
                Err(unfit("the samples", format!("counts from {lowest} to {highest}"), expected))
            }
            Some((low, _)) if low <= lowest => Ok(Some(highest)),
            _ => Ok(Some(lowest)),
        }
    }

    fn is_narrow(&self) -> bool {
        let (lowest, highest) = (i32::from(i16::MIN), i32::from(i16::MAX));
        let within = self.range().is_none_or(|(low, high)| low >= lowest && high <= highest);
        within && self.padding(lowest, highest).is_ok()
    }
}

/// Writes a recording as one DICOM file in explicit little endian.
///
/// The class is 12-lead ECG for the twelve standard leads in 16 bits at 200 to 1000 Hz and at most 16384 samples a group;
/// else general ECG (at most 24 leads a group, four groups, 200 to 1000 Hz), ambulatory ECG (one group of at most twelve
/// leads, 50 to 1000 Hz), or general 32-bit ECG for everything else. Counts are stored as they are; gain and baseline
/// become sensitivity, correction factor and baseline in decimal strings, exact to 12 digits at least. Physical
/// values are stored in steps of a power of ten in which all of them are whole, or in the finest that 16 bits hold. Missing samples become the padding value.
/// Signals of different rate, start or length are groups of their own; representative beats are derived groups. Patient,
/// start, annotations, statements and measurements are written (texts of more than 64 letters, and
/// codes of more than 16, are cut where the standard allows no more), comments are not. Identifiers are below 2.25 and follow from the content. What
/// the recording does not state (its start, the patient's name) stays empty, also where the standard wants a value.
///
/// # Errors
/// No signal, a signal without samples, a unit that is not known or longer than 16 letters, a scale or rate that is no
/// number, two signals of one lead at the same time in different groups, or more than 65535 leads a group.
pub fn write(recording: &Recording) -> Result<Vec<u8>, WriteError> {
    let mut groups = Vec::new();
    gather(&recording.signals, false, &mut groups)?;
    // The reader takes the longest as the one that the others are placed by.
    groups.sort_by(|a, b| b.duration().total_cmp(&a.duration()));
    if groups.is_empty() {
        return Err(WriteError::Empty);
    }
    apart(&groups)?;
    let traces = groups.len();
    gather(&recording.representative_beats, true, &mut groups)?;
    let (class, narrow) = choose(&groups);
    let mut items = Vec::new();
    for group in &groups {
        items.push(item(group, &groups, traces, narrow)?);
    }

    let (day, clock, zone) = moment(recording.start.as_deref());
    let mut first = Encoder::default();
    first
        .element(0x0008_0020, *b"DA", day.as_bytes())
        .element(0x0008_0023, *b"DA", day.as_bytes())
        .element(0x0008_002A, *b"DT", format!("{day}{clock}{zone}").as_bytes())
        .element(0x0008_0030, *b"TM", clock.as_bytes())
        .element(0x0008_0033, *b"TM", clock.as_bytes())
        .element(0x0008_0050, *b"SH", b"")
        .element(0x0008_0060, *b"CS", b"ECG")
        .element(0x0008_0070, *b"LO", b"")
        .element(0x0008_0090, *b"PN", b"");
    if !zone.is_empty() {
        first.element(0x0008_0201, *b"SH", zone.as_bytes());
    }
    let patient = &recording.patient;
    let sex = patient.sex.map_or("", |sex| if sex == Sex::Female { "F" } else { "M" });
    let born = patient.born.as_deref().and_then(date).unwrap_or_default().replace('-', "");
    first
        .text(0x0010_0010, *b"PN", &person(patient.name.as_deref().unwrap_or_default()), 64)
        .text(0x0010_0020, *b"LO", patient.id.as_deref().unwrap_or_default(), 64)
        .element(0x0010_0030, *b"DA", born.as_bytes())
        .element(0x0010_0040, *b"CS", sex.as_bytes());
    if let Some(age) = patient.age.filter(|age| *age <= 999) {
        first.element(0x0010_1010, *b"AS", format!("{age:03}Y").as_bytes());
    }
    first.element(0x0018_106A, *b"CS", b"NO TRIGGER").element(0x0018_1800, *b"CS", b"N");
    let mut last = Encoder::default();
    last.sequence(0x0040_0555, &[]);
    let said = findings::items(recording, groups.get(..traces).unwrap_or_default());
    if !said.is_empty() {
        last.sequence(0x0040_B020, &said);
    }
    last.sequence(0x5400_0100, &items);

    let content = hash(&[class.as_bytes(), &first.bytes, &last.bytes]);
    let unique = |part: &str| identifier(hash(&[&content.to_le_bytes(), part.as_bytes()]));
    let instance = unique("instance");
    let mut meta = Encoder::default();
    meta.element(0x0002_0001, *b"OB", &[0, 1])
        .element(0x0002_0002, *b"UI", class.as_bytes())
        .element(0x0002_0003, *b"UI", instance.as_bytes())
        .element(0x0002_0010, *b"UI", b"1.2.840.10008.1.2.1")
        .element(0x0002_0012, *b"UI", identifier(hash(&[b"Einthoven"])).as_bytes())
        .element(0x0002_0013, *b"SH", b"EINTHOVEN");
    let mut file = Encoder { bytes: vec![0; 128] };
    file.bytes.extend_from_slice(b"DICM");
    let length = u32::try_from(meta.bytes.len()).unwrap_or(u32::MAX);
    file.element(0x0002_0000, *b"UL", &length.to_le_bytes());
    file.bytes.extend_from_slice(&meta.bytes);
    file.element(0x0008_0005, *b"CS", b"ISO_IR 192").element(0x0008_0016, *b"UI", class.as_bytes()).element(
        0x0008_0018,
        *b"UI",
        instance.as_bytes(),
    );
    file.bytes.extend_from_slice(&first.bytes);
    file.element(0x0020_000D, *b"UI", unique("study").as_bytes())
        .element(0x0020_000E, *b"UI", unique("series").as_bytes())
        .element(0x0020_0010, *b"SH", b"")
        .element(0x0020_0011, *b"IS", b"1")
        .element(0x0020_0013, *b"IS", b"1")
        .element(0x0020_0200, *b"UI", unique("synchronization").as_bytes());
    file.bytes.extend_from_slice(&last.bytes);
    Ok(file.bytes)
}

fn unfit(what: &str, found: impl Into<String>, expected: impl Into<String>) -> WriteError {
    WriteError::Unfit { what: what.to_owned(), found: found.into(), expected: expected.into() }
}

/// Sorts signals into groups.
fn gather<'r>(signals: &'r [Signal], beats: bool, groups: &mut Vec<Group<'r>>) -> Result<(), WriteError> {
    for signal in signals {
        let column = column(signal)?;
        let start = if beats { 0.0 } else { signal.start };
        let same = |group: &&mut Group| {
            let alike = group.rate == signal.rate && group.start == start && group.frames() == signal.len();
            alike && group.beats == beats && group.columns.len() < usize::from(u16::MAX)
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.columns.push(column),
            None => groups.push(Group { beats, rate: signal.rate, start, columns: vec![column] }),
        }
    }
    Ok(())
}

fn column(signal: &Signal) -> Result<Column<'_>, WriteError> {
    let what = format!("lead {}", signal.label);
    if signal.is_empty() {
        return Err(unfit(&what, "no samples", "at least one sample"));
    }
    if !(signal.rate.is_finite() && signal.rate > 0.0 && signal.start.is_finite()) {
        return Err(unfit(&what, format!("{} Hz from {} s", signal.rate, signal.start), "a finite rate and start"));
    }
    let unit = unit(signal.unit());
    if *signal.unit() == Unit::Unknown || unit.is_empty() {
        return Err(unfit(&what, "no unit", "values with a unit; please give it"));
    }
    if unit.len() > 16 || plain(&unit, 16) != unit {
        return Err(unfit(&what, format!("the unit {}", crate::error::shown(&unit)), "a unit of at most 16 letters"));
    }
    let mut missing = vec![false; signal.len()];
    for &(from, to) in &signal.missing {
        if let Some(range) = missing.get_mut(from..to.min(signal.len())) {
            range.fill(true);
        }
    }
    let (counts, scale) = match &signal.samples {
        Samples::Digital { counts, scale } => (counts.to_vec(), scale.clone()),
        Samples::Physical { values, unit } => {
            missing.iter_mut().zip(values).filter(|(_, value)| !value.is_finite()).for_each(|(mark, _)| *mark = true);
            quantise::quantised(&what, values, unit, i32::from(i16::MAX))?
        }
    };
    let sound = (1.0 / scale.gain).is_finite() && scale.gain.is_finite() && (scale.baseline / scale.gain).is_finite();
    if !sound || scale.gain == 0.0 {
        return Err(unfit(&what, format!("a gain of {}", scale.gain), "a gain that is a number and not 0"));
    }
    Ok(Column { signal, scale, counts, missing })
}

/// The unit in UCUM.
fn unit(unit: &Unit) -> String {
    match unit {
        Unit::Microvolt => "uV".to_owned(),
        unit => unit.symbol().trim().to_owned(),
    }
}

/// Refuses what would come back as two recordings.
fn apart(groups: &[Group]) -> Result<(), WriteError> {
    for (position, group) in groups.iter().enumerate() {
        for other in groups.iter().take(position) {
            let (end, other_end) = (group.start + group.duration(), other.start + other.duration());
            if end <= other.start || other_end <= group.start {
                continue;
            }
            let twice = |column: &&Column| other.columns.iter().any(|known| known.signal.lead == column.signal.lead);
            if let Some(column) = group.columns.iter().find(twice) {
                let what = format!("lead {}", column.signal.label);
                return Err(unfit(&what, "two signals at the same time", "one, or equal rates and lengths"));
            }
        }
    }
    Ok(())
}

/// The class whose rules the groups keep (PS3.3 A.34), and whether its samples have 16 bits.
fn choose(groups: &[Group]) -> (&'static str, bool) {
    let narrow = groups.iter().all(Group::is_narrow);
    let rates = |low: f64| groups.iter().all(|group| group.rate >= low && group.rate <= 1000.0);
    let widest = groups.iter().map(|group| group.columns.len()).max().unwrap_or(0);
    let standard = groups.first().is_some_and(|group| {
        let has = |lead: &Lead| group.columns.iter().any(|column| column.signal.lead == *lead);
        group.columns.len() == 12 && Lead::TWELVE.iter().all(has)
    });
    let short = groups.iter().all(|group| group.frames() <= 16_384);
    if narrow && standard && short && rates(200.0) && widest <= 13 && groups.len() <= 5 {
        (class::TWELVE_LEAD, true)
    } else if narrow && rates(200.0) && widest <= 24 && groups.len() <= 4 {
        (class::GENERAL, true)
    } else if narrow && rates(50.0) && widest <= 12 && groups.len() == 1 {
        (class::AMBULATORY, true)
    } else {
        (class::GENERAL_32_BIT, false)
    }
}

/// A group as an item of the waveform sequence.
fn item(group: &Group, groups: &[Group], traces: usize, narrow: bool) -> Result<Encoder, WriteError> {
    let padding = if narrow {
        group.padding(i32::from(i16::MIN), i32::from(i16::MAX))?
    } else {
        group.padding(i32::MIN, i32::MAX)?
    };
    let first_start = groups.first().map_or(0.0, |first| first.start);
    let mut item = Encoder::default();
    if traces > 1 && !group.beats {
        item.element(0x0018_1068, *b"DS", decimal((group.start - first_start) * 1000.0).as_bytes());
    }
    let channels = u16::try_from(group.columns.len()).unwrap_or(u16::MAX);
    let frames = u32::try_from(group.frames()).unwrap_or(u32::MAX);
    let bits: u16 = if narrow { 16 } else { 32 };
    item.element(0x003A_0004, *b"CS", if group.beats { b"DERIVED" } else { b"ORIGINAL" })
        .element(0x003A_0005, *b"US", &channels.to_le_bytes())
        .element(0x003A_0010, *b"UL", &frames.to_le_bytes())
        .element(0x003A_001A, *b"DS", decimal(group.rate).as_bytes())
        .element(0x003A_0020, *b"SH", if group.beats { b"MEDIAN BEAT" } else { b"RHYTHM" });
    let skew = if group.beats { 0.0 } else { first_start };
    let definitions: Vec<Encoder> = group.columns.iter().map(|column| definition(column, skew, bits)).collect();
    item.sequence(0x003A_0200, &definitions).element(0x5400_1004, *b"US", &bits.to_le_bytes()).element(
        0x5400_1006,
        *b"CS",
        if narrow { b"SS" } else { b"SL" },
    );
    // The lower two bytes are the count in 16 bits, since it lies within them.
    let size = usize::from(bits) >> 3;
    if let Some(padding) = padding {
        item.element(0x5400_100A, *b"OW", padding.to_le_bytes().get(..size).unwrap_or_default());
    }
    let frame = group.columns.len().saturating_mul(size);
    let mut data = Vec::with_capacity(group.frames().saturating_mul(frame));
    if u32::try_from(group.frames().saturating_mul(frame)).is_err() {
        return Err(unfit("the samples", format!("{frames} frames of {frame} bytes"), "less than 4 GiB"));
    }
    for frame in 0..group.frames() {
        for column in &group.columns {
            let missing = column.missing.get(frame).copied().unwrap_or(false);
            let stored = column.counts.get(frame).copied().unwrap_or_default();
            let count = if missing { padding.unwrap_or_default() } else { stored };
            data.extend(count.to_le_bytes().iter().take(size));
        }
    }
    item.element(0x5400_1010, *b"OW", &data);
    Ok(item)
}

fn definition(column: &Column, skew: f64, bits: u16) -> Encoder {
    let Scale { gain, baseline, unit: in_unit } = &column.scale;
    let signal = column.signal;
    let fits = matches!(codes::lead_of_meaning(&signal.label), Lead::Other(_))
        || codes::lead_of_meaning(&signal.label) == signal.lead;
    let meaning = if signal.label.is_empty() || !fits { signal.lead.name() } else { &signal.label };
    let code = codes::code(&signal.lead).unwrap_or_else(|| "2:0".to_owned());
    let step = 1.0 / gain;
    let sensitivity = decimal(step);
    // What the string of 16 letters lacks goes into the correction.
    let stored: f64 = sensitivity.parse().unwrap_or(step);
    let correction = if stored == step || stored == 0.0 { 1.0 } else { step / stored };
    let offset = -baseline / gain + 0.0;
    let name = unit(in_unit);
    let mut item = Encoder::default();
    item.code(0x003A_0208, &code, "MDC", "", meaning)
        .element(0x003A_0210, *b"DS", sensitivity.as_bytes())
        .code(0x003A_0211, &name, "UCUM", "1.4", &name)
        .element(0x003A_0212, *b"DS", decimal(correction).as_bytes())
        .element(0x003A_0213, *b"DS", decimal(offset).as_bytes());
    if skew == 0.0 {
        item.element(0x003A_0215, *b"DS", b"0");
    } else {
        item.element(0x003A_0214, *b"DS", decimal(skew).as_bytes());
    }
    item.element(0x003A_021A, *b"US", &bits.to_le_bytes());
    item
}

/// `2001-02-03T04:05:06.7+01:00` as a date, a time and a zone of DICOM; empty where it is none.
fn moment(start: Option<&str>) -> (String, String, String) {
    let (day, clock, zone) = moment::parts(start.unwrap_or_default());
    let Some(day) = date(day) else { return Default::default() };
    let clock = super::value::time(clock).unwrap_or_default();
    let zone = if zone == "Z" { "+0000".to_owned() } else { zone.replace(':', "") };
    let is_zone = zone.len() == 5 && zone.bytes().skip(1).all(|digit| digit.is_ascii_digit()) && !clock.is_empty();
    // Hours alone are fine; a fraction has at most six digits, as the reader's check says.
    (day.replace('-', ""), clock.replace(':', ""), if is_zone { zone } else { String::new() })
}

/// `family, given` as `family^given`.
fn person(name: &str) -> String {
    let name = name.replace(['^', '='], " ");
    match name.split_once(", ") {
        Some((family, given)) => format!("{}^{}", family.trim(), given.trim()),
        None => name,
    }
}
