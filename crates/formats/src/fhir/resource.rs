//! Resources: what of Observations, Bundles and Patients is read.

use std::borrow::Cow;
use std::collections::BTreeMap;

use ecg::{Patient, Sex, Statement};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess};

use super::json::{Fields, Items, List, Number, Object, Word, skip};
use crate::notes::label;

/// Resources within resources: a Bundle in a Bundle, with contained ones.
const DEEPEST: usize = 8;
/// Leads of one file, and as many quantities, statements, notes and Patients together.
const MOST: usize = 16_384;

type Text<'t> = Option<Cow<'t, str>>;

/// Everything that was found in a file, whole components only.
#[derive(Default)]
pub(super) struct Found<'t> {
    pub(super) observations: Vec<Observation<'t>>,
    /// By identifier and by the address of their entry.
    pub(super) people: BTreeMap<String, Patient>,
    /// True where more was there than is kept.
    pub(super) too_many: bool,
    /// Leads, and what is no lead, so that much of the one does not hide the other.
    leads: usize,
    others: usize,
    depth: usize,
}

impl Found<'_> {
    fn keep_lead(&mut self) -> bool {
        self.leads = self.leads.saturating_add(1);
        self.too_many = self.too_many || self.leads > MOST;
        self.leads <= MOST
    }

    fn keep(&mut self) -> bool {
        self.others = self.others.saturating_add(1);
        self.too_many = self.too_many || self.others > MOST;
        self.others <= MOST
    }
}

/// One Observation.
#[derive(Default)]
pub(super) struct Observation<'t> {
    pub(super) code: Code<'t>,
    pub(super) sampled: Option<Sampled<'t>>,
    pub(super) components: Vec<Component<'t>>,
    pub(super) start: Text<'t>,
    pub(super) subject: Reference<'t>,
    pub(super) statements: Vec<Statement>,
    pub(super) notes: Vec<String>,
}

/// One component of an Observation.
#[derive(Default)]
pub(super) struct Component<'t> {
    pub(super) code: Code<'t>,
    pub(super) sampled: Option<Sampled<'t>>,
    pub(super) quantity: Option<Quantity<'t>>,
}

/// A number with its unit: UCUM's code where it is stated, else the unit for people.
#[derive(Default)]
pub(super) struct Quantity<'t> {
    pub(super) value: Option<f64>,
    unit: Text<'t>,
    code: Text<'t>,
}

impl Quantity<'_> {
    pub(super) fn unit(&self) -> &str {
        self.code.as_deref().or(self.unit.as_deref()).unwrap_or_default()
    }
}

/// SampledData of R4 (`period`) or R5 (`interval` with `intervalUnit`, or `offsets`).
#[derive(Default)]
pub(super) struct Sampled<'t> {
    pub(super) origin: Quantity<'t>,
    pub(super) period: Option<f64>,
    pub(super) interval: Option<f64>,
    pub(super) interval_unit: Text<'t>,
    pub(super) factor: Option<f64>,
    pub(super) lower: Option<f64>,
    pub(super) upper: Option<f64>,
    pub(super) dimensions: Option<f64>,
    pub(super) data: Text<'t>,
    pub(super) offsets: Text<'t>,
    pub(super) code_map: bool,
}

/// A CodeableConcept: the coding that names a lead best (MDC's), and the text.
#[derive(Default)]
#[allow(clippy::struct_field_names, reason = "they are FHIR's")]
pub(super) struct Code<'t> {
    pub(super) system: Text<'t>,
    pub(super) code: Text<'t>,
    pub(super) display: Text<'t>,
    pub(super) text: Text<'t>,
}

impl Code<'_> {
    /// The name for people, else the code.
    pub(super) fn name(&self) -> String {
        let names = [&self.display, &self.text, &self.code].into_iter().filter_map(|name| name.as_deref());
        names.map(label).find(|name| !name.is_empty()).unwrap_or_default()
    }
}

/// A reference to a resource.
#[derive(Default)]
pub(super) struct Reference<'t> {
    pub(super) reference: Text<'t>,
    pub(super) display: Text<'t>,
}

/// Reads one resource, whatever it is, into what was found. A resource that is cut leaves its whole components.
pub(super) struct Resource<'f, 't> {
    pub(super) found: &'f mut Found<'t>,
    pub(super) address: Text<'t>,
}

