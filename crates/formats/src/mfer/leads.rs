//! Names of leads by their code (MFER part 1, table 5-17; part 3-2 for long recordings).

use ecg::Lead;

/// The lead of a code and a text, and its label.
pub(super) fn lead(name: Option<&(u16, String)>, number: usize) -> (Lead, String) {
    let Some((code, text)) = name else { return other(format!("lead {number}")) };
    let known = match code {
        1 => "I",
        2 => "II",
        3 => "V1",
        4 => "V2",
        5 => "V3",
        6 => "V4",
        7 => "V5",
        8 => "V6",
        9 => "V7",
        11 => "V3R",
        12 => "V4R",
        13 => "V5R",
        14 => "V6R",
        15 => "V7R",
        16 => "X",
        17 => "Y",
        18 => "Z",
        19 => "CC5",
        20 => "CM5",
        31 => "NASA",
        32 => "CB4",
        33 => "CB5",
        34 => "CB6",
        61 => "III",
        62 => "aVR",
        63 => "aVL",
        64 => "aVF",
        65 => "-aVR",
        66 => "V8",
        67 => "V9",
        68 => "V8R",
        69 => "V9R",
        _ => "",
    };
    match (known, text.as_str()) {
        ("", "") if *code == 0 => other(format!("lead {number}")),
        ("", "") => other(format!("code {code}")),
        ("", text) => (Lead::from_label(text), text.to_owned()),
        (known, "") => (Lead::from_label(known), known.to_owned()),
        (known, text) => (Lead::from_label(known), text.to_owned()),
    }
}

fn other(label: String) -> (Lead, String) {
    (Lead::Other(label.clone()), label)
}
