//! Published figures of networks on PTB-XL, CPSC2018 and Chapman-Shaoxing, each with the protocol that it was measured by.
//!
//! All are macro AUC on the publication's own test recordings. None is of the recordings that a row of ours is of: they
//! stand beside ours, not against them.

use serde::Serialize;

use crate::tasks::Task;

/// How a figure was measured, and where it is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// PTB-XL's benchmark.
    Benchmark,
    /// The label decoupling module.
    LabelDecoupling,
    /// IMLE-Net and what its authors set beside it.
    ImleNet,
    /// The benchmark of foundation models: all weights trained.
    Foundation,
    /// The same with the backbone's weights as they were.
    FoundationFrozen,
    /// LongWei's notes on InceptionFormer.
    LongWei,
    /// EKnet.
    Eknet,
    /// PTB-XL's benchmark, on CPSC2018 (ICBEB).
    BenchmarkCpsc,
    /// The benchmark of foundation models on CPSC2018.
    FoundationCpsc,
    /// LongWei's notes on InceptionFormer, on CPSC2018.
    LongWeiCpsc,
    /// The same on Chapman-Shaoxing.
    LongWeiChapman,
}

/// One published figure.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Row {
    /// The network, by this project's name where it has it.
    pub network: &'static str,
    /// The labels.
    pub task: Task,
    /// Macro AUC.
    pub macro_auc: f64,
    /// Half of the stated 90 % bootstrap interval, where one is stated.
    pub half_width: Option<f64>,
    /// How it was measured.
    pub protocol: Protocol,
}

impl Protocol {
    /// The publication.
    pub fn source(self) -> &'static str {
        match self {
            Protocol::Benchmark | Protocol::BenchmarkCpsc => "Strodthoff et al., IEEE JBHI 25(5), 2021",
            Protocol::LabelDecoupling => "Zhang et al. 2023",
            Protocol::ImleNet => "Reddy et al. 2021",
            Protocol::Foundation | Protocol::FoundationFrozen | Protocol::FoundationCpsc => {
                "Al-Masud et al., arXiv 2509.25095"
            }
            Protocol::LongWei | Protocol::LongWeiCpsc | Protocol::LongWeiChapman => {
                "LongWei's notes on InceptionFormer"
            }
            Protocol::Eknet => "EKnet",
        }
    }

    /// What was measured on what.
    pub fn terms(self) -> &'static str {
        match self {
            Protocol::Benchmark => {
                "fold 10 of PTB-XL 1.0.1, trained on folds 1-8, largest over seven windows of 2.5 s; 90 % bootstrap"
            }
            Protocol::LabelDecoupling => "the benchmark's protocol, mean over runs",
            Protocol::ImleNet => "fold 10, 100 Hz, whole records of 10 s; the epoch is chosen on fold 9",
            Protocol::Foundation => {
                "fold 10, mean over windows that do not overlap; all weights trained; records without a diagnostic statement stay in"
            }
            Protocol::FoundationFrozen => {
                "fold 10, mean over windows that do not overlap; attention over frozen weights; records without a diagnostic statement stay in"
            }
            Protocol::LongWei => {
                "fold 10, 100 Hz, whole records of 10 s; thresholds were partly chosen on the test fold"
            }
            Protocol::BenchmarkCpsc => {
                "CPSC2018, fold 10 of the authors' own ten stratified folds; otherwise as on PTB-XL"
            }
            Protocol::FoundationCpsc => {
                "CPSC2018, the benchmark's folds, mean over windows that do not overlap; all weights trained"
            }
            Protocol::LongWeiCpsc => "CPSC2018, 688 of 6,875 records, first ten seconds at 100 Hz",
            Protocol::LongWeiChapman => "Chapman-Shaoxing, 1,064 of 10,627 denoised records, 100 Hz",
            Protocol::Eknet => {
                "its own random 70/30 split of records of PTB-XL 1.0.1, patients in both parts; chosen on the measured part"
            }
        }
    }
}

/// Two numbers for each of [`Task::PTB_XL`].
type Pairs = [(u16, u16); 6];

/// Thousandths, and half of the interval; columns as [`Task::PTB_XL`]. The benchmark's table, also in its public leaderboard.
const BENCHMARK: [(&str, Pairs); 7] = [
    ("xresnet1d101", [(925, 7), (937, 8), (929, 14), (928, 5), (896, 12), (957, 19)]),
    ("inception1d", [(925, 8), (931, 9), (930, 10), (921, 6), (899, 22), (953, 13)]),
    ("resnet1d_wang", [(919, 8), (936, 8), (928, 10), (930, 5), (880, 15), (946, 10)]),
    ("fcn_wang", [(918, 8), (926, 10), (927, 11), (925, 6), (869, 12), (931, 8)]),
    ("lstm_bidir", [(914, 8), (932, 7), (923, 12), (921, 6), (876, 15), (949, 11)]),
    ("lstm", [(907, 8), (927, 8), (928, 10), (927, 5), (851, 15), (953, 9)]),
    ("wavelet-nn", [(849, 13), (855, 15), (859, 16), (874, 7), (757, 29), (890, 24)]),
];

