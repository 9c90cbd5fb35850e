//! What a network is asked to tell apart: the label sets, each of one data set.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ptbxl::StatementKind;

pub mod chapman;
pub mod cinc2021;
pub mod cpsc2018;
mod ptb_xl;

/// What a network is asked to tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Every statement: 71 labels.
    All,
    /// Diagnostic statements: 44 labels.
    Diagnostic,
    /// Subclasses of the diagnostic statements: 23 labels.
    Subclass,
    /// Superclasses CD, HYP, MI, NORM, STTC.
    Superclass,
    /// Form statements: 19 labels.
    Form,
    /// Rhythm statements: 12 labels.
    Rhythm,
    /// Infarction subclasses of IMLE-Net: ASMI, IMI, NORM, of which one applies (imle-net.md 1.1).
    MiSubclasses,
    /// Three tiers of ischaemia and what points to it (dsail-kd.md 3.2).
    Tiers,
    /// EKnet's 70 labels: all statements but SR, NORM only where it stands alone (eknet.md 1).
    Eknet,
    /// CPSC2018 (ICBEB): nine labels; --data is its folder.
    Cpsc2018,
    /// Chapman-Shaoxing: eleven rhythms merged to four, of which one applies; --data is its folder.
    Chapman,
    /// PhysioNet/CinC Challenge 2021: its 26 scored columns; --data is the folder of its training sets.
    Cinc2021,
    /// The conditions of the simulator; not a task of PTB-XL.
    Simulated,
}

/// Where a task's recordings are from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DataSet {
    /// PTB-XL.
    PtbXl,
    /// The China Physiological Signal Challenge of 2018, ICBEB in PTB-XL's benchmark.
    Cpsc2018,
    /// The database of Chapman University and Shaoxing People's Hospital.
    Chapman,
    /// The training sets of the PhysioNet/CinC Challenge 2021.
    Cinc2021,
    /// The simulator of this project.
    Simulated,
}

/// One label of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Code.
    pub code: String,
    /// Full name.
    pub name: String,
    /// The group that findings are listed under.
    pub group: String,
}

impl Label {
    /// A label of these words.
    pub fn new(code: &str, name: &str, group: &str) -> Label {
        Label { code: code.to_owned(), name: name.to_owned(), group: group.to_owned() }
    }
}

impl DataSet {
    /// The name for people.
    pub fn name(self) -> &'static str {
        match self {
            DataSet::PtbXl => "PTB-XL",
            DataSet::Cpsc2018 => "CPSC2018",
            DataSet::Chapman => "Chapman-Shaoxing",
            DataSet::Cinc2021 => "PhysioNet/CinC Challenge 2021",
            DataSet::Simulated => "simulated recordings",
        }
    }

    /// Publication and licence of the recordings, for a model's card.
    pub fn credit(self) -> &'static str {
        match self {
            DataSet::PtbXl => {
                "PTB-XL (Wagner P. et al., Sci Data 7:154, 2020; PhysioNet doi 10.13026/kfzx-aw45, CC BY 4.0)"
            }
            DataSet::Cpsc2018 => {
                "CPSC2018 (Liu F. et al., J. Med. Imaging Health Inform. 8:1368, 2018; in PhysioNet challenge-2021, CC BY 4.0)"
            }
            DataSet::Chapman => "Chapman-Shaoxing (Zheng J. et al., Sci Data 7:48, 2020; figshare 4560497, CC BY 4.0)",
            DataSet::Cinc2021 => {
                "the PhysioNet/CinC Challenge 2021 (Reyna M. et al., Computing in Cardiology 48, 2021; PhysioNet \
                 challenge-2021, CC BY 4.0)"
            }
            DataSet::Simulated => "simulated recordings",
        }
    }
}

impl Task {
    /// The tasks of PTB-XL's benchmark.
    pub const PTB_XL: [Task; 6] =
        [Task::All, Task::Diagnostic, Task::Subclass, Task::Superclass, Task::Form, Task::Rhythm];

    /// The name that the command line takes.
    pub fn name(self) -> &'static str {
        match self {
            Task::All => "all",
            Task::Diagnostic => "diagnostic",
            Task::Subclass => "subclass",
            Task::Superclass => "superclass",
            Task::Form => "form",
            Task::Rhythm => "rhythm",
            Task::MiSubclasses => "mi-subclasses",
            Task::Tiers => "tiers",
            Task::Eknet => "eknet",
            Task::Cpsc2018 => "cpsc2018",
            Task::Chapman => "chapman",
            Task::Cinc2021 => "cinc2021",
            Task::Simulated => "simulated",
        }
    }

    /// The data set that its labels are of.
    pub fn data_set(self) -> DataSet {
        match self {
            Task::Cpsc2018 => DataSet::Cpsc2018,
            Task::Chapman => DataSet::Chapman,
            Task::Cinc2021 => DataSet::Cinc2021,
            Task::Simulated => DataSet::Simulated,
            _ => DataSet::PtbXl,
        }
    }

    /// The labels in output order. `statements` are PTB-XL's; the other data sets' tasks do not look at them.
    pub fn labels(self, statements: &BTreeMap<String, StatementKind>) -> Vec<Label> {
        match self {
            Task::Cpsc2018 => cpsc2018::labels(),
            Task::Chapman => chapman::labels(),
            Task::Cinc2021 => cinc2021::labels(),
            _ => self.labels_of_statements(statements),
        }
    }

    /// Whether exactly one label applies to a recording.
    pub fn is_exclusive(self) -> bool {
        matches!(self, Task::MiSubclasses | Task::Chapman | Task::Simulated)
    }

    /// Whether networks are trained by a softmax over the labels. The simulator's conditions exclude one another, but the
    /// demo is trained as networks for PTB-XL are, label by label.
    pub fn wants_softmax(self) -> bool {
        matches!(self, Task::MiSubclasses | Task::Chapman)
    }

    /// Whether recordings without any label are kept: those of no tier, and those of the challenge that carry no scored
    /// code, which its metric counts too.
    pub fn keeps_unlabelled(self) -> bool {
        matches!(self, Task::Tiers | Task::Cinc2021)
    }
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;

    use super::*;

    #[test]
    fn a_tasks_name_is_the_same_typed_and_in_cards_and_checkpoints() {
        for task in Task::value_variants() {
            let typed = task.to_possible_value().unwrap();
            assert_eq!(typed.get_name(), task.name());
            assert_eq!(serde_json::to_string(task).unwrap(), format!("{:?}", task.name()));
        }
    }
}
