//! Cells.

/// The powers of ten that a float holds exactly.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];
/// Whole numbers up to here are floats exactly.
const EXACT: u64 = 1 << 53;
/// So many digits never overflow 64 bits.
const MOST_DIGITS: usize = 18;

/// A cell that stands for a value that is not there.
pub(super) fn is_blank(cell: &str) -> bool {
    cell.is_empty() || cell == "-" || ["nan", "na", "n/a", "null"].iter().any(|word| cell.eq_ignore_ascii_case(word))
}

/// A finite decimal number with `decimal` as its mark; no other notation (hexadecimal, `inf`) counts. Marks between thousands count
/// where a decimal mark follows them (`1,234.5`), since without it they could be one.
pub(super) fn parse(cell: &str, decimal: char) -> Option<f64> {
    if let Some((value, [])) = u8::try_from(decimal).ok().and_then(|decimal| quick(cell.as_bytes(), decimal)) {
        return Some(value);
    }
    plain(cell, decimal).or_else(|| plain(&without_thousands(cell, decimal)?, decimal))
}

/// A number of few digits at the beginning of a text and what follows it. Its digits as a whole number and the power of ten
/// are floats exactly, so that their product or quotient is the float nearest to the number (Clinger, PLDI 1990).
pub(super) fn quick(text: &[u8], decimal: u8) -> Option<(f64, &[u8])> {
    let (negative, text) = signed(text);
    let (whole, digits, rest) = digits(text, 0);
    let (number, all, fraction, rest) = match rest.split_first() {
        Some((byte, after)) if *byte == decimal => {
            let (number, fraction, rest) = self::digits(after, whole);
            (number, digits.checked_add(fraction)?, fraction, rest)
        }
        _ => (whole, digits, 0, rest),
    };
    if all == 0 || all > MOST_DIGITS || number > EXACT {
        return None;
    }
    let number = number as f64;
    let (size, rest) = match rest {
        [b'e' | b'E', rest @ ..] => {
            let (down, rest) = signed(rest);
            let (power, digits, rest) = self::digits(rest, 0);
            if !(1..=3).contains(&digits) {
                return None;
            }
            let power = i64::try_from(power).ok()?;
            let power = if down { power.checked_neg()? } else { power }.checked_sub(i64::try_from(fraction).ok()?)?;
            let ten = POWERS.get(usize::try_from(power.unsigned_abs()).ok()?)?;
            (if power < 0 { number / ten } else { number * ten }, rest)
        }
        _ => (number / POWERS.get(fraction)?, rest),
    };
    Some((if negative { -size } else { size }, rest))
}

/// Whether a minus stands at the beginning, and what follows the sign.
fn signed(text: &[u8]) -> (bool, &[u8]) {
    match text.split_first() {
        Some((b'-', rest)) => (true, rest),
        Some((b'+', rest)) => (false, rest),
        _ => (false, text),
    }
}

/// The digits at the beginning, after those of `number`: the number that they make, how many they are, what follows. With too
/// many of them the number wraps and is of no use.
fn digits(text: &[u8], mut number: u64) -> (u64, usize, &[u8]) {
    let mut count = 0_usize;
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        number = number.wrapping_mul(10).wrapping_add(u64::from(digit));
        count = count.saturating_add(1);
    }
    (number, count, text.get(count..).unwrap_or_default())
}

/// `1,234.5` as `1234.5`: groups of three digits between the same marks, then the decimal mark.
fn without_thousands(cell: &str, decimal: char) -> Option<String> {
    let (whole, fraction) = cell.split_once(decimal)?;
    let mark = whole.chars().find(|letter| matches!(letter, ',' | '.' | '\'' | '’' | ' ' | '\u{A0}' | '\u{202F}'))?;
    let mut groups = whole.trim_start_matches(['-', '+']).split(mark);
    let digits = |group: &str| group.bytes().all(|digit| digit.is_ascii_digit());
    let first = groups.next().is_some_and(|group| (1..=3).contains(&group.len()) && digits(group));
    let grouped = first && groups.all(|group| group.len() == 3 && digits(group));
    (grouped && digits(fraction) && cell.len() < 40).then(|| format!("{}{decimal}{fraction}", whole.replace(mark, "")))
}

fn plain(cell: &str, decimal: char) -> Option<f64> {
    let decimal = u8::try_from(decimal).ok()?;
    let mut digits = false;
    for byte in cell.bytes() {
        match byte {
            b'0'..=b'9' => digits = true,
            b'+' | b'-' | b'e' | b'E' => {}
            byte if byte == decimal => {}
            _ => return None,
        }
    }
    if !digits {
        return None;
    }
    let value: f64 = if decimal == b'.' {
        cell.parse().ok()?
    } else if let Some(pointed) = [0_u8; 64].get_mut(..cell.len()) {
        pointed.copy_from_slice(cell.as_bytes());
        pointed.iter_mut().filter(|byte| **byte == decimal).for_each(|byte| *byte = b'.');
        core::str::from_utf8(pointed).ok()?.parse().ok()?
    } else {
        cell.replace(char::from(decimal), ".").parse().ok()?
    };
    value.is_finite().then_some(value)
}

