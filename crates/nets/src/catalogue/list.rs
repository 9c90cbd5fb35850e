//! The lines of the list, family by family.

use super::Explanation::{Attention as Looks, ClassActivation, ClassAttention, Gate, LabelSpaces, MultiLevelAttention};
use super::{Entry, Input, Purpose, State};
use crate::families::benchmark::Backbone;
use crate::families::clocs::Views;
use crate::families::dual_path::Pooling;
use crate::families::eknet::Compared;
use crate::families::imle_net::{NARROW_WIDTH, NATIVE_WIDTH, Windows};
use crate::families::inceptionformer::{Attention, Configuration, Depthwise, Mixer, Reading, Scales, Stacking};
use crate::families::state_space::{Form, Head, Projection};
use crate::families::{
    benchmark, clocs, cpc, dsail, dual_path, eknet, fusing_transformer, im_ecg, imle_net, inceptionformer, mamil, mina,
    mpgt, mrtnet, multi_module, mvkt, mvms, se_ecgnet, st_mem, state_space, token_selection,
};
use crate::graph::{Eigenvalues, Graph, GraphError};

/// 2.5 s of twelve leads at 100 Hz.
const SHORT: Input = Input { leads: 12, bands: 1, record_features: 0, samples: 250, rate: 100.0 };
/// 10 s of twelve leads at 100 Hz.
const WHOLE: Input = Input { leads: 12, bands: 1, record_features: 0, samples: 1000, rate: 100.0 };
/// Channels of networks that a processor trains in hours (ours).
const NARROW: usize = 128;
/// 10 s of twelve leads at 500 Hz.
const PAGE: Input = Input { leads: 12, bands: 1, record_features: 0, samples: 5000, rate: 500.0 };

/// 15 s at 500 Hz, with age and sex.
const fn dsail_input(leads: usize) -> Input {
    Input { leads, bands: 1, record_features: dsail::RECORD_FEATURES, samples: dsail::BLOCK, rate: 500.0 }
}

const BENCHMARK: &str =
    "Deep Learning for ECG Analysis: Benchmarks and Insights from PTB-XL, IEEE JBHI 2021, arXiv:2004.13701";
const WANG: &str = "Deep Learning for ECG Analysis: Benchmarks and Insights from PTB-XL, IEEE JBHI 2021, arXiv:2004.13701; after Wang, Yan, Oates, IJCNN 2017, arXiv:1611.06455";
const LABEL_DECOUPLING: &str =
    "Label decoupling strategy for 12-lead ECG classification, Knowledge-Based Systems 263, 2023, 110298";
const IMLE: &str = "IMLE-Net: An Interpretable Multi-level Multi-channel Model for ECG Classification, IEEE SMC 2021, arXiv:2204.05116";
const MOUSAVI_SOURCE: &str = "Mousavi, Afghah, Inter- and intra-patient ECG heartbeat classification, ICASSP 2019, as compared in IMLE-Net, IEEE SMC 2021, arXiv:2204.05116";
const RAJPURKAR_SOURCE: &str = "Rajpurkar, Hannun et al., Cardiologist-level arrhythmia detection, 2017, arXiv:1707.01836, as compared in IMLE-Net, IEEE SMC 2021, arXiv:2204.05116";
const ECGNET_SOURCE: &str = "Murugesan et al., ECGNet: Deep Network for Arrhythmia Classification, MeMeA 2018, as compared in IMLE-Net, IEEE SMC 2021, arXiv:2204.05116";
const DSAIL: &str = "Han, Park, Min et al., Towards High Generalization Performance on Electrocardiogram Classification, Computing in Cardiology 2021, paper 080";
const LONGWEI: &str = "InceptionFormer and relatives, experiments by LongWei (public notes and code, 2023)";
const EKNET: &str = "A knowledge-based network for complete ECG classification in the clinical 3 x 4 format (EKnet), with its repository caoqing-ruijing/ECG_EKnet";
const STATE_SPACE: &str = "Mehari, Strodthoff, Advancing the State-of-the-Art for ECG Analysis through Structured State Space Models, 2022, arXiv:2211.07579";
const ECG_CPC_SOURCE: &str =
    "Al-Masud, Lopez Alcaraz, Strodthoff, Benchmarking ECG foundation models, ICLR 2026, arXiv:2509.25095";
const CPC_SOURCE: &str = "Mehari, Strodthoff, Self-supervised representation learning from 12-lead ECG data, Computers in Biology and Medicine 141, 2022, 105114, arXiv:2103.12676";

/// Samples of a patch of DB-ECGNet: ten tokens of a recording.
const DB_PATCH: usize = 100;

fn with(attention: Attention) -> Configuration {
    Configuration { attention, ..Configuration::default() }
}

fn s4(width: usize, classes: usize) -> Result<Graph, GraphError> {
    state_space::supervised(Form { width, ..Form::PUBLISHED }, classes)
}

/// What a line says that states nothing else.
const NONE: Entry = Entry {
    name: "",
    title: "",
    family: "",
    source: "",
    input: WHOLE,
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[],
    build: imle_net::imle_net,
};

// What the lines of a family share.

