//! How fast records of WFDB and files of EDF are read, in megabytes of file a second of the processor's time:
//! `cargo run -r -p formats --example wfdb_speed`.

use formats::{Hints, InputFile, Limits};

fn main() {
    let bytes: Vec<u8> = (0..130_000_000u32).map(|place| (place.wrapping_mul(2_654_435_761) >> 17) as u8 | 1).collect();
    for format in ["16", "212", "61", "80", "160", "24", "32", "8", "310", "311"] {
        for leads in [2, 12] {
            let lines = (1..=leads).map(|lead| format!("a.dat {format} 200/mV 12 0 0 0 0 x{lead}\n"));
            let header = format!("a {leads} 250\n{}", lines.collect::<String>());
            let files =
                [InputFile { name: "a.hea", bytes: header.as_bytes() }, InputFile { name: "a.dat", bytes: &bytes }];
            report(&format!("WFDB {format}, {leads} leads"), &files, bytes.len());
        }
    }
    for (version, width, samples) in [("0       ", 2, 250), ("\u{ff}BIOSEMI", 3, 250), ("0       ", 2, 1)] {
        let leads = 12;
        let mut text = format!("{:80}{:80}02.03.0404.05.06{:<8}{:44}{:<8}{:8}{leads:<4}", "", "", 256 * 13, "", -1, 1);
        for (width, value) in
            [(16, "x"), (80, ""), (8, "uV"), (8, "-1000"), (8, "1000"), (8, "-2000"), (8, "2000"), (80, "")]
        {
            text.extend((0..leads).map(|_| format!("{value:width$}")));
        }
        text.extend((0..leads).map(|_| format!("{samples:<8}")));
        text.push_str(&" ".repeat(32 * leads));
        let head: Vec<u8> = version.chars().map(|letter| letter as u8).chain(text.bytes()).collect();
        let file = [head.as_slice(), &bytes].concat();
        let files = [InputFile { name: "a.edf", bytes: &file }];
        report(&format!("EDF of {width} bytes, {samples} samples a record, 12 leads"), &files, file.len());
    }
}

/// Seconds that the processor has worked for this program, where Linux tells, so that other programs do not count.
fn seconds() -> f64 {
    let worked = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let nanoseconds = worked.split(' ').next().and_then(|field| field.parse::<f64>().ok());
    let since =
        || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0.0, |time| time.as_secs_f64());
    nanoseconds.map_or_else(since, |nanoseconds| nanoseconds / 1e9)
}

fn report(what: &str, files: &[InputFile], bytes: usize) {
    let limits = Limits { samples: 1 << 30, samples_per_lead: 1 << 30, ..Limits::default() };
    let mut best = f64::INFINITY;
    for _ in 0..5 {
        let start = seconds();
        let outcome = formats::read(files, &Hints::default(), &limits);
        best = best.min(seconds() - start);
        assert!(outcome.failures.is_empty(), "{:?}", outcome.failures);
    }
    println!("{what}: {:.0} MB/s", bytes as f64 / best / 1e6);
}
