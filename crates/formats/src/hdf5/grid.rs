//! The grid of a dataset's chunks.

/// How a dataset is cut into chunks.
pub(super) struct Grid {
    /// Of each extent: elements that are wanted, of a chunk, chunks that there may ever be (none for without end).
    axes: Vec<(u64, u64, Option<u64>)>,
    /// Bytes of a chunk.
    bytes: u64,
}

impl Grid {
    /// Of a dataset of these extents, which may grow to `most`, in chunks of elements of so many bytes. None where a chunk's size is
    /// beyond counting or the numbers of extents differ.
    pub(super) fn new(extents: &[u64], most: &[Option<u64>], chunk: &[u64], element: u64) -> Option<Grid> {
        let bytes = chunk.iter().try_fold(element, |product, extent| product.checked_mul(*extent))?;
        let alike = extents.len() == chunk.len() && most.len() == chunk.len() && !chunk.contains(&0);
        let axes = extents.iter().zip(most).zip(chunk);
        let axes =
            axes.map(|((extent, most), chunk)| (*extent, *chunk, most.map(|most| most.max(*extent).div_ceil(*chunk))));
        alike.then(|| Grid { axes: axes.collect(), bytes })
    }

    pub(super) fn rank(&self) -> usize {
        self.axes.len()
    }

    /// Bytes of a chunk.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Chunks of what is wanted.
    pub(super) fn chunks(&self) -> Option<u64> {
        self.axes.iter().try_fold(1_u64, |product, (extent, chunk, _)| product.checked_mul(extent.div_ceil(*chunk)))
    }

    /// Chunks that there may ever be.
    pub(super) fn most_chunks(&self) -> Option<u64> {
        self.axes.iter().try_fold(1_u64, |product, (_, _, most)| product.checked_mul((*most)?))
    }

    /// The first extent that grows without end.
    pub(super) fn endless(&self) -> Option<usize> {
        self.axes.iter().position(|(_, _, most)| most.is_none())
    }

    /// The chunk of the element at some offsets.
    pub(super) fn scaled(&self, offsets: &[u64]) -> Vec<u64> {
        self.axes.iter().zip(offsets).map(|((_, chunk, _), offset)| offset.checked_div(*chunk).unwrap_or(0)).collect()
    }

    /// The chunk of a position in an array of all there may ever be. The extent that grows is counted last.
    pub(super) fn place(&self, position: u64, endless: Option<usize>) -> Vec<u64> {
        let mut place = vec![0; self.axes.len()];
        let mut rest = position;
        let others = (0..self.axes.len()).rev().filter(|axis| Some(*axis) != endless);
        for axis in others {
            let most = self.axes.get(axis).and_then(|(_, _, most)| *most).unwrap_or(1).max(1);
            if let Some(slot) = place.get_mut(axis) {
                *slot = rest.checked_rem(most).unwrap_or(0);
            }
            rest = rest.checked_div(most).unwrap_or(0);
        }
        match endless.and_then(|axis| place.get_mut(axis)) {
            Some(slot) => *slot = rest,
            // Beyond the last: outside of what can be wanted.
            None if rest > 0 => place.iter_mut().take(1).for_each(|slot| *slot = u64::MAX),
            None => {}
        }
        place
    }

    /// The number of a chunk among those of what is wanted; none for others.
    pub(super) fn number(&self, place: &[u64]) -> Option<usize> {
        let mut number = 0_u64;
        for ((extent, chunk, _), own) in self.axes.iter().zip(place) {
            let count = extent.div_ceil(*chunk);
            if *own >= count {
                return None;
            }
            number = number.checked_mul(count)?.checked_add(*own)?;
        }
        usize::try_from(number).ok()
    }

    /// The chunk of a number among those of what is wanted.
    pub(super) fn of_number(&self, number: u64) -> Vec<u64> {
        let mut place = vec![0; self.axes.len()];
        let mut rest = number;
        for (slot, (extent, chunk, _)) in place.iter_mut().zip(&self.axes).rev() {
            let count = extent.div_ceil(*chunk).max(1);
            *slot = rest.checked_rem(count).unwrap_or(0);
            rest = rest.checked_div(count).unwrap_or(0);
        }
        place
    }

    /// True where a chunk reaches beyond the dataset of these extents.
    pub(super) fn is_edge(&self, place: &[u64], extents: &[u64]) -> bool {
        let ends = self.axes.iter().zip(place).zip(extents);
        ends.into_iter().any(|(((_, chunk, _), own), extent)| own.saturating_add(1).saturating_mul(*chunk) > *extent)
    }

