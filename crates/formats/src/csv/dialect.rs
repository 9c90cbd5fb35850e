//! Separator, decimal mark, and where the table begins.

use super::number;

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dialect {
    /// What stands between cells; none where there is one column. A blank stands for any run of blanks.
    pub(super) separator: Option<char>,
    /// The decimal mark.
    pub(super) decimal: char,
    /// Cells of a row.
    pub(super) columns: usize,
    /// Number of the table's first line of numbers, from 0.
    pub(super) first_row: usize,
    /// Lines of numbers that were looked at.
    pub(super) rows: usize,
}

/// Lines, and bytes of them, that are looked at for the decision.
const SAMPLE_LINES: usize = 400;
const SAMPLE_BYTES: usize = 256 << 10;

/// How the text is written, or none where it holds no table of numbers.
pub(super) fn detect(text: &str) -> Option<Dialect> {
    let mut bytes = 0_usize;
    let mut within = |line: &&str| {
        bytes = bytes.saturating_add(line.len());
        bytes < SAMPLE_BYTES
    };
    let lines: Vec<&str> = text.lines().take(SAMPLE_LINES).take_while(&mut within).collect();
    // A comma comes after the others, since it is their decimal mark in half of the world; then no separator at all.
    let candidates = [
        (Some(';'), '.'),
        (Some(';'), ','),
        (Some('\t'), '.'),
        (Some('\t'), ','),
        (Some('|'), '.'),
        (Some('|'), ','),
        (None, ','),
        (Some(','), '.'),
        (Some(' '), '.'),
        (Some(' '), ','),
        (None, '.'),
    ];
    let dialects = candidates.iter().filter_map(|&(separator, decimal)| try_dialect(&lines, separator, decimal));
    // The one that makes most lines rows; of equals the first.
    dialects.reduce(|best, next| if next.rows > best.rows { next } else { best })
}

fn try_dialect(lines: &[&str], separator: Option<char>, decimal: char) -> Option<Dialect> {
    // Without the separator no line has two cells.
    if separator.is_some_and(|separator| !lines.iter().any(|line| line.contains(separator))) {
        return None;
    }
    let cells_of: Vec<Option<usize>> = lines.iter().map(|line| cells_of_row(line, separator, decimal)).collect();
    // The row of numbers that ends the sample says how many cells a row has; what stands before is header.
    let columns = cells_of.iter().rev().find_map(|cells| *cells)?;
    if columns < 2 && separator.is_some() {
        return None;
    }
    let mut rows = cells_of.iter().enumerate().filter(|(_, cells)| **cells == Some(columns));
    let first_row = rows.next()?.0;
    let dialect = Dialect { separator, decimal, columns, first_row, rows: rows.count().saturating_add(1) };
    if (separator, decimal) == (None, ',') {
        // A line of two cells right above is a header of two columns; a device's own lines end with a blank one.
        let above = first_row.checked_sub(1).and_then(|above| lines.get(above));
        let header = above.is_some_and(|line| line.split(',').filter(|cell| !cell.trim().is_empty()).count() > 1);
        let single = lines.get(..first_row).is_some_and(states_one_lead);
        if !single && (header || !is_decimal_comma(lines.get(first_row..)?)) {
            return None;
        }
    }
    Some(dialect)
}

/// How many cells a line has, where all of them are numbers or blank and one is a number.
fn cells_of_row(line: &str, separator: Option<char>, decimal: char) -> Option<usize> {
    let (mut all, mut numbers) = (0_usize, 0_usize);
    for cell in cells(line, separator) {
        let cell = number::bare(cell);
        let value = number::parse(cell, decimal).or_else(|| (all == 0).then(|| number::parse_clock(cell))?);
        if value.is_none() && !number::is_blank(cell) {
            return None;
        }
        numbers = numbers.saturating_add(usize::from(value.is_some()));
        all = all.saturating_add(1);
    }
    (numbers > 0).then_some(all)
}

/// True where lines of a key and a value state one lead and its unit of voltage for the file, as an Apple Watch export does, and a blank
/// line ends them: what follows is one number a line, however many digits its fractions have.
fn states_one_lead(lines: &[&str]) -> bool {
    let value = |line: &&str| line.split_once(',').map_or("", |(_, value)| value.trim()).to_owned();
    let blank = lines.last().is_some_and(|line| line.trim().is_empty());
    let unit = lines.iter().position(|line| super::preamble::unit(&value(line)).is_some());
    let above = unit.and_then(|unit| unit.checked_sub(1)).and_then(|lead| lines.get(lead));
    blank && above.is_some_and(|line| super::preamble::lead(&value(line)).is_some())
}

