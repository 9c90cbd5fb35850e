//! Frames to recordings.

use ecg::{Counts, Recording, Samples, Scale, Severity, Signal, Unit};

use super::definitions::Reading;
use super::frames::{Channel, DataType, Fit, Quantity, Values};
use super::leads;
use crate::limits::reserve;
use crate::{Error, Hints, Place, samples};

/// The waveform type of representative beats.
const DOMINANT_BEAT: u16 = 9;

/// A recording for each run of frames whose layouts continue each other, and seconds between the samples of the first lead.
pub(super) fn recordings(reading: &mut Reading, hints: &Hints) -> Result<(Vec<Recording>, f64), Error> {
    let frames = core::mem::take(&mut reading.frames);
    let layouts = core::mem::take(&mut reading.layouts);
    let mut gaps = samples::MOST_GAPS;
    let mut recordings: Vec<Recording> = Vec::new();
    let mut beats: Vec<Signal> = Vec::new();
    let runs = frames.chunk_by(|one, next| match (layouts.get(one.layout), layouts.get(next.layout)) {
        (Some(one), Some(next)) => one.continues(next),
        _ => false,
    });
    for run in runs {
        let Some(first) = run.first() else { continue };
        let Some(layout) = layouts.get(first.layout) else { continue };
        let mut counts = vec![0_u64; layout.channels.len()];
        let mut end = None;
        for (number, frame) in run.iter().enumerate() {
            let Some(layout) = layouts.get(frame.layout) else { continue };
            let (own, fit) = frame.count(layout);
            let place = format!("byte {}", frame.place);
            let message = match fit {
                Fit::Whole => None,
                Fit::Short => Some(
                    "the frame holds fewer samples than it states, or its last is not whole; what is whole was read",
                ),
                Fit::Long => Some("the frame holds more bytes than its samples need; they were passed over"),
            };
            if let Some(message) = message {
                reading.warn(Severity::Data, &place, message);
            }
            if number > 0 && frame.pointer.is_some_and(|pointer| Some(u64::from(pointer)) != end) {
                let message = "the frame does not begin where the one before ended; they were joined without a gap";
                reading.warn(Severity::Data, &place, message);
            }
            let start = frame.pointer.map_or(end.unwrap_or(0), u64::from);
            end = Some(start.saturating_add(own.first().copied().unwrap_or(0)));
            counts.iter_mut().zip(own).for_each(|(sum, own)| *sum = sum.saturating_add(own));
        }
        let longest = counts.iter().copied().max().unwrap_or(0);
        let place = Place::Byte(first.place);
        reading.limits.size(reading.file.name, place, layout.channels.len() as u64, longest)?;
        let mut values = Vec::new();
        for (channel, count) in layout.channels.iter().zip(&counts) {
            values.push(Values::new(reading.file.name, channel.data_type, *count)?);
        }
        for frame in run {
            if let Some(layout) = layouts.get(frame.layout) {
                frame.deal(layout, &mut values);
            }
        }
        let mut signals = Vec::new();
        for ((number, channel), values) in (1_usize..).zip(&layout.channels).zip(values) {
            signals.push(signal(reading, channel, number, values, hints, &mut gaps)?);
        }
        signals.retain(|signal| !signal.is_empty());
        if signals.is_empty() {
            continue;
        }
        if layout.waveform == Some(DOMINANT_BEAT) {
            beats.extend(signals);
        } else {
            recordings.push(Recording { signals, ..Recording::default() });
        }
    }
    match recordings.first_mut() {
        Some(first) => first.representative_beats = beats,
        None if beats.is_empty() => {
            let place = frames.first().map_or(Place::Whole, |frame| Place::Byte(frame.place));
            return Err(Error::truncated(reading.file.name, place, "frames without a whole sample", "samples"));
        }
        None => {
            reading.warn(
                Severity::Note,
                "",
                "the file holds dominant beats and no rhythm; they were read as a recording",
            );
            recordings.push(Recording { signals: beats, ..Recording::default() });
        }
    }
    let interval =
        recordings.first().and_then(|recording| recording.signals.first()).map_or(0.0, |signal| 1.0 / signal.rate);
    Ok((recordings, interval))
}

