//! Section 2: the code tables, and the decoding of streams by them.
//!
//! The section holds the number of tables, or 19999 for the standard's own; each table the number of its codes; each code
//! 9 bytes: bits of the prefix, bits in all, mode (1 value, 0 switch to the table that the value names, from 1), value
//! (16 bits), prefix (32 bits, its first bit lowest). Where there are more bits than the prefix has, they are a signed number
//! that the value is added to. Some writers swap the two numbers of bits; the lesser is the prefix.
//!
//! A stream gives its first bit highest in its first byte. Up to [`WIDTH`] bits are looked up at once; longer prefixes, which
//! are rare by their nature, are searched for.

use crate::Error;
use crate::cursor::Cursor;

/// Bits that are looked up at once: the longest prefix of the standard's table.
const WIDTH: u32 = 10;
/// Number that stands for the standard's table.
const STANDARD: u16 = 19_999;
/// Most values that one look takes.
const RUN: usize = 4;
/// A file has a handful. Each takes 14 KiB.
const MOST_TABLES: u16 = 256;
/// Marks a code that switches tables.
const SWITCH: u8 = u8::MAX;

/// What a prefix stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Code {
    /// Bits of the prefix; 0 where there is no code.
    prefix: u8,
    /// Bits that follow it, or [`SWITCH`].
    extra: u8,
    /// Value, or number of a table.
    value: i16,
}

/// Values that lie whole in as many bits as are looked up at once.
#[derive(Clone, Copy, Debug, Default)]
struct Run {
    /// Bits of the values together.
    bits: u8,
    /// How many there are; 0 where the first code is long, has bits after it or switches tables.
    count: u8,
    /// The values, then anything.
    values: [i16; RUN],
}

impl Run {
    /// The values at the beginning of `bits`.
    fn new(bits: u64, short: &[Code]) -> Run {
        let (mut run, mut bits) = (Run::default(), bits);
        for value in &mut run.values {
            let code = short.get(top(bits)).copied().unwrap_or_default();
            let used = run.bits.saturating_add(code.prefix);
            // Bits that follow the ones looked up are zeros here and unknown: a code that needs them does not count.
            if code.prefix == 0 || code.extra != 0 || u32::from(used) > WIDTH {
                break;
            }
            *value = code.value;
            (run.bits, run.count) = (used, run.count.saturating_add(1));
            bits = bits.wrapping_shl(u32::from(code.prefix));
        }
        run
    }
}

/// One table.
#[derive(Clone, Debug)]
struct Table {
    /// The code that the next [`WIDTH`] bits begin with.
    short: Box<[Code; 1 << WIDTH]>,
    /// All values that the next [`WIDTH`] bits hold: most are of two or three bits.
    runs: Box<[Run; 1 << WIDTH]>,
    /// Codes with longer prefixes by prefix, its first bit highest.
    long: Vec<(u32, Code)>,
}

impl Table {
    /// A table of prefixes (first bit highest of 32) and what they stand for.
    fn new(mut codes: Vec<(u32, Code)>) -> Table {
        // The shortest prefix that fits counts, as for readers that go bit by bit.
        codes.sort_unstable_by_key(|(bits, code)| (code.prefix, *bits));
        codes.dedup_by_key(|(bits, code)| (code.prefix, *bits));
        let mut short = Box::new([Code::default(); 1 << WIDTH]);
        let mut long = Vec::new();
        for (bits, code) in codes {
            let length = u32::from(code.prefix);
            match WIDTH.checked_sub(length) {
                Some(free) => {
                    let first = top(u64::from(bits).wrapping_shl(32));
                    let entries = short.iter_mut().skip(first).take(1_usize.wrapping_shl(free));
                    entries.filter(|entry| entry.prefix == 0).for_each(|entry| *entry = code);
                }
                None => long.push((bits, code)),
            }
        }
        long.sort_unstable_by_key(|(bits, _)| *bits);
        let mut runs = Box::new([Run::default(); 1 << WIDTH]);
        for (first, run) in (0_u64..).zip(runs.iter_mut()) {
            *run = Run::new(first.wrapping_shl(64 - WIDTH), short.as_ref());
        }
        Table { short, runs, long }
    }

    /// The code that these bits begin with.
    fn long(&self, bits: u32) -> Option<Code> {
        let after = self.long.partition_point(|(prefix, _)| *prefix <= bits);
        let (prefix, code) = self.long.get(after.checked_sub(1)?)?;
        let rest = 32_u32.checked_sub(u32::from(code.prefix))?;
        ((prefix ^ bits).checked_shr(rest)? == 0).then_some(*code)
    }
}

