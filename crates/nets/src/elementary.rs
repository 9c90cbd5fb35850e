//! Exponential and its relatives without branches, so that a loop over them becomes vector instructions, natively and in
//! WebAssembly, where the system's own are called number by number.

/// e^x to 2e-7 of its value; 0 below -87 and infinite above 88.
#[inline(always)]
pub(crate) fn exponential(x: f32) -> f32 {
    const LOWEST: f32 = -87.0;
    const HIGHEST: f32 = 88.0;
    /// Added, it leaves no bits for a fraction: the sum's last bits are the nearest whole number.
    const NO_FRACTION: f32 = 12_582_912.0;
    /// ln 2 in two parts, the first so short that its product with a whole number is exact.
    const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];

    let bounded = x.clamp(LOWEST, HIGHEST);
    let shifted = bounded * std::f32::consts::LOG2_E + NO_FRACTION;
    let whole = shifted - NO_FRACTION;
    let rest = bounded - whole * LN_2[0] - whole * LN_2[1];
    // e^rest for a rest of at most ln(2) / 2: Taylor's series, whose next term is below 2e-8.
    let mut sum = 1.0 / 5040.0;
    for factorial in [720.0, 120.0, 24.0, 6.0, 2.0, 1.0, 1.0_f32] {
        sum = sum * rest + 1.0 / factorial;
    }
    // The whole power of two is written into the exponent's bits.
    let power = f32::from_bits(shifted.to_bits().wrapping_add(127) << 23);
    let value = sum * power;
    if x < LOWEST {
        0.0
    } else if x > HIGHEST {
        f32::INFINITY
    } else {
        value
    }
}

/// 1 / (1 + e^-x).
#[inline(always)]
pub(crate) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exponential(-x))
}

/// Hyperbolic tangent to 4e-7 of its value: x times a ratio of polynomials in x^2, fitted to it from 0 to 9, where it is
/// 1 but for 3e-8.
#[inline(always)]
pub(crate) fn hyperbolic_tangent(x: f32) -> f32 {
    const ABOVE: [f32; 6] =
        [0.999_999_94, 0.129_192_29, 2.920_762_6e-3, 9.267_429e-6, -1.278_047_1e-8, 1.825_533_3e-11];
    const BELOW: [f32; 4] = [1.0, 0.462_525_13, 0.023_763_172, 2.281_003_1e-4];
    let x = x.clamp(-9.0, 9.0);
    (x * polynomial(&ABOVE, x * x) / polynomial(&BELOW, x * x)).clamp(-1.0, 1.0)
}

/// The normal distribution up to x, to 3e-7, and its density at x.
///
/// For positive z, `e^(z^2) erfc(z)` is nearly a polynomial in `1 / (1 + 0.41 z)` (the form of Abramowitz and Stegun,
/// 7.1.26); this one was fitted from 0 to 10 to 7e-8 of the value.
#[inline(always)]
pub(crate) fn normal(x: f32) -> (f32, f32) {
    const TAIL: [f32; 9] = [
        4.776_369_3e-5,
        0.230_231_12,
        0.241_897_63,
        0.154_141_3,
        0.366_783_38,
        -0.291_539_13,
        0.599_490_2,
        -0.377_727_42,
        0.076_675_1,
    ];
    let bell = exponential(-0.5 * x * x);
    let near = 1.0 / (1.0 + 0.41 * std::f32::consts::FRAC_1_SQRT_2 * x.abs());
    let tail = 0.5 * polynomial(&TAIL, near) * bell;
    let below = if x < 0.0 { tail } else { 1.0 - tail };
    (below, bell * 0.398_942_3)
}

/// By Horner's rule; the first coefficient stands alone.
#[inline(always)]
fn polynomial<const N: usize>(coefficients: &[f32; N], x: f32) -> f32 {
    let mut sum = coefficients[N - 1];
    for coefficient in coefficients[..N - 1].iter().rev() {
        sum = sum * x + coefficient;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(from: f32, to: f32) -> impl Iterator<Item = f32> {
        (0..=200_000).map(move |place| from + (to - from) * place as f32 / 200_000.0)
    }

    #[track_caller]
    fn near(name: &str, x: f32, found: f32, expected: f64, tolerance: f64) {
        let apart = (f64::from(found) - expected).abs();
        assert!(apart <= tolerance, "{name}({x}) = {found}, expected {expected}: {apart:e} apart");
    }

    #[test]
    fn the_exponential_is_the_systems() {
        for x in grid(-87.0, 88.0) {
            let expected = f64::from(x).exp();
            near("exp", x, exponential(x), expected, 2e-7 * expected);
        }
        assert_eq!(exponential(0.0), 1.0);
        assert_eq!([-1e9, f32::NEG_INFINITY].map(exponential), [0.0; 2]);
        assert_eq!([1e9, f32::INFINITY].map(exponential), [f32::INFINITY; 2]);
        assert!(exponential(f32::NAN).is_nan());
    }

    #[test]
    fn the_hyperbolic_tangent_is_the_systems() {
        for x in grid(-12.0, 12.0) {
            let expected = f64::from(x).tanh();
            near("tanh", x, hyperbolic_tangent(x), expected, 4e-7 * expected.abs());
        }
        assert_eq!([f32::NEG_INFINITY, -0.0, f32::INFINITY].map(hyperbolic_tangent), [-1.0, 0.0, 1.0]);
        assert!(hyperbolic_tangent(f32::NAN).is_nan());
    }

    #[test]
    fn the_sigmoid_keeps_its_precision_far_below_zero() {
        for x in grid(-80.0, 30.0) {
            let expected = 1.0 / (1.0 + (-f64::from(x)).exp());
            near("sigmoid", x, sigmoid(x), expected, 4e-7 * expected);
        }
        assert_eq!([-1e6, 1e6].map(sigmoid), [0.0, 1.0]);
    }

    /// By the all-positive series of the error function (Abramowitz and Stegun, 7.1.6).
    fn below(x: f64) -> f64 {
        let (mut term, mut sum, mut odd) = (x, x, 1.0);
        while term.abs() > 1e-18 {
            odd += 2.0;
            term *= x * x / odd;
            sum += term;
        }
        0.5 + sum * (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt()
    }

    #[test]
    fn the_normal_distribution_is_its_series_and_its_tail_is_not_lost() {
        for (x, tabled) in [(0.0, 0.5), (1.0, 0.841_344_746), (1.96, 0.975_002_105), (-3.0, 0.001_349_898)] {
            assert!((below(x) - tabled).abs() < 1e-9, "the series at {x}");
        }
        for x in grid(-6.0, 6.0) {
            let (found, density) = normal(x);
            near("normal", x, found, below(f64::from(x)), 3e-7);
            let expected = (-0.5 * f64::from(x).powi(2)).exp() / (2.0 * std::f64::consts::PI).sqrt();
            near("density", x, density, expected, 3e-6 * expected);
        }
        // 2.866515719e-7 is the table's; 1 - 0.9999997 would have kept one digit of it.
        near("normal", -5.0, normal(-5.0).0, 2.866_515_719e-7, 1e-12);
        assert_eq!([f32::NEG_INFINITY, f32::INFINITY].map(|x| normal(x).0), [0.0, 1.0]);
        assert!(normal(f32::NAN).0.is_nan());
    }
}
