//! Layouts of frames, and the samples of each lead out of them.

use crate::cursor::little;

/// The forms of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DataType {
    I16,
    U16,
    I32,
    U8,
    /// 16 bits that are flags.
    Status,
    I8,
    U32,
    F32,
    F64,
}

impl DataType {
    pub(super) fn new(code: u8) -> Option<DataType> {
        const TYPES: [DataType; 9] = [
            DataType::I16,
            DataType::U16,
            DataType::I32,
            DataType::U8,
            DataType::Status,
            DataType::I8,
            DataType::U32,
            DataType::F32,
            DataType::F64,
        ];
        TYPES.get(usize::from(code)).copied()
    }

    /// Bytes of a sample.
    fn bytes(self) -> u64 {
        match self {
            DataType::U8 | DataType::I8 => 1,
            DataType::I16 | DataType::U16 | DataType::Status => 2,
            DataType::I32 | DataType::U32 | DataType::F32 => 4,
            DataType::F64 => 8,
        }
    }
}

/// The bytes of a number whose form another definition says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Number {
    /// Little-endian, zeros behind.
    bytes: [u8; 8],
    length: usize,
}

impl Number {
    /// 1 to 8 bytes.
    pub(super) fn new(value: &[u8], big_endian: bool) -> Number {
        let length = value.len().min(8);
        let mut bytes = [0; 8];
        let mut own: Vec<u8> = value.iter().take(8).copied().collect();
        if big_endian {
            own.reverse();
        }
        bytes.iter_mut().zip(own).for_each(|(to, from)| *to = from);
        Number { bytes, length }
    }

    pub(super) fn unsigned(self) -> u64 {
        u64::from_le_bytes(self.bytes)
    }

    pub(super) fn signed(self) -> i64 {
        let mut bytes = self.bytes;
        let negative = self.length.checked_sub(1).and_then(|last| bytes.get(last)).is_some_and(|byte| byte & 0x80 != 0);
        if negative {
            bytes.iter_mut().skip(self.length).for_each(|byte| *byte = 0xFF);
        }
        i64::from_le_bytes(bytes)
    }

    /// The number as a count of a type that is no floating point.
    pub(super) fn count(self, data_type: DataType) -> i64 {
        match data_type {
            DataType::U8 | DataType::U16 | DataType::Status | DataType::U32 => {
                i64::try_from(self.unsigned()).unwrap_or(i64::MAX)
            }
            _ => self.signed(),
        }
    }

    /// The number as a sample of a type; floating point only where it has that length.
    pub(super) fn of(self, data_type: DataType) -> f64 {
        let [a, b, c, d, ..] = self.bytes;
        match data_type {
            DataType::F32 if self.length == 4 => f64::from(f32::from_le_bytes([a, b, c, d])),
            DataType::F64 if self.length == 8 => f64::from_le_bytes(self.bytes),
            _ => self.count(data_type) as f64,
        }
    }
}

/// `number * 10^power`, in a unit of the format's tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Quantity {
    pub(super) unit: u8,
    pub(super) power: i8,
    pub(super) number: i64,
}

/// What holds for the samples of one lead in a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Channel {
    /// Code and text.
    pub(super) name: Option<(u16, String)>,
    pub(super) data_type: DataType,
    /// Samples that follow each other; at least 1.
    pub(super) block: u64,
    /// Blocks in a frame; none where the bytes say how many.
    pub(super) sequences: Option<u64>,
    pub(super) interval: Option<Quantity>,
    pub(super) resolution: Option<Quantity>,
    pub(super) offset: Option<Number>,
    pub(super) no_sample: Option<Number>,
}

impl Channel {
    /// Bytes of a block. Below 2^35.
    fn bytes(&self) -> u64 {
        self.block.saturating_mul(self.data_type.bytes())
    }

    /// True where samples of both can follow each other in one signal.
    fn continues(&self, other: &Channel) -> bool {
        (&self.name, self.data_type, self.interval, self.resolution, self.offset, self.no_sample)
            == (&other.name, other.data_type, other.interval, other.resolution, other.offset, other.no_sample)
    }
}

/// What holds for a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) channels: Vec<Channel>,
    pub(super) big_endian: bool,
    pub(super) waveform: Option<u16>,
}

/// The bytes of a frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame<'a> {
    pub(super) place: u64,
    pub(super) data: &'a [u8],
    /// Position of its layout.
    pub(super) layout: usize,
    /// The sample that it says it begins with.
    pub(super) pointer: Option<u32>,
}

/// A part of a frame in which the same leads take turns.
pub(super) struct Stage {
    /// For each lead that takes part: its position, and where its block lies in a turn.
    pub(super) turns: Vec<(usize, u64)>,
    /// Bytes of a turn.
    pub(super) bytes: u64,
    /// Number of turns; none where the bytes say how many.
    pub(super) sequences: Option<u64>,
}

