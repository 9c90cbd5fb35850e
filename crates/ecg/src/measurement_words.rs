//! Names of measurements in the field's words: devices write `print`, `PRInterval` or `MDC_ECG_TIME_PD_PR` for one thing.

use std::borrow::Cow;

use crate::Measurement;

/// A device's name in small letters and digits alone, and the words. Names of GE, Philips, Mortara, HL7 and IEEE 11073-10102.
const WORDS: &[(&str, &str)] = &[
    ("heartrate", "heart rate"),
    ("ventricularrate", "ventricular rate"),
    ("ventrate", "ventricular rate"),
    ("meanventrate", "mean ventricular rate"),
    ("lowventrate", "lowest ventricular rate"),
    ("highventrate", "highest ventricular rate"),
    ("atrialrate", "atrial rate"),
    ("rrint", "RR interval"),
    ("rrinterval", "RR interval"),
    ("averagerr", "mean RR interval"),
    ("ppinterval", "PP interval"),
    ("pdur", "P duration"),
    ("pduration", "P duration"),
    ("mdcecgtimepdp", "P duration"),
    ("print", "PR interval"),
    ("printerval", "PR interval"),
    ("mdcecgtimepdpr", "PR interval"),
    ("meanprint", "mean PR interval"),
    ("pqinterval", "PQ interval"),
    ("prseg", "PR segment"),
    ("meanprseg", "mean PR segment"),
    ("qrsdur", "QRS duration"),
    ("qrsduration", "QRS duration"),
    ("mdcecgtimepdqrs", "QRS duration"),
    ("meanqrsdur", "mean QRS duration"),
    ("qtint", "QT interval"),
    ("qtinterval", "QT interval"),
    ("mdcecgtimepdqt", "QT interval"),
    ("meanqtint", "mean QT interval"),
    ("qtcorrected", "QTc"),
    ("qtcinterval", "QTc"),
    ("mdcecgtimepdqtc", "QTc"),
    ("meanqtc", "mean QTc"),
    ("qtcb", "QTc (Bazett)"),
    ("qtcf", "QTc (Fridericia)"),
    ("qtcfrederica", "QTc (Fridericia)"),
    ("qtcfridericia", "QTc (Fridericia)"),
    ("qtintdispersion", "QT dispersion"),
    ("paxis", "P axis"),
    ("raxis", "R axis"),
    ("qrsaxis", "QRS axis"),
    ("taxis", "T axis"),
    ("pfrontaxis", "P axis"),
    ("qrsfrontaxis", "QRS axis"),
    ("stfrontaxis", "ST axis"),
    ("tfrontaxis", "T axis"),
    ("i40frontaxis", "axis of the first 40 ms of QRS"),
    ("t40frontaxis", "axis of the last 40 ms of QRS"),
    ("mdcecganglepfront", "P axis"),
    ("mdcecgangleqrsfront", "QRS axis"),
    ("mdcecgangletfront", "T axis"),
    ("phorizaxis", "P axis, horizontal plane"),
    ("qrshorizaxis", "QRS axis, horizontal plane"),
    ("sthorizaxis", "ST axis, horizontal plane"),
    ("thorizaxis", "T axis, horizontal plane"),
    ("i40horizaxis", "axis of the first 40 ms of QRS, horizontal plane"),
    ("t40horizaxis", "axis of the last 40 ms of QRS, horizontal plane"),
    ("qrscount", "QRS complexes"),
    ("qrsnum", "QRS complexes"),
    ("numqrs", "QRS complexes"),
    ("numberofcomplexes", "QRS complexes"),
    ("systolicbp", "systolic blood pressure"),
    ("diastolicbp", "diastolic blood pressure"),
    ("pamplitude", "P amplitude"),
    ("ramplitude", "R amplitude"),
    ("tamplitude", "T amplitude"),
    ("ponset", "P onset"),
    ("poffset", "P offset"),
    ("qonset", "QRS onset"),
    ("qoffset", "QRS offset"),
    ("tonset", "T onset"),
    ("toffset", "T offset"),
];

impl Measurement {
    /// The name in the field's words where it is known, else as the file has it.
    ///
    /// ```
    /// let measured = |name: &str| ecg::Measurement { name: name.to_owned(), ..ecg::Measurement::default() };
    /// assert_eq!(measured("PRInterval").words(), "PR interval");
    /// assert_eq!(measured("MDC_ECG_TIME_PD_QRS").words(), "QRS duration");
    /// assert_eq!(measured("vat").words(), "vat");
    /// ```
    pub fn words(&self) -> Cow<'_, str> {
        let plain: String =
            self.name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect();
        let words = WORDS.iter().find(|(name, _)| *name == plain).map(|(_, words)| Cow::Borrowed(*words));
        words.unwrap_or(Cow::Borrowed(&self.name))
    }

    /// The value with its unit as it is printed: `-30` `deg` is `−30°`.
    ///
    /// ```
    /// let measured = ecg::Measurement { value: -30.0, unit: "degrees".to_owned(), ..ecg::Measurement::default() };
    /// assert_eq!(measured.amount(), "−30°");
    /// ```
    pub fn amount(&self) -> String {
        let value = self.value.to_string().replace('-', "−");
        match self.unit.trim().to_ascii_lowercase().as_str() {
            "" => value,
            "deg" | "degree" | "degrees" | "°" => format!("{value}°"),
            "uv" => format!("{value} µV"),
            "bpm" | "/min" | "{beats}/min" | "beats/min" => format!("{value} /min"),
            _ => format!("{value} {}", self.unit.trim()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_name_stands_once_and_as_it_is_looked_for() {
        let names: BTreeSet<&str> = WORDS.iter().map(|(name, _)| *name).collect();
        assert_eq!(names.len(), WORDS.len());
        assert!(names.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())));
    }

    #[test]
    fn what_is_not_known_keeps_the_files_own_name() {
        let measured = Measurement { name: "Größe X".into(), ..Measurement::default() };
        assert_eq!(measured.words(), "Größe X");
    }

    #[test]
    fn an_amount_has_its_unit_and_none_that_nobody_stated() {
        let amount = |value, unit: &str| Measurement { value, unit: unit.into(), ..Measurement::default() }.amount();
        assert_eq!(amount(64.0, "BPM"), "64 /min");
        assert_eq!(amount(-0.5, "uV"), "−0.5 µV");
        assert_eq!(amount(400.0, "ms"), "400 ms");
        assert_eq!(amount(505.0, ""), "505");
    }
}