/// Thousandths: the network alone, then with the module.
const LABEL_DECOUPLING: [(&str, &str, Pairs); 6] = [
    ("lstm", "lstm+ldm", [(909, 923), (926, 931), (926, 935), (926, 930), (848, 851), (947, 948)]),
    ("inception1d", "inception1d+ldm", [(925, 935), (928, 940), (927, 939), (918, 927), (886, 898), (948, 954)]),
    ("lstm_bidir", "lstm_bidir+ldm", [(914, 932), (924, 936), (929, 936), (921, 926), (865, 876), (951, 953)]),
    ("resnet1d_wang", "resnet1d_wang+ldm", [(919, 930), (925, 942), (929, 941), (926, 932), (881, 889), (941, 945)]),
    ("fcn_wang", "fcn_wang+ldm", [(912, 917), (922, 930), (924, 936), (924, 928), (862, 875), (920, 928)]),
    ("xresnet1d101", "xresnet1d101+ldm", [(924, 937), (933, 939), (926, 935), (928, 932), (895, 906), (955, 957)]),
];

/// Ten-thousandths: superclasses. `mousavi` is the authors' program, whose windows are the released ones.
const IMLE_NET: [(&str, u16); 5] =
    [("resnet101", 8952), ("mousavi", 8654), ("ecgnet", 9101), ("rajpurkar", 9155), ("imle-net", 9216)];

/// Ten-thousandths.
const FOUNDATION: [(&str, [u16; 6]); 10] = [
    ("ecg-cpc", [9493, 9509, 9398, 9336, 9341, 9594]),
    ("ecg-jepa", [9404, 9458, 9349, 9211, 9116, 9558]),
    ("ecgfounder", [9338, 9499, 9428, 9347, 8752, 9652]),
    ("ecg-fm", [9267, 9264, 9321, 9156, 9044, 9594]),
    ("merl", [9246, 9415, 9374, 9302, 8908, 9120]),
    ("hubert-ecg", [9146, 9250, 9185, 9085, 8598, 9503]),
    ("st-mem", [9082, 9042, 9159, 9010, 8874, 9514]),
    ("ecgfm-ked", [8885, 9133, 9079, 9046, 8287, 8884]),
    ("s4", [9411, 9428, 9379, 9320, 9187, 9564]),
    ("net1d", [9286, 9396, 9263, 9237, 8931, 9367]),
];

/// Ten-thousandths: all statements, superclasses.
const FROZEN: [(&str, [u16; 2]); 5] = [
    ("ecg-jepa-frozen", [9339, 9173]),
    ("ecg-cpc-frozen", [9313, 9193]),
    ("ecgfounder-frozen", [9271, 9277]),
    ("st-mem-frozen", [9098, 9234]),
    ("merl-frozen", [9093, 9151]),
];

/// Thousandths, and half of the interval: the benchmark's table of CPSC2018.
const BENCHMARK_CPSC: [(&str, (u16, u16)); 7] = [
    ("xresnet1d101", (974, 5)),
    ("resnet1d_wang", (969, 6)),
    ("lstm", (964, 6)),
    ("inception1d", (963, 9)),
    ("lstm_bidir", (959, 11)),
    ("fcn_wang", (957, 8)),
    ("wavelet-nn", (905, 14)),
];

/// Ten-thousandths: CPSC2018.
const FOUNDATION_CPSC: [(&str, u16); 10] = [
    ("ecg-cpc", 9690),
    ("ecg-jepa", 9739),
    ("ecgfounder", 9659),
    ("ecg-fm", 9720),
    ("merl", 9361),
    ("hubert-ecg", 9564),
    ("st-mem", 9456),
    ("ecgfm-ked", 9300),
    ("s4", 9620),
    ("net1d", 9494),
];

/// Ten-thousandths: EKnet's 70 labels. The paper's stages stand for both of our readings of them.
const EKNET: [(&str, u16); 9] = [
    ("fcn_wang", 8406),
    ("resnet1d_wang", 8370),
    ("xresnet1d101", 8739),
    ("lstm", 8717),
    ("lstm_bidir", 8517),
    ("eknet-p-stage1", 8837),
    ("eknet-r-stage1", 8837),
    ("eknet-p", 8974),
    ("eknet-r", 8974),
];

