//! Sections 8 (interpretation as text) and 11 (interpretation in codes).
//!
//! Status (8 bits: 0 not confirmed, 1 confirmed, 2 overread), date and time, the number of statements (8 bits); for each its own
//! number (8 bits), a length (16 bits) and the text; in Section 11 a type stands before it: 1 coded, 2 text, 3 logic of statements.

use ecg::Statement;

use super::texts::TextCode;
use crate::Error;
use crate::cursor::Cursor;

/// Reads Section 8, or Section 11 where `coded`; what was read before the section ended stays in `statements`.
pub(super) fn read(
    mut cursor: Cursor,
    coded: bool,
    texts: TextCode,
    statements: &mut Vec<Statement>,
) -> Result<(), Error> {
    if cursor.at_end() {
        return Ok(());
    }
    cursor.skip(8)?;
    let count = cursor.u8()?;
    for _ in 0..count {
        cursor.skip(1)?;
        let length = usize::from(cursor.u16_le()?);
        let value = cursor.take(length)?;
        let statement = match (coded, value.split_first()) {
            (true, Some((1, value))) => {
                let mut parts = texts.parts(value);
                let code = parts.next().unwrap_or_default();
                let text: Vec<String> = parts.filter(|part| !part.is_empty()).collect();
                Statement { system: "SCP-ECG".to_owned(), code, text: text.join(" ") }
            }
            (true, Some((_, value))) => plain(value, texts),
            (true, None) => continue,
            (false, _) => plain(value, texts),
        };
        if !(statement.code.is_empty() && statement.text.is_empty()) {
            statements.push(statement);
        }
    }
    Ok(())
}

fn plain(value: &[u8], texts: TextCode) -> Statement {
    let parts: Vec<String> = texts.parts(value).filter(|part| !part.is_empty()).collect();
    Statement { system: "text".to_owned(), code: String::new(), text: parts.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(statements: &[&[u8]]) -> Vec<u8> {
        let mut bytes = vec![1, 0xd4, 7, 8, 4, 2, 13, 18, statements.len() as u8];
        for (number, statement) in statements.iter().enumerate() {
            bytes.push(number as u8 + 1);
            bytes.extend((statement.len() as u16).to_le_bytes());
            bytes.extend(*statement);
        }
        bytes
    }

    #[test]
    fn texts_and_codes_are_told_apart() {
        let mut found = Vec::new();
        read(Cursor::new("a", &section(&[b"Long QT\0", b"\0"])), false, TextCode::Latin, &mut found).unwrap();
        let coded = section(&[b"\x01SR\0\0", b"\x01MI\0AN\0", b"\x02Old scar\0", b""]);
        read(Cursor::new("a", &coded), true, TextCode::Latin, &mut found).unwrap();
        let found: Vec<(&str, &str, &str)> = found
            .iter()
            .map(|statement| (statement.system.as_str(), statement.code.as_str(), statement.text.as_str()))
            .collect();
        let expected =
            [("text", "", "Long QT"), ("SCP-ECG", "SR", ""), ("SCP-ECG", "MI", "AN"), ("text", "", "Old scar")];
        assert_eq!(found, expected);
    }

    #[test]
    fn statements_before_a_cut_stay() {
        let bytes = section(&[b"one\0", b"two\0"]);
        for length in 0..bytes.len() {
            let mut found = Vec::new();
            let result = read(Cursor::new("a", &bytes[..length]), false, TextCode::Latin, &mut found);
            assert_eq!((result.is_ok(), found.len()), (length == 0, usize::from(length >= 16)), "{length}");
        }
    }
}
