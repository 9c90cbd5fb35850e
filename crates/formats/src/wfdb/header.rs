//! The header file: record line, signal lines or segment lines, comments (WFDB Applications Guide, header(5)).

use ecg::{Severity, Unit, Warning};

use super::storage::StorageFormat;
use crate::error::shown;
use crate::{Error, Limits, Place, encoding, notes};

/// A header as it stands in the file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Header {
    /// The record's name.
    pub(crate) name: String,
    /// Segments of a multi-segment record; none of an ordinary one.
    pub(crate) segments: Option<Vec<SegmentLine>>,
    /// Number of signals that the record line states.
    pub(crate) stated_signals: u64,
    /// Frames a second.
    pub(crate) rate: f64,
    /// Number of frames, where it is stated.
    pub(crate) frames: Option<u64>,
    /// Start, ISO 8601 as far as it is stated.
    pub(crate) start: Option<String>,
    /// Signal lines of an ordinary record.
    pub(crate) signals: Vec<SignalLine>,
    /// Comment lines without their mark.
    pub(crate) comments: Vec<String>,
    /// What was odd.
    pub(crate) warnings: Vec<Warning>,
}

/// One segment of a multi-segment record.
#[derive(Clone, Debug)]
pub(crate) struct SegmentLine {
    /// Record name of the segment; none for a gap.
    pub(crate) name: Option<String>,
    /// Its frames.
    pub(crate) frames: u64,
}

/// One signal line.
#[derive(Clone, Debug)]
pub(crate) struct SignalLine {
    /// Line in the header, from 1.
    pub(crate) line: u64,
    /// The file; none for a null signal (`~`).
    pub(crate) file: Option<String>,
    /// How its samples are stored; none for a null signal (format 0).
    pub(crate) storage: Option<StorageFormat>,
    /// Samples a frame.
    pub(crate) per_frame: u32,
    /// Frames that the signal lags behind.
    pub(crate) skew: u32,
    /// First byte of the samples in the file.
    pub(crate) offset: u64,
    /// Counts a unit.
    pub(crate) gain: f64,
    /// Count of physical zero.
    pub(crate) baseline: f64,
    /// Unit.
    pub(crate) unit: Unit,
    /// Value before the first difference (format 8).
    pub(crate) initial: i32,
    /// Sum of all samples modulo 65536.
    pub(crate) checksum: Option<u16>,
    /// The signal's name.
    pub(crate) description: String,
}

/// A frame rate that a header leaves out (header(5), "sampling frequency").
const DEFAULT_RATE: f64 = 250.0;
/// Counts a millivolt where the gain is absent or 0 (header(5), "ADC gain").
const DEFAULT_GAIN: f64 = 200.0;
/// Counts a unit that a signal can have, up or down.
pub(super) const GAINS: core::ops::Range<f64> = 1e-9..1e12;

/// Comment lines that are kept: a header of more has them to take memory.
const MOST_COMMENTS: usize = 1 << 16;

impl Header {
    /// Reads a header. `file` is its name for messages.
    pub(crate) fn parse(file: &str, bytes: &[u8], limits: &Limits) -> Result<Header, Error> {
        let text = encoding::guess(bytes);
        let mut header = Header { rate: DEFAULT_RATE, ..Header::default() };
        for (number, line) in (1u64..).zip(text.lines()) {
            if line.len() as u64 > limits.text_bytes {
                let found = format!("a line of {} bytes", line.len());
                return Err(Error::limit(file, Place::Line(number), found, limits.text_bytes));
            }
            let Some(comment) = line.trim().strip_prefix('#') else { continue };
            if header.comments.len() >= MOST_COMMENTS {
                if header.warnings.is_empty() {
                    header.note(file, number, "more comments than any header has; the rest was left out");
                }
                continue;
            }
            header.comments.push(comment.trim().to_owned());
        }
        let lines = (1u64..).zip(text.lines()).map(|(number, line)| (number, line.trim()));
        let mut lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        let Some((number, record)) = lines.next() else {
            return Err(Error::invalid(file, Place::Whole, "no record line", "a WFDB header"));
        };
        let segments = header.record_line(file, number, record, limits)?;
        if let Some(count) = segments {
            header.segments = Some(segment_lines(file, count, &mut lines, limits)?);
        } else {
            for position in 0..header.stated_signals {
                let Some((number, line)) = lines.next() else {
                    let expected = format!("{} signal lines", header.stated_signals);
                    return Err(Error::truncated(file, Place::Whole, format!("{position} signal lines"), expected));
                };
                let signal = signal_line(file, number, line, &mut header.warnings)?;
                header.signals.push(signal);
            }
        }
        if let Some(doubt) = &text.doubt {
            header.warnings.push(Warning {
                severity: Severity::Note,
                file: file.to_owned(),
                place: notes::place(doubt.place),
                message: doubt.message.clone(),
            });
        }
        if let Some((number, _)) = lines.next() {
            header.note(file, number, "more lines than the record line announces; they were passed over");
        }
        Ok(header)
    }