impl<'t> DeserializeSeed<'t> for Resource<'_, 't> {
    type Value = ();
    fn deserialize<D: Deserializer<'t>>(self, value: D) -> Result<(), D::Error> {
        if self.found.depth >= DEEPEST {
            self.found.too_many = true;
            return IgnoredAny::deserialize(value).map(|_| ());
        }
        self.found.depth = self.found.depth.saturating_add(1);
        let mut fields =
            ResourceFields { found: self.found, observation: Observation::default(), person: None, id: None };
        let read = Object(&mut fields).deserialize(value);
        let ResourceFields { found, observation, person, id } = fields;
        found.depth = found.depth.saturating_sub(1);
        let has_leads =
            observation.sampled.is_some() || observation.components.iter().any(|part| part.sampled.is_some());
        if has_leads {
            found.observations.push(observation);
        }
        if let Some(person) = person {
            for name in [id, self.address].into_iter().flatten() {
                if found.keep() {
                    found.people.insert(label(&name), person.clone());
                }
            }
        }
        read
    }
}

struct ResourceFields<'f, 't> {
    found: &'f mut Found<'t>,
    observation: Observation<'t>,
    person: Option<Patient>,
    id: Text<'t>,
}

impl<'t> Fields<'t> for ResourceFields<'_, 't> {
    fn field<A: MapAccess<'t>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        let observation = &mut self.observation;
        match key {
            "id" => self.id = map.next_value_seed(Word)?,
            "resourceType" => {
                if map.next_value_seed(Word)?.as_deref() == Some("Patient") {
                    self.person.get_or_insert_default();
                }
            }
            "code" => map.next_value_seed(Object(&mut observation.code))?,
            "valueSampledData" => observation.sampled = sampled(map)?.filter(|_| self.found.keep_lead()),
            "component" => map.next_value_seed(List(&mut Components { observation, found: self.found }))?,
            "effectiveDateTime" | "effectiveInstant" => observation.start = map.next_value_seed(Word)?,
            "effectivePeriod" => {
                let mut period = Period::default();
                map.next_value_seed(Object(&mut period))?;
                observation.start = period.start.or(observation.start.take());
            }
            "subject" => map.next_value_seed(Object(&mut observation.subject))?,
            "interpretation" => map.next_value_seed(List(&mut Concepts { observation, found: self.found }))?,
            "note" => map.next_value_seed(List(&mut Annotations { observation, found: self.found }))?,
            "entry" => map.next_value_seed(List(&mut Entries { found: self.found }))?,
            "contained" => map.next_value_seed(List(&mut Contained { found: self.found }))?,
            // A Patient's; no Observation has these.
            "gender" => {
                let sex = match map.next_value_seed(Word)?.as_deref() {
                    Some("female") => Some(Sex::Female),
                    Some("male") => Some(Sex::Male),
                    _ => None,
                };
                self.person.get_or_insert_default().sex = sex;
            }
            "birthDate" => {
                let born = map.next_value_seed(Word)?;
                self.person.get_or_insert_default().born = born.as_deref().map(label);
            }
            "name" if self.person.is_some() => {
                let mut names = Names::default();
                map.next_value_seed(List(&mut names))?;
                self.person.get_or_insert_default().name = names.first;
            }
            _ => skip(map)?,
        }
        Ok(())
    }
}

fn sampled<'t, A: MapAccess<'t>>(map: &mut A) -> Result<Option<Sampled<'t>>, A::Error> {
    let mut sampled = Sampled::default();
    map.next_value_seed(Object(&mut sampled))?;
    Ok(sampled.data.is_some().then_some(sampled))
}

#[derive(Default)]
struct Period<'t> {
    start: Text<'t>,
}

impl<'t> Fields<'t> for Period<'t> {
    fn field<A: MapAccess<'t>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "start" => self.start = map.next_value_seed(Word)?,
            _ => skip(map)?,
        }
        Ok(())
    }
}

struct Components<'f, 't> {
    observation: &'f mut Observation<'t>,
    found: &'f mut Found<'t>,
}

