//! PTB-XL gives each recording at 500 and at 100 Hz: ours made of the one has to be the other.

use signal::resample::{resample, resample_in_place};

/// Microvolts of leads II and V2.
fn leads(file: &str) -> Vec<Vec<f32>> {
    let path = format!("{}/../../tests/fixtures/two-rates/{file}", env!("CARGO_MANIFEST_DIR"));
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let counts: Vec<f32> = bytes.chunks_exact(2).map(|b| f32::from(i16::from_le_bytes([b[0], b[1]]))).collect();
    counts.chunks_exact(counts.len() / 2).map(<[f32]>::to_vec).collect()
}

/// Root mean square difference without half a second at the ends.
fn difference(a: &[f32], b: &[f32]) -> f32 {
    let squares: f32 = a[50..950].iter().zip(&b[50..950]).map(|(a, b)| (a - b).powi(2)).sum();
    (squares / 900.0).sqrt()
}

#[test]
fn ptb_xl_files_of_500_hz_become_its_files_of_100_hz_within_a_microvolt() {
    for (fine, coarse) in leads("00008_500hz_II_V2.i16").iter().zip(leads("00008_100hz_II_V2.i16")) {
        let ours = resample(fine, 500.0, 100.0);
        assert_eq!(ours.len(), 1000);
        let error = difference(&ours, &coarse);
        assert!(error < 0.6, "{error} microvolts");
        // The lead of an eighth of a sample is theirs, not ours: without it the two are apart.
        let unshifted = difference(&resample_in_place(fine, 500.0, 100.0), &coarse);
        assert!(unshifted > 5.0 * error, "{unshifted} against {error} microvolts");
    }
}