impl Layout {
    /// True where frames of both can follow each other in one recording.
    pub(super) fn continues(&self, other: &Layout) -> bool {
        let leads = self.channels.len() == other.channels.len();
        leads
            && self.waveform == other.waveform
            && self.channels.iter().zip(&other.channels).all(|(own, other)| own.continues(other))
    }

    /// Leads with fewer sequences than others stop earlier: the parts of the frame between these ends.
    pub(super) fn stages(&self) -> Vec<Stage> {
        let most = self.channels.iter().filter_map(|channel| channel.sequences).max();
        let mut ends: Vec<u64> = self.channels.iter().filter_map(|channel| channel.sequences).collect();
        ends.sort_unstable();
        ends.dedup();
        let ends: Vec<Option<u64>> = if ends.is_empty() { vec![None] } else { ends.into_iter().map(Some).collect() };
        let mut stages = Vec::new();
        let mut start = 0_u64;
        for end in ends {
            let sequences = end.map(|end| end.saturating_sub(start));
            if sequences == Some(0) {
                continue;
            }
            let mut stage = Stage { turns: Vec::new(), bytes: 0, sequences };
            for (position, channel) in self.channels.iter().enumerate() {
                let own = channel.sequences.or(most);
                if own.is_none_or(|own| own > start) {
                    stage.turns.push((position, stage.bytes));
                    stage.bytes = stage.bytes.saturating_add(channel.bytes());
                }
            }
            start = end.unwrap_or(start);
            stages.push(stage);
        }
        stages
    }

    /// Bytes of a whole frame, where sequences are stated.
    pub(super) fn bytes(&self) -> Option<u64> {
        self.stages().iter().try_fold(0_u64, |sum, stage| sum.checked_add(stage.bytes.checked_mul(stage.sequences?)?))
    }
}

/// Samples of one lead, in the file's form.
#[derive(Clone, Debug)]
pub(super) enum Values {
    Narrow(Vec<i16>),
    Wide(Vec<i32>),
    Unsigned(Vec<u32>),
    Real(Vec<f64>),
}

impl Values {
    /// Room for the samples of a type.
    pub(super) fn new(file: &str, data_type: DataType, count: u64) -> Result<Values, crate::Error> {
        use crate::limits::reserve;
        Ok(match data_type {
            DataType::I16 | DataType::U8 | DataType::I8 => Values::Narrow(reserve(file, count)?),
            DataType::U16 | DataType::Status | DataType::I32 => Values::Wide(reserve(file, count)?),
            DataType::U32 => Values::Unsigned(reserve(file, count)?),
            DataType::F32 | DataType::F64 => Values::Real(reserve(file, count)?),
        })
    }

    /// Adds a lead's samples of some turns: `turns` holds whole turns of `stride` bytes, in each of which the lead has `length` bytes
    /// from `from` on.
    pub(super) fn extend(
        &mut self,
        data_type: DataType,
        big_endian: bool,
        turns: &[u8],
        stride: usize,
        from: usize,
        length: usize,
    ) {
        match (self, data_type, big_endian) {
            (Values::Narrow(counts), DataType::I16, false) => {
                deal(counts, turns, stride, from, length, i16::from_le_bytes);
            }
            (Values::Narrow(counts), DataType::I16, true) => {
                deal(counts, turns, stride, from, length, i16::from_be_bytes);
            }
            (Values::Narrow(counts), DataType::U8, _) => {
                deal(counts, turns, stride, from, length, |[byte]| i16::from(byte));
            }
            (Values::Narrow(counts), _, _) => {
                deal(counts, turns, stride, from, length, |byte: [u8; 1]| i16::from(i8::from_le_bytes(byte)));
            }
            (Values::Wide(counts), DataType::I32, false) => {
                deal(counts, turns, stride, from, length, i32::from_le_bytes);
            }
            (Values::Wide(counts), DataType::I32, true) => {
                deal(counts, turns, stride, from, length, i32::from_be_bytes);
            }
            (Values::Wide(counts), _, big) => deal(counts, turns, stride, from, length, |bytes: [u8; 2]| {
                i32::from(u16::from_le_bytes(little(&bytes, big)))
            }),
            (Values::Unsigned(counts), _, big) => {
                deal(counts, turns, stride, from, length, |bytes: [u8; 4]| u32::from_le_bytes(little(&bytes, big)));
            }
            (Values::Real(values), DataType::F32, big) => {
                deal(values, turns, stride, from, length, |bytes: [u8; 4]| {
                    f64::from(f32::from_le_bytes(little(&bytes, big)))
                });
            }
            (Values::Real(values), _, big) => {
                deal(values, turns, stride, from, length, |bytes: [u8; 8]| f64::from_le_bytes(little(&bytes, big)));
            }
        }
    }
}

