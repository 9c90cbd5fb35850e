//! Published ways to train: what each fixes, and where it is from.

use nets::{Architecture, Purpose};
use serde::{Deserialize, Serialize};

use crate::loss::{Beside, Goal, LabelLoss, Objective, Triplet};
use crate::optimiser::AdamConfig;
use crate::schedule::Schedule;

/// Name of a recipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum RecipeName {
    /// PTB-XL's benchmark (Strodthoff 2021) and the label decoupling module (Zhang 2023): one cycle over 50 epochs of
    /// random 2.5 s crops
    Benchmark,
    /// The benchmark's for recurrent networks: a tenth of the rate, gradients clipped at 0.25
    BenchmarkRecurrent,
    /// IMLE-Net (Reddy 2021): Adam at 0.001, whole 10 s records, choice on fold 9
    ImleNet,
    /// DSAIL and its distillation (dsail-kd.md): mixup, negatives at a tenth, one cycle over 200 epochs
    Dsail,
    /// LongWei's InceptionFormer and relatives: AdamW, a tenth of the rate every 20 epochs, noise
    Inceptionformer,
    /// EKnet's first stage: the page from a seventh of it
    EknetStage1,
    /// EKnet's second stage: labels
    Eknet,
    /// Supervised S4 (Mehari 2022): AdamW at a constant 0.001
    StateSpace,
    /// CPC's pre-training (Mehari 2022)
    CpcContrast,
    /// CPC's fine-tuning: the encoder learns a hundredth as fast as the head, the LSTM a tenth
    Cpc,
    /// ECG-CPC's pre-training (Al-Masud 2026)
    EcgCpcContrast,
    /// ECG-CPC's fine-tuning: the predictor a tenth as fast as the head, the encoder a hundredth
    EcgCpc,
    /// MVMS-Net (2023): Adam at 0.001, noise, the best epoch
    Mvms,
    /// MVKT-ECG (2023): Adam at 0.001, a tenth after 40 and 70 epochs
    Mvkt,
    /// SE-ECGNet (2020): focal loss, a tenth after 32, 64 and 128 epochs
    SeEcgnet,
    /// MINA (2019): Adam at 0.003, the best epoch
    Mina,
    /// CLOCS' pre-training over time, or over time and leads (2021): Adam at 0.0001
    Clocs,
    /// ST-MEM's pre-training (2024): three of four patches hidden
    StMem,
    /// ST-MEM's fine-tuning
    StMemFineTuning,
    /// For networks whose source states none: Adam at 0.001 over 40 epochs, the best (ours)
    Plain,
    /// A short one-cycle run for the demo network
    Demo,
}

/// Which epoch's weights are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Choice {
    /// The last epoch's.
    Last,
    /// Those with the best macro AUC on the validation fold, from this epoch (counted from 0) on.
    Best {
        /// First epoch that may be chosen.
        from: usize,
    },
}

/// How windows' probabilities become a record's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Aggregate {
    /// Mean over windows.
    Mean,
    /// Largest over windows, as the benchmark does.
    Max,
}

impl Aggregate {
    /// How a model's card puts windows together.
    pub fn of(card: &classify::Card) -> Aggregate {
        match card.window.aggregate {
            classify::Aggregate::Mean => Aggregate::Mean,
            classify::Aggregate::Max => Aggregate::Max,
        }
    }
}

impl From<Aggregate> for classify::Aggregate {
    fn from(aggregate: Aggregate) -> classify::Aggregate {
        match aggregate {
            Aggregate::Mean => classify::Aggregate::Mean,
            Aggregate::Max => classify::Aggregate::Max,
        }
    }
}

/// What is done to a batch's windows before the network sees them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Augmentation {
    /// Windows and labels mixed in pairs by a share of this Beta(a, a) distribution, one share a batch (mixup, Zhang et al.
    /// 2018, arXiv 1710.09412).
    pub mixup: Option<f64>,
    /// Standard deviation of the normal noise that is added to every number.
    pub noise: f64,
    /// Share of leads that are silenced, each by itself.
    pub silenced_leads: f64,
}