    /// Names of the files that belong to this header: signal files, or the headers of segments.
    pub(crate) fn companions(&self) -> Vec<String> {
        let mut names: Vec<String> = match &self.segments {
            Some(segments) => {
                segments.iter().filter_map(|segment| segment.name.as_ref()).map(|name| format!("{name}.hea")).collect()
            }
            None => self.signals.iter().filter_map(|signal| signal.file.clone()).collect(),
        };
        let mut seen = std::collections::BTreeSet::new();
        names.retain(|name| seen.insert(name.clone()));
        names
    }

    fn note(&mut self, file: &str, line: u64, message: &str) {
        self.warnings.push(note(file, line, message));
    }

    /// `name[/segments] signals [rate[/counter[(base)]] [frames [time [date]]]]`; returns the number of segments.
    fn record_line(&mut self, file: &str, number: u64, line: &str, limits: &Limits) -> Result<Option<u64>, Error> {
        let place = Place::Line(number);
        let mut fields = line.split_whitespace();
        let name = fields.next().unwrap_or_default();
        let (name, segments) = match name.split_once('/') {
            None => (name, None),
            Some((name, count)) => {
                let count = whole(count)
                    .ok_or_else(|| Error::invalid(file, place, shown(count), "a number of segments after the slash"))?;
                if count > limits.segments {
                    return Err(Error::limit(file, place, format!("{count} segments"), limits.segments));
                }
                (name, Some(count))
            }
        };
        name.clone_into(&mut self.name);
        let signals = fields.next().unwrap_or_default();
        self.stated_signals =
            whole(signals).ok_or_else(|| Error::invalid(file, place, shown(signals), "the number of signals"))?;
        limits.size(file, place, self.stated_signals, 0)?;
        if let Some(field) = fields.next() {
            let rate = field.split(['/', '(']).next().unwrap_or_default();
            let rate =
                decimal(rate).ok_or_else(|| Error::invalid(file, place, shown(field), "the sampling rate in hertz"))?;
            self.rate = if rate == 0.0 { DEFAULT_RATE } else { rate };
        }
        // Of a frame, which a slow signal beside the ECG makes long.
        self.rate = limits.rate_beside(file, place, self.rate)?;
        if let Some(field) = fields.next() {
            if let Some(frames) = whole(field) {
                self.frames = (frames > 0 || segments.is_some()).then_some(frames);
            } else {
                self.note(
                    file,
                    number,
                    "the number of samples cannot be read; it follows from the file's size instead",
                );
            }
        }
        let mut time = None;
        let mut date = None;
        for field in fields {
            if let Some(read) = clock(field).filter(|_| time.is_none()) {
                time = Some(read);
            } else if let Some(read) = calendar(field).filter(|_| date.is_none()) {
                date = Some(read);
            } else {
                self.note(file, number, "a field after the number of samples is neither a time nor a date");
            }
        }
        self.start = match (date, time) {
            (Some(date), Some(time)) => Some(format!("{date}T{time}")),
            (Some(date), None) => Some(date),
            (None, Some(time)) => Some(format!("T{time}")),
            (None, None) => None,
        };
        Ok(segments)
    }
}

/// A warning that does not touch the samples.
fn note(file: &str, line: u64, message: &str) -> Warning {
    Warning {
        severity: Severity::Note,
        file: file.to_owned(),
        place: format!("line {line}"),
        message: message.to_owned(),
    }
}

fn segment_lines<'a>(
    file: &str,
    count: u64,
    lines: &mut impl Iterator<Item = (u64, &'a str)>,
    limits: &Limits,
) -> Result<Vec<SegmentLine>, Error> {
    let mut segments = Vec::new();
    let mut total = 0u64;
    for position in 0..count {
        let Some((number, line)) = lines.next() else {
            let expected = format!("{count} segment lines");
            return Err(Error::truncated(file, Place::Whole, format!("{position} segment lines"), expected));
        };
        let place = Place::Line(number);
        let mut fields = line.split_whitespace();
        let name = fields.next().unwrap_or_default();
        let frames = fields.next().and_then(whole);
        let frames = frames.ok_or_else(|| Error::invalid(file, place, shown(line), "a segment's name and samples"))?;
        total = total.saturating_add(frames);
        if total > i64::MAX.unsigned_abs() {
            return Err(Error::limit(file, place, format!("{total} samples"), limits.samples_per_lead));
        }
        let name = if name == "~" { None } else { Some(bare(file, place, name)?) };
        segments.push(SegmentLine { name, frames });
    }
    Ok(segments)
}

