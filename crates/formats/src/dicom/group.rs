//! One multiplex group (PS3.3 C.10.9.1.1): channels that were sampled together.

use ecg::{Counts, Samples, Signal};

use super::channel::Channel;
use super::counts::{Form, Layout, holds, marks};
use super::element::{Element, Set, Tag};
use super::notes::byte;
use super::value::{Texts, is_time};
use crate::{Error, Hints, Limits, Needs, Place, samples};

const TIME_OFFSET: Tag = 0x0018_1068;
const ORIGINALITY: Tag = 0x003A_0004;
const CHANNELS: Tag = 0x003A_0005;
const SAMPLES: Tag = 0x003A_0010;
const RATE: Tag = 0x003A_001A;
const LABEL: Tag = 0x003A_0020;
const DEFINITIONS: Tag = 0x003A_0200;
const BITS: Tag = 0x5400_1004;
const INTERPRETATION: Tag = 0x5400_1006;
const PADDING: Tag = 0x5400_100A;
const DATA: Tag = 0x5400_1010;

/// Representative beats last a second or two; a derived group that lasts longer than this is a trace.
const LONGEST_BEAT: f64 = 3.0;

/// A group's signals, which start at their skew.
pub(super) struct Group {
    /// From 1, as annotations refer to it.
    pub(super) number: usize,
    pub(super) label: String,
    /// True for median and average beats.
    pub(super) beats: bool,
    /// True where the file says that it was computed from other samples.
    pub(super) derived: bool,
    pub(super) rate: f64,
    /// Seconds from the file's reference time, where it states them.
    pub(super) offset: Option<f64>,
    pub(super) signals: Vec<Signal>,
    /// Of the first channel.
    pub(super) filters: String,
}

impl Group {
    /// Seconds.
    pub(super) fn duration(&self) -> f64 {
        self.signals.first().map_or(0.0, Signal::duration)
    }
}

/// What the readers of groups share.
pub(super) struct Reading<'a> {
    pub(super) file: &'a str,
    pub(super) texts: &'a Texts<'a>,
    pub(super) hints: &'a Hints,
    pub(super) limits: &'a Limits,
    /// Bytes of counts that may be made still.
    pub(super) room: u64,
    /// Channels that may be made still.
    pub(super) channels: usize,
}