fn signal(
    reading: &mut Reading,
    channel: &Channel,
    number: usize,
    values: Values,
    hints: &Hints,
    gaps: &mut u64,
) -> Result<Signal, Error> {
    let (lead, label) = leads::lead(channel.name.as_ref(), number);
    let file = reading.file.name;
    let rate = match channel.interval.map(rate) {
        Some(Some(rate)) => rate,
        Some(None) => {
            let found = format!("lead {label} with samples at intervals of no time");
            return Err(Error::invalid(file, Place::Whole, found, "an interval in seconds, or a rate in hertz"));
        }
        None => hints.rate.unwrap_or_else(|| {
            reading.warn(Severity::Note, "", "the file states no sampling rate; the format's own is 1000 Hz");
            1000.0
        }),
    };
    let rate = reading.limits.rate(file, Place::Whole, rate)?;
    let status = channel.data_type == DataType::Status;
    let scale = channel.resolution.and_then(scale).filter(|_| !status);
    let (gain, unit) = match scale {
        Some(scale) => scale,
        None if status => (1.0, Unit::Other("status".to_owned())),
        None => {
            let message = "states no resolution; its counts were kept, in no unit";
            reading.warn(Severity::Data, format!("lead {label}"), message);
            (1.0, Unit::Unknown)
        }
    };
    let offset = channel.offset.map_or(0.0, |offset| offset.of(channel.data_type));
    let offset = if offset.is_finite() && offset.abs() < 1e15 { offset } else { 0.0 };
    let scale = Scale { gain, baseline: if offset == 0.0 { 0.0 } else { -offset }, unit };
    // A number that the type cannot hold marks none of its samples.
    let none = channel.no_sample.map(|none| none.count(channel.data_type));
    let (samples, missing) = match values {
        Values::Narrow(counts) => {
            let missing = marked(file, &counts, none.and_then(|none| i16::try_from(none).ok()), gaps)?;
            (Samples::Digital { counts: Counts::Narrow(counts), scale }, missing)
        }
        Values::Wide(counts) => {
            let missing = marked(file, &counts, none.and_then(|none| i32::try_from(none).ok()), gaps)?;
            (Samples::Digital { counts: Counts::Wide(counts), scale }, missing)
        }
        Values::Unsigned(counts) => {
            let missing = marked(file, &counts, none.and_then(|none| u32::try_from(none).ok()), gaps)?;
            (unsigned(file, counts, scale)?, missing)
        }
        Values::Real(mut values) => {
            let none = channel.no_sample.map(|none| none.of(channel.data_type));
            let is_none = |value: f64| !value.is_finite() || none == Some(value);
            let missing = samples::marked(file, values.iter().map(|&value| is_none(value)), gaps)?;
            for value in &mut values {
                *value = if is_none(*value) { f64::NAN } else { (*value - scale.baseline) / scale.gain };
            }
            (Samples::Physical { values, unit: scale.unit }, missing)
        }
    };
    Ok(Signal { lead, label, rate, start: 0.0, samples, missing, derived: false })
}

/// Runs of the count that stands for no sample.
fn marked<T: Copy + PartialEq>(
    file: &str,
    counts: &[T],
    none: Option<T>,
    gaps: &mut u64,
) -> Result<Vec<(usize, usize)>, Error> {
    match none {
        Some(none) => samples::marked(file, counts.iter().map(|&count| count == none), gaps),
        None => Ok(Vec::new()),
    }
}

/// Counts of 32 bits without a sign: as counts where these have room, else as values.
fn unsigned(file: &str, counts: Vec<u32>, scale: Scale) -> Result<Samples, Error> {
    if counts.iter().all(|&count| i32::try_from(count).is_ok()) {
        let mut wide = reserve(file, counts.len() as u64)?;
        wide.extend(counts.into_iter().map(|count| i32::try_from(count).unwrap_or(i32::MAX)));
        return Ok(Samples::Digital { counts: Counts::Wide(wide), scale });
    }
    let mut values = reserve(file, counts.len() as u64)?;
    values.extend(counts.into_iter().map(|count| (f64::from(count) - scale.baseline) / scale.gain));
    Ok(Samples::Physical { values, unit: scale.unit })
}

/// Samples a second, of a rate in hertz (unit 0) or an interval in seconds (unit 1).
fn rate(interval: Quantity) -> Option<f64> {
    let number = interval.number as f64;
    let rate = match interval.unit {
        0 => number * ten(interval.power),
        // Divided in this order, 8 milliseconds are 125 Hz and not nearly.
        1 => ten(interval.power.saturating_neg()) / number,
        _ => return None,
    };
    (rate.is_finite() && rate > 0.0).then_some(rate)
}

/// Counts per unit, and the unit: voltages in the usual one that is next.
fn scale(resolution: Quantity) -> Option<(f64, Unit)> {
    const OTHERS: [&str; 22] = [
        "mmHg",
        "Pa",
        "cmH2O",
        "mmHg/s",
        "dyn",
        "N",
        "%",
        "°C",
        "1/min",
        "1/s",
        "Ohm",
        "A",
        "rpm",
        "W",
        "dB",
        "kg",
        "J",
        "dyn s/(m2 cm5)",
        "L",
        "L/s",
        "L/min",
        "cd",
    ];
    let power = i32::from(resolution.power);
    let (unit, of_unit) = match (resolution.unit, power) {
        (0, ..=-8) => (Unit::Nanovolt, -9),
        (0, -7..=-5) => (Unit::Microvolt, -6),
        (0, -4..=-2) => (Unit::Millivolt, -3),
        (0, _) => (Unit::Volt, 0_i32),
        (other, _) => (Unit::Other((*OTHERS.get(usize::from(other).checked_sub(1)?)?).to_owned()), 0),
    };
    let power = i8::try_from(of_unit.saturating_sub(power)).ok()?;
    let gain = ten(power) / resolution.number as f64;
    (gain.is_finite() && (1e-12..1e12).contains(&gain.abs())).then_some((gain, unit))
}

/// A power of ten; exact as far as it can be.
fn ten(power: i8) -> f64 {
    let whole = 10_f64.powi(i32::from(power).abs());
    if power < 0 { 1.0 / whole } else { whole }
}
