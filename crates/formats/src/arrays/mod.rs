//! Named arrays to recordings: what MATLAB files (4, 5 to 7.3), HDF5 and NumPy have in common.
//!
//! Such files hold arrays and no meaning. There is no specification of an electrocardiogram in them, so these are the rules,
//! after the conventions of published data sets (the PhysioNet challenges' `val`, CPSC's structure `ECG`, CODE-15's
//! `tracings`):
//!
//! - **Which array.** One whose name says so (`val`, `ecg`, `tracings`, `signals`, `data` and more, in that order), else
//!   arrays of one extent that are named after standard leads, else the largest. What else could have been meant is a warning.
//! - **Which axis.** As many leads as names are stated, else 12, 8 or 3, else the shorter axis. Of three axes the
//!   outermost are recordings: `tracings` of (N, 4096, 12) are N recordings, named `tracings[0]` and so on. A warning
//!   says where only the first of them fit [`Limits`] and the memory of a file.
//! - **Rate, unit, names, scale.** From an attribute of the array, or an array, text or number beside it or above it:
//!   `fs`, `Fs`, `sampling_rate` and more; `units` (`5uV` is a step of 5 µV); `leads`, `sig_name` and more; `gain`
//!   (counts a unit) and `baseline`. A rate or a unit that is not stated is asked for ([`Error::wants_rate`],
//!   [`Error::wants_unit`]). Twelve leads without names are taken in the standard order, with a warning.
//! - **Numbers.** Whole numbers stay counts, of 16 bits where the file has no more; fractions become 64-bit floats; what
//!   is no finite number is a missing sample.
//!
//! [`variables`] lists all arrays and texts of such a file with their numbers.

use crate::memory::Memory;
use crate::{Error, Format, InputFile, Limits, Place, hdf5, matlab4, matlab5, npy, probe};

mod axes;
mod build;
mod choose;
mod facts;
mod numbers;
mod room;
#[cfg(test)]
mod tests;

pub(crate) use build::recordings;
pub(crate) use choose::{Chosen, choose};
pub(crate) use numbers::{Kind, Numbers};
pub(crate) use room::recordings_of;

/// Arrays and texts that are no larger may state something of a recording (a rate, names); larger ones are samples.
pub(crate) const SMALL: u64 = 4096;

/// An array or a text of a file, by name.
#[derive(Clone, Debug)]
pub(crate) struct Entry<'a> {
    /// The names of what it lies in, with `/` between: groups, structures, the array whose attribute it is. Empty at the top.
    pub(crate) group: String,
    pub(crate) name: String,
    pub(crate) content: Content<'a>,
}

impl Entry<'_> {
    /// Group and name.
    pub(crate) fn path(&self) -> String {
        if self.group.is_empty() { self.name.clone() } else { format!("{}/{}", self.group, self.name) }
    }
}

/// What an entry holds.
#[derive(Clone, Debug)]
pub(crate) enum Content<'a> {
    Numbers(Array<'a>),
    Texts(Vec<String>),
    /// What is not read here, in words.
    Unread(String),
}

/// In which order the numbers of an array follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// The last extent runs fastest, as in C.
    Rows,
    /// The first extent runs fastest, as in Fortran and MATLAB.
    Columns,
}

/// An array of numbers.
#[derive(Clone, Debug)]
pub(crate) struct Array<'a> {
    pub(crate) extents: Vec<u64>,
    pub(crate) order: Order,
    /// True where the last extent is the outermost by meaning (MATLAB); else the first is.
    pub(crate) last_is_outer: bool,
    pub(crate) kind: Kind,
    /// Absent where they were not read from the file yet; fewer than the extents state where the file was cut.
    pub(crate) numbers: Option<Numbers<'a>>,
    /// Where the file is cut or damaged within the array: of this extent only so many are whole.
    pub(crate) held: Option<(usize, u64)>,
}

