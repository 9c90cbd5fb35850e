//! Numbers as a file stores them, and how they are dealt out to leads.

use std::borrow::Cow;

use ecg::Counts;

use crate::limits::reserve;
use crate::memory::Memory;
use crate::samples::interleaved;
use crate::{Error, cursor};

/// How a number is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    I8,
    U8,
    I16,
    U16,
    I32,
    U32,
    I64,
    U64,
    F16,
    F32,
    F64,
}

impl Kind {
    /// Bytes of a number.
    pub(crate) fn size(self) -> u64 {
        match self {
            Kind::I8 | Kind::U8 => 1,
            Kind::I16 | Kind::U16 | Kind::F16 => 2,
            Kind::I32 | Kind::U32 | Kind::F32 => 4,
            Kind::I64 | Kind::U64 | Kind::F64 => 8,
        }
    }

    /// True where a number may be a fraction.
    pub(crate) fn is_real(self) -> bool {
        matches!(self, Kind::F16 | Kind::F32 | Kind::F64)
    }
}

/// Numbers one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Numbers<'a> {
    pub(crate) kind: Kind,
    pub(crate) big_endian: bool,
    pub(crate) bytes: Cow<'a, [u8]>,
}

/// The narrowest samples that hold every number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Width {
    Narrow,
    Wide,
    Real,
}

/// Which numbers are the samples: that of `sample` in `lead` is at `first + lead * lead_step + sample * sample_step`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Frames {
    pub(crate) first: u64,
    pub(crate) leads: u64,
    pub(crate) lead_step: u64,
    pub(crate) samples: u64,
    pub(crate) sample_step: u64,
}

/// Samples, one list a lead.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Leads {
    Counts(Vec<Counts>),
    Real(Vec<Vec<f64>>),
}

