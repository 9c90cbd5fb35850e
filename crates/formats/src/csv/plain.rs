//! Rows of numbers, read from their bytes: cells of digits, a sign, a decimal mark and an exponent at once; cells with blanks or
//! quotation marks around, empty ones, clocks and numbers of many digits by the same functions as the slower way. Whatever else a
//! row holds (words, a cell too few) is left to that way, which says what is wrong.

use super::dialect::Dialect;
use super::number;

/// Bytes of a cell at most that is looked at here.
const LONGEST_CELL: usize = 64;

/// How plain rows are written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plain {
    separator: Option<u8>,
    decimal: u8,
}

impl Plain {
    /// None where a mark is no single byte.
    pub(super) fn of(dialect: Dialect) -> Option<Plain> {
        let byte = |letter: char| u8::try_from(letter).ok().filter(u8::is_ascii);
        let separator = match dialect.separator {
            Some(separator) => Some(byte(separator)?),
            None => None,
        };
        Some(Plain { separator, decimal: byte(dialect.decimal)? })
    }

    /// Reads a row of so many cells, all of them numbers or blank but not all blank, and the end of its line; gives what
    /// follows, or none where it is another row. What is blank is not a number. The first cell may be a clock, which `clock` then
    /// says.
    pub(super) fn row<'t>(
        self,
        text: &'t [u8],
        cells: usize,
        row: &mut Vec<f64>,
        clock: &mut bool,
    ) -> Option<&'t [u8]> {
        row.clear();
        let mut numbers = false;
        let mut rest = self.after_blanks(text);
        loop {
            let (value, after) = match number::quick(rest, self.decimal) {
                Some((value, after)) if self.ends_cell(after) => (value, after),
                _ => self.cell(rest, clock, row.is_empty())?,
            };
            row.push(value);
            numbers |= !value.is_nan();
            let after = self.after_blanks(after);
            match after {
                [b'\n', after @ ..] | [b'\r', b'\n', after @ ..] | after @ [] if row.len() == cells && numbers => {
                    return Some(after);
                }
                // Runs of blanks are behind already.
                [byte, ..] if self.separator == Some(b' ') && row.len() < cells && !is_end(*byte) => rest = after,
                [byte, after @ ..] if Some(*byte) == self.separator && row.len() < cells => rest = after,
                _ => return None,
            }
        }
    }

    /// What follows a run of blanks, where that parts cells.
    fn after_blanks(self, text: &[u8]) -> &[u8] {
        if self.separator != Some(b' ') {
            return text;
        }
        let blanks = text.iter().take(LONGEST_CELL).take_while(|byte| **byte == b' ').count();
        text.get(blanks..).unwrap_or_default()
    }

    fn ends_cell(self, after: &[u8]) -> bool {
        after.first().is_none_or(|byte| is_end(*byte) || Some(*byte) == self.separator)
    }

    /// A cell of another kind, as the slower way reads it, and what follows it; none where that way has more to say of it.
    fn cell<'t>(self, text: &'t [u8], clock: &mut bool, first: bool) -> Option<(f64, &'t [u8])> {
        let near = text.get(..text.len().min(LONGEST_CELL)).unwrap_or_default();
        let blanks = near.iter().take_while(|byte| **byte == b' ').count();
        let quoted = near.get(blanks) == Some(&b'"');
        // A quotation mark keeps the separator within the cell to the next one.
        let start = if quoted {
            let open = blanks.saturating_add(1);
            let length = near.get(open..)?.iter().position(|byte| matches!(byte, b'"' | b'\n'))?;
            let close = open.saturating_add(length);
            close.saturating_add(usize::from(near.get(close) == Some(&b'"')))
        } else {
            0
        };
        let length = text.get(start..)?.iter().take(LONGEST_CELL).position(|byte| self.ends_cell(&[*byte]));
        let end = match length {
            Some(length) => start.saturating_add(length),
            None if text.len() <= LONGEST_CELL => text.len(),
            None => return None,
        };
        let (cell, after) = text.split_at_checked(end)?;
        if cell.iter().skip(start).any(|byte| *byte == b'"') {
            return None;
        }
        let cell = number::bare(core::str::from_utf8(cell).ok()?);
        // What is blank between blanks is no cell, where they part cells.
        if cell.is_empty() && self.separator == Some(b' ') {
            return None;
        }
        if number::is_blank(cell) {
            return Some((f64::NAN, after));
        }
        let value = match number::parse(cell, char::from(self.decimal)) {
            None if first => {
                let seconds = number::parse_clock(cell)?;
                *clock = true;
                seconds
            }
            value => value?,
        };
        Some((value, after))
    }
}

