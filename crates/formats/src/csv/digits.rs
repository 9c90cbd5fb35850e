//! Numbers as they are written in other scripts, to the digits, marks and signs that the rest of the module reads.

use std::borrow::Cow;

/// The text with western digits, decimal marks and signs. What has none of the others is not copied.
pub(super) fn western(text: Cow<str>) -> Cow<str> {
    // Most texts have other letters in few places, such as the sign for micro.
    let bytes = text.as_bytes();
    let blocks = bytes.chunks(4096).enumerate().filter(|(_, block)| !block.is_ascii());
    let mut places = blocks.flat_map(|(number, block)| {
        let at = number.saturating_mul(4096);
        block.iter().enumerate().filter(|(_, byte)| !byte.is_ascii()).map(move |(place, _)| at.saturating_add(place))
    });
    // Within a letter there is no text.
    let letter = |place: usize| text.get(place..).and_then(|rest| rest.chars().next());
    if !places.any(|place| letter(place).is_some_and(|letter| of(letter) != Some(letter))) {
        return text;
    }
    Cow::Owned(text.chars().filter_map(of).collect())
}

/// What a letter stands for in a number; itself where it is none, nothing for marks of direction and of thousands.
fn of(letter: char) -> Option<char> {
    let zero = match letter {
        '٠'..='٩' => '٠',
        '۰'..='۹' => '۰',
        '०'..='९' => '०',
        '０'..='９' => '０',
        '٫' => return Some('.'),
        '\u{2212}' => return Some('-'),
        '٬' | '\u{061C}' | '\u{200E}' | '\u{200F}' => return None,
        _ => return Some(letter),
    };
    let digit = u32::from(letter).checked_sub(u32::from(zero)).and_then(|digit| char::from_digit(digit, 10));
    Some(digit.unwrap_or(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_every_script_are_the_same_number() {
        for text in ["\u{200E}-١٬٢٣٤٫٥", "−۱۲۳۴٫۵", "-१२३४.५", "-１２３４.５"] {
            assert_eq!(western(text.into()), "-1234.5", "{text}");
        }
        assert!(matches!(western("Fréquence,512 hertz".into()), Cow::Borrowed(_)));
    }
}
