//! Which extents are leads, which array is samples, what is stated of it.

use std::borrow::Cow;

use super::axes::axes;
use super::*;

fn array(extents: &[u64], order: Order, last_is_outer: bool) -> Array<'static> {
    Array { extents: extents.to_vec(), order, last_is_outer, kind: Kind::I16, numbers: None, held: None }
}

fn entry(group: &str, name: &str, content: Content<'static>) -> Entry<'static> {
    Entry { group: group.to_owned(), name: name.to_owned(), content }
}

fn number(value: f64) -> Content<'static> {
    let numbers = Numbers { kind: Kind::F64, big_endian: false, bytes: Cow::Owned(value.to_le_bytes().to_vec()) };
    let array = Array {
        extents: vec![1, 1],
        order: Order::Columns,
        last_is_outer: true,
        kind: Kind::F64,
        numbers: Some(numbers),
        held: None,
    };
    Content::Numbers(array)
}

#[test]
fn leads_are_the_axis_of_a_usual_number_else_the_shorter() {
    let found = |extents: &[u64], named| {
        let axes = axes(&array(extents, Order::Rows, false), named)?;
        Some((axes.recordings, axes.leads, axes.samples))
    };
    assert_eq!(found(&[12, 5000], None), Some((1, 12, 5000)));
    assert_eq!(found(&[5000, 12], None), Some((1, 12, 5000)));
    assert_eq!(found(&[2, 5000], None), Some((1, 2, 5000)));
    assert_eq!(found(&[10, 8], None), Some((1, 8, 10)));
    assert_eq!(found(&[12, 8], Some(12)), Some((1, 12, 8)));
    assert_eq!(found(&[5000], None), Some((1, 1, 5000)));
    assert_eq!(found(&[1, 5000], None), Some((1, 1, 5000)));
    assert_eq!(found(&[5000, 1], None), Some((1, 1, 5000)));
    assert_eq!(found(&[1, 4096, 12], None), Some((1, 12, 4096)));
    assert_eq!(found(&[7, 4096, 12], None), Some((7, 12, 4096)));
    assert_eq!(found(&[20_000, 12, 4096], None), Some((20_000, 12, 4096)));
    assert_eq!(found(&[12, 4096, 12], None), Some((12, 12, 4096)));
    assert_eq!(found(&[7, 4096, 1], None), Some((7, 1, 4096)));
    assert_eq!(found(&[7, 4096, 5], None), Some((7, 5, 4096)));
    assert_eq!(found(&[7, 1, 4096, 1, 12], None), Some((7, 12, 4096)));
    for extents in [&[][..], &[1], &[1, 1], &[0, 12], &[2, 3, 4, 5], &[u64::MAX, u64::MAX]] {
        assert_eq!(found(extents, None), None, "{extents:?}");
    }
}

#[test]
fn neighbours_lie_as_far_apart_as_the_order_says() {
    let steps = |order| array(&[2, 3, 4], order, false).steps();
    assert_eq!((steps(Order::Rows), steps(Order::Columns)), (vec![12, 4, 1], vec![1, 2, 6]));
    let matlab = axes(&array(&[12, 50, 7], Order::Columns, true), None).unwrap();
    assert_eq!((matlab.recordings, matlab.recording_step, matlab.lead_step, matlab.sample_step), (7, 600, 1, 12));
}

#[test]
fn what_is_nearest_to_the_samples_speaks_of_them() {
    let samples = || Content::Numbers(array(&[12, 500], Order::Rows, false));
    let entries = [
        entry("", "fs", number(100.0)),
        entry("a", "ecg", samples()),
        entry("a/ecg", "fs", number(250.0)),
        entry("a", "rate", number(300.0)),
        entry("b", "leads", Content::Texts(vec!["II".to_owned()])),
    ];
    let facts = |chosen: usize| facts::Facts::new(&entries, &entries[chosen]);
    assert_eq!(facts(1).rate(), Some(250.0));
    let without = [entry("a", "ecg", samples()), entry("b", "fs", number(9.0)), entry("c", "fs", number(8.0))];
    assert_eq!(facts::Facts::new(&without, &without[0]).rate(), None, "two elsewhere say nothing");
    assert_eq!(facts::Facts::new(&without[..2], &without[0]).rate(), Some(9.0));
    for (text, rate) in [("500 Hz", Some(500.0)), ("360", Some(360.0)), ("fast", None), ("-5", None)] {
        let entries = [entry("", "x", samples()), entry("", "sampling rate", Content::Texts(vec![text.to_owned()]))];
        assert_eq!(facts::Facts::new(&entries, &entries[0]).rate(), rate, "{text}");
    }
}

#[test]
fn a_telling_name_wins_over_size_and_size_over_order() {
    let samples = |samples| Content::Numbers(array(&[12, samples], Order::Rows, false));
    let of = |entries: &[Entry]| choose(entries).map(|chosen| chosen.entries());
    let named = [entry("", "noise", samples(900)), entry("", "Data", samples(50)), entry("s", "ECG", samples(60))];
    assert_eq!(of(&named), Some(vec![2]));
    assert_eq!(of(&named[..2]), Some(vec![1]));
    let unnamed = [entry("", "a", samples(50)), entry("", "b", samples(900)), entry("", "c", samples(900))];
    assert_eq!(of(&unnamed), Some(vec![1]));
    assert_eq!(of(&[entry("", "fs", number(1.0))]), None);
}