    /// Copies a chunk's elements that are wanted to where they belong; both are rows of bytes.
    pub(super) fn copy(&self, place: &[u64], from: &[u8], to: &mut [u8], element: u64) {
        let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        // What is the same in both joins the elements: whole extents of a chunk need no loop.
        let mut unit = element;
        let mut loops: Vec<(u64, u64, u64)> = Vec::new();
        for ((extent, chunk, _), own) in self.axes.iter().zip(place).rev() {
            if loops.is_empty() && extent == chunk {
                unit = unit.saturating_mul(*chunk);
                continue;
            }
            loops.push((*extent, *chunk, *own));
        }
        // (start, count) of each loop from the innermost out, with how far apart neighbours lie on both sides.
        let mut steps = Vec::new();
        let (mut from_step, mut to_step, mut to_start) = (unit, unit, 0_u64);
        for (extent, chunk, own) in loops {
            let start = own.saturating_mul(chunk);
            let count = extent.saturating_sub(start).min(chunk);
            to_start = to_start.saturating_add(start.saturating_mul(to_step));
            steps.push((count, from_step, to_step));
            from_step = from_step.saturating_mul(chunk);
            to_step = to_step.saturating_mul(extent);
        }
        // The innermost loop is one run.
        let run = match steps.first().copied() {
            Some((count, step, _)) => count.saturating_mul(step),
            None => unit,
        };
        let outer = steps.get(1..).unwrap_or_default();
        let rounds = outer.iter().fold(1_u64, |product, (count, ..)| product.saturating_mul(*count));
        for round in 0..rounds {
            let (mut rest, mut from_at, mut to_at) = (round, 0_u64, to_start);
            for (count, from_step, to_step) in outer {
                let along = rest.checked_rem(*count).unwrap_or(0);
                rest = rest.checked_div(*count).unwrap_or(0);
                from_at = from_at.saturating_add(along.saturating_mul(*from_step));
                to_at = to_at.saturating_add(along.saturating_mul(*to_step));
            }
            let source = from.get(size(from_at)..size(from_at.saturating_add(run)));
            let target = to.get_mut(size(to_at)..size(to_at.saturating_add(run)));
            if let Some((source, target)) = source.zip(target) {
                target.copy_from_slice(source);
            }
        }
    }

    /// Where chunks are missing: the extent along which most is whole, and how much of it.
    pub(super) fn whole(&self, missing: impl Iterator<Item = Vec<u64>>) -> Option<(usize, u64)> {
        let mut least: Option<Vec<u64>> = None;
        for place in missing {
            let least = least.get_or_insert_with(|| vec![u64::MAX; self.axes.len()]);
            least.iter_mut().zip(place).for_each(|(least, own)| *least = own.min(*least));
        }
        let ends = least?.into_iter().zip(&self.axes).map(|(own, (_, chunk, _))| own.saturating_mul(*chunk));
        let ends = ends.zip(self.axes.iter().map(|(extent, ..)| *extent)).enumerate();
        // The larger share of its extent, of equal shares the outer one.
        let share = |end: u64, extent: u64| {
            u128::from(end).saturating_mul(1 << 32).checked_div(u128::from(extent)).unwrap_or(0)
        };
        let best = ends.max_by_key(|(axis, (end, extent))| (share(*end, *extent), core::cmp::Reverse(*axis)));
        best.map(|(axis, (end, _))| (axis, end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_lie_where_the_dataset_has_them() {
        let grid = Grid::new(&[5, 3], &[Some(5), Some(3)], &[2, 2], 1).unwrap();
        let mut to = vec![0; 15];
        for number in 0..grid.chunks().unwrap() {
            let place = grid.of_number(number);
            assert_eq!(grid.number(&place), Some(number as usize));
            // Elements say their row and their column.
            let chunk: Vec<u8> =
                (0..4).map(|at| (place[0] * 2 + at / 2) as u8 * 10 + (place[1] * 2 + at % 2) as u8).collect();
            grid.copy(&place, &chunk, &mut to, 1);
        }
        assert_eq!(to, [0, 1, 2, 10, 11, 12, 20, 21, 22, 30, 31, 32, 40, 41, 42]);
        assert!(grid.is_edge(&[2, 0], &[5, 3]) && !grid.is_edge(&[1, 0], &[5, 3]));
        assert_eq!(grid.number(&[3, 0]), None);
    }

    #[test]
    fn chunks_as_wide_as_the_dataset_are_copied_at_once() {
        let grid = Grid::new(&[4, 3, 2], &[None, Some(3), Some(2)], &[3, 3, 2], 2).unwrap();
        let mut to = vec![0; 48];
        grid.copy(&[1, 0, 0], &(0..36).collect::<Vec<u8>>(), &mut to, 2);
        assert_eq!(to[36..], (0..12).collect::<Vec<u8>>());
        assert_eq!((grid.endless(), grid.most_chunks(), grid.chunks()), (Some(0), None, Some(2)));
    }

    #[test]
    fn the_extent_that_grows_is_counted_last() {
        let grid = Grid::new(&[4, 9], &[Some(8), None], &[2, 3], 1).unwrap();
        assert_eq!(grid.place(9, grid.endless()), [1, 2]);
        let fixed = Grid::new(&[4, 9], &[Some(8), Some(9)], &[2, 3], 1).unwrap();
        assert_eq!((fixed.place(7, None), fixed.place(12, None)[0]), (vec![2, 1], u64::MAX));
    }

    #[test]
    fn what_is_whole_is_the_longest_along_an_extent() {
        let grid = Grid::new(&[12, 5000], &[Some(12), Some(5000)], &[12, 1000], 2).unwrap();
        assert_eq!(grid.whole([vec![0, 3], vec![0, 4]].into_iter()), Some((1, 3000)));
        assert_eq!(grid.whole(core::iter::empty()), None);
        let rows = Grid::new(&[5000, 12], &[None, Some(12)], &[1000, 6], 2).unwrap();
        assert_eq!(rows.whole([vec![4, 1]].into_iter()), Some((0, 4000)));
    }
}