/// `file format[xN][:skew][+offset] [gain[(baseline)][/unit] [bits [zero [first [checksum [block [description]]]]]]]`.
fn signal_line(file: &str, number: u64, line: &str, warnings: &mut Vec<Warning>) -> Result<SignalLine, Error> {
    let place = Place::Line(number);
    let mut rest = line;
    let name = field(&mut rest).unwrap_or_default();
    let format = field(&mut rest).unwrap_or_default();
    let mut signal = SignalLine {
        line: number,
        file: if name == "~" { None } else { Some(bare(file, place, name)?) },
        storage: None,
        per_frame: 1,
        skew: 0,
        offset: 0,
        gain: DEFAULT_GAIN,
        baseline: 0.0,
        unit: Unit::Millivolt,
        initial: 0,
        checksum: None,
        description: String::new(),
    };
    signal.format_field(file, place, format)?;
    let baseline = match numeric_field(&mut rest) {
        Some(gain) => signal.gain_field(file, number, gain, warnings)?,
        None => None,
    };
    // The fields from here on are whole numbers in this order; what is no number begins the description.
    let _resolution = number_field(&mut rest);
    let zero = number_field(&mut rest).unwrap_or(0);
    let initial = number_field(&mut rest);
    signal.checksum = number_field(&mut rest).map(|sum| {
        let [low, high, ..] = sum.to_le_bytes();
        u16::from_le_bytes([low, high])
    });
    let _block = number_field(&mut rest);
    signal.baseline = baseline.unwrap_or(zero as f64);
    signal.initial = initial.and_then(|value| i32::try_from(value).ok()).unwrap_or(0);
    rest.trim().clone_into(&mut signal.description);
    Ok(signal)
}

impl SignalLine {
    /// `format[xN][:skew][+offset]`
    fn format_field(&mut self, file: &str, place: Place, text: &str) -> Result<(), Error> {
        let wrong = || Error::invalid(file, place, shown(text), "a storage format such as 16, 212x4 or 16:2+24");
        let end = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
        let (code, mut rest) = text.split_at_checked(end).ok_or_else(wrong)?;
        let code = whole(code).ok_or_else(wrong)?;
        while let Some(mark) = rest.chars().next() {
            let tail = rest.get(1..).ok_or_else(wrong)?;
            let end = tail.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(tail.len());
            let (digits, next) = tail.split_at_checked(end).ok_or_else(wrong)?;
            let value = whole(digits).ok_or_else(wrong)?;
            match mark {
                'x' => self.per_frame = u32::try_from(value).ok().filter(|count| *count > 0).ok_or_else(wrong)?,
                ':' => self.skew = u32::try_from(value).map_err(|_| wrong())?,
                '+' => self.offset = value,
                _ => return Err(wrong()),
            }
            rest = next;
        }
        self.storage = match (code, &self.file) {
            (0, _) | (_, None) => None,
            (code, Some(_)) => Some(StorageFormat::from_code(code).ok_or_else(|| {
                let known = "one of 8, 16, 24, 32, 61, 80, 160, 212, 310, 311, 508, 516, 524";
                Error::unsupported(file, place, format!("storage format {code}"), known)
            })?),
        };
        Ok(())
    }

    /// `gain[(baseline)][/unit]`; returns the baseline.
    fn gain_field(
        &mut self,
        file: &str,
        number: u64,
        text: &str,
        warnings: &mut Vec<Warning>,
    ) -> Result<Option<f64>, Error> {
        let place = Place::Line(number);
        let (scale, unit) = text.split_once('/').map_or((text, None), |(scale, unit)| (scale, Some(unit)));
        let (gain, baseline) = match scale.split_once('(') {
            None => (scale, None),
            Some((gain, baseline)) => {
                let baseline = decimal(baseline.trim_end_matches(')'))
                    .ok_or_else(|| Error::invalid(file, place, shown(text), "a baseline in brackets"))?;
                (gain, Some(baseline))
            }
        };
        let gain =
            decimal(gain).ok_or_else(|| Error::invalid(file, place, shown(text), "the gain in counts a unit"))?;
        if gain == 0.0 {
            warnings.push(note(file, number, "the gain is 0 (not calibrated); 200 counts a unit are assumed"));
        } else if !GAINS.contains(&gain.abs()) {
            return Err(Error::limit(file, place, format!("a gain of {gain:e}"), "1e-9 to 1e12 counts a unit"));
        } else {
            self.gain = gain;
        }
        if let Some(unit) = unit.filter(|unit| !unit.is_empty()) {
            self.unit = Unit::from_label(unit);
        }
        Ok(baseline)
    }
}