impl Reading<'_> {
    /// Reads the group that is item `number` (from 1) of the waveform sequence; nothing where it holds no whole frame.
    pub(super) fn group(&mut self, set: Set, number: usize) -> Result<Option<Group>, Error> {
        let file = self.file;
        let place = Place::Byte(set.offset as u64);
        let what = format!("group {number}, {}", byte(set.offset));
        let fields = set.collect(&[
            TIME_OFFSET,
            ORIGINALITY,
            CHANNELS,
            SAMPLES,
            RATE,
            LABEL,
            DEFINITIONS,
            BITS,
            INTERPRETATION,
            PADDING,
            DATA,
        ]);
        let Some(data) = fields.get(DATA) else {
            set.notes.data(what, "the group holds no waveform data".to_owned());
            return Ok(None);
        };
        let bits = fields.get(BITS).and_then(Element::whole);
        let interpretation = fields.get(INTERPRETATION).map(Element::first).unwrap_or_default();
        let Some((form, assumed)) = Form::named(bits, &interpretation) else {
            let bits = bits.map_or("unstated".to_owned(), |bits| bits.to_string());
            let found = format!("samples of {bits} bits, interpretation {}", crate::error::shown(&interpretation));
            return Err(Error::unsupported(file, place, found, "8, 16 or 32 bits: SB, UB, MB, AB, SS, US, SL or UL"));
        };
        if let Some(assumed) = assumed {
            set.notes.data(what.clone(), assumed.to_owned());
        }
        let stated = fields.get(SAMPLES).and_then(Element::whole).filter(|samples| *samples > 0);
        let leads = self.leads(&fields, form, data, stated, &what, set)?;
        let frame = (leads as u64).saturating_mul(form.size() as u64);
        let there = (data.value.len() as u64).checked_div(frame).unwrap_or(0);
        let frames = stated.unwrap_or(there).min(there);
        match stated {
            Some(stated) if stated > there => {
                set.notes.data(what.clone(), format!("{stated} samples a channel stated, {there} are there"));
            }
            None => set.notes.odd(what.clone(), format!("the number of samples is not stated; {there} were read")),
            Some(stated) if (there.saturating_sub(stated)).saturating_mul(frame) > 1 => {
                let message =
                    format!("{stated} samples a channel stated, {there} are there; the stated ones were read");
                set.notes.odd(what.clone(), message);
            }
            Some(_) => {}
        }
        if frames == 0 {
            set.notes.data(what, "the group holds no whole frame of samples and was left out".to_owned());
            return Ok(None);
        }
        let rate = self.rate(&fields, place)?;
        let total = self.limits.size(file, place, leads as u64, frames)?;
        let bytes = total.saturating_mul(form.count_size() as u64);
        let Some(room) = self.room.checked_sub(bytes) else {
            return Err(Error::limit(file, place, format!("{total} samples"), "what a file of this size may hold"));
        };
        self.room = room;

        let mut channels: Vec<Channel> = Vec::new();
        if let Some(definitions) = fields.get(DEFINITIONS) {
            for (position, item) in definitions.items().take(leads).enumerate() {
                channels.push(Channel::read(item, position.saturating_add(1), rate, self.texts, self.hints));
            }
        }
        if channels.len() < leads {
            let message =
                format!("{} of {leads} channels are defined; the others are without name and scale", channels.len());
            set.notes.data(what.clone(), message);
            channels.extend((channels.len()..leads).map(|position| Channel::undefined(position.saturating_add(1))));
        }
        let layout = Layout {
            form,
            syntax: data.syntax,
            words: data.representation != *b"OB" && data.representation != *b"OL",
            lowered: false,
        };
        let whole = usize::try_from(frames.saturating_mul(frame)).unwrap_or(usize::MAX);
        let bytes = data.value.get(..whole).unwrap_or_default();
        let layout = Layout { lowered: layout.exceeds(bytes), ..layout };
        if matches!(form, Form::MuLaw | Form::ALaw) {
            let message = "compressed samples (ITU-T G.711) were taken as the numbers of its tables".to_owned();
            set.notes.data(what.clone(), message);
        }
        let counts = layout.counts(file, bytes, leads)?;
        let padding = fields.get(PADDING).and_then(|value| {
            let sample = value.value.get(..form.size())?;
            // One sample of 8 bits in a word lies in its lower byte.
            let sample = if form.size() == 1 && layout.words && layout.syntax.big_endian {
                value.value.get(1..2)?
            } else {
                sample
            };
            let words = layout.words && form.size() > 1;
            Layout { words, ..layout }.counts(file, sample, 1).ok()?.first()?.get(0)
        });
        let padding = padding.filter(|padding| believed(*padding, &counts, &what, set));
        let filters = channels.first().map(|channel| channel.filters.clone()).unwrap_or_default();
        let signals =
            channels.into_iter().zip(counts).map(|(channel, counts)| signal(channel, counts, rate, padding, layout));
        let signals: Vec<Signal> = signals.collect();
        let originality = fields.get(ORIGINALITY).map(Element::first).unwrap_or_default();
        let label = self.texts.of(fields.get(LABEL)).unwrap_or_default();
        let offset = fields.get(TIME_OFFSET).and_then(Element::decimal).map(|milliseconds| milliseconds / 1000.0);
        let offset = offset.filter(|seconds| is_time(*seconds));
        let mut group = Group { number, label, beats: false, derived: false, rate, offset, signals, filters };
        group.derived = match originality.as_str() {
            "ORIGINAL" => false,
            "DERIVED" => true,
            _ => {
                let of_beats = names_beats(&group.label);
                let said = if of_beats { "derived, by its label" } else { "original" };
                set.notes.odd(what, format!("the group does not say whether it is original; taken as {said}"));
                of_beats
            }
        };
        group.beats = group.derived && (names_beats(&group.label) || group.duration() <= LONGEST_BEAT);
        Ok(Some(group))
    }

    /// The number of channels: as stated, or as many as are defined where only that fits the data.
    fn leads(
        &mut self,
        fields: &super::element::Fields,
        form: Form,
        data: &Element,
        samples: Option<u64>,
        what: &str,
        set: Set,
    ) -> Result<usize, Error> {
        let place = Place::Byte(set.offset as u64);
        let most = usize::try_from(self.limits.leads).unwrap_or(usize::MAX).saturating_add(1);
        let defined = fields.get(DEFINITIONS).map_or(0, |definitions| definitions.items().take(most).count()) as u64;
        let stated = fields.get(CHANNELS).and_then(Element::whole);
        let fits = |channels: u64| {
            let size = channels.saturating_mul(form.size() as u64).saturating_mul(samples.unwrap_or(1));
            channels > 0 && size <= data.value.len() as u64
        };
        let leads = match stated {
            Some(stated) if stated == defined || fits(stated) && stated > 0 => stated,
            Some(stated) if defined > 0 && (fits(defined) || stated == 0) => {
                let message = format!("{stated} channels stated, {defined} defined, which fits the data");
                set.notes.data(what.to_owned(), message);
                defined
            }
            Some(stated) => stated,
            None => {
                set.notes.odd(what.to_owned(), format!("the number of channels is not stated; {defined} are defined"));
                defined
            }
        };
        if leads == 0 {
            return Err(Error::invalid(self.file, place, "a group without channels", "at least one channel"));
        }
        self.limits.size(self.file, place, leads, 1)?;
        let leads = usize::try_from(leads).unwrap_or(usize::MAX);
        let Some(left) = self.channels.checked_sub(leads) else {
            return Err(Error::limit(self.file, place, "groups of ever more channels", "16 times the leads of one"));
        };
        self.channels = left;
        Ok(leads)
    }

    fn rate(&self, fields: &super::element::Fields, place: Place) -> Result<f64, Error> {
        match (fields.get(RATE).and_then(Element::decimal), self.hints.rate) {
            (Some(rate), _) if rate > 0.0 => self.limits.rate_beside(self.file, place, rate),
            (_, Some(rate)) => self.limits.rate_beside(self.file, place, rate),
            _ => {
                let found = "a group without a sampling frequency";
                Err(Error::missing(Needs::Rate, self.file, found, "the sampling rate in hertz"))
            }
        }
    }
}

