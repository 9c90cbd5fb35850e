//! A small generator of random numbers whose sequence is part of the simulator's contract.

/// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014, figure 14).
///
/// Written out here, rather than taken from a crate, because a seed must give the same recording on every
/// platform and with every version of every dependency.
#[derive(Clone, Debug)]
pub(super) struct Random {
    state: u64,
}

impl Random {
    /// A generator for one purpose (`stream`) under a seed: streams do not disturb one another, so that
    /// a change of the noise leaves the beats where they were.
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        let mut random = Self { state: seed ^ stream.wrapping_mul(0xA24B_AED4_963E_E407) };
        random.state = random.bits();
        random
    }

    /// 64 random bits.
    pub(super) fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Uniform on 0 (included) to 1 (excluded).
    pub(super) fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Uniform between two bounds.
    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// True with the given probability.
    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Standard normal deviate.
    pub(super) fn normal(&mut self) -> f64 {
        self.normals().0
    }

    /// Two independent standard normal deviates (Box and Muller, Ann. Math. Stat. 29:610, 1958).
    pub(super) fn normals(&mut self) -> (f64, f64) {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        let (sin, cos) = (core::f64::consts::TAU * self.unit()).sin_cos();
        (radius * cos, radius * sin)
    }

    /// Normal deviate cut at two standard deviations, for quantities that must stay plausible.
    pub(super) fn near(&mut self, mean: f64, deviation: f64) -> f64 {
        mean + deviation * self.normal().clamp(-2.0, 2.0)
    }

    /// An angle, uniform on the circle, in radians.
    pub(super) fn angle(&mut self) -> f64 {
        self.between(0.0, core::f64::consts::TAU)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_deviates_have_mean_zero_and_variance_one() {
        let mut random = Random::new(1, 1);
        let draws: Vec<f64> = (0..20_000).map(|_| random.normal()).collect();
        let mean = draws.iter().sum::<f64>() / 20_000.0;
        let variance = draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 20_000.0;
        assert!(mean.abs() < 0.03, "mean {mean}");
        assert!((variance - 1.0).abs() < 0.04, "variance {variance}");
    }

    #[test]
    fn streams_of_one_seed_differ() {
        assert_ne!(Random::new(5, 1).bits(), Random::new(5, 2).bits());
    }
}