/// A name without folder: a header may name files beside it and nothing else.
fn bare(file: &str, place: Place, name: &str) -> Result<String, Error> {
    let outside = name.contains(['/', '\\', ':', '\0']) || name == ".." || name == "." || name.is_empty();
    if outside || name == "-" {
        return Err(Error::invalid(file, place, shown(name), "the name of a file in the same folder"));
    }
    Ok(name.to_owned())
}

/// Takes the next field, without the blanks around it.
fn field<'a>(rest: &mut &'a str) -> Option<&'a str> {
    let text = rest.trim_start();
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let (field, tail) = text.split_at_checked(end)?;
    *rest = tail;
    (!field.is_empty()).then_some(field)
}

/// Takes the next field where it begins like a number.
fn numeric_field<'a>(rest: &mut &'a str) -> Option<&'a str> {
    let mut tail = *rest;
    let text = field(&mut tail)?;
    text.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '+' | '-' | '.')).then(|| {
        *rest = tail;
        text
    })
}

/// Takes the next field where it is a whole number.
fn number_field(rest: &mut &str) -> Option<i64> {
    let mut tail = *rest;
    let value = field(&mut tail)?.parse().ok()?;
    *rest = tail;
    Some(value)
}

/// A count: digits alone.
pub(crate) fn whole(text: &str) -> Option<u64> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// A finite decimal number; `inf`, `nan` and hexadecimal are none.
pub(crate) fn decimal(text: &str) -> Option<f64> {
    let text = text.trim();
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E'));
    text.parse().ok().filter(|value: &f64| plain && value.is_finite())
}

/// `hh:mm:ss[.fff]` as ISO 8601; `mm:ss` counts as hour 0.
fn clock(text: &str) -> Option<String> {
    let (hms, fraction) = text.split_once('.').map_or((text, None), |(hms, fraction)| (hms, Some(fraction)));
    let parts: Vec<u64> = hms.split(':').map(whole).collect::<Option<_>>()?;
    let (hour, minute, second) = match parts.as_slice() {
        [hour, minute, second] => (*hour, *minute, *second),
        [minute, second] => (0, *minute, *second),
        _ => return None,
    };
    if hour > 24 || minute > 59 || second > 60 {
        return None;
    }
    let fraction = match fraction {
        Some(digits) if whole(digits).is_some() && digits.len() <= 9 => format!(".{digits}"),
        Some(_) => return None,
        None => String::new(),
    };
    Some(format!("{hour:02}:{minute:02}:{second:02}{fraction}"))
}

/// `dd/mm/yyyy`, also with dashes, also the year first or alone, as ISO 8601.
fn calendar(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split(['/', '-']).collect();
    let numbers: Vec<u64> = parts.iter().map(|part| whole(part)).collect::<Option<_>>()?;
    let (year, month, day) = match (parts.as_slice(), numbers.as_slice()) {
        ([first, ..], [year, month, day]) if first.len() == 4 => (*year, *month, *day),
        (_, [day, month, year]) => (*year, *month, *day),
        ([year], [_]) if year.len() == 4 => return Some((*year).to_owned()),
        _ => return None,
    };
    let valid = (1..=12).contains(&month) && (1..=31).contains(&day) && (1..=9999).contains(&year);
    valid.then(|| format!("{year:04}-{month:02}-{day:02}"))
}

