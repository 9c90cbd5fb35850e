//! Eight numbers that are computed with at once: two registers of four lanes.
//!
//! In WebAssembly by its SIMD instructions, since LLVM by itself does not find them everywhere there; elsewhere plain
//! loops, which it turns into the machine's own.

/// How many.
pub(crate) const LANES: usize = 8;

/// Eight numbers in memory.
pub(crate) type Row = [f32; LANES];

/// Eight numbers in registers.
#[derive(Clone, Copy)]
pub(crate) struct Lanes(parts::Parts);

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod parts {
    use core::arch::wasm32::{
        f32x4, f32x4_add, f32x4_extract_lane, f32x4_mul, f32x4_pmax, f32x4_splat, f32x4_sub, v128,
    };

    pub type Parts = [v128; 2];

    #[inline(always)]
    pub fn load(row: &super::Row) -> Parts {
        let [a, b, c, d, e, f, g, h] = *row;
        [f32x4(a, b, c, d), f32x4(e, f, g, h)]
    }

    #[inline(always)]
    pub fn store([low, high]: Parts) -> super::Row {
        [
            f32x4_extract_lane::<0>(low),
            f32x4_extract_lane::<1>(low),
            f32x4_extract_lane::<2>(low),
            f32x4_extract_lane::<3>(low),
            f32x4_extract_lane::<0>(high),
            f32x4_extract_lane::<1>(high),
            f32x4_extract_lane::<2>(high),
            f32x4_extract_lane::<3>(high),
        ]
    }

    #[inline(always)]
    pub fn splat(value: f32) -> Parts {
        [f32x4_splat(value); 2]
    }

    #[inline(always)]
    pub fn add(a: Parts, b: Parts) -> Parts {
        [f32x4_add(a[0], b[0]), f32x4_add(a[1], b[1])]
    }

    #[inline(always)]
    pub fn sub(a: Parts, b: Parts) -> Parts {
        [f32x4_sub(a[0], b[0]), f32x4_sub(a[1], b[1])]
    }

    #[inline(always)]
    pub fn mul(a: Parts, b: Parts) -> Parts {
        [f32x4_mul(a[0], b[0]), f32x4_mul(a[1], b[1])]
    }

    #[inline(always)]
    pub fn max(a: Parts, b: Parts) -> Parts {
        [f32x4_pmax(a[0], b[0]), f32x4_pmax(a[1], b[1])]
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod parts {
    pub type Parts = super::Row;

    #[inline(always)]
    fn each(a: Parts, b: Parts, operation: impl Fn(f32, f32) -> f32) -> Parts {
        let mut result = a;
        for (a, b) in result.iter_mut().zip(b) {
            *a = operation(*a, b);
        }
        result
    }

    #[inline(always)]
    pub fn load(row: &super::Row) -> Parts {
        *row
    }

    #[inline(always)]
    pub fn store(row: Parts) -> super::Row {
        row
    }

    #[inline(always)]
    pub fn splat(value: f32) -> Parts {
        [value; super::LANES]
    }

    #[inline(always)]
    pub fn add(a: Parts, b: Parts) -> Parts {
        each(a, b, |a, b| a + b)
    }

    #[inline(always)]
    pub fn sub(a: Parts, b: Parts) -> Parts {
        each(a, b, |a, b| a - b)
    }

    #[inline(always)]
    pub fn mul(a: Parts, b: Parts) -> Parts {
        each(a, b, |a, b| a * b)
    }

    #[inline(always)]
    pub fn max(a: Parts, b: Parts) -> Parts {
        each(a, b, |a, b| if a < b { b } else { a })
    }
}

impl Lanes {
    /// The same number in all lanes.
    #[inline(always)]
    pub fn splat(value: f32) -> Self {
        Self(parts::splat(value))
    }

    /// Eight numbers from memory.
    #[inline(always)]
    pub fn load(row: &Row) -> Self {
        Self(parts::load(row))
    }

    /// Eight numbers for memory.
    #[inline(always)]
    pub fn store(self) -> Row {
        parts::store(self.0)
    }

    /// The larger of each two.
    #[inline(always)]
    pub fn max(self, other: Self) -> Self {
        Self(parts::max(self.0, other.0))
    }
}

impl std::ops::Add for Lanes {
    type Output = Self;

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(parts::add(self.0, other.0))
    }
}

impl std::ops::Sub for Lanes {
    type Output = Self;

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(parts::sub(self.0, other.0))
    }
}

impl std::ops::Mul for Lanes {
    type Output = Self;

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self(parts::mul(self.0, other.0))
    }
}

impl std::ops::Mul<f32> for Lanes {
    type Output = Self;

    #[inline(always)]
    fn mul(self, factor: f32) -> Self {
        self * Self::splat(factor)
    }
}