/// Samples of `N` bytes.
fn deal<T, const N: usize>(
    values: &mut Vec<T>,
    turns: &[u8],
    stride: usize,
    from: usize,
    length: usize,
    sample: impl Fn([u8; N]) -> T,
) {
    // What is left of a turn that is cut goes the other way.
    let whole = turns.len().checked_rem(stride) == Some(0);
    let evenly = whole && stride.checked_rem(N) == Some(0) && from.checked_rem(N) == Some(0);
    if length == N && evenly {
        // One sample a turn, all of one width: the usual order of long recordings.
        let (samples, _) = turns.as_chunks::<N>();
        let step = stride.checked_div(N).unwrap_or(1).max(1);
        let first = from.checked_div(N).unwrap_or(0);
        let turns = samples.chunks_exact(step);
        values.extend(turns.map(|turn| sample(turn.get(first).copied().unwrap_or([0; N]))));
        return;
    }
    for turn in turns.chunks(stride.max(1)) {
        let end = from.saturating_add(length).min(turn.len());
        let (samples, _) = turn.get(from..end).unwrap_or_default().as_chunks::<N>();
        values.extend(samples.iter().map(|&bytes| sample(bytes)));
    }
}

impl Frame<'_> {
    /// How many samples of each lead the frame's bytes hold, and whether they are more or fewer than stated.
    pub(super) fn count(&self, layout: &Layout) -> (Vec<u64>, Fit) {
        let mut counts = vec![0_u64; layout.channels.len()];
        let fit = self.walk(layout, |part| {
            let Some(channel) = layout.channels.get(part.lead) else { return };
            let own = part.length.checked_div(channel.data_type.bytes()).unwrap_or(0);
            if let Some(count) = counts.get_mut(part.lead) {
                *count = count.saturating_add(own.saturating_mul(part.turns));
            }
        });
        (counts, fit)
    }

    /// Adds the samples of each lead to its values.
    pub(super) fn deal(&self, layout: &Layout, values: &mut [Values]) {
        self.walk(layout, |part| {
            let (Some(channel), Some(values)) = (layout.channels.get(part.lead), values.get_mut(part.lead)) else {
                return;
            };
            let size = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX);
            let (stride, from, length) = (size(part.stride), size(part.from), size(part.length));
            values.extend(channel.data_type, layout.big_endian, part.bytes, stride, from, length);
        });
    }

    /// Gives every part of the frame: some whole turns of one lead, or what is left of a turn that is cut.
    fn walk(&self, layout: &Layout, mut give: impl FnMut(Part)) -> Fit {
        let mut data = self.data;
        for stage in layout.stages() {
            let there = (data.len() as u64).checked_div(stage.bytes).unwrap_or(0);
            let turns = stage.sequences.map_or(there, |stated| stated.min(there));
            let whole = usize::try_from(turns.saturating_mul(stage.bytes)).unwrap_or(0);
            let (own, rest) = data.split_at_checked(whole).unwrap_or((data, &[]));
            // Some turns at once, so that they stay in the processor's nearest memory while each lead takes its samples.
            let at_once =
                usize::try_from(stage.bytes.saturating_mul(8192_u64.checked_div(stage.bytes).unwrap_or(1).max(1)));
            for bytes in own.chunks(at_once.unwrap_or(usize::MAX).max(1)) {
                let turns = (bytes.len() as u64).checked_div(stage.bytes).unwrap_or(0);
                for &(lead, from) in &stage.turns {
                    let length = layout.channels.get(lead).map_or(0, Channel::bytes);
                    give(Part { lead, bytes, turns, stride: stage.bytes, from, length });
                }
            }
            data = rest;
            if stage.sequences.is_none_or(|stated| turns < stated) {
                for &(lead, from) in &stage.turns {
                    let length = layout.channels.get(lead).map_or(0, Channel::bytes);
                    let length = length.min((rest.len() as u64).saturating_sub(from));
                    give(Part { lead, bytes: rest, turns: 1, stride: stage.bytes, from, length });
                }
                return if stage.sequences.is_some() || !rest.is_empty() { Fit::Short } else { Fit::Whole };
            }
        }
        if data.is_empty() { Fit::Whole } else { Fit::Long }
    }
}

/// Whether a frame's bytes are what its layout needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    Whole,
    /// Samples are missing at its end.
    Short,
    /// Bytes are left over.
    Long,
}

/// Samples of one lead: in each of `turns` turns of `stride` bytes, `length` bytes from `from` on.
struct Part<'a> {
    lead: usize,
    bytes: &'a [u8],
    turns: u64,
    stride: u64,
    from: u64,
    length: u64,
}
