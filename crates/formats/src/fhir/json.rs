//! JSON taken key by key: what is wanted is borrowed from the text, all else is passed over, and what does not fit its place
//! (a number written as a text, an object where a text belongs) is no error.
//!
//! serde's own derived readers fail as a whole where a document is cut; here what was read before stays in its target.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// What takes the fields of an object.
pub(super) trait Fields<'t> {
    /// Takes the value of one key from `map`: exactly one value, wanted or not.
    fn field<A: MapAccess<'t>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error>;
}

/// What takes the items of a list.
pub(super) trait Items<'t> {
    /// Takes the next item; false at the end.
    fn item<A: SeqAccess<'t>>(&mut self, items: &mut A) -> Result<bool, A::Error>;
}

/// Reads an object into its target.
pub(super) struct Object<'f, T>(pub(super) &'f mut T);
/// Reads a list into its target.
pub(super) struct List<'f, T>(pub(super) &'f mut T);

/// Passes over the value of a key that is not wanted.
pub(super) fn skip<'t, A: MapAccess<'t>>(map: &mut A) -> Result<(), A::Error> {
    map.next_value::<IgnoredAny>().map(|_| ())
}

/// Values of other kinds than the wanted one are the default.
macro_rules! others_are_default {
    ($($visit:ident($kind:ty)),*) => {
        fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
            f.write_str("a JSON value")
        }
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(Default::default())
        }
        $(fn $visit<E>(self, _: $kind) -> Result<Self::Value, E> {
            Ok(Default::default())
        })*
    };
}

macro_rules! pass_over_lists {
    () => {
        fn visit_seq<A: SeqAccess<'t>>(self, mut items: A) -> Result<Self::Value, A::Error> {
            while items.next_element::<IgnoredAny>()?.is_some() {}
            Ok(Default::default())
        }
    };
}

macro_rules! pass_over_objects {
    () => {
        fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok(Default::default())
        }
    };
}

impl<'t, T: Fields<'t>> DeserializeSeed<'t> for Object<'_, T> {
    type Value = ();
    fn deserialize<D: Deserializer<'t>>(self, value: D) -> Result<(), D::Error> {
        value.deserialize_any(self)
    }
}

impl<'t, T: Fields<'t>> Visitor<'t> for Object<'_, T> {
    type Value = ();
    others_are_default!(visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_str(&str));
    pass_over_lists!();
    fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key_seed(Word)? {
            self.0.field(key.as_deref().unwrap_or_default(), &mut map)?;
        }
        Ok(())
    }
}

impl<'t, T: Items<'t>> DeserializeSeed<'t> for List<'_, T> {
    type Value = ();
    fn deserialize<D: Deserializer<'t>>(self, value: D) -> Result<(), D::Error> {
        value.deserialize_any(self)
    }
}

impl<'t, T: Items<'t>> Visitor<'t> for List<'_, T> {
    type Value = ();
    others_are_default!(visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_str(&str));
    pass_over_objects!();
    fn visit_seq<A: SeqAccess<'t>>(self, mut items: A) -> Result<(), A::Error> {
        while self.0.item(&mut items)? {}
        Ok(())
    }
}

/// A text; none for anything else.
pub(super) struct Word;

impl<'t> DeserializeSeed<'t> for Word {
    type Value = Option<Cow<'t, str>>;
    fn deserialize<D: Deserializer<'t>>(self, value: D) -> Result<Self::Value, D::Error> {
        value.deserialize_any(self)
    }
}

impl<'t> Visitor<'t> for Word {
    type Value = Option<Cow<'t, str>>;
    others_are_default!(visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64));
    pass_over_lists!();
    pass_over_objects!();
    fn visit_borrowed_str<E>(self, text: &'t str) -> Result<Self::Value, E> {
        Ok(Some(Cow::Borrowed(text)))
    }
    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(Cow::Owned(text.to_owned())))
    }
}

/// A number, also one that is written as a text; none for anything else.
pub(super) struct Number;

impl<'t> DeserializeSeed<'t> for Number {
    type Value = Option<f64>;
    fn deserialize<D: Deserializer<'t>>(self, value: D) -> Result<Self::Value, D::Error> {
        value.deserialize_any(self)
    }
}

impl<'t> Visitor<'t> for Number {
    type Value = Option<f64>;
    others_are_default!(visit_bool(bool));
    pass_over_lists!();
    pass_over_objects!();
    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Some(number).filter(|number| number.is_finite()))
    }
    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Some(number as f64))
    }
    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Some(number as f64))
    }
    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(crate::decimals::number(text))
    }
}