/// The first [`WIDTH`] bits.
fn top(bits: u64) -> usize {
    let [first, second, ..] = bits.to_be_bytes();
    usize::from(u16::from_be_bytes([first, second]) >> (16 - WIDTH))
}

/// The tables of a record.
#[derive(Clone, Debug)]
pub(super) struct Tables {
    first: Table,
    others: Vec<Table>,
}

/// How a stream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// All values that were asked for were there; bits that are left.
    Enough {
        /// Bits that were not needed.
        left: u64,
    },
    /// The bits ran out.
    Short,
    /// Bits that no code begins with, or a switch to a table that is not there.
    Broken,
}

impl Tables {
    /// The standard's own table: 0 for 0; for 1 to 8 as many ones, a zero and the sign; nine ones and a zero before 8 bits;
    /// ten ones before 16 bits.
    pub(super) fn standard() -> Tables {
        let mut codes = vec![(0, Code { prefix: 1, extra: 0, value: 0 })];
        for size in 1..=8_u8 {
            let ones = !u32::MAX.wrapping_shr(u32::from(size));
            let prefix = size.wrapping_add(2);
            let last = 0x8000_0000_u32.wrapping_shr(u32::from(prefix).wrapping_sub(1));
            let value = i16::from(size);
            codes.push((ones, Code { prefix, extra: 0, value }));
            codes.push((ones | last, Code { prefix, extra: 0, value: value.wrapping_neg() }));
        }
        codes.push((0xFF80_0000, Code { prefix: 10, extra: 8, value: 0 }));
        codes.push((0xFFC0_0000, Code { prefix: 10, extra: 16, value: 0 }));
        Tables { first: Table::new(codes), others: Vec::new() }
    }

    /// The content of Section 2; none where it holds no table.
    pub(super) fn read(file: &str, mut cursor: Cursor) -> Result<Option<Tables>, Error> {
        let place = cursor.place();
        let count = cursor.u16_le()?;
        if count == STANDARD {
            return Ok(Some(Tables::standard()));
        }
        if count > MOST_TABLES {
            return Err(Error::limit(file, place, format!("{count} Huffman tables"), MOST_TABLES));
        }
        let mut tables = Vec::new();
        for _ in 0..count {
            tables.push(table(file, &mut cursor)?);
        }
        let mut tables = tables.into_iter();
        Ok(tables.next().map(|first| Tables { first, others: tables.collect() }))
    }

    /// True where a zero bit is the value zero, so that zeros that fill a stream's last byte read as values.
    pub(super) fn zeros_are_values(&self) -> bool {
        let [first, ..] = self.first.short.as_ref();
        *first == Code { prefix: 1, extra: 0, value: 0 }
    }

    /// Decodes values into `values` and cuts `values` to those that are there. Every code takes a bit or more, so that this
    /// ends.
    pub(super) fn decode(&self, stream: &[u8], values: &mut Vec<i16>) -> End {
        let mut bits = Bits::new(stream);
        let mut table = &self.first;
        let mut done = 0_usize;
        let end = loop {
            let Some(open) = values.get_mut(done..).filter(|open| !open.is_empty()) else {
                break End::Enough { left: bits.left() };
            };
            if bits.held < 32 {
                bits.refill();
            }
            let next = top(bits.next);
            // All values of a look are written and only the counted ones kept, which is faster than to ask for each.
            let run = table.runs.get(next).copied().unwrap_or_default();
            if let Some(open) = open.first_chunk_mut::<RUN>()
                && run.count != 0
                && u32::from(run.bits) <= bits.held
            {
                *open = run.values;
                bits.skip(u32::from(run.bits));
                done = done.wrapping_add(usize::from(run.count));
                continue;
            }
            let code = table.short.get(next).copied().unwrap_or_default();
            match self.single(&mut bits, table, code) {
                Ok(Step::Value(value)) => {
                    open.iter_mut().take(1).for_each(|open| *open = value);
                    done = done.wrapping_add(1);
                }
                Ok(Step::Switch(to)) => table = to,
                Err(why) => break why,
            }
        };
        values.truncate(done);
        end
    }

