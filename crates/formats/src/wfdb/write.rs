//! Recordings as WFDB files: a header, a signal file (in FLAC one for each rate and each eight leads), and an annotation
//! file where there are annotations.

use ecg::{Recording, Samples, Scale, Signal, Unit};

use super::header::GAINS;
use super::storage::StorageFormat;
use super::{annotations, flac_write, header_write};
use crate::{WriteError, filling, quantise};

/// One signal as it will be stored.
pub(super) struct Column<'r> {
    pub(super) signal: &'r Signal,
    pub(super) scale: Scale,
    pub(super) per_frame: usize,
    pub(super) counts: Vec<i32>,
    /// The signal file that holds it.
    pub(super) file: String,
}

/// Writes a recording as `name.hea`, `name.dat` and, with annotations, `name.atr`; gives names with contents. In format 516
/// (FLAC) a file holds up to eight leads of one rate; where there are more, the files are `name_1.dat`, `name_2.dat` and so on.
///
/// Counts are stored as they are, with their gain and baseline (a baseline is rounded: WFDB holds whole ones). Physical
/// values are stored in steps of a power of ten in which all of them are whole, or in the finest that 16 bits hold. Missing samples become
/// the format's own mark. Signals may differ in rate by whole factors. Age, sex, statements and comments are written,
/// name and identifier of the person are not. A text too long for a line goes on in the next; labels and statements of more
/// than 60,000 bytes are cut there.
///
/// # Errors
/// No signal, a unit that is not known, rates that are no whole multiples, counts that the format cannot hold, leads so far apart that
/// nearly all samples would be missing ones, or a format that is not written (8, 310, 311, 508 and 524).
pub fn write(recording: &Recording, name: &str, format: StorageFormat) -> Result<Vec<(String, Vec<u8>)>, WriteError> {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
    if name.is_empty() || !name.chars().all(plain) {
        return Err(unfit("the record's name", format!("\"{name}\""), "letters, digits, '_' and '-'"));
    }
    let slowest = recording.signals.iter().map(|signal| signal.rate).fold(f64::INFINITY, f64::min);
    if recording.signals.is_empty() {
        return Err(WriteError::Empty);
    }
    let Some(missing) = format.missing().filter(|_| writable(format)) else {
        return Err(unfit(
            "the file",
            format!("format {}", format.code()),
            "formats 16, 24, 32, 61, 80, 160, 212 and 516",
        ));
    };
    filling::check(recording, filled(recording, slowest))?;
    let mut columns = Vec::new();
    for signal in &recording.signals {
        columns.push(column(signal, slowest, format, missing)?);
    }
    let frames = columns.iter().map(|column| column.counts.len().div_ceil(column.per_frame)).max().unwrap_or(0);
    for column in &mut columns {
        column.counts.resize(frames.saturating_mul(column.per_frame), missing);
    }
    let signals = signal_files(name, format, slowest, frames, &mut columns);
    let header = header_write::header(recording, name, format, slowest, frames, &columns);
    let mut files = vec![(format!("{name}.hea"), header.into_bytes())];
    files.extend(signals);
    if !recording.annotations.is_empty() {
        files.push((format!("{name}.atr"), marks(recording, slowest)?));
    }
    Ok(files)
}

fn writable(format: StorageFormat) -> bool {
    use StorageFormat::{F16, F24, F32, F61, F80, F160, F212, F516};
    matches!(format, F16 | F24 | F32 | F61 | F80 | F160 | F212 | F516)
}

/// The signal files; tells each column its own.
fn signal_files(
    name: &str,
    format: StorageFormat,
    rate: f64,
    frames: usize,
    columns: &mut [Column],
) -> Vec<(String, Vec<u8>)> {
    if format != StorageFormat::F516 {
        let file = format!("{name}.dat");
        for column in columns.iter_mut() {
            column.file.clone_from(&file);
        }
        return vec![(file, pack(format, frames, columns))];
    }
    let streams: Vec<&mut [Column]> = columns
        .chunk_by_mut(|one, next| one.per_frame == next.per_frame)
        .flat_map(|alike| alike.chunks_mut(flac_write::MOST_CHANNELS))
        .collect();
    let alone = streams.len() == 1;
    let mut files = Vec::new();
    for (number, stream) in (1u32..).zip(streams) {
        let file = if alone { format!("{name}.dat") } else { format!("{name}_{number}.dat") };
        for column in stream.iter_mut() {
            column.file.clone_from(&file);
        }
        let channels: Vec<&[i32]> = stream.iter().map(|column| column.counts.as_slice()).collect();
        let each = stream.first().map_or(1, |column| column.per_frame);
        files.push((file, flac_write::encode(&channels, rate * each as f64)));
    }
    files
}

fn unfit(what: &str, found: impl Into<String>, expected: impl Into<String>) -> WriteError {
    WriteError::Unfit { what: what.to_owned(), found: found.into(), expected: expected.into() }
}