fn is_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::number;
    use super::*;

    const COMMA: Plain = Plain { separator: Some(b','), decimal: b'.' };

    fn row(line: &str, cells: usize) -> Option<Vec<f64>> {
        let mut row = Vec::new();
        COMMA.row(line.as_bytes(), cells, &mut row, &mut false).map(|_| row)
    }

    #[test]
    fn what_follows_the_line_is_given() {
        for (text, after) in [("1,2\n3", "3"), ("1,2\r\n3", "3"), ("1,2", ""), ("1,2\n", "")] {
            assert_eq!(COMMA.row(text.as_bytes(), 2, &mut Vec::new(), &mut false), Some(after.as_bytes()), "{text}");
        }
        assert_eq!(COMMA.row(b"1,2\r3", 2, &mut Vec::new(), &mut false), None);
    }

    /// What the slower way makes of a line: nothing where it has something to say of it, or passes it over.
    fn slower(line: &str, plain: Plain, cells: usize) -> Option<Vec<f64>> {
        let separator = plain.separator.map(char::from);
        let found: Vec<&str> = super::super::dialect::cells(line, separator).map(number::bare).collect();
        let value = |(column, cell): (usize, &&str)| match number::parse(cell, char::from(plain.decimal)) {
            None if number::is_blank(cell) => Some(f64::NAN),
            None if column == 0 => number::parse_clock(cell),
            value => value,
        };
        let row: Vec<f64> = found.iter().enumerate().map(value).collect::<Option<_>>()?;
        (found.len() == cells && !line.trim().is_empty() && !line.starts_with('#')).then_some(row)
    }

    fn bits(row: Option<Vec<f64>>) -> Option<Vec<u64>> {
        row.map(|row| row.into_iter().map(f64::to_bits).collect())
    }

    #[test]
    fn rows_of_numbers_and_blanks_are_read() {
        assert_eq!(row("1,-2.5,+.25,3.", 4), Some(vec![1.0, -2.5, 0.25, 3.0]));
        for (line, cells) in [
            ("1,,2,", 4),
            ("1, 2 ,  \"-3.5\" ,\" 4\"", 4),
            ("1e3,2.5E-3,-1e+2,1e22", 4),
            ("'1',nan,N/A,-", 4),
            ("1234567890123456789,9007199254740993,1e-300,0.1000000000000000055511151231257827", 4),
            ("\"1,234.5\",2", 2),
            ("'1:02.5',2", 2),
        ] {
            assert!(row(line, cells).is_some(), "{line}");
            assert_eq!(bits(row(line, cells)), bits(slower(line, COMMA, cells)), "{line}");
        }
        assert!(row("-0", 1).unwrap()[0].is_sign_negative());
    }

    #[test]
    fn other_rows_are_left() {
        for (line, cells) in [
            ("1,2", 3),
            ("1,2,3", 2),
            ("1,2,", 2),
            (".,2", 2),
            ("", 1),
            (",", 2),
            ("nan,nan", 2),
            ("1,0:01", 2),
            ("\"1\"2,2", 2),
            ("\"1,2", 2),
            ("1,#2", 2),
            ("1e999,2", 2),
        ] {
            assert_eq!(row(line, cells), None, "{line}");
        }
        let long = format!("1,{}2", " ".repeat(LONGEST_CELL));
        assert_eq!(row(&long, 2), None);
        assert_eq!(COMMA.row(b"\"1\n2\",3", 2, &mut Vec::new(), &mut false), None, "no cell goes over a line's end");
    }

    proptest! {
        #[test]
        fn a_row_is_the_one_that_the_slower_way_gives(
            line in "('?[0-9]:[0-9]{2}'?,)?([ \t]{0,2}[\"']?[ ]?(-?[0-9]{1,3}([.,][0-9]{0,4})?(e-?[0-9])?|nan|-||x|\u{A0})[ ]?[\"']?[ ]{0,2}[,; \t]){0,3}[\"']?[0-9.,]{0,4}[\"' \t]?",
            separator in prop::option::of(prop::sample::select(vec![b',', b';', b' ', b'\t'])),
            decimal in prop::sample::select(vec![b'.', b',']),
            cells in 1_usize..4,
        ) {
            prop_assume!(separator != Some(decimal));
            let plain = Plain { separator, decimal };
            let mut row = Vec::new();
            if plain.row(line.as_bytes(), cells, &mut row, &mut false) == Some(&[]) {
                prop_assert_eq!(bits(Some(row)), bits(slower(&line, plain, cells)));
            }
        }
    }
}
