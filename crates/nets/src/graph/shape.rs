//! What a value inside a network looks like, for one recording.

use std::fmt;

/// Rows of positions, each position with its channels. A lead, a window, an attention head may be a row; a moment in
/// time or a token a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shape {
    /// Rows: leads, windows, heads; 1 where there is but one sequence.
    pub rows: usize,
    /// Positions of a row: samples, tokens.
    pub length: usize,
    /// Numbers of a position.
    pub channels: usize,
}

impl Shape {
    /// A shape.
    pub const fn new(rows: usize, length: usize, channels: usize) -> Self {
        Self { rows, length, channels }
    }

    /// Numbers in all.
    pub const fn size(self) -> usize {
        self.rows * self.length * self.channels
    }

    /// Rows, length, channels.
    pub const fn axes(self) -> [usize; 3] {
        [self.rows, self.length, self.channels]
    }

    /// From rows, length, channels.
    pub const fn from_axes([rows, length, channels]: [usize; 3]) -> Self {
        Self { rows, length, channels }
    }

    /// The same with another extent along one axis.
    #[must_use]
    pub fn with(self, axis: Axis, extent: usize) -> Self {
        let mut axes = self.axes();
        axes[axis.index()] = extent;
        Self::from_axes(axes)
    }

    /// The extent along an axis.
    pub fn along(self, axis: Axis) -> usize {
        self.axes()[axis.index()]
    }

    /// The lines of numbers along an axis: how many numbers each has, how far apart they stand, and where each begins,
    /// in a value's order of rows, positions and channels.
    pub fn lines(self, axis: Axis) -> (usize, usize, Vec<usize>) {
        let Self { rows, length, channels } = self;
        match axis {
            Axis::Rows => (rows, length * channels, (0..length * channels).collect()),
            Axis::Length => {
                let of_row = |row: usize| (0..channels).map(move |channel| row * length * channels + channel);
                (length, channels, (0..rows).flat_map(of_row).collect())
            }
            Axis::Channels => (channels, 1, (0..rows * length).map(|position| position * channels).collect()),
        }
    }

    /// The shape of two values' elementwise combination, where an extent of 1 is repeated; None if they do not fit.
    pub fn broadcast(self, other: Self) -> Option<Self> {
        let mut axes = self.axes();
        for (own, other) in axes.iter_mut().zip(other.axes()) {
            match (*own, other) {
                (own, other) if own == other => {}
                (1, other) => *own = other,
                (_, 1) => {}
                _ => return None,
            }
        }
        Some(Self::from_axes(axes))
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} rows x {} positions x {} channels", self.rows, self.length, self.channels)
    }
}

/// One of a value's three directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Axis {
    /// Across rows.
    Rows,
    /// Along a row.
    Length,
    /// Across channels.
    Channels,
}

impl Axis {
    /// Its number among rows, length, channels.
    pub const fn index(self) -> usize {
        match self {
            Self::Rows => 0,
            Self::Length => 1,
            Self::Channels => 2,
        }
    }
}
