//! FHIR's XML (hl7.org/fhir/xml.html) as the JSON that says the same (hl7.org/fhir/json.html), for the one reader of resources.
//!
//! An element's attribute `value` is a text, its children are the keys of an object, elements of one name that may repeat are a
//! list, and a resource's type is the name of its element. A document that is cut gives what stands before the cut, and an
//! error where it ends, as the JSON does.

use serde::de::value::{BorrowedStrDeserializer, Error};
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::Damage;
use super::resource::{Found, Resource};
use crate::xml::{Document, Element};

/// The keys that hold lists in JSON, of those that are read: XML shows only whether they repeat.
const LISTS: [&str; 8] = ["coding", "component", "contained", "entry", "given", "interpretation", "name", "note"];
/// Elements around a resource.
const AROUND: [&str; 2] = ["contained", "resource"];

/// True for text that can be XML and no JSON.
pub(super) fn is_xml(text: &str) -> bool {
    text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']).starts_with('<')
}

/// True for the name of a resource; those of its parts begin with a small letter.
pub(super) fn is_type(name: &str) -> bool {
    name.starts_with(|letter: char| letter.is_ascii_uppercase())
}

/// Every resource of a document.
pub(super) fn resources<'d>(document: &'d Document, found: &mut Found<'d>) -> Option<Damage> {
    let root = Value { element: document.root(), is_resource: true };
    let read = Resource { found, address: None }.deserialize(root);
    let place = document.cut_place();
    (read.is_err() || place.is_some()).then(|| Damage { place: place.unwrap_or_default(), is_end: true })
}

/// An element as a text or an object.
struct Value<'d, 'a> {
    element: Element<'d, 'a>,
    is_resource: bool,
}

impl<'d, 'a> Value<'d, 'a> {
    fn of(element: Element<'d, 'a>) -> Value<'d, 'a> {
        let inner = || element.children().find(|child| is_type(child.name()));
        match AROUND.contains(&element.name()).then(inner).flatten() {
            Some(resource) => Value { element: resource, is_resource: true },
            None => Value { element, is_resource: false },
        }
    }
}

/// Every kind of value says itself what it is.
macro_rules! itself {
    () => {
        fn deserialize_ignored_any<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Error> {
            visitor.visit_unit()
        }
        serde::forward_to_deserialize_any! {
            <V: Visitor<'d>>
            bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct
            seq tuple tuple_struct map struct enum identifier
        }
    };
}

impl<'d> Deserializer<'d> for Value<'d, '_> {
    type Error = Error;
    fn deserialize_any<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.element.attribute("value") {
            Some(text) if !self.is_resource => visitor.visit_borrowed_str(text),
            _ => visitor.visit_map(Children {
                of: self.element,
                next: self.element.first_child(),
                pending: self.is_resource.then_some(Pending::Type),
                value: None,
            }),
        }
    }
    itself!();
}

/// What comes next of an object.
enum Pending<'d, 'a> {
    Type,
    One(Element<'d, 'a>),
    Several(Several<'d, 'a>),
}

/// The children of an element as keys with values.
struct Children<'d, 'a> {
    of: Element<'d, 'a>,
    next: Option<Element<'d, 'a>>,
    /// The type before all children.
    pending: Option<Pending<'d, 'a>>,
    value: Option<Pending<'d, 'a>>,
}

impl<'d> MapAccess<'d> for Children<'d, '_> {
    type Error = Error;
    fn next_key_seed<K: DeserializeSeed<'d>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        if let Some(pending) = self.pending.take() {
            self.value = Some(pending);
            return seed.deserialize(BorrowedStrDeserializer::new("resourceType")).map(Some);
        }
        let Some(child) = self.next else {
            return if self.of.is_whole() { Ok(None) } else { Err(Error::custom("the document ends here")) };
        };
        let name = child.name();
        self.next = child.next();
        self.value = Some(Pending::One(child));
        if LISTS.contains(&name) {
            while let Some(more) = self.next.filter(|next| next.name() == name) {
                self.next = more.next();
            }
            self.value = Some(Pending::Several(Several { name: child.name(), next: Some(child) }));
        }
        seed.deserialize(BorrowedStrDeserializer::new(name)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'d>>(&mut self, seed: V) -> Result<V::Value, Error> {
        match self.value.take() {
            Some(Pending::Type) => seed.deserialize(BorrowedStrDeserializer::new(self.of.name())),
            Some(Pending::One(element)) => seed.deserialize(Value::of(element)),
            Some(Pending::Several(several)) => seed.deserialize(several),
            None => Err(Error::custom("a value without a key")),
        }
    }
}