impl Array<'_> {
    /// How many numbers the extents state; none where that is beyond counting.
    pub(crate) fn count(&self) -> Option<u64> {
        self.extents.iter().try_fold(1_u64, |product, extent| product.checked_mul(*extent))
    }

    /// For each extent, how far apart its neighbours lie.
    pub(crate) fn steps(&self) -> Vec<u64> {
        let mut steps = vec![1; self.extents.len()];
        let mut step = 1_u64;
        let mut set = |slot: &mut u64, extent: u64| {
            *slot = step;
            step = step.saturating_mul(extent);
        };
        let slots = steps.iter_mut().zip(&self.extents);
        match self.order {
            Order::Rows => slots.rev().for_each(|(slot, extent)| set(slot, *extent)),
            Order::Columns => slots.for_each(|(slot, extent)| set(slot, *extent)),
        }
        steps
    }

    /// The numbers of a small array that was read.
    pub(crate) fn small(&self) -> Option<Vec<f64>> {
        let numbers = self.numbers.as_ref().filter(|numbers| numbers.len() <= SMALL)?;
        Some(numbers.values().collect())
    }
}

/// The file that the arrays are of.
pub(crate) struct Input<'a> {
    pub(crate) file: &'a str,
    /// The format's name for people.
    pub(crate) format: &'a str,
    /// True where the file was cut off or damaged after its samples.
    pub(crate) cut: bool,
    /// True where fewer numbers were read than there are.
    pub(crate) partial: bool,
}

/// An array or a text of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    /// Its name, with the groups and structures that it lies in and `/` between.
    pub name: String,
    /// Extents; none for a single number of HDF5 or NumPy.
    pub shape: Vec<u64>,
    /// What it holds.
    pub value: Value,
}

/// What a variable holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Numbers, the last extent fastest; of complex ones of MATLAB the real parts.
    Numbers(Vec<f64>),
    /// Texts.
    Texts(Vec<String>),
    /// What is not read here, and what it is.
    Unread(String),
}

/// All arrays and texts of a MATLAB (4 to 7.3), HDF5 or NumPy file with their numbers; attributes of HDF5 are left out.
///
/// # Errors
/// The file is of none of these formats, damaged, cut, or asks for more than `limits` allow.
pub fn variables(file: &InputFile, limits: &Limits) -> Result<Vec<Variable>, Error> {
    limits.file(file.name, file.bytes)?;
    let mut memory = Memory::beside(file.bytes.len());
    match probe(file.name, file.bytes) {
        Some(Format::MatlabV4) => list(file.name, &matlab4::entries(file, limits)?, &mut memory),
        Some(Format::MatlabV5) => {
            let unpacked = matlab5::unpack(file, limits, &mut memory)?;
            list(file.name, &matlab5::entries(file, &unpacked, limits, &mut memory)?, &mut memory)
        }
        Some(Format::Hdf5) => {
            let opened = hdf5::open(file, limits, &mut memory)?;
            list(file.name, &opened.all(&mut memory)?, &mut memory)
        }
        Some(Format::Npy) => list(file.name, &[npy::entry(file, limits)?], &mut memory),
        _ => Err(Error::invalid(file.name, Place::Whole, "another format", "a MATLAB, HDF5 or NumPy file")),
    }
}

fn list(file: &str, entries: &[Entry], memory: &mut Memory) -> Result<Vec<Variable>, Error> {
    let mut found = Vec::new();
    for entry in entries {
        let (shape, value) = match &entry.content {
            Content::Numbers(array) => {
                let numbers = array.numbers.as_ref();
                let Some((count, numbers)) =
                    array.count().zip(numbers).filter(|(count, own)| array.held.is_none() && *count == own.len())
                else {
                    return Err(Error::truncated(file, Place::Whole, "fewer numbers", "those of the array's extents"));
                };
                memory.take_values::<f64>(file, count)?;
                let mut values = crate::limits::reserve(file, count)?;
                values.extend(in_rows(array, count).filter_map(|position| numbers.value(position)));
                (array.extents.clone(), Value::Numbers(values))
            }
            Content::Texts(texts) => (vec![texts.len() as u64], Value::Texts(texts.clone())),
            Content::Unread(what) => (Vec::new(), Value::Unread(what.clone())),
        };
        found.push(Variable { name: entry.path(), shape, value });
    }
    Ok(found)
}

/// The positions of an array's numbers, the last extent fastest.
fn in_rows<'a>(array: &'a Array, count: u64) -> impl Iterator<Item = u64> + use<'a> {
    let steps = array.steps();
    let extents = &array.extents;
    (0..count).map(move |number| {
        let mut rest = number;
        let mut position = 0_u64;
        for (extent, step) in extents.iter().zip(&steps).rev() {
            let along = rest.checked_rem(*extent).unwrap_or(0);
            rest = rest.checked_div(*extent).unwrap_or(0);
            position = position.saturating_add(along.saturating_mul(*step));
        }
        position
    })
}
