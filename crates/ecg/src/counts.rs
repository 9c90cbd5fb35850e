//! Digital counts, as narrow as the file has them.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One digital count a sample. Most devices sample with 16 bits or fewer, and a day of twelve leads is half a gigabyte in 32:
/// the width is the reader's choice and nothing else, so that equal counts are equal in either.
#[derive(Clone, Debug)]
pub enum Counts {
    /// Counts of 16 bits.
    Narrow(Vec<i16>),
    /// Counts of 32 bits.
    Wide(Vec<i32>),
}

impl Counts {
    /// Number of samples.
    pub fn len(&self) -> usize {
        match self {
            Counts::Narrow(counts) => counts.len(),
            Counts::Wide(counts) => counts.len(),
        }
    }

    /// True when there is no sample.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The count of one sample.
    pub fn get(&self, sample: usize) -> Option<i32> {
        match self {
            Counts::Narrow(counts) => counts.get(sample).map(|&count| i32::from(count)),
            Counts::Wide(counts) => counts.get(sample).copied(),
        }
    }

    /// All counts in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = i32> + '_ {
        let (narrow, wide): (&[i16], &[i32]) = match self {
            Counts::Narrow(counts) => (counts, &[]),
            Counts::Wide(counts) => (&[], counts),
        };
        narrow.iter().map(|&count| i32::from(count)).chain(wide.iter().copied())
    }

    /// What `physical` makes of each count.
    pub fn map<T>(&self, physical: impl Fn(i32) -> T) -> Vec<T> {
        // Two loops that the compiler can widen, where one over either kind could not be.
        match self {
            Counts::Narrow(counts) => counts.iter().map(|&count| physical(i32::from(count))).collect(),
            Counts::Wide(counts) => counts.iter().map(|&count| physical(count)).collect(),
        }
    }

    /// The counts in 32 bits.
    pub fn to_vec(&self) -> Vec<i32> {
        self.map(|count| count)
    }
}

impl Default for Counts {
    fn default() -> Counts {
        Counts::Narrow(Vec::new())
    }
}

impl From<Vec<i16>> for Counts {
    fn from(counts: Vec<i16>) -> Counts {
        Counts::Narrow(counts)
    }
}

impl From<Vec<i32>> for Counts {
    fn from(counts: Vec<i32>) -> Counts {
        Counts::Wide(counts)
    }
}

impl FromIterator<i32> for Counts {
    fn from_iter<T: IntoIterator<Item = i32>>(counts: T) -> Counts {
        Counts::Wide(counts.into_iter().collect())
    }
}

impl PartialEq for Counts {
    fn eq(&self, other: &Counts) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl Eq for Counts {}

impl Serialize for Counts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Counts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Counts, D::Error> {
        Vec::<i32>::deserialize(deserializer).map(Counts::Wide)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_width_is_no_difference() {
        let (narrow, wide) = (Counts::from(vec![-5_i16, 0, 7]), Counts::from(vec![-5_i32, 0, 7]));
        assert_eq!(narrow, wide);
        assert_ne!(narrow, Counts::from(vec![-5_i32, 0]));
        assert_eq!(serde_json::to_string(&narrow).unwrap(), "[-5,0,7]");
        assert_eq!((narrow.get(2), narrow.get(3)), (Some(7), None));
        assert_eq!(narrow.to_vec(), wide.iter().collect::<Vec<_>>());
    }
}