/// Elements of one name that follow each other, as a list.
struct Several<'d, 'a> {
    name: &'a str,
    next: Option<Element<'d, 'a>>,
}

impl<'d> Deserializer<'d> for Several<'d, '_> {
    type Error = Error;
    fn deserialize_any<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(self)
    }
    itself!();
}

impl<'d> SeqAccess<'d> for Several<'d, '_> {
    type Error = Error;
    fn next_element_seed<T: DeserializeSeed<'d>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        let Some(element) = self.next.filter(|next| next.name() == self.name) else { return Ok(None) };
        self.next = element.next();
        seed.deserialize(Value::of(element)).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use ecg::{Lead, Recording, Sex, Unit};

    use super::super::{read, score};
    use crate::vendor::testing::cut_everywhere;
    use crate::{Error, Format, Hints, InputFile, Limits, probe};

    const JSON: &str = r#"{"resourceType":"Bundle","type":"collection","entry":[
        {"fullUrl":"urn:uuid:1","resource":{"resourceType":"Patient","id":"p","name":[{"family":"Curie","given":["Marie","S."]},
            {"text":"other"}],"gender":"female","birthDate":"1867-11-07"}},
        {"resource":{"resourceType":"Observation","status":"final","contained":[{"resourceType":"Device","id":"d"}],
            "code":{"coding":[{"system":"http://loinc.org","code":"11524-6","display":"EKG study"}],"text":"ECG"},
            "subject":{"reference":"Patient/p","display":"shown"},"effectivePeriod":{"start":"2024-01-01T12:00:00Z"},
            "interpretation":[{"coding":[{"system":"s","code":"N"}],"text":"normal <sinus> & rhythm"},{"text":"again"}],
            "note":[{"text":"one"},{"text":"two"}],
            "component":[
                {"code":{"coding":[{"system":"x","code":"1"},{"system":"urn:oid:2.16.840.1.113883.6.24","code":"131329"}]},
                 "valueSampledData":{"origin":{"value":-2,"unit":"uV","code":"uV"},"period":2,"factor":0.5,"lowerLimit":-9,
                    "upperLimit":9,"dimensions":1,"data":"1 2 E U 3"}},
                {"code":{"text":"V1"},"valueSampledData":{"origin":{"value":0,"unit":"mV"},"interval":4,"intervalUnit":"ms",
                    "dimensions":1,"data":"0.25 -1e-2"}},
                {"code":{"text":"QT"},"valueQuantity":{"value":400.5,"unit":"ms"}}]}}]}"#;

    const XML: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!-- a comment --><Bundle xmlns="http://hl7.org/fhir"><type value="collection"/>
 <entry><fullUrl value="urn:uuid:1"/><resource><Patient><id value="p"/>
   <name><family value="Curie"/><given value="Marie"/><given value="S."/></name><name><text value="other"/></name>
   <gender value="female"/><birthDate value="1867-11-07"><extension url="u"><valueDateTime value="x"/></extension></birthDate>
 </Patient></resource></entry>
 <entry><resource><Observation><text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml"><p>ECG</p></div></text>
   <contained><Device><id value="d"/></Device></contained><status value="final"/>
   <code><coding><system value="http://loinc.org"/><code value="11524-6"/><display value="EKG study"/></coding><text value="ECG"/></code>
   <subject><reference value="Patient/p"/><display value="shown"/></subject>
   <effectivePeriod><start value="2024-01-01T12:00:00Z"/></effectivePeriod>
   <interpretation><coding><system value="s"/><code value="N"/></coding><text value="normal &lt;sinus> &amp; rhythm"/></interpretation>
   <interpretation><text value="again"/></interpretation><note><text value="one"/></note><note><text value="two"/></note>
   <component><code><coding><system value="x"/><code value="1"/></coding>
      <coding><system value="urn:oid:2.16.840.1.113883.6.24"/><code value="131329"/></coding></code>
     <valueSampledData><origin><value value="-2"/><unit value="uV"/><code value="uV"/></origin><period value="2"/>
       <factor value="0.5"/><lowerLimit value="-9"/><upperLimit value="9"/><dimensions value="1"/><data value="1 2 E U 3"/>
     </valueSampledData></component>
   <component><code><text value="V1"/></code><valueSampledData><origin><value value="0"/><unit value="mV"/></origin>
     <interval value="4"/><intervalUnit value="ms"/><dimensions value="1"/><data value="0.25 -1e-2"/></valueSampledData></component>
   <component><code><text value="QT"/></code><valueQuantity><value value="400.5"/><unit value="ms"/></valueQuantity></component>
 </Observation></resource></entry></Bundle>