impl Numbers<'_> {
    /// Bytes that are held beside the file's own.
    pub(crate) fn held(&self) -> u64 {
        match &self.bytes {
            Cow::Owned(bytes) => bytes.len() as u64,
            Cow::Borrowed(_) => 0,
        }
    }

    /// How many numbers there are.
    pub(crate) fn len(&self) -> u64 {
        (self.bytes.len() as u64).checked_div(self.kind.size()).unwrap_or(0)
    }

    /// One number; those of 64 bits to the nearest float.
    pub(crate) fn value(&self, position: u64) -> Option<f64> {
        let size = usize::try_from(self.kind.size()).ok()?;
        let from = usize::try_from(position).ok()?.checked_mul(size)?;
        let item = self.bytes.get(from..from.checked_add(size)?)?;
        let big = self.big_endian;
        Some(match self.kind {
            Kind::I8 => f64::from(i8::from_le_bytes(cursor::little(item, big))),
            Kind::U8 => f64::from(u8::from_le_bytes(cursor::little(item, big))),
            Kind::I16 => f64::from(i16::from_le_bytes(cursor::little(item, big))),
            Kind::U16 => f64::from(u16::from_le_bytes(cursor::little(item, big))),
            Kind::I32 => f64::from(i32::from_le_bytes(cursor::little(item, big))),
            Kind::U32 => f64::from(u32::from_le_bytes(cursor::little(item, big))),
            Kind::I64 => i64::from_le_bytes(cursor::little(item, big)) as f64,
            Kind::U64 => u64::from_le_bytes(cursor::little(item, big)) as f64,
            Kind::F16 => half(u16::from_le_bytes(cursor::little(item, big))),
            Kind::F32 => f64::from(f32::from_le_bytes(cursor::little(item, big))),
            Kind::F64 => f64::from_le_bytes(cursor::little(item, big)),
        })
    }

    /// All numbers as floats.
    pub(crate) fn values(&self) -> impl Iterator<Item = f64> + '_ {
        (0..self.len()).filter_map(|position| self.value(position))
    }

    /// True where every number is one that `fits`.
    fn all<const N: usize>(&self, fits: impl Fn([u8; N]) -> bool) -> bool {
        let (items, _) = self.bytes.as_chunks::<N>();
        if self.big_endian {
            items.iter().all(|item| {
                let mut item = *item;
                item.reverse();
                fits(item)
            })
        } else {
            items.iter().all(|item| fits(*item))
        }
    }

    fn width(&self) -> Width {
        let wide = |fits: bool| if fits { Width::Wide } else { Width::Real };
        match self.kind {
            Kind::I8 | Kind::U8 | Kind::I16 => Width::Narrow,
            Kind::U16 if self.all(|item| i16::try_from(u16::from_le_bytes(item)).is_ok()) => Width::Narrow,
            Kind::U16 | Kind::I32 => Width::Wide,
            Kind::U32 => wide(self.all(|item| i32::try_from(u32::from_le_bytes(item)).is_ok())),
            Kind::I64 => wide(self.all(|item| i32::try_from(i64::from_le_bytes(item)).is_ok())),
            Kind::U64 => wide(self.all(|item| i32::try_from(u64::from_le_bytes(item)).is_ok())),
            Kind::F16 | Kind::F32 | Kind::F64 => Width::Real,
        }
    }

    /// The samples of each lead: whole numbers as counts of 16 bits where the file has no more (or no larger ones), else of 32;
    /// fractions, and numbers beyond 32 bits, as floats.
    ///
    /// # Errors
    /// They take more than `memory`.
    pub(crate) fn leads(&self, file: &str, frames: &Frames, memory: &mut Memory) -> Result<Leads, Error> {
        let count = frames.leads.saturating_mul(frames.samples);
        let width = self.width();
        match width {
            Width::Narrow => memory.take_values::<i16>(file, count)?,
            Width::Wide => memory.take_values::<i32>(file, count)?,
            Width::Real => memory.take_values::<f64>(file, count)?,
        }
        let narrow = |leads: Vec<Vec<i16>>| Leads::Counts(leads.into_iter().map(Counts::from).collect());
        let wide = |leads: Vec<Vec<i32>>| Leads::Counts(leads.into_iter().map(Counts::from).collect());
        Ok(match (self.kind, width) {
            (Kind::I8, _) => narrow(self.deal(file, frames, |item| i16::from(i8::from_le_bytes(item)))?),
            (Kind::U8, _) => narrow(self.deal(file, frames, |item| i16::from(u8::from_le_bytes(item)))?),
            // Those without a sign were seen to fit.
            (Kind::I16, _) | (Kind::U16, Width::Narrow) => narrow(self.deal(file, frames, i16::from_le_bytes)?),
            (Kind::U16, _) => wide(self.deal(file, frames, |item| i32::from(u16::from_le_bytes(item)))?),
            (Kind::I32, _) | (Kind::U32, Width::Wide) => wide(self.deal(file, frames, i32::from_le_bytes)?),
            (Kind::I64 | Kind::U64, Width::Wide) => {
                // Every number was seen to fit, so that the lower half is the number.
                wide(self.deal(file, frames, |[a, b, c, d, ..]: [u8; 8]| i32::from_le_bytes([a, b, c, d]))?)
            }
            (Kind::U32, _) => Leads::Real(self.deal(file, frames, |item| f64::from(u32::from_le_bytes(item)))?),
            (Kind::I64, _) => Leads::Real(self.deal(file, frames, |item| i64::from_le_bytes(item) as f64)?),
            (Kind::U64, _) => Leads::Real(self.deal(file, frames, |item| u64::from_le_bytes(item) as f64)?),
            (Kind::F16, _) => Leads::Real(self.deal(file, frames, |item| half(u16::from_le_bytes(item)))?),
            (Kind::F32, _) => Leads::Real(self.deal(file, frames, |item| f64::from(f32::from_le_bytes(item)))?),
            (Kind::F64, _) => Leads::Real(self.deal(file, frames, f64::from_le_bytes)?),
        })
    }

    /// One list a lead of what `sample` makes of each number's bytes, which it is given in little-endian order.
    fn deal<T: Copy, const N: usize>(
        &self,
        file: &str,
        frames: &Frames,
        sample: impl Fn([u8; N]) -> T,
    ) -> Result<Vec<Vec<T>>, Error> {
        if self.big_endian {
            let turned = |mut item: [u8; N]| {
                item.reverse();
                sample(item)
            };
            deal(file, &self.bytes, frames, turned)
        } else {
            deal(file, &self.bytes, frames, sample)
        }
    }
}

fn deal<T: Copy, const N: usize>(
    file: &str,
    bytes: &[u8],
    frames: &Frames,
    sample: impl Fn([u8; N]) -> T,
) -> Result<Vec<Vec<T>>, Error> {
    let size = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
    let (items, _) = bytes.as_chunks::<N>();
    let items = items.get(size(frames.first)..).unwrap_or_default();
    let (leads, samples) = (size(frames.leads), size(frames.samples));
    if frames.lead_step == 1 && frames.sample_step == frames.leads {
        let whole = items.get(..samples.saturating_mul(leads)).unwrap_or_default();
        return interleaved(file, whole.as_flattened(), leads, sample);
    }
    let mut all = Vec::new();
    for lead in 0..leads {
        let own = items.get(lead.saturating_mul(size(frames.lead_step))..).unwrap_or_default();
        let mut values = reserve(file, frames.samples)?;
        if frames.sample_step == 1 {
            values.extend(own.iter().take(samples).map(|item| sample(*item)));
        } else {
            let step = size(frames.sample_step).max(1);
            values.extend(own.iter().step_by(step).take(samples).map(|item| sample(*item)));
        }
        all.push(values);
    }
    Ok(all)
}

