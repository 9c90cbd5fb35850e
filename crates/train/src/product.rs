//! Matrix products over strided views.

use gemm::Parallelism;

/// Steps between neighbours of a matrix: from row to row, from column to column.
pub(crate) type Steps = (usize, usize);

/// `to = from (or 0) + left x right`, `[m, n] = [m, k] x [k, n]`; each slice starts at its view's first element.
pub(crate) fn product(
    (m, n, k): (usize, usize, usize),
    (to, to_steps, add): (&mut [f32], Steps, bool),
    (left, left_steps): (&[f32], Steps),
    (right, right_steps): (&[f32], Steps),
) {
    if m == 0 || n == 0 || k == 0 {
        return;
    }
    let last = |rows: usize, columns: usize, steps: Steps| (rows - 1) * steps.0 + (columns - 1) * steps.1;
    assert!(last(m, n, to_steps) < to.len(), "the product's place is too small");
    assert!(last(m, k, left_steps) < left.len(), "the left factor is too small");
    assert!(last(k, n, right_steps) < right.len(), "the right factor is too small");
    assert!(to_steps.0 >= 1 && to_steps.1 >= 1, "the product's elements overlap");
    // SAFETY: the three assertions above bound every element that the views reach, from the slices' starts; steps are
    // not negative; `to` is borrowed mutably, so it overlaps neither factor.
    #[allow(unsafe_code)]
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            to.as_mut_ptr(),
            to_steps.1 as isize,
            to_steps.0 as isize,
            add,
            left.as_ptr(),
            left_steps.1 as isize,
            left_steps.0 as isize,
            right.as_ptr(),
            right_steps.1 as isize,
            right_steps.0 as isize,
            1.0,
            1.0,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_of_strided_views_is_the_schoolbooks() {
        // Right: every second column of [2, 6]; left: transposed [2, 3].
        let left = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let right = [1.0, 9.0, 2.0, 9.0, 3.0, 9.0, 4.0, 9.0, 5.0, 9.0, 6.0, 9.0];
        let mut to = vec![1.0; 9];
        product((3, 3, 2), (&mut to, (3, 1), true), (&left, (1, 3)), (&right, (6, 2)));
        assert_eq!(to, [18.0, 23.0, 28.0, 23.0, 30.0, 37.0, 28.0, 37.0, 46.0]);
        product((1, 3, 2), (&mut to, (3, 1), false), (&left, (1, 3)), (&right, (6, 2)));
        assert_eq!(to[..3], [17.0, 22.0, 27.0]);
    }
}