"#;

    fn try_read(text: &str) -> Result<Vec<Recording>, Error> {
        read(&InputFile { name: "a", bytes: text.as_bytes() }, &Hints::default(), &Limits::default())
    }

    #[test]
    fn the_same_bundle_in_both_syntaxes_gives_equal_recordings() {
        let (json, xml) = (try_read(JSON).unwrap(), try_read(XML).unwrap());
        assert_eq!(json, xml);
        let [recording] = xml.as_slice() else { panic!("{}", xml.len()) };
        assert_eq!(recording.lead(&Lead::I).unwrap().values()[..2], [-1.5, -1.0]);
        assert_eq!(recording.lead(&Lead::I).unwrap().missing, [(2, 4)]);
        let chest = recording.lead(&Lead::V1).unwrap();
        assert_eq!((chest.values(), chest.rate, chest.unit()), (vec![0.25, -0.01], 250.0, &Unit::Millivolt));
        assert_eq!(
            (recording.patient.name.as_deref(), recording.patient.sex),
            (Some("Marie Curie"), Some(Sex::Female))
        );
        assert_eq!(recording.patient.born.as_deref(), Some("1867-11-07"));
        assert_eq!(recording.statements[0].text, "normal <sinus> & rhythm");
        assert_eq!((recording.measurements[0].value, recording.comments.len()), (400.5, 2));
        assert_eq!(recording.warnings.len(), 1, "{:?}", recording.warnings);
    }

    #[test]
    fn one_observation_with_prefixes_and_its_own_data_is_read() {
        let text = "<f:Observation xmlns:f='http://hl7.org/fhir'><f:code><f:text value='Ring'/></f:code><f:valueSampledData>\
                    <f:origin><f:value value='0'/><f:unit value='uV'/></f:origin><f:period value='10'/><f:dimensions value='1'/>\
                    <f:data value='1 2 3'/></f:valueSampledData></f:Observation>";
        assert_eq!(probe("a", text.as_bytes()), Some(Format::Fhir));
        let recordings = try_read(text).unwrap();
        assert_eq!((recordings[0].signals[0].label.as_str(), recordings[0].signals[0].rate), ("Ring", 100.0));
        assert_eq!(recordings[0].signals[0].values(), [1.0, 2.0, 3.0]);
        assert!(recordings[0].warnings.is_empty(), "{:?}", recordings[0].warnings);
    }

    #[test]
    fn fhir_is_told_from_other_xml() {
        assert_eq!((score(XML.as_bytes()), score(XML.replace("hl7.org/fhir", "else").as_bytes())), (90, 0));
        assert_eq!(score(b"<html xmlns:f='http://hl7.org/fhir'><a/></html>"), 0);
        let wide: Vec<u8> = XML.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!((score(&wide), probe("a.xml", XML.as_bytes())), (90, Some(Format::Fhir)));
    }

    #[test]
    fn a_document_that_is_cut_gives_its_whole_components() {
        cut_everywhere(XML, &["Curie", "1867"], read);
    }

    #[test]
    fn xml_without_samples_is_refused_with_its_place() {
        let none = "<Observation xmlns='http://hl7.org/fhir'><status value='final'/></Observation>";
        let error = try_read(none).unwrap_err().to_string();
        assert_eq!(error, "a: found XML without SampledData, expected a FHIR Observation with SampledData");
        let cut = try_read("<Observation xmlns='http://hl7.org/fhir'>\n<component>").unwrap_err();
        assert!(matches!(cut, Error::Truncated { .. }), "{cut}");
        let buried = format!("<Bundle>{}<Observation>{}", "<contained><Bundle>".repeat(20), "");
        assert!(try_read(&buried).is_err());
    }
}