impl<'t> Items<'t> for Components<'_, 't> {
    fn item<A: SeqAccess<'t>>(&mut self, items: &mut A) -> Result<bool, A::Error> {
        let mut component = Component::default();
        let more = items.next_element_seed(Object(&mut component))?.is_some();
        let wanted = match (&component.sampled, &component.quantity) {
            (Some(_), _) => self.found.keep_lead(),
            (None, Some(_)) => self.found.keep(),
            (None, None) => false,
        };
        if wanted {
            self.observation.components.push(component);
        }
        Ok(more)
    }
}

impl<'t> Fields<'t> for Component<'t> {
    fn field<A: MapAccess<'t>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "code" => map.next_value_seed(Object(&mut self.code))?,
            "valueSampledData" => self.sampled = sampled(map)?,
            "valueQuantity" => map.next_value_seed(Object(self.quantity.get_or_insert_default()))?,
            _ => skip(map)?,
        }
        Ok(())
    }
}

impl<'t> Fields<'t> for Quantity<'t> {
    fn field<A: MapAccess<'t>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "value" => self.value = map.next_value_seed(Number)?,
            "unit" => self.unit = map.next_value_seed(Word)?,
            "code" => self.code = map.next_value_seed(Word)?,
            _ => skip(map)?,
        }
        Ok(())
    }
}

impl<'t> Fields<'t> for Sampled<'t> {
    fn field<A: MapAccess<'t>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "origin" => map.next_value_seed(Object(&mut self.origin))?,
            "period" => self.period = map.next_value_seed(Number)?,
            "interval" => self.interval = map.next_value_seed(Number)?,
            "intervalUnit" => self.interval_unit = map.next_value_seed(Word)?,
            "factor" => self.factor = map.next_value_seed(Number)?,
            "lowerLimit" => self.lower = map.next_value_seed(Number)?,
            "upperLimit" => self.upper = map.next_value_seed(Number)?,
            "dimensions" => self.dimensions = map.next_value_seed(Number)?,
            "data" => self.data = map.next_value_seed(Word)?,
            "offsets" => self.offsets = map.next_value_seed(Word)?,
            "codeMap" => {
                self.code_map = true;
                skip(map)?;
            }
            _ => skip(map)?,
        }
        Ok(())
    }
}

impl<'t> Fields<'t> for Code<'t> {
    fn field<A: MapAccess<'t>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "coding" => map.next_value_seed(List(self))?,
            "text" => self.text = map.next_value_seed(Word)?,
            _ => skip(map)?,
        }
        Ok(())
    }
}

/// The object identifier and the address of ISO/IEEE 11073's codes.
pub(super) const MDC: [&str; 2] = ["urn:oid:2.16.840.1.113883.6.24", "urn:iso:std:iso:11073:10101"];

impl<'t> Items<'t> for Code<'t> {
    fn item<A: SeqAccess<'t>>(&mut self, items: &mut A) -> Result<bool, A::Error> {
        let mut coding = Coding::default();
        let more = items.next_element_seed(Object(&mut coding))?.is_some();
        let is_mdc = |system: &Text| system.as_deref().is_some_and(|system| MDC.contains(&system));
        // The first coding counts, and MDC's above any.
        if more && (self.code.is_none() && self.display.is_none() || (is_mdc(&coding.system) && !is_mdc(&self.system)))
        {
            (self.system, self.code, self.display) = (coding.system, coding.code, coding.display);
        }
        Ok(more)
    }
}

#[derive(Default)]
struct Coding<'t> {
    system: Text<'t>,
    code: Text<'t>,
    display: Text<'t>,
}

impl<'t> Fields<'t> for Coding<'t> {
    fn field<A: MapAccess<'t>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "system" => self.system = map.next_value_seed(Word)?,
            "code" => self.code = map.next_value_seed(Word)?,
            "display" => self.display = map.next_value_seed(Word)?,
            _ => skip(map)?,
        }
        Ok(())
    }
}

impl<'t> Fields<'t> for Reference<'t> {
    fn field<A: MapAccess<'t>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "reference" => self.reference = map.next_value_seed(Word)?,
            "display" => self.display = map.next_value_seed(Word)?,
            _ => skip(map)?,
        }
        Ok(())
    }
}

/// Interpretations become statements.
struct Concepts<'f, 't> {
    observation: &'f mut Observation<'t>,
    found: &'f mut Found<'t>,
}

