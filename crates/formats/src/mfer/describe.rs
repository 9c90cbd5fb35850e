//! What a file says beside its samples: person, start, device, notes and events.

use ecg::{Annotation, Recording, Severity, Sex};
use encoding_rs::{ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::chain::{Head, tag};
use super::definitions::{Event, Reading};
use super::frames::Number;
use super::leads;
use crate::encoding::{iso2022, pages, pages::Page};
use crate::{encoding, moment, notes};

/// Memory of one annotation, generously.
const ANNOTATION_BYTES: usize = 256;

impl Reading<'_> {
    /// Takes a definition that does not touch samples. False where its tag is not known.
    pub(super) fn describe(&mut self, head: Head, value: &[u8], lead: Option<u32>) -> bool {
        let number = |bytes: Option<&[u8]>, big: bool| bytes.map_or(0, |bytes| Number::new(bytes, big).unsigned());
        let big = self.big_endian;
        match head.tag {
            tag::TEXT_CODE => {
                self.text_code = encoding::field(value.get(..value.len().min(32)).unwrap_or_default()).to_lowercase();
            }
            tag::PREAMBLE => {
                let text = self.text(value.strip_prefix(b"MFR ").unwrap_or(value));
                self.comment("Preamble: ", text);
            }
            tag::MAKER => {
                // Maker, model, version; the serial number that may follow is one person's.
                let text =
                    self.text(value).map(|text| text.split('^').take(3).map(str::trim).collect::<Vec<_>>().join(" "));
                self.comment("Equipment: ", text);
            }
            tag::FILTER => {
                let text = self.text(value).map(|text| text.replace('^', " "));
                self.comment("Filter: ", text);
            }
            tag::NOTE => {
                let text = self.text(value);
                self.comment("", text);
            }
            tag::PERSON => {
                self.about.name = self.text(value).map(|text| match text.split('^').collect::<Vec<_>>().as_slice() {
                    // Family, how it sounds, given, how it sounds.
                    [family, _, given, ..] => format!("{given} {family}").trim().to_owned(),
                    _ => text.replace('^', " ").trim().to_owned(),
                });
            }
            tag::PERSON_NUMBER => {
                self.about.number =
                    self.text(value).map(|text| text.split('^').next().unwrap_or_default().trim().to_owned());
            }
            tag::SEX => match value {
                [sex] => self.about.sex = *sex,
                [] => self.about.sex = 0,
                _ => self.odd(head, value),
            },
            tag::AGE => {
                let days = number(value.get(1..3), big);
                match value {
                    [years, ..] if matches!(value.len(), 1 | 3 | 7) => {
                        self.about.age = (*years > 0 || days > 0).then_some(u16::from(*years));
                        let [month, day] = [5, 6].map(|at| i64::from(value.get(at).copied().unwrap_or(0)));
                        let year = i64::try_from(number(value.get(3..5), big)).unwrap_or(0);
                        self.about.born = moment::date(year, month, day);
                    }
                    [] => {}
                    _ => self.odd(head, value),
                }
            }
            tag::TIME => {
                let part = |at: usize| i64::from(value.get(at).copied().unwrap_or(0));
                let year = i64::try_from(number(value.get(..2), big)).unwrap_or(0);
                let date = moment::date(year, part(2), part(3));
                let time = moment::time(part(4), part(5), part(6));
                let milli = number(value.get(7..9), big);
                let micro = number(value.get(9..11), big);
                let fraction = if milli < 1000 && micro < 1000 && milli.saturating_add(micro) > 0 {
                    format!(".{milli:03}{micro:03}").trim_end_matches('0').to_owned()
                } else {
                    String::new()
                };
                match (value.len(), date, time) {
                    (0, ..) => {}
                    (4, Some(date), _) => self.about.start = Some(date),
                    (7 | 9 | 11, Some(date), Some(time)) => self.about.start = Some(format!("{date}T{time}{fraction}")),
                    _ => self.odd(head, value),
                }
            }
            tag::EVENT => self.event(head, value, lead),
            _ => return false,
        }
        true
    }

    fn event(&mut self, head: Head, value: &[u8], lead: Option<u32>) {
        // Memory for annotations is a share of what the file's size allows: each may be as short as eight bytes.
        let memory = (32_usize << 20).saturating_add(self.file.bytes.len());
        let most = self.limits.annotations.min(memory.checked_div(ANNOTATION_BYTES).unwrap_or(0) as u64);
        let big = self.big_endian;
        let number = |from: usize, to: usize| value.get(from..to).map(|bytes| Number::new(bytes, big).unsigned());
        let (Some(code), Some(sample)) = (number(0, 2), number(2, 6)) else { return self.odd(head, value) };
        if self.about.events.len() as u64 >= most {
            self.warn(
                Severity::Data,
                format!("byte {}", head.place),
                format!("there are more than {most} events; the rest was left out"),
            );
            return;
        }
        let narrow = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        let text = value.get(10..).and_then(|text| self.text(text)).unwrap_or_default();
        self.about.events.push(Event {
            code: u16::try_from(code).unwrap_or(u16::MAX),
            sample: narrow(sample),
            samples: number(6, 10).map_or(0, narrow),
            text,
            lead,
        });
    }

    /// A text in the file's encoding, where that is one of those that are read.
    pub(super) fn text(&mut self, value: &[u8]) -> Option<String> {
        if value.len() as u64 > self.limits.text_bytes {
            self.warn(Severity::Note, "", "a text is longer than texts may be; it was left out");
            return None;
        }
        let plain = value.iter().all(|&byte| byte.is_ascii() && !matches!(byte, 0 | 0x1B));
        if self.text_code.is_empty() || plain {
            return Some(encoding::field(value));
        }
        let Some(page) = self.page() else {
            let code = notes::label(&self.text_code);
            self.warn(
                Severity::Note,
                "",
                format!("texts are in {code}, which is not known here; letters may be wrong"),
            );
            return Some(encoding::field(value));
        };
        let (text, is_broken) = encoding::field_in(value, page);
        if is_broken {
            let name = page.name();
            self.warn(Severity::Note, "", format!("a text is no {name} as stated; marks stand for what is lost"));
        }
        Some(text)
    }

    /// The code page by the names of ISO 22077-1 (`UTF-8`, `JIS X 0208`, `RFC 1468`, `ISO-IR 100`) or any usual one.
    fn page(&self) -> Option<Page> {
        let code = self.text_code.as_str();
        let number = ["iso-ir", "iso_ir", "iso ir"].iter().find_map(|front| code.strip_prefix(front));
        if let Some(number) = number.and_then(|number| number.trim_matches([' ', '-', '_']).parse().ok()) {
            return match number {
                87 => Some(ISO_2022_JP),
                192 => Some(UTF_8),
                6 => Some(WINDOWS_1252),
                _ => iso2022::registered(number).flatten(),
            };
        }
        match code {
            "unicode" => Some(UTF_8),
            "utf-16" | "utf16" | "ucs-2" => Some(if self.big_endian { UTF_16BE } else { UTF_16LE }),
            _ if code.starts_with("ascii") || code.starts_with("ansi") || code.starts_with("iso 646") => {
                Some(WINDOWS_1252)
            }
            _ => pages::named(code),
        }
    }

    fn odd(&mut self, head: Head, value: &[u8]) {
        let message = format!(
            "tag 0x{:02x} with {} bytes, or what they say, is not as it should be; it was passed over",
            head.tag,
            value.len()
        );
        self.warn(Severity::Note, format!("byte {}", head.place), message);
    }
}

/// Puts all of it into the first recording.
pub(super) fn finish(reading: Reading, interval: f64, recording: &mut Recording) {
    let about = reading.about;
    recording.patient.name = about.name.filter(|text| !text.is_empty());
    recording.patient.id = about.number.filter(|text| !text.is_empty());
    recording.patient.age = about.age;
    recording.patient.born = about.born;
    recording.patient.sex = match about.sex {
        1 => Some(Sex::Male),
        2 => Some(Sex::Female),
        _ => None,
    };
    recording.start = about.start;
    recording.comments = about.comments;
    let leads = &recording.signals;
    recording.annotations = about
        .events
        .into_iter()
        .map(|event| Annotation {
            time: f64::from(event.sample) * interval,
            duration: (event.samples > 0).then(|| f64::from(event.samples) * interval),
            code: event.code.to_string(),
            text: event.text,
            lead: event.lead.map(|lead| {
                let position = usize::try_from(lead).unwrap_or(usize::MAX);
                leads
                    .get(position)
                    .map_or_else(|| leads::lead(None, position.saturating_add(1)).0, |signal| signal.lead.clone())
            }),
            sample: Some(i64::from(event.sample)),
        })
        .collect();
    recording.warnings = reading.warnings;
}