/// How clearly the content is a WFDB header, 0 to 100: the record line's form, and the form of the line after it.
pub(crate) fn score(bytes: &[u8]) -> u8 {
    let start = bytes.get(..4096).unwrap_or(bytes);
    if start.contains(&0) {
        return 0;
    }
    let text = String::from_utf8_lossy(start);
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut record = lines.next().unwrap_or_default().split_whitespace();
    let (Some(name), Some(signals)) = (record.next(), record.next().and_then(whole)) else { return 0 };
    let rate_is_odd =
        record.next().is_some_and(|rate| decimal(rate.split(['/', '(']).next().unwrap_or_default()).is_none());
    if rate_is_odd || name.contains([',', ';', '<', '{']) {
        return 0;
    }
    if let Some((_, segments)) = name.split_once('/') {
        return if whole(segments).is_some() { 90 } else { 0 };
    }
    let mut second = lines.next().unwrap_or_default().split_whitespace();
    let (file, format) = (second.next().unwrap_or_default(), second.next().unwrap_or_default());
    let digits = format.split(['x', ':', '+']).next().and_then(whole);
    match digits {
        // A table of numbers has numbers where a signal line has a file's name.
        Some(_) if decimal(file).is_none() => 90,
        None if signals == 0 && file.is_empty() && decimal(name).is_none() => 20,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Header, Error> {
        Header::parse("a.hea", text.as_bytes(), &Limits::default())
    }

    #[test]
    fn every_field_of_a_signal_line_is_read() {
        let header = parse("a 1 62.5/999.56(3) 10 8:26:04.5 26/10/1994\r\nf.dat 212x4:3+24 16(800)/mmHg 12 2048 -5 49347 0 ABP, left arm\r\n").unwrap();
        assert_eq!((header.rate, header.frames), (62.5, Some(10)));
        assert_eq!(header.start.as_deref(), Some("1994-10-26T08:26:04.5"));
        let signal = &header.signals[0];
        assert_eq!((signal.per_frame, signal.skew, signal.offset), (4, 3, 24));
        assert_eq!((signal.gain, signal.baseline, signal.initial), (16.0, 800.0, -5));
        assert_eq!(signal.unit, Unit::Other("mmHg".into()));
        assert_eq!((signal.checksum, signal.description.as_str()), (Some(49347), "ABP, left arm"));
    }

    #[test]
    fn what_is_left_out_takes_the_defaults_of_the_guide() {
        let header = parse("a 1\na.dat 16\n").unwrap();
        let signal = &header.signals[0];
        assert_eq!((header.rate, header.frames, signal.gain, signal.baseline), (250.0, None, 200.0, 0.0));
        let header = parse("a 1 100\na.dat 212 200 11 1024 995 -22131 0 MLII\n").unwrap();
        assert_eq!(header.signals[0].baseline, 1024.0);
    }

    #[test]
    fn letters_of_windows_are_read_and_said() {
        let text = b"a 1 100\na.dat 16 0.2/\xb5V\n# K\xf6ln\n";
        let header = Header::parse("a.hea", text, &Limits::default()).unwrap();
        assert_eq!((&header.signals[0].unit, header.comments.as_slice()), (&Unit::Microvolt, &["Köln".to_owned()][..]));
        let [warning] = header.warnings.as_slice() else { panic!("{:?}", header.warnings) };
        assert_eq!(warning.place, "byte 21");
        assert!(parse("a 1 100\na.dat 16 0.2/µV\n").unwrap().warnings.is_empty());
    }

    #[test]
    fn odd_dates_are_noted_and_not_refused() {
        for (text, start) in [
            ("a 0 250 10 2001", Some("2001")),
            ("a 0 250 10 03-02-2001 10:11:12", Some("2001-02-03T10:11:12")),
            ("a 0 250 10 yesterday", None),
        ] {
            let header = parse(text).unwrap();
            assert_eq!(header.start.as_deref(), start, "{text}");
            assert_eq!(header.warnings.is_empty(), start.is_some(), "{text}");
        }
    }

    #[test]
    fn a_header_cannot_name_a_file_elsewhere() {
        for name in ["../a.dat", "/etc/passwd", "a\\b.dat", "C:a.dat", "..", "-"] {
            let error = parse(&format!("a 1 100 3\n{name} 16\n")).unwrap_err();
            assert!(error.to_string().contains("same folder"), "{name}: {error}");
        }
    }

    #[test]
    fn an_error_names_the_line() {
        let error = parse("a 1 100 3\na.dat 17\n").unwrap_err();
        assert!(error.to_string().starts_with("a.hea, line 2: found storage format 17"), "{error}");
        assert!(parse("a 2 100 3\na.dat 16\n").unwrap_err().to_string().contains("expected 2 signal lines"));
        assert!(parse("a 99999999999999999999 100").is_err());
        assert!(parse("a 1 inf\na.dat 16").is_err());
    }

    #[test]
    fn a_table_of_numbers_is_no_header() {
        assert_eq!(score(b"1 2 3\n4 16 7\n"), 0);
        assert_eq!(score(b"time,I,II\n0,1,2\n"), 0);
        assert_eq!(score(b"# x\n\n100 2 360 650000\n100.dat 212 200\n"), 90);
        assert_eq!(score(b"v102s/3 4 250 225000\nv102s_1 75000\n"), 90);
    }
}