/// Whether a group's label speaks of a representative beat.
fn names_beats(label: &str) -> bool {
    let label = label.to_ascii_lowercase();
    ["median", "average", "mean beat", "template", "representative"].iter().any(|word| label.contains(word))
}

/// Whether the padding value marks missing samples: it must not lie amid the samples of any channel.
fn believed(padding: i32, counts: &[Counts], what: &str, set: Set) -> bool {
    if !counts.iter().any(|counts| holds(counts, padding)) {
        return false;
    }
    let beyond = counts.iter().filter(|counts| holds(counts, padding)).all(|counts| marks(counts, padding));
    if !beyond {
        let message = format!("the padding value {padding} lies amid the samples, so that it marks none as missing");
        set.notes.odd(what.to_owned(), message);
    }
    beyond
}

fn signal(channel: Channel, counts: Counts, rate: f64, padding: Option<i32>, layout: Layout) -> Signal {
    let missing = match padding {
        Some(padding) if holds(&counts, padding) => samples::missing(&counts, |count| count == padding),
        _ => Vec::new(),
    };
    let mut scale = channel.scale;
    if layout.lowered {
        scale.baseline -= 2_147_483_648.0;
    }
    Signal {
        lead: channel.lead,
        label: channel.label,
        rate,
        start: channel.skew,
        samples: Samples::Digital { counts, scale },
        missing,
        derived: false,
    }
}
