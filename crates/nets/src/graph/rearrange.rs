//! Values put into another order, by a pattern that can be read: `"1 (window sample) lead -> (lead window) sample 1"`.

use std::collections::BTreeMap;

use super::Shape;

/// A value's numbers in another order and grouping.
///
/// The three axes (rows, positions, channels) are each a product of named factors, written from slow to fast; the result
/// groups the same factors anew. `1` stands for an axis without factors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rearrange {
    /// Extents of all factors, in the input's order.
    pub extents: Vec<usize>,
    /// The result's factors, as numbers of the input's.
    pub order: Vec<usize>,
    /// What comes out.
    pub result: Shape,
}

impl Rearrange {
    /// By a pattern, for a value of `shape`; `sizes` gives the extents that the shape leaves open.
    ///
    /// # Errors
    /// The pattern is not two times three axes, names something once only, or does not fit the shape: says which.
    pub fn parse(pattern: &str, shape: Shape, sizes: &[(&str, usize)]) -> Result<Self, String> {
        let (from, to) = pattern.split_once("->").ok_or_else(|| format!("expected an arrow in {pattern:?}"))?;
        let (from, to) = (axes(from)?, axes(to)?);
        let mut extents: BTreeMap<&str, usize> = sizes.iter().copied().collect();
        for (axis, &extent) in from.iter().zip(&shape.axes()) {
            let open: Vec<&str> = axis.iter().copied().filter(|name| !extents.contains_key(name)).collect();
            let known: usize = axis.iter().filter_map(|name| extents.get(name)).product();
            match open[..] {
                [] if known == extent => {}
                [name] if known > 0 && extent.is_multiple_of(known) => {
                    extents.insert(name, extent / known);
                }
                _ => return Err(format!("{axis:?} of {pattern:?} does not make {extent}, of {shape}")),
            }
        }
        let names: Vec<&str> = from.iter().flatten().copied().collect();
        let order = to
            .iter()
            .flatten()
            .map(|name| {
                names.iter().position(|other| other == name).ok_or_else(|| format!("no {name} before the arrow"))
            })
            .collect::<Result<Vec<_>, _>>()?;
        let mut sorted = order.clone();
        sorted.sort_unstable();
        if sorted != (0..names.len()).collect::<Vec<_>>() {
            return Err(format!("expected each name once on both sides of {pattern:?}"));
        }
        let extent = |axis: &Vec<&str>| axis.iter().map(|name| extents[name]).product();
        let [rows, length, channels] = &to;
        let result = Shape::new(extent(rows), extent(length), extent(channels));
        Ok(Self { extents: names.iter().map(|name| extents[name]).collect(), order, result })
    }

    /// For each number of the result, in its order, the place it comes from.
    pub fn sources(&self) -> Vec<usize> {
        let mut steps = vec![1; self.extents.len()];
        for factor in (1..self.extents.len()).rev() {
            steps[factor - 1] = steps[factor] * self.extents[factor];
        }
        let mut sources = vec![0];
        for &factor in &self.order {
            let (extent, step) = (self.extents[factor], steps[factor]);
            sources = sources.iter().flat_map(|&start| (0..extent).map(move |place| start + place * step)).collect();
        }
        sources
    }
}

/// Names of the factors of three axes.
fn axes(side: &str) -> Result<[Vec<&str>; 3], String> {
    let mut axes = Vec::new();
    let mut rest = side.trim();
    while !rest.is_empty() {
        let (axis, after) = match rest.strip_prefix('(') {
            Some(inner) => inner.split_once(')').ok_or_else(|| format!("expected a closing bracket in {side:?}"))?,
            None => rest.split_once(char::is_whitespace).unwrap_or((rest, "")),
        };
        axes.push(axis.split_whitespace().filter(|name| *name != "1").collect());
        rest = after.trim_start();
    }
    axes.try_into()
        .map_err(|axes: Vec<_>| format!("expected rows, positions and channels in {side:?}, found {}", axes.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leads_become_rows_of_windows() {
        let shape = Shape::new(1, 6, 2);
        let found =
            Rearrange::parse("1 (window sample) lead -> (lead window) sample 1", shape, &[("sample", 3)]).unwrap();
        assert_eq!(found.result, Shape::new(4, 3, 1));
        // Numbers lie as position, then lead: lead 0 has the even places.
        assert_eq!(found.sources(), [0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11]);
    }

    #[test]
    fn a_pattern_that_does_not_fit_says_why() {
        let shape = Shape::new(1, 6, 2);
        let wrong = |pattern: &str, sizes: &[(&str, usize)]| Rearrange::parse(pattern, shape, sizes).unwrap_err();
        assert!(wrong("a b c", &[]).contains("arrow"));
        assert!(wrong("1 (w s) c -> w s c", &[("s", 4)]).contains("does not make 6"));
        assert!(wrong("1 a b -> 1 a d", &[]).contains("no d"));
        assert!(wrong("1 a b -> 1 a a", &[]).contains("once"));
        assert!(wrong("1 a -> 1 a b", &[]).contains("found 2"));
    }
}
