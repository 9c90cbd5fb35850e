//! Linear state spaces, row by row.

use super::Kernel;
use super::map::Map;
use crate::space::Space;

impl Kernel for Space {
    fn run(&self, inputs: &[&Map], out: &mut Map) {
        for row in 0..out.shape.rows {
            Space::run(self, inputs[0].row(row), out.row_mut(row));
        }
    }
}
