//! From the dipole to the twelve leads.

use super::random::Random;
use super::waves::Dipole;

/// Independent leads: I, II, V1 to V6. The other four follow from I and II.
pub(super) const INDEPENDENT: usize = 8;

/// Lead vectors of I, II, V1 to V6 against Frank's x, y, z (Dower, Machado, Osborne: On deriving the
/// electrocardiogram from vectorcardiographic leads, Clin. Cardiol. 3:87, 1980, table 1).
const DOWER: [Dipole; INDEPENDENT] = [
    [0.632, -0.235, 0.059],
    [0.235, 1.066, -0.132],
    [-0.515, 0.157, -0.917],
    [0.044, 0.164, -1.387],
    [0.882, 0.098, -1.277],
    [1.213, 0.127, -0.601],
    [1.125, 0.127, -0.086],
    [0.831, 0.076, 0.230],
];

/// One person's lead vectors and the heart's position in the chest.
#[derive(Clone, Debug)]
pub(super) struct Torso {
    vectors: [Dipole; INDEPENDENT],
    /// Rotation in the frontal plane (electrical axis), radians, positive to the right and down.
    frontal: f64,
    /// Rotation in the horizontal plane, radians, positive turns the apex to the front.
    horizontal: f64,
    gain: f64,
}

impl Torso {
    /// A torso whose chest electrodes sit `spread` interspaces (standard deviation) beside their places: an electrode
    /// between two places sees the mean of their lead vectors, weighted by nearness.
    pub(super) fn new(frontal: f64, horizontal: f64, gain: f64, spread: f64, random: &mut Random) -> Self {
        let mut vectors = DOWER;
        for (place, vector) in vectors.iter_mut().enumerate().skip(2) {
            let shift = random.near(0.0, spread).clamp(-0.9, 0.9);
            let size = random.near(1.0, 0.3 * spread).max(0.4);
            let neighbour = if shift < 0.0 { (place - 1).max(2) } else { (place + 1).min(INDEPENDENT - 1) };
            let weight = shift.abs();
            for axis in 0..3 {
                vector[axis] = size * ((1.0 - weight) * DOWER[place][axis] + weight * DOWER[neighbour][axis]);
            }
        }
        Self { vectors, frontal, horizontal, gain }
    }

    /// The dipole of this person, turned a further `breath` radians in the frontal plane.
    pub(super) fn orient(&self, [x, y, z]: Dipole, breath: f64) -> Dipole {
        let (sin, cos) = self.horizontal.sin_cos();
        let (x, z) = (cos * x + sin * z, cos * z - sin * x);
        let (sin, cos) = (self.frontal + breath).sin_cos();
        [self.gain * (cos * x - sin * y), self.gain * (sin * x + cos * y), self.gain * z]
    }

    /// Millivolts of the eight independent leads, each as long as the dipole's three courses.
    pub(super) fn project(&self, dipole: &[Vec<f64>; 3]) -> Vec<Vec<f64>> {
        let [x, y, z] = dipole;
        self.vectors
            .iter()
            .map(|v| x.iter().zip(y).zip(z).map(|((x, y), z)| v[0] * x + v[1] * y + v[2] * z).collect())
            .collect()
    }
}

/// Counts of the twelve leads in the standard order from millivolts of the eight independent ones.
///
/// `gain` counts are one millivolt. I and II are rounded to even counts, so that Einthoven's III = II - I and
/// Goldberger's aVR = -(I + II) / 2, aVL = I - II / 2, aVF = II - I / 2 hold in whole counts. All are cut so that each lead fits
/// in 16 bits, as a recorder's amplifiers saturate.
pub(super) fn twelve(independent: &[Vec<f64>], gain: f64) -> Vec<Vec<i32>> {
    let round =
        |step: f64, limit: f64| move |&value: &f64| ((value * gain / step).round() * step).clamp(-limit, limit) as i32;
    let one: Vec<i32> = independent[0].iter().map(round(2.0, 16_380.0)).collect();
    let two: Vec<i32> = independent[1].iter().map(round(2.0, 16_380.0)).collect();
    let combine = |f: fn(i32, i32) -> i32| one.iter().zip(&two).map(|(&i, &ii)| f(i, ii)).collect::<Vec<i32>>();
    let mut leads = vec![
        one.clone(),
        two.clone(),
        combine(|i, ii| ii - i),
        combine(|i, ii| -(i + ii) / 2),
        combine(|i, ii| i - ii / 2),
        combine(|i, ii| ii - i / 2),
    ];
    leads.extend(independent[2..].iter().map(|lead| lead.iter().map(round(1.0, 32_766.0)).collect()));
    leads
}