/// Everything that a run needs beside network and data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// Its name.
    pub name: RecipeName,
    /// Passes over the training records.
    pub epochs: usize,
    /// Records a step.
    pub batch: usize,
    /// Rate and momentum.
    pub schedule: Schedule,
    /// Constants of the optimiser.
    pub adam: AdamConfig,
    /// What is minimised.
    pub objective: Objective,
    /// What is done to windows.
    #[serde(default)]
    pub augmentation: Augmentation,
    /// Largest norm of all gradients together.
    #[serde(default)]
    pub clip: Option<f64>,
    /// What the rate of weights whose names begin so is multiplied by.
    #[serde(default)]
    pub slower: Vec<(String, f64)>,
    /// Whether batches are made anew every epoch, or made once and only their order drawn (as Keras' cached data sets do).
    pub fixed_batches: bool,
    /// Which weights are kept.
    pub choice: Choice,
    /// Stop after so many epochs without a better validation AUC.
    pub patience: Option<usize>,
    /// Epochs between validations (the last epoch is always validated).
    pub validate_every: usize,
    /// How windows are put together in validation and in the shipped model.
    pub aggregate: Aggregate,
}

/// Adam as PyTorch has it, with weight decay of the decoupled kind.
const fn adam(weight_decay: f64) -> AdamConfig {
    AdamConfig {
        beta2: 0.999,
        epsilon: 1e-8,
        weight_decay,
        epsilon_before_correction: false,
        coupled: false,
        spares_vectors: false,
    }
}

impl RecipeName {
    /// The recipe that a network was published with.
    pub fn of(architecture: Architecture) -> RecipeName {
        let pre_training = architecture.purpose() == Purpose::PreTraining;
        match (architecture.family(), architecture.name()) {
            ("benchmark" | "label-decoupling", name) if name.starts_with("lstm") => RecipeName::BenchmarkRecurrent,
            ("benchmark" | "label-decoupling", _) => RecipeName::Benchmark,
            ("imle-net", _) => RecipeName::ImleNet,
            ("dsail", _) => RecipeName::Dsail,
            ("inceptionformer", _) => RecipeName::Inceptionformer,
            ("eknet", _) if pre_training => RecipeName::EknetStage1,
            ("eknet", _) => RecipeName::Eknet,
            ("state-space", _) => RecipeName::StateSpace,
            ("cpc", _) if pre_training => RecipeName::CpcContrast,
            ("cpc", _) => RecipeName::Cpc,
            ("ecg-cpc", _) if pre_training => RecipeName::EcgCpcContrast,
            ("ecg-cpc", _) => RecipeName::EcgCpc,
            ("mvms", _) => RecipeName::Mvms,
            ("mvkt", _) => RecipeName::Mvkt,
            ("se-ecgnet", _) => RecipeName::SeEcgnet,
            ("mina", _) => RecipeName::Mina,
            ("clocs", _) if pre_training => RecipeName::Clocs,
            ("st-mem", _) if pre_training => RecipeName::StMem,
            ("st-mem", _) => RecipeName::StMemFineTuning,
            _ => RecipeName::Plain,
        }
    }

    /// The recipe that a network was published with, as it is for that network.
    pub fn for_network(architecture: Architecture) -> Recipe {
        let mut recipe = RecipeName::of(architecture).recipe();
        let objective = &mut recipe.objective;
        match (&mut objective.goal, architecture.name()) {
            (Goal::Views { count }, "clocs-both") => *count = nets::families::clocs::Views::BOTH.count(),
            (Goal::Prediction { width, .. }, name) if name.ends_with("-128") => *width = 128,
            _ => {}
        }
        objective.beside = match (architecture.family(), architecture.name()) {
            ("mamil", _) => Some(Beside::Instances { weight: 0.5 }),
            ("token-selection", _) => Some(Beside::ClassTokens { weight: 0.1 }),
            (_, "eknet-p-stage1") => Some(Beside::Places { weight: 0.1 }),
            _ => None,
        };
        recipe
    }

