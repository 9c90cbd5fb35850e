//! The blocks of a file, each with its checksum.

use ecg::{Severity, Warning};

use super::warning;
use crate::cursor::Cursor;
use crate::{Error, InputFile};

/// The data of one block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block<'a> {
    /// The byte of its letters.
    pub(super) from: u64,
    pub(super) data: &'a [u8],
}

impl Block<'_> {
    pub(super) fn place(&self) -> String {
        format!("byte {}", self.from)
    }
}

/// The blocks that are known, the first of each kind.
#[derive(Clone, Debug, Default)]
pub(super) struct Blocks<'a> {
    pub(super) info: Option<Block<'a>>,
    pub(super) form: Option<Block<'a>>,
    /// One a lead: I, II, III, aVR, aVL, aVF.
    pub(super) leads: [Option<Block<'a>>; 6],
    pub(super) averages: [Option<Block<'a>>; 6],
    pub(super) marks: Option<Block<'a>>,
}

impl<'a> Blocks<'a> {
    /// Reads all blocks from the cursor on. What is odd is a warning.
    pub(super) fn read(
        file: &InputFile<'a>,
        cursor: &mut Cursor<'a>,
        warnings: &mut Vec<Warning>,
    ) -> Result<Blocks<'a>, Error> {
        let mut blocks = Blocks::default();
        let (mut unknown, mut again) = (0_u64, 0_u64);
        while !cursor.at_end() {
            let from = cursor.position();
            if cursor.remaining() < 8 {
                warnings.push(warning(file, Severity::Data, format!("byte {from}"), "the file ends within a block"));
                break;
            }
            let letters = cursor.array::<4>()?;
            let stated = usize::try_from(cursor.u32_le()?).unwrap_or(usize::MAX);
            let is_whole = stated <= cursor.remaining();
            let block = Block { from, data: cursor.take(stated.min(cursor.remaining()))? };
            let sum = if is_whole && cursor.remaining() >= 4 { Some(cursor.u32_le()?) } else { None };
            match blocks.slot(letters) {
                Some(slot) if slot.is_none() => {
                    *slot = Some(block);
                    check(file, letters, &block, sum, warnings);
                }
                Some(_) => again = again.saturating_add(1),
                None => unknown = unknown.saturating_add(1),
            }
            if sum.is_none() {
                let message = "the file ends within a block; what is whole of it was read";
                warnings.push(warning(file, Severity::Data, format!("byte {from}"), message));
                break;
            }
        }
        if again > 0 {
            let message = format!("{again} blocks are there again; the first of each kind was read");
            warnings.push(warning(file, Severity::Data, "", message));
        }
        if unknown > 0 {
            warnings.push(warning(
                file,
                Severity::Note,
                "",
                format!("{unknown} blocks of unknown kind were passed over"),
            ));
        }
        Ok(blocks)
    }

    fn slot(&mut self, letters: [u8; 4]) -> Option<&mut Option<Block<'a>>> {
        let [a, b, c, number] = letters;
        let position = match number {
            b' ' => 0,
            b'2'..=b'6' => usize::from(number).saturating_sub(usize::from(b'1')),
            _ => usize::MAX,
        };
        match (&[a, b, c], number) {
            (b"inf", b'o') => Some(&mut self.info),
            (b"fmt", b' ') => Some(&mut self.form),
            (b"ann", b' ') => Some(&mut self.marks),
            (b"ecg", _) => self.leads.get_mut(position),
            (b"avg", _) => self.averages.get_mut(position),
            _ => None,
        }
    }
}

/// Compares the checksum of a block: the sum of its letters, length and data.
fn check(file: &InputFile, letters: [u8; 4], block: &Block, stated: Option<u32>, warnings: &mut Vec<Warning>) {
    let Some(stated) = stated else { return };
    let length = u32::try_from(block.data.len()).unwrap_or(u32::MAX);
    let head = [letters, length.to_le_bytes()];
    let head = head.as_flattened();
    let sum = |bytes: &[u8]| bytes.iter().fold(0_u32, |sum, &byte| sum.wrapping_add(u32::from(byte)));
    // Bytes of the upper half are 256 less where they are taken as signed.
    let lowered = |bytes: &[u8]| bytes.iter().fold(0_u32, |sum, &byte| sum.wrapping_add(u32::from(byte >= 0x80) << 8));
    let own = sum(head).wrapping_add(sum(block.data));
    if stated == own {
        return;
    }
    let in_data = own.wrapping_sub(lowered(block.data));
    let known = [own.wrapping_add(256), own.wrapping_sub(256), in_data, in_data.wrapping_sub(lowered(head))];
    let name = letters.escape_ascii().to_string();
    let (severity, message) = if known.contains(&stated) {
        (Severity::Note, format!("the checksum of block \"{name}\" is wrong in a way that is known of one writer"))
    } else {
        (Severity::Data, format!("the checksum of block \"{name}\" is {stated}, that of its bytes {own}"))
    };
    warnings.push(warning(file, severity, block.place(), message));
}