const BENCHMARK_LINE: Entry = Entry {
    family: "benchmark",
    source: BENCHMARK,
    input: SHORT,
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    ..NONE
};
const LABEL_DECOUPLING_LINE: Entry = Entry {
    family: "label-decoupling",
    source: LABEL_DECOUPLING,
    input: SHORT,
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation, LabelSpaces],
    ..NONE
};
const IMLE_NET_LINE: Entry = Entry {
    family: "imle-net",
    source: IMLE,
    input: WHOLE,
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    ..NONE
};
const DSAIL_LINE: Entry = Entry {
    family: "dsail",
    source: DSAIL,
    input: dsail_input(12),
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    ..NONE
};
const INCEPTIONFORMER_LINE: Entry = Entry {
    family: "inceptionformer",
    source: LONGWEI,
    input: WHOLE,
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    ..NONE
};
const EKNET_LINE: Entry = Entry {
    family: "eknet",
    source: EKNET,
    input: PAGE,
    state: State::Independent,
    purpose: Purpose::Labels,
    explanations: &[],
    ..NONE
};
const STATE_SPACE_LINE: Entry = Entry {
    family: "state-space",
    source: STATE_SPACE,
    input: SHORT,
    state: State::Independent,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    ..NONE
};
const ECG_CPC_LINE: Entry = Entry {
    family: "ecg-cpc",
    source: ECG_CPC_SOURCE,
    input: Input { leads: 12, bands: 1, record_features: 0, samples: 600, rate: 240.0 },
    state: State::Independent,
    purpose: Purpose::Labels,
    explanations: &[],
    ..NONE
};
const CPC_LINE: Entry = Entry {
    family: "cpc",
    source: CPC_SOURCE,
    input: SHORT,
    state: State::Independent,
    purpose: Purpose::Labels,
    explanations: &[],
    ..NONE
};
const IM_ECG_LINE: Entry = Entry {
    family: "im-ecg",
    source: im_ecg::SOURCE,
    input: WHOLE,
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    ..NONE
};
const SE_ECGNET_LINE: Entry = Entry {
    family: "se-ecgnet",
    source: se_ecgnet::SOURCE,
    input: Input { leads: 8, bands: 1, record_features: 0, samples: 5000, rate: 500.0 },
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    ..NONE
};
const MVMS_LINE: Entry = Entry {
    family: "mvms",
    source: mvms::SOURCE,
    input: WHOLE,
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[Looks],
    ..NONE
};
const MVKT_LINE: Entry = Entry {
    family: "mvkt",
    source: mvkt::SOURCE,
    input: Input { leads: 12, bands: 1, record_features: 0, samples: 1000, rate: 100.0 },
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[],
    ..NONE
};
const MAMIL_LINE: Entry = Entry {
    family: "mamil",
    source: mamil::SOURCE,
    input: WHOLE,
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[Looks],
    ..NONE
};
const MRTNET_LINE: Entry = Entry {
    family: "mrtnet",
    source: mrtnet::SOURCE,
    input: WHOLE,
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[Looks],
    ..NONE
};
const TOKEN_SELECTION_LINE: Entry = Entry {
    family: "token-selection",
    source: token_selection::SOURCE,
    input: WHOLE,
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[Looks],
    ..NONE
};
const MINA_LINE: Entry = Entry {
    family: "mina",
    source: mina::SOURCE,
    input: Input { leads: 1, bands: 4, record_features: 0, samples: 3000, rate: 300.0 },
    state: State::Independent,
    purpose: Purpose::Labels,
    explanations: &[Looks],
    ..NONE
};
const CLOCS_LINE: Entry = Entry {
    family: "clocs",
    source: clocs::SOURCE,
    input: Input { leads: 1, bands: 1, record_features: 0, samples: 2500, rate: 500.0 },
    state: State::Independent,
    purpose: Purpose::Labels,
    explanations: &[],
    ..NONE
};
const ST_MEM_LINE: Entry = Entry {
    family: "st-mem",
    source: st_mem::SOURCE,
    input: Input { leads: 12, bands: 1, record_features: 0, samples: 2250, rate: 250.0 },
    state: State::Independent,
    purpose: Purpose::Labels,
    explanations: &[Looks],
    ..NONE
};
const DUAL_PATH_LINE: Entry = Entry {
    family: "dual-path",
    source: dual_path::SOURCE,
    input: Input { leads: 1, bands: 1, record_features: 0, samples: 9000, rate: 300.0 },
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[Looks],
    ..NONE
};
const MPGT_LINE: Entry = Entry {
    family: "mpgt",
    source: mpgt::SOURCE,
    input: Input { leads: 1, bands: 1, record_features: 0, samples: 1000, rate: 100.0 },
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[Looks, Gate],
    ..NONE
};
const FUSING_TRANSFORMER_LINE: Entry = Entry {
    family: "fusing-transformer",
    source: fusing_transformer::SOURCE,
    input: Input { leads: 1, bands: 1, record_features: 0, samples: 1600, rate: 250.0 },
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[],
    ..NONE
};
const MULTI_MODULE_LINE: Entry = Entry {
    family: "multi-module",
    source: multi_module::SOURCE,
    input: Input { leads: 1, bands: 1, record_features: 0, samples: 1000, rate: 100.0 },
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[],
    ..NONE
};

pub(super) static IMLE_NET: Entry = Entry {
    name: "imle-net",
    title: "IMLE-Net",
    explanations: &[MultiLevelAttention],
    build: imle_net::imle_net,
    ..IMLE_NET_LINE
};
pub(super) static RESNET1D_WANG: Entry = Entry {
    name: "resnet1d_wang",
    title: "resnet1d_wang",
    source: WANG,
    build: |classes| benchmark::plain(Backbone::Resnet1dWang, classes),
    ..BENCHMARK_LINE
};
pub(super) static RESNET1D_WANG_LDM: Entry = Entry {
    name: "resnet1d_wang+ldm",
    title: "resnet1d_wang with decoupled labels",
    build: |classes| benchmark::decoupled(Backbone::Resnet1dWang, classes),
    ..LABEL_DECOUPLING_LINE
};