    /// The recipe as published.
    pub fn recipe(self) -> Recipe {
        let plain = Recipe {
            name: self,
            epochs: 40,
            batch: 64,
            schedule: Schedule::Constant { rate: 1e-3, beta1: 0.9 },
            adam: adam(0.0),
            objective: Objective {
                goal: Goal::Labels,
                labels: LabelLoss::BinaryCrossEntropy,
                triplet: Triplet { weight: 0.1, margin: 2.0 },
                distillation: None,
                beside: None,
            },
            augmentation: Augmentation::default(),
            clip: None,
            slower: Vec::new(),
            fixed_batches: false,
            choice: Choice::Best { from: 0 },
            patience: None,
            validate_every: 1,
            aggregate: Aggregate::Mean,
        };
        let benchmark = Recipe {
            epochs: 50,
            batch: 128,
            schedule: Schedule::OneCycle { top: 0.01 },
            adam: AdamConfig { beta2: 0.99, ..adam(0.01) },
            choice: Choice::Last,
            validate_every: 5,
            ..plain.clone()
        };
        let milestones = |rate, after: &[usize]| Schedule::Milestones { rate, after: after.to_vec(), factor: 0.1 };
        let noise = Augmentation { noise: 0.1, ..Augmentation::default() };
        let slower = |parts: &[(&str, f64)]| parts.iter().map(|(name, by)| ((*name).to_owned(), *by)).collect();
        let with_goal = |goal| Objective { goal, ..plain.objective };
        match self {
            RecipeName::Plain => plain,
            RecipeName::Benchmark => benchmark,
            RecipeName::BenchmarkRecurrent => {
                Recipe { schedule: Schedule::OneCycle { top: 0.001 }, clip: Some(0.25), ..benchmark }
            }
            RecipeName::Demo => Recipe { epochs: 12, batch: 32, validate_every: 1, ..benchmark },
            RecipeName::ImleNet => Recipe {
                epochs: 60,
                batch: 32,
                adam: AdamConfig { epsilon: 1e-7, epsilon_before_correction: true, ..adam(0.0) },
                fixed_batches: true,
                choice: Choice::Best { from: 6 },
                patience: Some(20),
                ..plain
            },
            RecipeName::Dsail => Recipe {
                epochs: 200,
                batch: 1024,
                schedule: Schedule::OneCycleTorch { top: 0.002 },
                adam: AdamConfig { coupled: true, spares_vectors: true, ..adam(5e-4) },
                objective: Objective { labels: LabelLoss::WeightedNegatives { weight: 0.1 }, ..plain.objective },
                augmentation: Augmentation { mixup: Some(0.2), ..Augmentation::default() },
                ..plain
            },
            RecipeName::Inceptionformer => Recipe {
                epochs: 60,
                batch: 128,
                schedule: milestones(1e-3, &[20, 40]),
                adam: adam(1e-2),
                augmentation: noise,
                ..plain
            },
            RecipeName::EknetStage1 => Recipe {
                epochs: 300,
                batch: 128,
                schedule: Schedule::WarmUpCosine { top: 4e-4, low: 1e-6, warm: 30, epochs: 300, beta1: 0.9 },
                adam: AdamConfig { beta2: 0.95, spares_vectors: true, ..adam(0.05) },
                objective: with_goal(Goal::Reconstruction),
                choice: Choice::Last,
                validate_every: 5,
                ..plain
            },
            RecipeName::Eknet => Recipe {
                epochs: 50,
                batch: 64,
                schedule: Schedule::WarmUpCosine { top: 2.5e-4, low: 1e-6, warm: 5, epochs: 50, beta1: 0.9 },
                ..plain
            },
            RecipeName::StateSpace => Recipe { epochs: 100, batch: 128, adam: adam(1e-3), ..plain },
            RecipeName::CpcContrast => Recipe {
                epochs: 1000,
                batch: 32,
                schedule: Schedule::Constant { rate: 1e-4, beta1: 0.9 },
                adam: adam(1e-3),
                objective: with_goal(Goal::Prediction {
                    steps: nets::families::cpc::STEPS,
                    negatives: 128,
                    width: nets::families::cpc::WIDTH,
                }),
                choice: Choice::Last,
                ..plain
            },
            RecipeName::Cpc => Recipe {
                epochs: 70,
                batch: 128,
                adam: adam(1e-3),
                slower: slower(&[("encoder", 0.01), ("context", 0.1)]),
                ..plain
            },
            RecipeName::EcgCpcContrast => Recipe {
                epochs: 200,
                adam: adam(1e-3),
                objective: with_goal(Goal::Prediction {
                    steps: nets::families::state_space::CPC_STEPS,
                    negatives: 128,
                    width: nets::families::state_space::WIDTH,
                }),
                choice: Choice::Last,
                ..plain
            },
            RecipeName::EcgCpc => Recipe {
                epochs: 100,
                adam: adam(1e-3),
                slower: slower(&[("encoder", 0.01), ("predictor", 0.1)]),
                ..plain
            },
            RecipeName::Mvms => Recipe { epochs: 100, augmentation: noise, ..plain },
            RecipeName::Mvkt => {
                Recipe { epochs: 100, batch: 32, schedule: milestones(1e-3, &[40, 70]), adam: adam(1e-4), ..plain }
            }
            RecipeName::SeEcgnet => Recipe {
                epochs: 256,
                schedule: milestones(1e-3, &[32, 64, 128]),
                objective: Objective { labels: LabelLoss::Focal { alpha: 0.25, gamma: 2.0 }, ..plain.objective },
                ..plain
            },
            RecipeName::Clocs => Recipe {
                epochs: 400,
                batch: 256,
                schedule: Schedule::Constant { rate: 1e-4, beta1: 0.9 },
                objective: with_goal(Goal::Views { count: nets::families::clocs::Views::TIME.count() }),
                choice: Choice::Last,
                ..plain
            },
            // Published: a base rate for 256 records, warm-up and cosine; 800 epochs are [memory] of the source.
            RecipeName::StMem => Recipe {
                epochs: 800,
                schedule: Schedule::WarmUpCosine { top: 1.5e-4, low: 0.0, warm: 40, epochs: 800, beta1: 0.9 },
                adam: AdamConfig { beta2: 0.95, spares_vectors: true, ..adam(0.05) },
                objective: with_goal(Goal::Masked),
                choice: Choice::Last,
                ..plain
            },
            RecipeName::StMemFineTuning => Recipe {
                epochs: 100,
                schedule: Schedule::WarmUpCosine { top: 1e-3, low: 0.0, warm: 5, epochs: 100, beta1: 0.9 },
                adam: AdamConfig { spares_vectors: true, ..adam(0.05) },
                ..plain
            },
            RecipeName::Mina => Recipe {
                epochs: 200,
                batch: 128,
                schedule: Schedule::Constant { rate: 3e-3, beta1: 0.9 },
                patience: Some(40),
                ..plain
            },
        }
    }

    /// The name that the command line takes.
    pub fn name(self) -> &'static str {
        match self {
            RecipeName::Benchmark => "benchmark",
            RecipeName::BenchmarkRecurrent => "benchmark-recurrent",
            RecipeName::ImleNet => "imle-net",
            RecipeName::Dsail => "dsail",
            RecipeName::Inceptionformer => "inceptionformer",
            RecipeName::EknetStage1 => "eknet-stage1",
            RecipeName::Eknet => "eknet",
            RecipeName::StateSpace => "state-space",
            RecipeName::CpcContrast => "cpc-contrast",
            RecipeName::Cpc => "cpc",
            RecipeName::EcgCpcContrast => "ecg-cpc-contrast",
            RecipeName::EcgCpc => "ecg-cpc",
            RecipeName::Mvms => "mvms",
            RecipeName::Mvkt => "mvkt",
            RecipeName::SeEcgnet => "se-ecgnet",
            RecipeName::Mina => "mina",
            RecipeName::Clocs => "clocs",
            RecipeName::StMem => "st-mem",
            RecipeName::StMemFineTuning => "st-mem-fine-tuning",
            RecipeName::Plain => "plain",
            RecipeName::Demo => "demo",
        }
    }
}