impl<'t> Items<'t> for Concepts<'_, 't> {
    fn item<A: SeqAccess<'t>>(&mut self, items: &mut A) -> Result<bool, A::Error> {
        let mut concept = Code::default();
        let more = items.next_element_seed(Object(&mut concept))?.is_some();
        if more && self.found.keep() {
            let own = |text: &Text| text.as_deref().unwrap_or_default().to_owned();
            let text = concept.text.as_ref().or(concept.display.as_ref()).map(Cow::to_string).unwrap_or_default();
            let code = own(&concept.code);
            let system = if code.is_empty() { "text".to_owned() } else { own(&concept.system) };
            self.observation.statements.push(Statement { system, code, text });
        }
        Ok(more)
    }
}

/// Notes become comments.
struct Annotations<'f, 't> {
    observation: &'f mut Observation<'t>,
    found: &'f mut Found<'t>,
}

#[derive(Default)]
struct Note<'t>(Text<'t>);

impl<'t> Items<'t> for Annotations<'_, 't> {
    fn item<A: SeqAccess<'t>>(&mut self, items: &mut A) -> Result<bool, A::Error> {
        let mut note = Note::default();
        let more = items.next_element_seed(Object(&mut note))?.is_some();
        if let Some(text) = note.0.filter(|_| self.found.keep()) {
            self.observation.notes.push(text.into_owned());
        }
        Ok(more)
    }
}

impl<'t> Fields<'t> for Note<'t> {
    fn field<A: MapAccess<'t>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "text" => self.0 = map.next_value_seed(Word)?,
            _ => skip(map)?,
        }
        Ok(())
    }
}

struct Entries<'f, 't> {
    found: &'f mut Found<'t>,
}

impl<'t> Items<'t> for Entries<'_, 't> {
    fn item<A: SeqAccess<'t>>(&mut self, items: &mut A) -> Result<bool, A::Error> {
        let mut entry = Entry { found: self.found, address: None };
        Ok(items.next_element_seed(Object(&mut entry))?.is_some())
    }
}

struct Entry<'f, 't> {
    found: &'f mut Found<'t>,
    address: Text<'t>,
}

impl<'t> Fields<'t> for Entry<'_, 't> {
    fn field<A: MapAccess<'t>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "fullUrl" => self.address = map.next_value_seed(Word)?,
            "resource" => map.next_value_seed(Resource { found: self.found, address: self.address.take() })?,
            _ => skip(map)?,
        }
        Ok(())
    }
}

struct Contained<'f, 't> {
    found: &'f mut Found<'t>,
}

impl<'t> Items<'t> for Contained<'_, 't> {
    fn item<A: SeqAccess<'t>>(&mut self, items: &mut A) -> Result<bool, A::Error> {
        Ok(items.next_element_seed(Resource { found: self.found, address: None })?.is_some())
    }
}

/// The first name of a person: as one text, or its parts.
#[derive(Default)]
struct Names {
    first: Option<String>,
}

impl<'t> Items<'t> for Names {
    fn item<A: SeqAccess<'t>>(&mut self, items: &mut A) -> Result<bool, A::Error> {
        let mut name = Name::default();
        let more = items.next_element_seed(Object(&mut name))?.is_some();
        let parts =
            || [name.given.0.as_deref(), name.family.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let whole = name.text.as_deref().map_or_else(parts, str::to_owned);
        if self.first.is_none() && !whole.is_empty() {
            self.first = Some(label(&whole));
        }
        Ok(more)
    }
}

#[derive(Default)]
struct Name<'t> {
    text: Text<'t>,
    family: Text<'t>,
    given: Given<'t>,
}

#[derive(Default)]
struct Given<'t>(Text<'t>);

impl<'t> Fields<'t> for Name<'t> {
    fn field<A: MapAccess<'t>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "text" => self.text = map.next_value_seed(Word)?,
            "family" => self.family = map.next_value_seed(Word)?,
            "given" => map.next_value_seed(List(&mut self.given))?,
            _ => skip(map)?,
        }
        Ok(())
    }
}

impl<'t> Items<'t> for Given<'t> {
    fn item<A: SeqAccess<'t>>(&mut self, items: &mut A) -> Result<bool, A::Error> {
        let word = items.next_element_seed(Word)?;
        let more = word.is_some();
        self.0 = self.0.take().or(word.flatten());
        Ok(more)
    }
}