/// Every published figure.
pub fn all() -> Vec<Row> {
    let mut rows = Vec::new();
    let mut add = |network, task, macro_auc, half_width, protocol| {
        rows.push(Row { network, task, macro_auc, half_width, protocol });
    };
    let thousandths = |value: u16| f64::from(value) / 1e3;
    let finer = |value: u16| f64::from(value) / 1e4;
    for (network, columns) in BENCHMARK {
        for (task, (value, half)) in Task::PTB_XL.into_iter().zip(columns) {
            add(network, task, thousandths(value), Some(thousandths(half)), Protocol::Benchmark);
        }
    }
    for (alone, network, columns) in LABEL_DECOUPLING {
        for (task, (without, with)) in Task::PTB_XL.into_iter().zip(columns) {
            add(alone, task, thousandths(without), None, Protocol::LabelDecoupling);
            add(network, task, thousandths(with), None, Protocol::LabelDecoupling);
        }
    }
    for (network, value) in IMLE_NET {
        add(network, Task::Superclass, finer(value), None, Protocol::ImleNet);
    }
    for (network, columns) in FOUNDATION {
        for (task, value) in Task::PTB_XL.into_iter().zip(columns) {
            add(network, task, finer(value), None, Protocol::Foundation);
        }
    }
    for (network, columns) in FROZEN {
        for (task, value) in [Task::All, Task::Superclass].into_iter().zip(columns) {
            add(network, task, finer(value), None, Protocol::FoundationFrozen);
        }
    }
    add("inceptionformer-cross-stack", Task::Rhythm, 0.9552, None, Protocol::LongWei);
    add("inceptionformer-cross-stack", Task::Cpsc2018, 0.9666, None, Protocol::LongWeiCpsc);
    add("inceptionformer-cross-stack", Task::Chapman, 0.9966, None, Protocol::LongWeiChapman);
    for (network, (value, half)) in BENCHMARK_CPSC {
        add(network, Task::Cpsc2018, thousandths(value), Some(thousandths(half)), Protocol::BenchmarkCpsc);
    }
    for (network, value) in FOUNDATION_CPSC {
        add(network, Task::Cpsc2018, finer(value), None, Protocol::FoundationCpsc);
    }
    for (network, value) in EKNET {
        add(network, Task::Eknet, finer(value), None, Protocol::Eknet);
    }
    rows
}

/// The published figures of one network for one task, the first publication first.
pub fn of(network: &str, task: Task) -> Vec<Row> {
    all().into_iter().filter(|row| row.network == network && row.task == task).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_stand_in_their_columns() {
        let only = |network, task, protocol| {
            let rows = of(network, task);
            rows.into_iter().find(|row| row.protocol == protocol).unwrap()
        };
        let row = only("resnet1d_wang", Task::Superclass, Protocol::Benchmark);
        assert_eq!((row.macro_auc, row.half_width), (0.930, Some(0.005)));
        assert_eq!(only("resnet1d_wang+ldm", Task::All, Protocol::LabelDecoupling).macro_auc, 0.930);
        assert_eq!(only("resnet1d_wang", Task::Diagnostic, Protocol::LabelDecoupling).macro_auc, 0.925);
        assert_eq!(only("ecg-cpc", Task::Form, Protocol::Foundation).macro_auc, 0.9341);
        assert_eq!(only("s4", Task::Rhythm, Protocol::Foundation).macro_auc, 0.9564);
        assert_eq!(only("ecg-cpc-frozen", Task::Superclass, Protocol::FoundationFrozen).macro_auc, 0.9193);
        assert_eq!(of("imle-net", Task::Superclass).len(), 1);
        assert!(of("imle-net", Task::All).is_empty());
        assert_eq!(only("lstm_bidir", Task::Cpsc2018, Protocol::BenchmarkCpsc).half_width, Some(0.011));
        assert_eq!(only("st-mem", Task::Cpsc2018, Protocol::FoundationCpsc).macro_auc, 0.9456);
    }

    #[test]
    fn no_figure_stands_twice_and_names_are_the_catalogues_where_it_has_them() {
        let rows = all();
        for (number, row) in rows.iter().enumerate() {
            assert!((0.7..1.0).contains(&row.macro_auc), "{row:?}");
            let same =
                |other: &Row| (other.network, other.task, other.protocol) == (row.network, row.task, row.protocol);
            assert!(!rows[..number].iter().any(same), "{row:?}");
        }
        let known: Vec<&str> = nets::Architecture::all().map(nets::Architecture::name).collect();
        for name in [
            "xresnet1d101+ldm",
            "imle-net",
            "rajpurkar",
            "s4",
            "ecg-cpc-frozen",
            "eknet-p",
            "inceptionformer-cross-stack",
        ] {
            assert!(known.contains(&name) && rows.iter().any(|row| row.network == name), "{name}");
        }
    }
}