/// A number of 16 bits in the format of IEEE 754-2008: a sign, 5 bits of exponent, 10 of fraction.
fn half(bits: u16) -> f64 {
    let fraction = f64::from(bits & 0x3ff);
    let size = match bits >> 10 & 0x1f {
        0 => fraction / f64::from(1_u32 << 24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        // Up to 30: twice to that power is a whole number of 32 bits.
        exponent => (1.0 + fraction / 1024.0) * f64::from(1_u32 << exponent) / 32_768.0,
    };
    if bits & 0x8000 == 0 { size } else { -size }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(kind: Kind, big_endian: bool, bytes: Vec<u8>) -> Numbers<'static> {
        Numbers { kind, big_endian, bytes: Cow::Owned(bytes) }
    }

    fn one_lead(numbers: &Numbers) -> Leads {
        let frames = Frames { first: 0, leads: 1, lead_step: 9, samples: numbers.len(), sample_step: 1 };
        numbers.leads("a", &frames, &mut Memory::beside(0)).unwrap()
    }

    #[test]
    fn halves_are_those_of_the_standard() {
        for (bits, value) in
            [(0x3c00, 1.0), (0xc000, -2.0), (0x7bff, 65504.0), (1, 2.0_f64.powi(-24)), (0x3555, 0.333251953125)]
        {
            assert_eq!(half(bits), value, "{bits:x}");
        }
        assert!(half(0x7e00).is_nan() && half(0xfc00) == f64::NEG_INFINITY);
    }

    #[test]
    fn every_kind_in_either_order_of_bytes_gives_its_numbers() {
        let cases: [(Kind, Vec<u8>, f64); 11] = [
            (Kind::I8, (-7_i8).to_le_bytes().to_vec(), -7.0),
            (Kind::U8, 200_u8.to_le_bytes().to_vec(), 200.0),
            (Kind::I16, (-300_i16).to_le_bytes().to_vec(), -300.0),
            (Kind::U16, 60_000_u16.to_le_bytes().to_vec(), 60_000.0),
            (Kind::I32, (-70_000_i32).to_le_bytes().to_vec(), -70_000.0),
            (Kind::U32, 4_000_000_000_u32.to_le_bytes().to_vec(), 4e9),
            (Kind::I64, (-5_000_000_000_i64).to_le_bytes().to_vec(), -5e9),
            (Kind::U64, 77_u64.to_le_bytes().to_vec(), 77.0),
            (Kind::F16, 0x3800_u16.to_le_bytes().to_vec(), 0.5),
            (Kind::F32, 0.25_f32.to_le_bytes().to_vec(), 0.25),
            (Kind::F64, 1e300_f64.to_le_bytes().to_vec(), 1e300),
        ];
        for (kind, mut bytes, expected) in cases {
            for big_endian in [false, true] {
                let own = numbers(kind, big_endian, bytes.repeat(3));
                assert_eq!(own.values().collect::<Vec<_>>(), [expected; 3], "{kind:?}");
                let read = match one_lead(&own) {
                    Leads::Counts(leads) => leads[0].map(f64::from),
                    Leads::Real(leads) => leads[0].clone(),
                };
                assert_eq!(read, [expected; 3], "{kind:?}");
                bytes.reverse();
            }
        }
    }

    #[test]
    fn counts_are_as_narrow_as_the_file_or_its_numbers() {
        let narrow = |leads: Leads| matches!(&leads, Leads::Counts(leads) if matches!(leads[0], Counts::Narrow(_)));
        assert!(narrow(one_lead(&numbers(Kind::U16, false, vec![0xff, 0x7f]))));
        assert!(!narrow(one_lead(&numbers(Kind::U16, false, vec![0xff, 0xff]))));
        assert!(matches!(one_lead(&numbers(Kind::I64, false, vec![1; 8])), Leads::Real(_)));
    }

    #[test]
    fn leads_side_by_side_one_after_the_other_or_far_apart() {
        let bytes: Vec<u8> = (0..24_u8).collect();
        let of = |first, lead_step, sample_step| {
            let frames = Frames { first, leads: 2, lead_step, samples: 3, sample_step };
            match numbers(Kind::U8, false, bytes.clone()).leads("a", &frames, &mut Memory::beside(0)).unwrap() {
                Leads::Counts(leads) => leads.iter().map(Counts::to_vec).collect::<Vec<_>>(),
                Leads::Real(_) => panic!("counts were expected"),
            }
        };
        assert_eq!(of(6, 1, 2), [[6, 8, 10], [7, 9, 11]]);
        assert_eq!(of(1, 3, 1), [[1, 2, 3], [4, 5, 6]]);
        assert_eq!(of(0, 1, 7), [[0, 7, 14], [1, 8, 15]]);
    }
}