fn column(signal: &Signal, slowest: f64, format: StorageFormat, missing: i32) -> Result<Column<'_>, WriteError> {
    let what = format!("lead {}", signal.label);
    let ratio = signal.rate / slowest;
    if !(ratio.is_finite() && (ratio - ratio.round()).abs() < 1e-9 * ratio && ratio <= 1e6) {
        return Err(unfit(&what, format!("{} Hz", signal.rate), format!("whole multiples of {slowest} Hz")));
    }
    if *signal.unit() == Unit::Unknown {
        return Err(unfit(&what, "no unit", "values with a unit; please give it"));
    }
    let per_frame = to_count(ratio.round());
    let highest = missing.wrapping_add(1).wrapping_neg();
    let (mut counts, scale) = match &signal.samples {
        Samples::Digital { counts, scale } => {
            (counts.to_vec(), Scale { baseline: scale.baseline.round(), ..scale.clone() })
        }
        Samples::Physical { values, unit } => quantise::quantised(&what, values, unit, highest)?,
    };
    if !GAINS.contains(&scale.gain.abs()) {
        let expected = format!("{:e} to {:e} counts a unit", GAINS.start, GAINS.end);
        return Err(unfit(&what, format!("a gain of {:e}", scale.gain), expected));
    }
    // What is missing becomes the mark; what is there must not look like it.
    let mut is_missing = vec![false; counts.len()];
    for (from, to) in &signal.missing {
        if let Some(range) = is_missing.get_mut(*from..(*to).min(signal.len())) {
            range.fill(true);
        }
    }
    if let Samples::Physical { values, .. } = &signal.samples {
        is_missing.iter_mut().zip(values).filter(|(_, value)| !value.is_finite()).for_each(|(mark, _)| *mark = true);
    }
    for (count, is_missing) in counts.iter_mut().zip(is_missing) {
        if is_missing {
            *count = missing;
        } else if *count <= missing || *count > highest {
            let expected = format!("{} to {highest} in format {}", missing.wrapping_add(1), format.code());
            return Err(unfit(&what, format!("a count of {count}"), expected));
        }
    }
    let lead_in = to_count((signal.start * signal.rate).round().max(0.0));
    if lead_in > 0 {
        counts.splice(0..0, std::iter::repeat_n(missing, lead_in));
    }
    Ok(Column { signal, scale, per_frame: per_frame.max(1), counts, file: String::new() })
}

/// Samples of the file: of each frame those of every signal, as many frames as the signal that ends last needs.
fn filled(recording: &Recording, slowest: f64) -> f64 {
    let end = |signal: &Signal| (signal.start.max(0.0) * signal.rate + signal.len() as f64) / (signal.rate / slowest);
    let frames = recording.signals.iter().map(end).fold(0.0, f64::max);
    frames * recording.signals.iter().map(|signal| signal.rate / slowest).sum::<f64>()
}

/// A whole number that is at least 0 as a count.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn to_count(value: f64) -> usize {
    value as usize
}

/// The interleaved stream of all columns.
fn pack(format: StorageFormat, frames: usize, columns: &[Column]) -> Vec<u8> {
    use StorageFormat::{F24, F32, F61, F80, F160, F212};
    let samples = (0..frames).flat_map(|frame| {
        columns.iter().flat_map(move |column| {
            let from = frame.saturating_mul(column.per_frame);
            let range = from..from.saturating_add(column.per_frame);
            column.counts.get(range).unwrap_or_default().iter().copied()
        })
    });
    let mut bytes = Vec::new();
    let mut half: Option<[u8; 4]> = None;
    for count in samples {
        let word = count.to_le_bytes();
        let [a, b, c, _] = word;
        match format {
            F24 => bytes.extend([a, b, c]),
            F32 => bytes.extend(word),
            F61 => bytes.extend([b, a]),
            F80 => bytes.push(a.wrapping_add(128)),
            F160 => bytes.extend([a, b.wrapping_add(128)]),
            F212 => match half.take() {
                None => half = Some(word),
                Some([first, high, ..]) => bytes.extend([first, high & 0x0f | (b & 0x0f) << 4, a]),
            },
            _ => bytes.extend([a, b]),
        }
    }
    if let Some([first, high, ..]) = half {
        bytes.extend([first, high & 0x0f]);
    }
    bytes
}

/// Samples from the start to a mark at most: three steps of the longest kind.
const FURTHEST_MARK: i64 = 3 << 31;

/// The annotations as marks: those with a code of WFDB by it, others as notes.
///
/// # Errors
/// A mark lies so far away that steps to it alone would make the file grow without bound.
fn marks(recording: &Recording, rate: f64) -> Result<Vec<u8>, WriteError> {
    let mut marks: Vec<(i64, u16, String)> = Vec::new();
    for annotation in &recording.annotations {
        #[allow(clippy::cast_possible_truncation)]
        let tick = (annotation.time * rate).round() as i64;
        if !(-FURTHEST_MARK..=FURTHEST_MARK).contains(&tick) {
            let found = format!("a mark at {} s", annotation.time);
            return Err(unfit("annotations", found, format!("marks within {FURTHEST_MARK} samples of the start")));
        }
        if let Some(code) = annotations::code_of(&annotation.code) {
            marks.push((tick, code, annotation.text.clone()));
        } else {
            let text = [annotation.code.as_str(), &annotation.text].join(" ");
            marks.push((tick, annotations::NOTE, text.trim().to_owned()));
        }
    }
    marks.sort_by_key(|(tick, ..)| *tick);
    let borrowed: Vec<(i64, u16, &str)> =
        marks.iter().map(|(tick, code, text)| (*tick, *code, text.as_str())).collect();
    Ok(annotations::write(&borrowed))
}