/// `-12,345` in every line: one number with a decimal comma, or two whole numbers? The first where every line has as
/// many digits after the comma and what stands before does not go up evenly like a sample number or a time.
fn is_decimal_comma(lines: &[&str]) -> bool {
    let mut widths = None;
    let mut wholes = Vec::new();
    for line in lines.iter().filter(|line| !line.trim().is_empty()) {
        let Some((whole, fraction)) = line.trim().split_once(',') else { return false };
        if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
            return false;
        }
        if *widths.get_or_insert(fraction.len()) != fraction.len() {
            return false;
        }
        // `-1.234,567` has a mark between thousands too.
        let whole: String =
            whole.chars().filter(|letter| !matches!(letter, '.' | ' ' | '\u{A0}' | '\u{202F}')).collect();
        let Ok(number) = whole.parse::<i64>() else { return false };
        wholes.push(number);
    }
    let mut steps = wholes.iter().zip(wholes.iter().skip(1)).map(|(a, b)| b.saturating_sub(*a));
    let step = steps.next();
    let even = step.is_some_and(|step| step > 0) && steps.all(|next| Some(next) == step);
    widths.is_some() && !even
}

/// The cells of a line; quotation marks keep a separator within a cell.
pub(super) fn cells(line: &str, separator: Option<char>) -> Cells<'_> {
    let quotes = line.contains('"');
    Cells { rest: Some(if separator == Some(' ') { line.trim() } else { line }), separator, quotes }
}

/// Iterator of [`cells`].
pub(super) struct Cells<'a> {
    rest: Option<&'a str>,
    separator: Option<char>,
    /// Whether the line has quotation marks; most have none.
    quotes: bool,
}

impl<'a> Iterator for Cells<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let rest = self.rest?;
        let Some(separator) = self.separator else { return self.rest.take() };
        let (mut quoted, mut blank) = (false, true);
        let within_quotes = |letter: char| {
            // Only a mark at a cell's beginning opens a quotation; an inch mark within a cell does not.
            if letter == '"' && (quoted || blank) {
                quoted = !quoted;
            }
            blank &= letter.is_whitespace();
            !quoted && letter == separator
        };
        let end = if self.quotes { rest.find(within_quotes) } else { rest.find(separator) };
        let Some(at) = end else { return self.rest.take() };
        let (cell, after) = rest.split_at_checked(at)?;
        let after = after.strip_prefix(separator).unwrap_or(after);
        self.rest = Some(if separator == ' ' { after.trim_start() } else { after });
        Some(cell)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dialect(text: &str) -> (Option<char>, char, usize, usize) {
        let dialect = detect(text).unwrap();
        (dialect.separator, dialect.decimal, dialect.columns, dialect.first_row)
    }

    #[test]
    fn separators_and_decimal_marks_are_told_apart() {
        assert_eq!(dialect("t,I\n0.1,2\n0.2,3\n"), (Some(','), '.', 2, 1));
        assert_eq!(dialect("t;I\n0,1;2,5\n0,2;3,5\n"), (Some(';'), ',', 2, 1));
        assert_eq!(dialect("1\t2\t3\n4\t5\t6\n"), (Some('\t'), '.', 3, 0));
        assert_eq!(dialect("  1   2\n  3   4\n"), (Some(' '), '.', 2, 0));
        assert_eq!(dialect("0,000\n14,648\n-3,945\n"), (None, ',', 1, 0));
        assert_eq!(dialect("0,100\n1,120\n2,130\n"), (Some(','), '.', 2, 0));
        assert_eq!(dialect("5\n6\n"), (None, '.', 1, 0));
    }

    #[test]
    fn a_text_without_numbers_is_no_table() {
        for text in ["", "a,b\nc,d\n", "\n\n", "{\"a\": [1, 2]}"] {
            assert_eq!(detect(text), None, "{text}");
        }
    }

    #[test]
    fn a_quoted_separator_stays_within_its_cell() {
        let all: Vec<_> = cells(r#"Device,"Watch6,7",x"y,z"#, Some(',')).collect();
        assert_eq!(all, ["Device", r#""Watch6,7""#, r#"x"y"#, "z"]);
    }
}