    /// One code, which may be long, have bits after it, or switch the table.
    fn single<'a>(&'a self, bits: &mut Bits, table: &Table, code: Code) -> Result<Step<'a>, End> {
        let [b0, b1, b2, b3, ..] = bits.next.to_be_bytes();
        let ahead = u32::from_be_bytes([b0, b1, b2, b3]);
        let code = if code.prefix == 0 { table.long(ahead) } else { Some(code) };
        let Some(code) = code else {
            // Bits that are no code, at the end, may be the beginning of one.
            return Err(if bits.held < 32 && bits.rest.is_empty() { End::Short } else { End::Broken });
        };
        let prefix = u32::from(code.prefix);
        if prefix > bits.held {
            return Err(End::Short);
        }
        bits.skip(prefix);
        if code.extra == SWITCH {
            return match usize::try_from(code.value).ok().and_then(|number| number.checked_sub(1)) {
                Some(0) => Ok(Step::Switch(&self.first)),
                Some(number) => self.others.get(number.wrapping_sub(1)).map(Step::Switch).ok_or(End::Broken),
                None => Err(End::Broken),
            };
        }
        let extra = u32::from(code.extra);
        if extra == 0 {
            return Ok(Step::Value(code.value));
        }
        bits.refill();
        if extra > bits.held {
            return Err(End::Short);
        }
        // The number's sign stands in its first bit.
        let number = bits.next.cast_signed().wrapping_shr(64_u32.wrapping_sub(extra));
        bits.skip(extra);
        let [low, high, ..] = number.wrapping_add(i64::from(code.value)).to_le_bytes();
        Ok(Step::Value(i16::from_le_bytes([low, high])))
    }
}

enum Step<'a> {
    Value(i16),
    Switch(&'a Table),
}

/// One table of Section 2.
fn table(file: &str, cursor: &mut Cursor) -> Result<Table, Error> {
    let count = cursor.u16_le()?;
    let mut codes = Vec::new();
    for _ in 0..count {
        let place = cursor.place();
        let [one, other, mode, v0, v1, p0, p1, p2, p3] = cursor.array()?;
        let (prefix, total) = (one.min(other), one.max(other));
        let extra = total.saturating_sub(prefix);
        if !(1..=32).contains(&prefix) || extra > 32 {
            let found = format!("a Huffman code of {prefix} bits with {extra} after it");
            return Err(Error::invalid(file, place, found, "1 to 32 bits, and at most 32 after them"));
        }
        let value = i16::from_le_bytes([v0, v1]);
        let extra = if mode == 0 { SWITCH } else { extra };
        // Stored with the first bit lowest; only as many bits as the prefix has count.
        let counted = u32::MAX.wrapping_shl(32_u32.wrapping_sub(u32::from(prefix)));
        let bits = u32::from_le_bytes([p0, p1, p2, p3]).reverse_bits() & counted;
        codes.push((bits, Code { prefix, extra, value }));
    }
    Ok(Table::new(codes))
}

/// Bits of a stream, the next one highest.
struct Bits<'a> {
    next: u64,
    /// How many of `next` are of the stream; zeros follow them.
    held: u32,
    rest: &'a [u8],
}

impl<'a> Bits<'a> {
    fn new(stream: &'a [u8]) -> Bits<'a> {
        Bits { next: 0, held: 0, rest: stream }
    }

    /// Fills up to 56 bits or more, as far as there are.
    #[inline]
    fn refill(&mut self) {
        match self.rest.first_chunk::<8>() {
            Some(eight) if self.held < 64 => {
                self.next |= u64::from_be_bytes(*eight).wrapping_shr(self.held);
                let whole = 63_u32.wrapping_sub(self.held) >> 3;
                self.rest = self.rest.get(whole as usize..).unwrap_or_default();
                self.held |= 0x38;
                // Bits of a byte that was not counted would be entered twice.
                let spare = 64_u32.wrapping_sub(self.held);
                self.next &= u64::MAX.wrapping_shl(spare & 63);
            }
            _ => {
                while self.held <= 56
                    && let Some((byte, rest)) = self.rest.split_first()
                {
                    self.next |= u64::from(*byte).wrapping_shl(56_u32.wrapping_sub(self.held));
                    self.held = self.held.wrapping_add(8);
                    self.rest = rest;
                }
            }
        }
    }

    /// Passes over bits that are held, at most 32.
    #[inline]
    fn skip(&mut self, count: u32) {
        self.next = self.next.wrapping_shl(count);
        self.held = self.held.saturating_sub(count);
    }

    /// Bits that are left.
    fn left(&self) -> u64 {
        (self.rest.len() as u64).saturating_mul(8).saturating_add(u64::from(self.held))
    }
}
