//! The list of all networks: what each takes, shows, costs and comes from.

mod list;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Error;
use crate::graph::{Graph, GraphError};
use list::ENTRIES;

/// A published network, without its weights: one line of the list.
#[derive(Clone, Copy)]
pub struct Architecture(&'static Entry);

/// What a network takes: `[batch, leads, samples]`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// Leads, in the order I, II, III, aVR, aVL, aVF, V1 to V6; a network of one lead takes whichever it was trained on.
    pub leads: usize,
    /// Bands that each lead comes in: 1 where it comes as it is.
    pub bands: usize,
    /// Further channels after the leads that say something of the whole recording (age, sex): see the family's page.
    pub record_features: usize,
    /// Samples a lead.
    pub samples: usize,
    /// Samples a second, in hertz.
    pub rate: f64,
}

/// How far a description is to be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// The numbers of the authors' own code come out.
    Parity,
    /// Publication and public code say all of it; the numbers of an independent build come out.
    Independent,
    /// Parts of it complete what the publication leaves open: the family's page says which. The numbers of an
    /// independent build come out.
    Reconstructed,
}

/// What a network is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// It tells labels.
    Labels,
    /// It is trained without labels; its weights start another.
    PreTraining,
}

/// A way in which a network tells why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Explanation {
    /// Attention scores of half-second windows, of the rhythm and of leads ([`crate::families::imle_net`]).
    MultiLevelAttention,
    /// What each position of the last map adds to a label's logit: [`crate::evidence::Evidence`].
    ClassActivation,
    /// Each label's own space of eight numbers, and how far the label trusts it ([`crate::families::benchmark`]).
    LabelSpaces,
    /// What the network attends to, whatever the label: [`crate::maps::attention`].
    Attention,
    /// How far one view is let into another: [`crate::maps::attention`].
    Gate,
    /// How much each label attends to each token of the page: [`crate::maps::attention`].
    ClassAttention,
}

/// A line of the list.
struct Entry {
    name: &'static str,
    title: &'static str,
    family: &'static str,
    source: &'static str,
    input: Input,
    state: State,
    purpose: Purpose,
    explanations: &'static [Explanation],
    build: fn(usize) -> Result<Graph, GraphError>,
}

impl Architecture {
    /// IMLE-Net.
    pub const IMLE_NET: Self = Self(&list::IMLE_NET);
    /// The benchmark's resnet1d_wang.
    pub const RESNET1D_WANG: Self = Self(&list::RESNET1D_WANG);
    /// resnet1d_wang with decoupled labels.
    pub const RESNET1D_WANG_LDM: Self = Self(&list::RESNET1D_WANG_LDM);

    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        ENTRIES.iter().map(|&entry| Self(entry))
    }

    /// The name in cards, files and commands.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// The name for people.
    pub fn title(self) -> &'static str {
        self.0.title
    }

    /// The family that it is one of: networks of one publication, with one preparation and recipe.
    pub fn family(self) -> &'static str {
        self.0.family
    }

    /// Where it was published.
    pub fn source(self) -> &'static str {
        self.0.source
    }

    /// What it takes.
    pub fn input(self) -> Input {
        self.0.input
    }

    /// How far its description is to be trusted.
    pub fn state(self) -> State {
        self.0.state
    }

    /// What it is for.
    pub fn purpose(self) -> Purpose {
        self.0.purpose
    }

    /// How it can explain itself.
    pub fn explanations(self) -> &'static [Explanation] {
        self.0.explanations
    }

    /// Whether it explains itself in one of these ways.
    pub fn explains_by(self, explanation: Explanation) -> bool {
        self.0.explanations.contains(&explanation)
    }

    /// What it computes, for so many labels (networks for pre-training take no heed of them).
    ///
    /// # Errors
    /// `classes` is 0.
    pub fn graph(self, classes: usize) -> Result<Arc<Graph>, GraphError> {
        (self.0.build)(classes).map(Arc::new)
    }
}

impl Input {
    /// What stands side by side at each sample: leads, each as its bands, then features of the recording.
    pub fn channels(self) -> usize {
        self.leads * self.bands + self.record_features
    }
}

impl fmt::Debug for Architecture {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

impl PartialEq for Architecture {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Architecture {}

impl Hash for Architecture {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name().hash(state);
    }
}

impl FromStr for Architecture {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        Self::all()
            .find(|architecture| architecture.name() == name)
            .ok_or_else(|| Error::UnknownArchitecture { name: name.to_owned(), near: near(name) })
    }
}

/// The names that share most with one that is not known.
fn near(name: &str) -> String {
    let pairs = |text: &str| -> Vec<(char, char)> {
        let letters: Vec<char> = text.to_lowercase().chars().filter(|letter| letter.is_alphanumeric()).collect();
        letters.windows(2).map(|pair| (pair[0], pair[1])).collect()
    };
    let wanted = pairs(name);
    let mut scored: Vec<(f64, &str)> = Architecture::all()
        .map(|architecture| {
            let own = pairs(architecture.name());
            let shared = own.iter().filter(|pair| wanted.contains(pair)).count();
            (2.0 * shared as f64 / (own.len() + wanted.len()).max(1) as f64, architecture.name())
        })
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    scored.iter().take(3).map(|(_, name)| *name).collect::<Vec<_>>().join(", ")
}

impl Serialize for Architecture {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Architecture {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        name.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_stands_once_and_finds_its_network() {
        for architecture in Architecture::all() {
            assert_eq!(architecture.name().parse::<Architecture>().unwrap(), architecture);
            let same = Architecture::all().filter(|other| other.name() == architecture.name()).count();
            assert_eq!(same, 1, "{architecture}");
        }
    }

    #[test]
    fn a_wrong_name_is_answered_by_the_nearest_ones() {
        let message = "xresnet101".parse::<Architecture>().unwrap_err().to_string();
        assert!(message.contains("xresnet1d101"), "{message}");
    }

    #[test]
    fn a_name_survives_json_and_an_unknown_one_does_not() {
        let text = serde_json::to_string(&Architecture::IMLE_NET).unwrap();
        assert_eq!(text, "\"imle-net\"");
        assert_eq!(serde_json::from_str::<Architecture>(&text).unwrap(), Architecture::IMLE_NET);
        assert!(serde_json::from_str::<Architecture>("\"imle\"").is_err());
    }

    #[test]
    fn every_network_is_described_for_its_input() {
        for architecture in Architecture::all() {
            let graph = architecture.graph(3).unwrap();
            let (input, shape) = (architecture.input(), graph.input());
            assert_eq!(
                (shape.rows, shape.length, shape.channels),
                (1, input.samples, input.channels()),
                "{architecture}"
            );
            if architecture.purpose() == Purpose::Labels {
                assert_eq!(graph.classes(), 3, "{architecture}");
            }
        }
    }
}