/// A clock time (`h:mm:ss.fff` or `m:ss.fff`, as PhysioNet's programs print it) in seconds; with a date before it
/// (ISO 8601) in seconds from the calendar's beginning.
pub(super) fn parse_clock(cell: &str) -> Option<f64> {
    // Most cells that are asked about are plain words and numbers.
    if !cell.contains(':') {
        return None;
    }
    if let Some((date, clock)) = cell.split_once(['T', ' ']) {
        let clock = clock.split(['Z', '+']).next().unwrap_or(clock);
        return Some(day_number(date)? * 86_400.0 + parse_clock(clock)?);
    }
    let mut seconds = 0.0;
    let mut parts = 0_u8;
    for part in cell.split(':') {
        let value = parse(part, '.').filter(|value| *value >= 0.0)?;
        seconds = 60.0 * seconds + value;
        parts = parts.saturating_add(1);
    }
    matches!(parts, 2 | 3).then_some(seconds)
}

/// The days from 1 March of the year 0 to a date `yyyy-mm-dd` (the usual count with the year begun in March).
fn day_number(date: &str) -> Option<f64> {
    let mut parts = date.split('-').map(|part| parse(part, '.').filter(|value| *value >= 1.0 && *value < 10_000.0));
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() || month > 12.0 || day > 31.0 {
        return None;
    }
    let (year, month) = if month > 2.0 { (year, month - 3.0) } else { (year - 1.0, month + 9.0) };
    let leap = (year / 4.0).floor() - (year / 100.0).floor() + (year / 400.0).floor();
    Some(365.0 * year + leap + ((153.0 * month + 2.0) / 5.0).floor() + day - 1.0)
}

/// A cell without blanks and quotation marks around it.
pub(super) fn bare(cell: &str) -> &str {
    let cell = cell.trim();
    for quote in ['"', '\''] {
        if let Some(inner) = cell.strip_prefix(quote).and_then(|cell| cell.strip_suffix(quote)) {
            return inner.trim();
        }
    }
    cell
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_number_is_the_float_nearest_to_it(
            text in "[+-]?[0-9]{0,12}\\.?[0-9]{0,12}([eE][+-]?[0-9]{0,3})?",
        ) {
            let nearest = text.parse::<f64>().ok().filter(|value| value.is_finite());
            prop_assert_eq!(parse(&text, '.').map(f64::to_bits), nearest.map(f64::to_bits));
            prop_assert_eq!(parse(&text.replace('.', ","), ',').map(f64::to_bits), nearest.map(f64::to_bits));
        }
    }

    #[test]
    fn only_finite_decimal_numbers_are_numbers() {
        assert_eq!(parse("-1.5e-3", '.'), Some(-0.0015));
        assert_eq!(parse("+0,25", ','), Some(0.25));
        assert_eq!(parse(&format!("0,25{}", "0".repeat(70)), ','), Some(0.25));
        for cell in ["", "-", "e", "nan", "inf", "0x1", "1e999", "1.2.3", "1,5", "1 5", "--1"] {
            assert_eq!(parse(cell, '.'), None, "{cell}");
        }
    }

    #[test]
    fn marks_between_thousands_count_before_a_decimal_mark() {
        for (cell, decimal) in [("-1,234.5", '.'), ("-1.234,5", ','), ("-1’234.5", '.'), ("-1\u{202F}234,5", ',')] {
            assert_eq!(parse(cell, decimal), Some(-1234.5), "{cell}");
        }
        for (cell, decimal) in
            [("1,234", '.'), ("1,23.5", '.'), ("1,2345.5", '.'), ("12,34,567.5", '.'), (",234.5", '.')]
        {
            assert_eq!(parse(cell, decimal), None, "{cell}");
        }
    }

    #[test]
    fn a_clock_is_read_as_seconds() {
        assert_eq!(parse_clock("1:02.5"), Some(62.5));
        assert_eq!(parse_clock("1:00:00.25"), Some(3600.25));
        assert_eq!(parse_clock("12.5"), None);
        let (eve, day) =
            (parse_clock("2024-02-29T23:59:59.996Z").unwrap(), parse_clock("2024-03-01 00:00:00").unwrap());
        assert!((day - eve - 0.004).abs() < 1e-4, "{}", day - eve);
        assert_eq!(bare("'0:00.004'"), "0:00.004");
    }
}
