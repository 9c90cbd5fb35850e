//! Exports of an Apple Watch in the languages of telephones: only the shape of their first lines is the same.

use std::fmt::Write as _;

use ecg::{Lead, Unit};

use super::*;
use crate::{Format, probe};

/// Keys of an export in one language, then the values that are words, and how it writes a number of thousandths.
struct Language {
    keys: [&'static str; 10],
    rate: &'static str,
    lead: &'static str,
    unit: &'static str,
    class: &'static str,
    number: fn(i64) -> String,
}

fn point(thousandths: i64) -> String {
    let sign = if thousandths < 0 { "-" } else { "" };
    format!("{sign}{}.{:03}", thousandths.abs() / 1000, thousandths.abs() % 1000)
}

fn comma(thousandths: i64) -> String {
    point(thousandths).replace('.', ",")
}

/// With a mark between thousands.
fn grouped(thousandths: i64, group: &str, decimal: &str) -> String {
    let whole = thousandths.abs() / 1000;
    let sign = if thousandths < 0 { "-" } else { "" };
    let whole = if whole >= 1000 { format!("{}{group}{:03}", whole / 1000, whole % 1000) } else { whole.to_string() };
    format!("{sign}{whole}{decimal}{:03}", thousandths.abs() % 1000)
}

fn arabic(thousandths: i64) -> String {
    let digit = |letter: char| match letter {
        '0'..='9' => char::from_u32(u32::from('٠') + u32::from(letter) - u32::from('0')).unwrap(),
        '.' => '٫',
        ',' => '٬',
        other => other,
    };
    format!("\u{61C}{}", grouped(thousandths, ",", ".").chars().map(digit).collect::<String>())
}

const LANGUAGES: [Language; 10] = [
    Language {
        keys: [
            "Name",
            "Date of Birth",
            "Recorded Date",
            "Classification",
            "Symptoms",
            "Software Version",
            "Device",
            "Sample Rate",
            "Lead",
            "Unit",
        ],
        rate: "512 hertz",
        lead: "Lead I",
        unit: "µV",
        class: "Sinus Rhythm",
        number: point,
    },
    // The same with marks between thousands, in quotation marks.
    Language {
        keys: [
            "Name",
            "Date of Birth",
            "Recorded Date",
            "Classification",
            "Symptoms",
            "Software Version",
            "Device",
            "Sample Rate",
            "Lead",
            "Unit",
        ],
        rate: "511.859 hertz",
        lead: "Lead I",
        unit: "µV",
        class: "Sinus Rhythm",
        number: |number| format!("\"{}\"", grouped(number, ",", ".")),
    },
    Language {
        keys: [
            "Name",
            "Geburtsdatum",
            "Aufzeichnungsdatum",
            "Klassifizierung",
            "Symptome",
            "Softwareversion",
            "Gerät",
            "Messrate",
            "Ableitung",
            "Einheit",
        ],
        rate: "511,859 Hertz",
        lead: "Ableitung I",
        unit: "µV",
        class: "Sinusrhythmus",
        number: comma,
    },
    // Fractions without the zeros at their end.
    Language {
        keys: [
            "Naam",
            "Geboortedatum",
            "Opnamedatum",
            "Classificatie",
            "Symptomen",
            "Softwareversie",
            "Apparaat",
            "Samplefrequentie",
            "Afleiding",
            "Eenheid",
        ],
        rate: "512 hertz",
        lead: "Afleiding I",
        unit: "µV",
        class: "Sinusritme",
        number: |number| comma(number).trim_end_matches('0').trim_end_matches(',').to_owned(),
    },
    Language {
        keys: [
            "Nom",
            "Date de naissance",
            "Date d’enregistrement",
            "Classification",
            "Symptômes",
            "Version du logiciel",
            "Appareil",
            "Fréquence d’échantillonnage",
            "Dérivation",
            "Unité",
        ],
        rate: "512 hertz",
        lead: "Dérivation I",
        unit: "µV",
        class: "Rythme sinusal",
        number: |number| grouped(number, "\u{202F}", ","),
    },
    Language {
        keys: [
            "Nombre",
            "Fecha de nacimiento",
            "Fecha del registro",
            "Clasificación",
            "Síntomas",
            "Versión de software",
            "Dispositivo",
            "Frecuencia de muestreo",
            "Derivación",
            "Unidad",
        ],
        rate: "512 hercios",
        lead: "Derivación I",
        unit: "µV",
        class: "Ritmo sinusal",
        number: |number| grouped(number, ".", ","),
    },
    Language {
        keys: [
            "名前",
            "生年月日",
            "記録日",
            "分類",
            "症状",
            "ソフトウェアバージョン",
            "デバイス",
            "サンプルレート",
            "誘導",
            "単位",
        ],
        rate: "512ヘルツ",
        lead: "第I誘導",
        unit: "µV",
        class: "洞調律",
        number: point,
    },
    Language {
        keys: ["姓名", "出生日期", "记录日期", "分类", "症状", "软件版本", "设备", "采样率", "导联", "单位"],
        rate: "512赫兹",
        lead: "I 导联",
        unit: "微伏",
        class: "窦性心律",
        number: point,
    },
    Language {
        keys: [
            "Имя",
            "Дата рождения",
            "Дата записи",
            "Классификация",
            "Симптомы",
            "Версия ПО",
            "Устройство",
            "Частота дискретизации",
            "Отведение",
            "Единица",
        ],
        rate: "512 Гц",
        lead: "Отведение I",
        unit: "мкВ",
        class: "Синусовый ритм",
        number: comma,
    },
    Language {
        keys: [
            "الاسم",
            "تاريخ الميلاد",
            "تاريخ التسجيل",
            "التصنيف",
            "الأعراض",
            "إصدار البرنامج",
            "الجهاز",
            "معدل أخذ العينات",
            "الاتجاه",
            "الوحدة",
        ],
        rate: "٥١٢ هرتز",
        lead: "الاتجاه I",
        unit: "µV",
        class: "نظم جيبي",
        number: arabic,
    },
];

/// Thousandths of a microvolt, some beyond a thousand microvolts and some below a tenth.
fn samples() -> Vec<i64> {
    (0..600).map(|sample: i64| (sample * 7919 % 2_500_000) * if sample % 2 == 0 { 1 } else { -1 } + sample).collect()
}

fn export(language: &Language) -> String {
    let values = [
        "Anna I",
        "\"1 Jan 1990\"",
        "2026-01-01 12:00:00 +0000",
        language.class,
        "",
        "1.90",
        "\"Watch6,7\"",
        language.rate,
    ];
    let mut text = String::new();
    for (key, value) in language.keys.iter().zip(values) {
        let _ = writeln!(text, "{key},{value}");
    }
    let _ = writeln!(text, "\n\n{},{}\n{},{}\n\n", language.keys[8], language.lead, language.keys[9], language.unit);
    for sample in samples() {
        let _ = writeln!(text, "{}", (language.number)(sample));
    }
    text
}

#[test]
fn an_export_is_read_in_every_language() {
    for language in &LANGUAGES {
        let text = export(language);
        let what = language.keys[7];
        assert_eq!(probe("ecg_2026-01-01.csv", text.as_bytes()), Some(Format::Csv), "{what}");
        let file = InputFile { name: "ecg_2026-01-01.csv", bytes: text.as_bytes() };
        let recording =
            read(&file, &Hints::default(), &Limits::default()).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(recording.signals.len(), 1, "{what}");
        let signal = &recording.signals[0];
        let rate = if language.rate.contains("859") { 511.859 } else { 512.0 };
        assert_eq!((signal.rate, &signal.lead, signal.unit()), (rate, &Lead::I, &Unit::Microvolt), "{what}");
        let expected: Vec<f64> = samples().iter().map(|&sample| sample as f64 / 1000.0).collect();
        assert_eq!(signal.values(), expected, "{what}");
        assert_eq!(recording.statements[0].text, language.class, "{what}");
        assert_eq!(recording.start.as_deref(), Some("2026-01-01T12:00:00"), "{what}");
        assert_eq!(recording.patient.name.as_deref(), Some("Anna I"), "{what}");
        assert!(recording.warnings.is_empty(), "{what}: {:?}", recording.warnings);
    }
}

#[test]
fn a_word_for_hertz_that_is_not_known_is_told_by_its_number() {
    let mut text = export(&LANGUAGES[0]).replace("512 hertz", "512.3 herciai");
    let file =
        |text: &str| read(&InputFile { name: "a.csv", bytes: text.as_bytes() }, &Hints::default(), &Limits::default());
    assert_eq!(file(&text).unwrap().signals[0].rate, 512.3);
    // Far from what a watch does, it is asked for.
    text = text.replace("512.3", "64");
    assert!(file(&text).unwrap_err().wants_rate());
}

#[test]
fn two_columns_under_a_unit_stay_two() {
    let text =
        format!("fs,500\nunit,mV\n\n{}", (0..20).map(|row| format!("{},{}\n", row * 3, row % 7)).collect::<String>());
    let file = InputFile { name: "a.csv", bytes: text.as_bytes() };
    assert_eq!(read(&file, &Hints::default(), &Limits::default()).unwrap().signals.len(), 2);
}