/// All lines, in the order of the source documents.
pub(super) static ENTRIES: &[&Entry] = &[
    &Entry {
        name: "fcn_wang",
        title: "fcn_wang",
        source: WANG,
        build: |classes| benchmark::plain(Backbone::FcnWang, classes),
        ..BENCHMARK_LINE
    },
    &Entry {
        name: "fcn_wang+ldm",
        title: "fcn_wang with decoupled labels",
        build: |classes| benchmark::decoupled(Backbone::FcnWang, classes),
        ..LABEL_DECOUPLING_LINE
    },
    &RESNET1D_WANG,
    &RESNET1D_WANG_LDM,
    &Entry {
        name: "xresnet1d18",
        title: "xresnet1d18",
        build: |classes| benchmark::plain(Backbone::Xresnet1d18, classes),
        ..BENCHMARK_LINE
    },
    &Entry {
        name: "xresnet1d18+ldm",
        title: "xresnet1d18 with decoupled labels",
        build: |classes| benchmark::decoupled(Backbone::Xresnet1d18, classes),
        ..LABEL_DECOUPLING_LINE
    },
    &Entry {
        name: "xresnet1d34",
        title: "xresnet1d34",
        build: |classes| benchmark::plain(Backbone::Xresnet1d34, classes),
        ..BENCHMARK_LINE
    },
    &Entry {
        name: "xresnet1d34+ldm",
        title: "xresnet1d34 with decoupled labels",
        build: |classes| benchmark::decoupled(Backbone::Xresnet1d34, classes),
        ..LABEL_DECOUPLING_LINE
    },
    &Entry {
        name: "xresnet1d50",
        title: "xresnet1d50",
        build: |classes| benchmark::plain(Backbone::Xresnet1d50, classes),
        ..BENCHMARK_LINE
    },
    &Entry {
        name: "xresnet1d50+ldm",
        title: "xresnet1d50 with decoupled labels",
        build: |classes| benchmark::decoupled(Backbone::Xresnet1d50, classes),
        ..LABEL_DECOUPLING_LINE
    },
    &Entry {
        name: "xresnet1d101",
        title: "xresnet1d101",
        build: |classes| benchmark::plain(Backbone::Xresnet1d101, classes),
        ..BENCHMARK_LINE
    },
    &Entry {
        name: "xresnet1d101+ldm",
        title: "xresnet1d101 with decoupled labels",
        build: |classes| benchmark::decoupled(Backbone::Xresnet1d101, classes),
        ..LABEL_DECOUPLING_LINE
    },
    &Entry {
        name: "inception1d",
        title: "inception1d",
        build: |classes| benchmark::plain(Backbone::Inception1d, classes),
        ..BENCHMARK_LINE
    },
    &Entry {
        name: "inception1d+ldm",
        title: "inception1d with decoupled labels",
        build: |classes| benchmark::decoupled(Backbone::Inception1d, classes),
        ..LABEL_DECOUPLING_LINE
    },
    &Entry {
        name: "lstm",
        title: "lstm",
        explanations: &[],
        build: |classes| benchmark::plain(Backbone::Lstm, classes),
        ..BENCHMARK_LINE
    },
    &Entry {
        name: "lstm+ldm",
        title: "lstm with decoupled labels",
        explanations: &[LabelSpaces],
        build: |classes| benchmark::decoupled(Backbone::Lstm, classes),
        ..LABEL_DECOUPLING_LINE
    },
    &Entry {
        name: "lstm_bidir",
        title: "lstm_bidir",
        explanations: &[],
        build: |classes| benchmark::plain(Backbone::LstmBidir, classes),
        ..BENCHMARK_LINE
    },
    &Entry {
        name: "lstm_bidir+ldm",
        title: "lstm_bidir with decoupled labels",
        explanations: &[LabelSpaces],
        build: |classes| benchmark::decoupled(Backbone::LstmBidir, classes),
        ..LABEL_DECOUPLING_LINE
    },
    &Entry {
        name: "wrn1d_22",
        title: "wrn1d_22",
        build: |classes| benchmark::plain(Backbone::Wrn1d22, classes),
        ..BENCHMARK_LINE
    },
    &Entry {
        name: "wrn1d_22+ldm",
        title: "wrn1d_22 with decoupled labels",
        build: |classes| benchmark::decoupled(Backbone::Wrn1d22, classes),
        ..LABEL_DECOUPLING_LINE
    },
    &IMLE_NET,
    &Entry {
        name: "mousavi",
        title: "Mousavi (windows as released)",
        source: MOUSAVI_SOURCE,
        explanations: &[],
        build: |classes| imle_net::mousavi(Windows::Released, classes),
        ..IMLE_NET_LINE
    },
    &Entry {
        name: "mousavi-proper",
        title: "Mousavi (windows in time)",
        source: MOUSAVI_SOURCE,
        state: State::Independent,
        explanations: &[],
        build: |classes| imle_net::mousavi(Windows::OfTime, classes),
        ..IMLE_NET_LINE
    },
    &Entry {
        name: "rajpurkar",
        title: "Rajpurkar",
        source: RAJPURKAR_SOURCE,
        build: imle_net::rajpurkar,
        ..IMLE_NET_LINE
    },
    &Entry { name: "ecgnet", title: "ECGNet", source: ECGNET_SOURCE, build: imle_net::ecgnet, ..IMLE_NET_LINE },
    &Entry {
        name: "resnet101",
        title: "ResNet101-1D",
        build: |classes| imle_net::resnet101(NATIVE_WIDTH, classes),
        ..IMLE_NET_LINE
    },
    &Entry {
        name: "resnet101-narrow",
        title: "ResNet101-1D, an eighth of the width",
        state: State::Reconstructed,
        build: |classes| imle_net::resnet101(NARROW_WIDTH, classes),
        ..IMLE_NET_LINE
    },
    &Entry {
        name: "dsail-teacher",
        title: "DSAIL, 12 leads",
        build: |classes| dsail::dsail(dsail::Recording::block(12), classes),
        ..DSAIL_LINE
    },
    &Entry {
        name: "dsail-student",
        title: "DSAIL's student",
        input: dsail_input(1),
        build: |classes| dsail::dsail(dsail::Recording::block(1), classes),
        ..DSAIL_LINE
    },
    &Entry {
        name: "inceptionformer",
        title: "InceptionFormer",
        build: |classes| inceptionformer::inceptionformer(Configuration::default(), classes),
        ..INCEPTIONFORMER_LINE
    },
    &Entry {
        name: "inceptionformer-shallow",
        title: "InceptionFormer, last stage halved",
        build: |classes| inceptionformer::inceptionformer(Configuration::shallow(), classes),
        ..INCEPTIONFORMER_LINE
    },
    &Entry {
        name: "inceptionformer-front-three",
        title: "InceptionFormer without its last stage",
        build: |classes| inceptionformer::inceptionformer(Configuration::front_three(), classes),
        ..INCEPTIONFORMER_LINE
    },
    &Entry {
        name: "inceptionformer-tiny",
        title: "InceptionFormer, half the width",
        build: |classes| inceptionformer::inceptionformer(Configuration::tiny(), classes),
        ..INCEPTIONFORMER_LINE
    },
    &Entry {
        name: "inceptionformer-sparse",
        title: "InceptionFormer on semantic tokens",
        build: |classes| inceptionformer::inceptionformer(Configuration::sparse(), classes),
        ..INCEPTIONFORMER_LINE
    },
    &Entry {
        name: "inceptionformer-cross-stack",
        title: "InceptionFormer, Cross-Stack",
        build: |classes| inceptionformer::inceptionformer(Configuration::cross_stack(), classes),
        ..INCEPTIONFORMER_LINE
    },
    &Entry {
        name: "inceptionformer-sandwich",
        title: "InceptionFormer, SandwichNet",
        build: |classes| inceptionformer::inceptionformer(Configuration::sandwich(), classes),
        ..INCEPTIONFORMER_LINE
    },
    &Entry {
        name: "inceptionformer-reduced",
        title: "InceptionFormer, SR-MHSA",
        build: |classes| inceptionformer::inceptionformer(with(Attention::Reduced { kernel: 2 }), classes),
        ..INCEPTIONFORMER_LINE
    },
    &Entry {
        name: "inceptionformer-bi-routing",
        title: "InceptionFormer, bi-routing attention",
        build: |classes| inceptionformer::inceptionformer(with(Attention::BiRouting), classes),
        ..INCEPTIONFORMER_LINE
    },
    &Entry {
        name: "inceptionformer-window",
        title: "InceptionFormer, window attention",
        build: |classes| inceptionformer::inceptionformer(with(Attention::Window), classes),
        ..INCEPTIONFORMER_LINE
    },
    &Entry {
        name: "inceptionformer-shifted-window",
        title: "InceptionFormer, shifted windows",
        build: |classes| inceptionformer::inceptionformer(with(Attention::ShiftedWindow), classes),
        ..INCEPTIONFORMER_LINE
    },
    &Entry {
        name: "inceptionformer-shunted",
        title: "InceptionFormer, shunted attention",
        build: |classes| inceptionformer::inceptionformer(with(Attention::Shunted(Scales::Three)), classes),
        ..INCEPTIONFORMER_LINE
    },
    &Entry {
        name: "inceptionformer-hilo",
        title: "InceptionFormer, HiLo attention",
        build: |classes| inceptionformer::inceptionformer(with(Attention::HighLow), classes),
        ..INCEPTIONFORMER_LINE
    },
    &Entry {
        name: "inceptionformer-modulation",
        title: "InceptionFormer, convolutional modulation",
        build: |classes| {
            inceptionformer::inceptionformer(
                Configuration { stacking: Stacking::Modulation, ..Configuration::default() },
                classes,
            )
        },
        ..INCEPTIONFORMER_LINE
    },
    &Entry {
        name: "inceptionformer-modulation-token",
        title: "InceptionFormer, modulation and class token",
        explanations: &[],
        build: |classes| {
            inceptionformer::inceptionformer(
                Configuration {
                    stacking: Stacking::Modulation,
                    reading: Reading::ClassToken,
                    ..Configuration::default()
                },
                classes,
            )
        },
        ..INCEPTIONFORMER_LINE
    },
    &Entry {
        name: "inceptionformer-linear",
        title: "InceptionFormer, stages in turn",
        build: |classes| {
            inceptionformer::inceptionformer(
                Configuration { stacking: Stacking::Linear, ..Configuration::default() },
                classes,
            )
        },
        ..INCEPTIONFORMER_LINE
    },
    &Entry {
        name: "inceptionformer-se",
        title: "InceptionFormer, squeeze and excitation",
        build: |classes| {
            inceptionformer::inceptionformer(
                Configuration { mixer: Mixer::SqueezeExcitation, ..Configuration::default() },
                classes,
            )
        },
        ..INCEPTIONFORMER_LINE
    },
    &Entry {
        name: "inceptionformer-coordinate",
        title: "InceptionFormer, coordinate attention",
        build: |classes| {
            inceptionformer::inceptionformer(
                Configuration { mixer: Mixer::CoordinateAttention, ..Configuration::default() },
                classes,
            )
        },
        ..INCEPTIONFORMER_LINE
    },
    &Entry {
        name: "frequency-stream",
        title: "Spectrogram network",
        state: State::Independent,
        explanations: &[],
        build: inceptionformer::frequency_stream,
        ..INCEPTIONFORMER_LINE
    },
    &Entry {
        name: "two-streams",
        title: "Time and spectrogram",
        state: State::Independent,
        explanations: &[],
        build: inceptionformer::two_streams,
        ..INCEPTIONFORMER_LINE
    },
    &Entry {
        name: "resnet18",
        title: "ResNet18-1D",
        state: State::Independent,
        build: inceptionformer::resnet18,
        ..INCEPTIONFORMER_LINE
    },
    &Entry {
        name: "resnet34",
        title: "ResNet34-1D",
        state: State::Independent,
        build: inceptionformer::resnet34,
        ..INCEPTIONFORMER_LINE
    },
    &Entry {
        name: "mobilenetv2",
        title: "MobileNetV2-1D",
        state: State::Independent,
        build: inceptionformer::mobilenetv2,
        ..INCEPTIONFORMER_LINE
    },
    &Entry {
        name: "meta-ecgnet",
        title: "MetaECGNet",
        explanations: &[],
        build: inceptionformer::meta_ecgnet,
        ..INCEPTIONFORMER_LINE
    },
    &Entry {
        name: "db-ecgnet",
        title: "DB-ECGNet",
        state: State::Independent,
        explanations: &[],
        build: |classes| inceptionformer::db_ecgnet(DB_PATCH, Depthwise::Branches, classes),
        ..INCEPTIONFORMER_LINE
    },
    &Entry {
        name: "eknet-r",
        title: "EKnet as released",
        state: State::Parity,
        explanations: &[ClassAttention],
        build: |classes| eknet::classifier(eknet::Form::RELEASED_SECOND, classes),
        ..EKNET_LINE
    },
    &Entry {
        name: "eknet-p",
        title: "EKnet as in the paper",
        state: State::Reconstructed,
        explanations: &[ClassAttention],
        build: |classes| eknet::classifier(eknet::Form::PAPER_SECOND, classes),
        ..EKNET_LINE
    },
    &Entry {
        name: "eknet-r-stage1",
        title: "EKnet stage 1 as released",
        state: State::Parity,
        purpose: Purpose::PreTraining,
        build: |_| eknet::reconstruction(eknet::Form::RELEASED_FIRST),
        ..EKNET_LINE
    },
    &Entry {
        name: "eknet-p-stage1",
        title: "EKnet stage 1 as in the paper",
        state: State::Reconstructed,
        purpose: Purpose::PreTraining,
        build: |_| eknet::reconstruction(eknet::Form::PAPER_FIRST),
        ..EKNET_LINE
    },
    &Entry { name: "s4", title: "S4", build: |classes| s4(state_space::WIDTH, classes), ..STATE_SPACE_LINE },
    &Entry { name: "s4-256", title: "S4, 256 channels", build: |classes| s4(256, classes), ..STATE_SPACE_LINE },
    &Entry { name: "s4-128", title: "S4, 128 channels", build: |classes| s4(128, classes), ..STATE_SPACE_LINE },
    &Entry { name: "s4-64", title: "S4, 64 channels", build: |classes| s4(64, classes), ..STATE_SPACE_LINE },
    &Entry {
        name: "ecg-cpc",
        title: "ECG-CPC, fine-tuning",
        explanations: &[ClassActivation],
        build: |classes| state_space::ecg_cpc(state_space::WIDTH, state_space::CPC_SAMPLES, Head::Linear, classes),
        ..ECG_CPC_LINE
    },
    &Entry {
        name: "ecg-cpc-frozen",
        title: "ECG-CPC, attention over a frozen network",
        build: |classes| state_space::ecg_cpc(state_space::WIDTH, state_space::CPC_SAMPLES, Head::Attention, classes),
        ..ECG_CPC_LINE
    },
    &Entry {
        name: "ecg-cpc-contrast",
        title: "ECG-CPC, pre-training",
        input: Input { leads: 12, bands: 1, record_features: 0, samples: 2400, rate: 240.0 },
        purpose: Purpose::PreTraining,
        build: |_| {
            state_space::ecg_cpc_contrast(state_space::WIDTH, state_space::CPC_CONTRAST_SAMPLES, Projection::Linear)
        },
        ..ECG_CPC_LINE
    },
    &Entry {
        name: "cpc",
        title: "CPC, fine-tuning",
        build: |classes| cpc::classifier(cpc::WIDTH, cpc::SAMPLES, classes),
        ..CPC_LINE
    },
    &Entry {
        name: "cpc-contrast",
        title: "CPC, pre-training",
        input: WHOLE,
        purpose: Purpose::PreTraining,
        build: |_| cpc::contrast(cpc::WIDTH, cpc::CONTRAST_SAMPLES),
        ..CPC_LINE
    },
    &Entry {
        name: "ecgnet-channels",
        title: "ECGNet, maps side by side",
        source: ECGNET_SOURCE,
        build: imle_net::ecgnet_by_channels,
        ..IMLE_NET_LINE
    },
    &Entry {
        name: "im-ecg",
        title: "IM-ECG",
        build: |classes| im_ecg::im_ecg(im_ecg::Form::FULL, classes),
        ..IM_ECG_LINE
    },
    &Entry {
        name: "im-ecg-quarter",
        title: "IM-ECG, a quarter of the width",
        state: State::Reconstructed,
        build: |classes| im_ecg::im_ecg(im_ecg::Form::QUARTER, classes),
        ..IM_ECG_LINE
    },
    &Entry {
        name: "se-ecgnet",
        title: "SE-ECGNet",
        build: |classes| se_ecgnet::se_ecgnet(se_ecgnet::Form::PUBLISHED, classes),
        ..SE_ECGNET_LINE
    },
    &Entry {
        name: "se-ecgnet-12",
        title: "SE-ECGNet for twelve leads",
        input: WHOLE,
        state: State::Reconstructed,
        build: |classes| se_ecgnet::se_ecgnet(se_ecgnet::Form::TWELVE_LEADS, classes),
        ..SE_ECGNET_LINE
    },
    &Entry { name: "mvms-teacher", title: "MVMS-Net, teacher of six views", build: mvms::teacher, ..MVMS_LINE },
    &Entry {
        name: "mvms-student",
        title: "MVMS-Net, student",
        explanations: &[ClassActivation],
        build: mvms::student,
        ..MVMS_LINE
    },
    &Entry {
        name: "mvkt-18-teacher",
        title: "MVKT-ECG, xresnet18 of twelve leads",
        build: |classes| mvkt::mvkt(mvkt::Form { depth: mvkt::Depth::Eighteen, leads: 12, projects: false }, classes),
        ..MVKT_LINE
    },
    &Entry {
        name: "mvkt-18-student",
        title: "MVKT-ECG, xresnet18 of one lead",
        input: Input { leads: 1, bands: 1, record_features: 0, samples: 1000, rate: 100.0 },
        build: |classes| mvkt::mvkt(mvkt::Form { depth: mvkt::Depth::Eighteen, leads: 1, projects: false }, classes),
        ..MVKT_LINE
    },
    &Entry {
        name: "mvkt-34-teacher",
        title: "MVKT-ECG, xresnet34 of twelve leads",
        build: |classes| mvkt::mvkt(mvkt::Form { depth: mvkt::Depth::ThirtyFour, leads: 12, projects: false }, classes),
        ..MVKT_LINE
    },
    &Entry {
        name: "mvkt-34-student",
        title: "MVKT-ECG, xresnet34 of one lead",
        input: Input { leads: 1, bands: 1, record_features: 0, samples: 1000, rate: 100.0 },
        build: |classes| mvkt::mvkt(mvkt::Form { depth: mvkt::Depth::ThirtyFour, leads: 1, projects: false }, classes),
        ..MVKT_LINE
    },
    &Entry {
        name: "mvkt-101-teacher",
        title: "MVKT-ECG, xresnet101 of twelve leads",
        build: |classes| {
            mvkt::mvkt(mvkt::Form { depth: mvkt::Depth::HundredAndOne, leads: 12, projects: false }, classes)
        },
        ..MVKT_LINE
    },
    &Entry {
        name: "mvkt-101-student",
        title: "MVKT-ECG, xresnet101 of one lead",
        input: Input { leads: 1, bands: 1, record_features: 0, samples: 1000, rate: 100.0 },
        build: |classes| {
            mvkt::mvkt(mvkt::Form { depth: mvkt::Depth::HundredAndOne, leads: 1, projects: false }, classes)
        },
        ..MVKT_LINE
    },
    &Entry {
        name: "mamil",
        title: "MAMIL, signal and picture",
        build: |classes| mamil::mamil(mamil::Modes::SignalAndPicture, classes),
        ..MAMIL_LINE
    },
    &Entry {
        name: "mamil-signal",
        title: "MAMIL, signal alone",
        build: |classes| mamil::mamil(mamil::Modes::Signal, classes),
        ..MAMIL_LINE
    },
    &Entry { name: "mrtnet", title: "MRTNet", build: mrtnet::mrtnet, ..MRTNET_LINE },
    &Entry {
        name: "token-selection",
        title: "Token selection",
        build: |classes| token_selection::token_selection(token_selection::Form::FULL, classes),
        ..TOKEN_SELECTION_LINE
    },
    &Entry {
        name: "token-selection-released",
        explanations: &[],
        title: "Token selection as released (nothing is left out)",
        state: State::Parity,
        build: |classes| token_selection::token_selection(token_selection::Form::RELEASED, classes),
        ..TOKEN_SELECTION_LINE
    },
    &Entry {
        name: "token-selection-reduced",
        title: "Token selection, reduced",
        build: |classes| token_selection::token_selection(token_selection::Form::REDUCED, classes),
        ..TOKEN_SELECTION_LINE
    },
    &Entry { name: "mina", title: "MINA", build: mina::mina, ..MINA_LINE },
    &Entry {
        name: "clocs",
        title: "CLOCS encoder",
        build: |classes| clocs::classifier(Views::ONE, 128, classes),
        ..CLOCS_LINE
    },
    &Entry {
        name: "clocs-12",
        title: "CLOCS encoder, each of twelve leads by itself",
        input: Input { leads: 12, bands: 1, record_features: 0, samples: 2500, rate: 500.0 },
        build: |classes| clocs::classifier(Views::SPACE, 128, classes),
        ..CLOCS_LINE
    },
    &Entry {
        name: "clocs-time",
        title: "CLOCS, pre-training over time",
        input: Input { leads: 1, bands: 1, record_features: 0, samples: 5000, rate: 500.0 },
        purpose: Purpose::PreTraining,
        build: |_| clocs::embeddings(Views::TIME, 128),
        ..CLOCS_LINE
    },
    &Entry {
        name: "clocs-both",
        title: "CLOCS, pre-training over time and leads",
        input: Input { leads: 12, bands: 1, record_features: 0, samples: 5000, rate: 500.0 },
        purpose: Purpose::PreTraining,
        build: |_| clocs::embeddings(Views::BOTH, 128),
        ..CLOCS_LINE
    },
    &Entry {
        name: "st-mem",
        title: "ST-MEM",
        build: |classes| st_mem::classifier(st_mem::Form::BASE, classes),
        ..ST_MEM_LINE
    },
    &Entry {
        name: "st-mem-masked",
        explanations: &[],
        title: "ST-MEM, pre-training",
        purpose: Purpose::PreTraining,
        build: |_| st_mem::reconstruction(st_mem::Form::BASE, st_mem::VISIBLE),
        ..ST_MEM_LINE
    },
    &Entry {
        name: "st-mem-small",
        title: "ST-MEM, small",
        build: |classes| st_mem::classifier(st_mem::Form::SMALL, classes),
        ..ST_MEM_LINE
    },
    &Entry {
        name: "st-mem-small-masked",
        explanations: &[],
        title: "ST-MEM, small, pre-training",
        purpose: Purpose::PreTraining,
        build: |_| st_mem::reconstruction(st_mem::Form::SMALL, st_mem::VISIBLE),
        ..ST_MEM_LINE
    },
    &Entry {
        name: "st-mem-narrow",
        title: "ST-MEM, narrow",
        state: State::Reconstructed,
        build: |classes| st_mem::classifier(st_mem::Form::NARROW, classes),
        ..ST_MEM_LINE
    },
    &Entry {
        name: "st-mem-narrow-masked",
        explanations: &[],
        title: "ST-MEM, narrow, pre-training",
        state: State::Reconstructed,
        purpose: Purpose::PreTraining,
        build: |_| st_mem::reconstruction(st_mem::Form::NARROW, st_mem::VISIBLE),
        ..ST_MEM_LINE
    },
    &Entry {
        name: "dual-path",
        title: "Dual-path RNN",
        build: |classes| dual_path::dual_path(dual_path::SAMPLES, Pooling::Attention, classes),
        ..DUAL_PATH_LINE
    },
    &Entry {
        name: "dual-path-10s",
        title: "Dual-path RNN on 10 s",
        input: Input { leads: 1, bands: 1, record_features: 0, samples: 3000, rate: 300.0 },
        build: |classes| dual_path::dual_path(3000, Pooling::Attention, classes),
        ..DUAL_PATH_LINE
    },
    &Entry {
        name: "mpgt",
        title: "MPGT, one lead",
        build: |classes| mpgt::mpgt(mpgt::Form::ONE_LEAD, classes),
        ..MPGT_LINE
    },
    &Entry {
        name: "mpgt-12",
        title: "MPGT, twelve leads",
        input: WHOLE,
        build: |classes| mpgt::mpgt(mpgt::Form::TWELVE_LEADS, classes),
        ..MPGT_LINE
    },
    &Entry {
        name: "fusing-transformer",
        title: "Lightweight fusing transformer",
        build: |classes| fusing_transformer::of_recordings(fusing_transformer::Form::PROPOSED, classes),
        ..FUSING_TRANSFORMER_LINE
    },
    &Entry {
        name: "multi-module",
        title: "Multi-module RCNN with transformer encoder",
        build: |classes| multi_module::multi_module(false, classes),
        ..MULTI_MODULE_LINE
    },
    &Entry {
        name: "s4d",
        title: "S4D",
        build: |classes| state_space::diagonal(Form::PUBLISHED, Eigenvalues::Legs, classes),
        ..STATE_SPACE_LINE
    },
    &Entry {
        name: "ecg-cpc-contrast-mlp",
        title: "ECG-CPC, pre-training with two projections",
        input: Input { leads: 12, bands: 1, record_features: 0, samples: 2400, rate: 240.0 },
        state: State::Reconstructed,
        purpose: Purpose::PreTraining,
        build: |_| {
            state_space::ecg_cpc_contrast(state_space::WIDTH, state_space::CPC_CONTRAST_SAMPLES, Projection::TwoLayers)
        },
        ..ECG_CPC_LINE
    },
    &Entry {
        name: "page-fcn_wang",
        title: "fcn_wang on the page of EKnet",
        build: |classes| eknet::compared(Compared::Benchmark(Backbone::FcnWang), classes),
        ..EKNET_LINE
    },
    &Entry {
        name: "page-resnet1d_wang",
        title: "resnet1d_wang on the page of EKnet",
        build: |classes| eknet::compared(Compared::Benchmark(Backbone::Resnet1dWang), classes),
        ..EKNET_LINE
    },
    &Entry {
        name: "page-inception1d",
        title: "inception1d on the page of EKnet",
        build: |classes| eknet::compared(Compared::Benchmark(Backbone::Inception1d), classes),
        ..EKNET_LINE
    },
    &Entry {
        name: "page-xresnet1d101",
        title: "xresnet1d101 on the page of EKnet",
        build: |classes| eknet::compared(Compared::Benchmark(Backbone::Xresnet1d101), classes),
        ..EKNET_LINE
    },
    &Entry {
        name: "page-lstm",
        title: "lstm on the page of EKnet",
        build: |classes| eknet::compared(Compared::Benchmark(Backbone::Lstm), classes),
        ..EKNET_LINE
    },
    &Entry {
        name: "page-lstm_bidir",
        title: "lstm_bidir on the page of EKnet",
        build: |classes| eknet::compared(Compared::Benchmark(Backbone::LstmBidir), classes),
        ..EKNET_LINE
    },
    &Entry {
        name: "page-resnet34",
        title: "ResNet-34 on the page of EKnet",
        state: State::Reconstructed,
        build: |classes| eknet::compared(Compared::Resnet34, classes),
        ..EKNET_LINE
    },
    &Entry {
        name: "page-resnet33-ncbam",
        title: "ResNet-33 with NCBAM on the page of EKnet",
        state: State::Reconstructed,
        build: |classes| eknet::compared(Compared::Resnet33Ncbam, classes),
        ..EKNET_LINE
    },
    &Entry {
        name: "page-mlbf-net",
        title: "MLBF-Net on the page of EKnet",
        state: State::Reconstructed,
        build: |classes| eknet::compared(Compared::MlbfNet, classes),
        ..EKNET_LINE
    },
    &Entry {
        name: "bi-lstm",
        title: "Bi-LSTM, LongWei's",
        state: State::Independent,
        explanations: &[],
        build: inceptionformer::bi_lstm,
        ..INCEPTIONFORMER_LINE
    },
    &Entry {
        name: "inception-time",
        title: "InceptionTime, LongWei's",
        state: State::Independent,
        explanations: &[],
        build: inceptionformer::inception_time,
        ..INCEPTIONFORMER_LINE
    },
    &Entry {
        name: "xresnet1d101-small",
        title: "xresnet1d101, small, LongWei's",
        state: State::Independent,
        explanations: &[],
        build: inceptionformer::xresnet1d101,
        ..INCEPTIONFORMER_LINE
    },
    &Entry {
        name: "resnet1d_wang-small",
        title: "resnet1d_wang, small, LongWei's",
        state: State::Independent,
        explanations: &[],
        build: inceptionformer::resnet1d_wang,
        ..INCEPTIONFORMER_LINE
    },
    &Entry {
        name: "mobilenetv3",
        title: "MobileNetV3-large-1D, LongWei's",
        state: State::Independent,
        explanations: &[],
        build: inceptionformer::mobilenet_v3,
        ..INCEPTIONFORMER_LINE
    },
    &Entry {
        name: "vit",
        title: "Vision transformer, LongWei's",
        state: State::Independent,
        explanations: &[],
        build: inceptionformer::vision_transformer,
        ..INCEPTIONFORMER_LINE
    },
    &Entry {
        name: "mobilevit",
        title: "MobileViT, LongWei's",
        state: State::Independent,
        explanations: &[],
        build: inceptionformer::mobile_vit,
        ..INCEPTIONFORMER_LINE
    },
    &Entry {
        name: "ecg-transform",
        title: "EcgTransForm, LongWei's",
        state: State::Independent,
        explanations: &[],
        build: inceptionformer::ecg_transform,
        ..INCEPTIONFORMER_LINE
    },
    &Entry {
        name: "ecg-cpc-128",
        title: "ECG-CPC of 128 channels, fine-tuning",
        explanations: &[ClassActivation],
        build: |classes| state_space::ecg_cpc(NARROW, state_space::CPC_SAMPLES, Head::Linear, classes),
        ..ECG_CPC_LINE
    },
    &Entry {
        name: "ecg-cpc-contrast-128",
        title: "ECG-CPC of 128 channels, pre-training",
        input: Input { leads: 12, bands: 1, record_features: 0, samples: 2400, rate: 240.0 },
        purpose: Purpose::PreTraining,
        build: |_| state_space::ecg_cpc_contrast(NARROW, state_space::CPC_CONTRAST_SAMPLES, Projection::Linear),
        ..ECG_CPC_LINE
    },
    &Entry {
        name: "cpc-128",
        title: "CPC of 128 numbers a token, fine-tuning",
        build: |classes| cpc::classifier(NARROW, cpc::SAMPLES, classes),
        ..CPC_LINE
    },
    &Entry {
        name: "cpc-contrast-128",
        title: "CPC of 128 numbers a token, pre-training",
        input: WHOLE,
        purpose: Purpose::PreTraining,
        build: |_| cpc::contrast(NARROW, cpc::CONTRAST_SAMPLES),
        ..CPC_LINE
    },
    &Entry {
        name: "mvkt-18-student-contrast",
        title: "MVKT-ECG, xresnet18 of one lead with a projection for its teacher's contrast",
        input: Input { leads: 1, bands: 1, record_features: 0, samples: 1000, rate: 100.0 },
        build: |classes| mvkt::mvkt(mvkt::Form { depth: mvkt::Depth::Eighteen, leads: 1, projects: true }, classes),
        ..MVKT_LINE
    },
    &Entry {
        name: "mvkt-34-student-contrast",
        title: "MVKT-ECG, xresnet34 of one lead with a projection for its teacher's contrast",
        input: Input { leads: 1, bands: 1, record_features: 0, samples: 1000, rate: 100.0 },
        build: |classes| mvkt::mvkt(mvkt::Form { depth: mvkt::Depth::ThirtyFour, leads: 1, projects: true }, classes),
        ..MVKT_LINE
    },
];
