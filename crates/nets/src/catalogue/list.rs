//! The lines of the list, family by family.

use super::Explanation::{Attention as Looks, ClassActivation, ClassAttention, LabelSpaces, MultiLevelAttention};
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

/// All lines, in the order of the source documents.
pub(super) static ENTRIES: &[&Entry] = &[
    &FCN_WANG,
    &FCN_WANG_LDM,
    &RESNET1D_WANG,
    &RESNET1D_WANG_LDM,
    &XRESNET1D18,
    &XRESNET1D18_LDM,
    &XRESNET1D34,
    &XRESNET1D34_LDM,
    &XRESNET1D50,
    &XRESNET1D50_LDM,
    &XRESNET1D101,
    &XRESNET1D101_LDM,
    &INCEPTION1D,
    &INCEPTION1D_LDM,
    &LSTM,
    &LSTM_LDM,
    &LSTM_BIDIR,
    &LSTM_BIDIR_LDM,
    &WRN1D_22,
    &WRN1D_22_LDM,
    &IMLE_NET,
    &MOUSAVI,
    &MOUSAVI_PROPER,
    &RAJPURKAR,
    &ECGNET,
    &RESNET101,
    &RESNET101_NARROW,
    &DSAIL_TEACHER,
    &DSAIL_STUDENT,
    &INCEPTIONFORMER,
    &INCEPTIONFORMER_SHALLOW,
    &INCEPTIONFORMER_FRONT_THREE,
    &INCEPTIONFORMER_TINY,
    &INCEPTIONFORMER_SPARSE,
    &INCEPTIONFORMER_CROSS_STACK,
    &INCEPTIONFORMER_SANDWICH,
    &INCEPTIONFORMER_REDUCED,
    &INCEPTIONFORMER_BI_ROUTING,
    &INCEPTIONFORMER_WINDOW,
    &INCEPTIONFORMER_SHIFTED_WINDOW,
    &INCEPTIONFORMER_SHUNTED,
    &INCEPTIONFORMER_HILO,
    &INCEPTIONFORMER_MODULATION,
    &INCEPTIONFORMER_MODULATION_TOKEN,
    &INCEPTIONFORMER_LINEAR,
    &INCEPTIONFORMER_SE,
    &INCEPTIONFORMER_COORDINATE,
    &FREQUENCY_STREAM,
    &TWO_STREAMS,
    &RESNET18,
    &RESNET34,
    &MOBILENETV2,
    &META_ECGNET,
    &DB_ECGNET,
    &EKNET_R,
    &EKNET_P,
    &EKNET_R_STAGE1,
    &EKNET_P_STAGE1,
    &S4,
    &S4_256,
    &S4_128,
    &S4_64,
    &ECG_CPC,
    &ECG_CPC_FROZEN,
    &ECG_CPC_CONTRAST,
    &CPC,
    &CPC_CONTRAST,
    &ECGNET_CHANNELS,
    &IM_ECG,
    &IM_ECG_QUARTER,
    &SE_ECGNET,
    &SE_ECGNET_TWELVE,
    &MVMS_TEACHER,
    &MVMS_STUDENT,
    &MVKT_18_TEACHER,
    &MVKT_18_STUDENT,
    &MVKT_34_TEACHER,
    &MVKT_34_STUDENT,
    &MVKT_101_TEACHER,
    &MVKT_101_STUDENT,
    &MAMIL,
    &MAMIL_SIGNAL,
    &MRTNET,
    &TOKEN_SELECTION,
    &TOKEN_SELECTION_RELEASED,
    &TOKEN_SELECTION_REDUCED,
    &MINA,
    &CLOCS,
    &CLOCS_TWELVE,
    &CLOCS_TIME,
    &CLOCS_BOTH,
    &ST_MEM,
    &ST_MEM_MASKED,
    &ST_MEM_SMALL,
    &ST_MEM_SMALL_MASKED,
    &ST_MEM_NARROW,
    &ST_MEM_NARROW_MASKED,
    &DUAL_PATH,
    &DUAL_PATH_SHORT,
    &MPGT,
    &MPGT_TWELVE,
    &FUSING,
    &MULTI_MODULE,
    &S4D,
    &ECG_CPC_CONTRAST_TWO,
    &PAGE_FCN_WANG,
    &PAGE_RESNET1D_WANG,
    &PAGE_INCEPTION1D,
    &PAGE_XRESNET1D101,
    &PAGE_LSTM,
    &PAGE_LSTM_BIDIR,
    &PAGE_RESNET34,
    &PAGE_RESNET33_NCBAM,
    &PAGE_MLBF_NET,
    &LATER_BI_LSTM,
    &LATER_INCEPTION_TIME,
    &LATER_XRESNET1D101,
    &LATER_RESNET1D_WANG,
    &LATER_MOBILENET_V3,
    &LATER_VISION_TRANSFORMER,
    &LATER_MOBILE_VIT,
    &LATER_ECG_TRANSFORM,
];

static FCN_WANG: Entry = Entry {
    name: "fcn_wang",
    title: "fcn_wang",
    family: "benchmark",
    source: WANG,
    input: SHORT,
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    build: |classes| benchmark::plain(Backbone::FcnWang, classes),
};

static FCN_WANG_LDM: Entry = Entry {
    name: "fcn_wang+ldm",
    title: "fcn_wang with decoupled labels",
    family: "label-decoupling",
    source: LABEL_DECOUPLING,
    input: SHORT,
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation, LabelSpaces],
    build: |classes| benchmark::decoupled(Backbone::FcnWang, classes),
};

pub(super) static RESNET1D_WANG: Entry = Entry {
    name: "resnet1d_wang",
    title: "resnet1d_wang",
    family: "benchmark",
    source: WANG,
    input: SHORT,
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    build: |classes| benchmark::plain(Backbone::Resnet1dWang, classes),
};

pub(super) static RESNET1D_WANG_LDM: Entry = Entry {
    name: "resnet1d_wang+ldm",
    title: "resnet1d_wang with decoupled labels",
    family: "label-decoupling",
    source: LABEL_DECOUPLING,
    input: SHORT,
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation, LabelSpaces],
    build: |classes| benchmark::decoupled(Backbone::Resnet1dWang, classes),
};

static XRESNET1D18: Entry = Entry {
    name: "xresnet1d18",
    title: "xresnet1d18",
    family: "benchmark",
    source: BENCHMARK,
    input: SHORT,
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    build: |classes| benchmark::plain(Backbone::Xresnet1d18, classes),
};

static XRESNET1D18_LDM: Entry = Entry {
    name: "xresnet1d18+ldm",
    title: "xresnet1d18 with decoupled labels",
    family: "label-decoupling",
    source: LABEL_DECOUPLING,
    input: SHORT,
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation, LabelSpaces],
    build: |classes| benchmark::decoupled(Backbone::Xresnet1d18, classes),
};

static XRESNET1D34: Entry = Entry {
    name: "xresnet1d34",
    title: "xresnet1d34",
    family: "benchmark",
    source: BENCHMARK,
    input: SHORT,
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    build: |classes| benchmark::plain(Backbone::Xresnet1d34, classes),
};

static XRESNET1D34_LDM: Entry = Entry {
    name: "xresnet1d34+ldm",
    title: "xresnet1d34 with decoupled labels",
    family: "label-decoupling",
    source: LABEL_DECOUPLING,
    input: SHORT,
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation, LabelSpaces],
    build: |classes| benchmark::decoupled(Backbone::Xresnet1d34, classes),
};

static XRESNET1D50: Entry = Entry {
    name: "xresnet1d50",
    title: "xresnet1d50",
    family: "benchmark",
    source: BENCHMARK,
    input: SHORT,
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    build: |classes| benchmark::plain(Backbone::Xresnet1d50, classes),
};

static XRESNET1D50_LDM: Entry = Entry {
    name: "xresnet1d50+ldm",
    title: "xresnet1d50 with decoupled labels",
    family: "label-decoupling",
    source: LABEL_DECOUPLING,
    input: SHORT,
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation, LabelSpaces],
    build: |classes| benchmark::decoupled(Backbone::Xresnet1d50, classes),
};

static XRESNET1D101: Entry = Entry {
    name: "xresnet1d101",
    title: "xresnet1d101",
    family: "benchmark",
    source: BENCHMARK,
    input: SHORT,
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    build: |classes| benchmark::plain(Backbone::Xresnet1d101, classes),
};

static XRESNET1D101_LDM: Entry = Entry {
    name: "xresnet1d101+ldm",
    title: "xresnet1d101 with decoupled labels",
    family: "label-decoupling",
    source: LABEL_DECOUPLING,
    input: SHORT,
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation, LabelSpaces],
    build: |classes| benchmark::decoupled(Backbone::Xresnet1d101, classes),
};

static INCEPTION1D: Entry = Entry {
    name: "inception1d",
    title: "inception1d",
    family: "benchmark",
    source: BENCHMARK,
    input: SHORT,
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    build: |classes| benchmark::plain(Backbone::Inception1d, classes),
};

static INCEPTION1D_LDM: Entry = Entry {
    name: "inception1d+ldm",
    title: "inception1d with decoupled labels",
    family: "label-decoupling",
    source: LABEL_DECOUPLING,
    input: SHORT,
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation, LabelSpaces],
    build: |classes| benchmark::decoupled(Backbone::Inception1d, classes),
};

static LSTM: Entry = Entry {
    name: "lstm",
    title: "lstm",
    family: "benchmark",
    source: BENCHMARK,
    input: SHORT,
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[],
    build: |classes| benchmark::plain(Backbone::Lstm, classes),
};

static LSTM_LDM: Entry = Entry {
    name: "lstm+ldm",
    title: "lstm with decoupled labels",
    family: "label-decoupling",
    source: LABEL_DECOUPLING,
    input: SHORT,
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[LabelSpaces],
    build: |classes| benchmark::decoupled(Backbone::Lstm, classes),
};

static LSTM_BIDIR: Entry = Entry {
    name: "lstm_bidir",
    title: "lstm_bidir",
    family: "benchmark",
    source: BENCHMARK,
    input: SHORT,
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[],
    build: |classes| benchmark::plain(Backbone::LstmBidir, classes),
};

static LSTM_BIDIR_LDM: Entry = Entry {
    name: "lstm_bidir+ldm",
    title: "lstm_bidir with decoupled labels",
    family: "label-decoupling",
    source: LABEL_DECOUPLING,
    input: SHORT,
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[LabelSpaces],
    build: |classes| benchmark::decoupled(Backbone::LstmBidir, classes),
};

static WRN1D_22: Entry = Entry {
    name: "wrn1d_22",
    title: "wrn1d_22",
    family: "benchmark",
    source: BENCHMARK,
    input: SHORT,
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    build: |classes| benchmark::plain(Backbone::Wrn1d22, classes),
};

static WRN1D_22_LDM: Entry = Entry {
    name: "wrn1d_22+ldm",
    title: "wrn1d_22 with decoupled labels",
    family: "label-decoupling",
    source: LABEL_DECOUPLING,
    input: SHORT,
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation, LabelSpaces],
    build: |classes| benchmark::decoupled(Backbone::Wrn1d22, classes),
};

pub(super) static IMLE_NET: Entry = Entry {
    name: "imle-net",
    title: "IMLE-Net",
    family: "imle-net",
    source: IMLE,
    input: WHOLE,
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[MultiLevelAttention],
    build: imle_net::imle_net,
};

static MOUSAVI: Entry = Entry {
    name: "mousavi",
    title: "Mousavi (windows as released)",
    family: "imle-net",
    source: MOUSAVI_SOURCE,
    input: WHOLE,
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[],
    build: |classes| imle_net::mousavi(Windows::Released, classes),
};

static MOUSAVI_PROPER: Entry = Entry {
    name: "mousavi-proper",
    title: "Mousavi (windows in time)",
    family: "imle-net",
    source: MOUSAVI_SOURCE,
    input: WHOLE,
    state: State::Independent,
    purpose: Purpose::Labels,
    explanations: &[],
    build: |classes| imle_net::mousavi(Windows::OfTime, classes),
};

static RAJPURKAR: Entry = Entry {
    name: "rajpurkar",
    title: "Rajpurkar",
    family: "imle-net",
    source: RAJPURKAR_SOURCE,
    input: WHOLE,
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    build: imle_net::rajpurkar,
};

static ECGNET: Entry = Entry {
    name: "ecgnet",
    title: "ECGNet",
    family: "imle-net",
    source: ECGNET_SOURCE,
    input: WHOLE,
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    build: imle_net::ecgnet,
};

static RESNET101: Entry = Entry {
    name: "resnet101",
    title: "ResNet101-1D",
    family: "imle-net",
    source: IMLE,
    input: WHOLE,
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    build: |classes| imle_net::resnet101(NATIVE_WIDTH, classes),
};

static RESNET101_NARROW: Entry = Entry {
    name: "resnet101-narrow",
    title: "ResNet101-1D, an eighth of the width",
    family: "imle-net",
    source: IMLE,
    input: WHOLE,
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    build: |classes| imle_net::resnet101(NARROW_WIDTH, classes),
};

static DSAIL_TEACHER: Entry = Entry {
    name: "dsail-teacher",
    title: "DSAIL, 12 leads",
    family: "dsail",
    source: DSAIL,
    input: dsail_input(12),
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    build: |classes| dsail::dsail(dsail::Recording::block(12), classes),
};

static DSAIL_STUDENT: Entry = Entry {
    name: "dsail-student",
    title: "DSAIL, one lead",
    family: "dsail",
    source: DSAIL,
    input: dsail_input(1),
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    build: |classes| dsail::dsail(dsail::Recording::block(1), classes),
};

static INCEPTIONFORMER: Entry = Entry {
    name: "inceptionformer",
    title: "InceptionFormer",
    family: "inceptionformer",
    source: LONGWEI,
    input: WHOLE,
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    build: |classes| inceptionformer::inceptionformer(Configuration::default(), classes),
};

static INCEPTIONFORMER_SHALLOW: Entry = Entry {
    name: "inceptionformer-shallow",
    title: "InceptionFormer, last stage halved",
    family: "inceptionformer",
    source: LONGWEI,
    input: WHOLE,
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    build: |classes| inceptionformer::inceptionformer(Configuration::shallow(), classes),
};

static INCEPTIONFORMER_FRONT_THREE: Entry = Entry {
    name: "inceptionformer-front-three",
    title: "InceptionFormer without its last stage",
    family: "inceptionformer",
    source: LONGWEI,
    input: WHOLE,
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    build: |classes| inceptionformer::inceptionformer(Configuration::front_three(), classes),
};

static INCEPTIONFORMER_TINY: Entry = Entry {
    name: "inceptionformer-tiny",
    title: "InceptionFormer, half the width",
    family: "inceptionformer",
    source: LONGWEI,
    input: WHOLE,
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    build: |classes| inceptionformer::inceptionformer(Configuration::tiny(), classes),
};

static INCEPTIONFORMER_SPARSE: Entry = Entry {
    name: "inceptionformer-sparse",
    title: "InceptionFormer on semantic tokens",
    family: "inceptionformer",
    source: LONGWEI,
    input: WHOLE,
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    build: |classes| inceptionformer::inceptionformer(Configuration::sparse(), classes),
};

static INCEPTIONFORMER_CROSS_STACK: Entry = Entry {
    name: "inceptionformer-cross-stack",
    title: "InceptionFormer, Cross-Stack",
    family: "inceptionformer",
    source: LONGWEI,
    input: WHOLE,
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    build: |classes| inceptionformer::inceptionformer(Configuration::cross_stack(), classes),
};

static INCEPTIONFORMER_SANDWICH: Entry = Entry {
    name: "inceptionformer-sandwich",
    title: "InceptionFormer, SandwichNet",
    family: "inceptionformer",
    source: LONGWEI,
    input: WHOLE,
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    build: |classes| inceptionformer::inceptionformer(Configuration::sandwich(), classes),
};

static INCEPTIONFORMER_REDUCED: Entry = Entry {
    name: "inceptionformer-reduced",
    title: "InceptionFormer, SR-MHSA",
    family: "inceptionformer",
    source: LONGWEI,
    input: WHOLE,
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    build: |classes| inceptionformer::inceptionformer(with(Attention::Reduced { kernel: 2 }), classes),
};

static INCEPTIONFORMER_BI_ROUTING: Entry = Entry {
    name: "inceptionformer-bi-routing",
    title: "InceptionFormer, bi-routing attention",
    family: "inceptionformer",
    source: LONGWEI,
    input: WHOLE,
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    build: |classes| inceptionformer::inceptionformer(with(Attention::BiRouting), classes),
};

static INCEPTIONFORMER_WINDOW: Entry = Entry {
    name: "inceptionformer-window",
    title: "InceptionFormer, window attention",
    family: "inceptionformer",
    source: LONGWEI,
    input: WHOLE,
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    build: |classes| inceptionformer::inceptionformer(with(Attention::Window), classes),
};

static INCEPTIONFORMER_SHIFTED_WINDOW: Entry = Entry {
    name: "inceptionformer-shifted-window",
    title: "InceptionFormer, shifted windows",
    family: "inceptionformer",
    source: LONGWEI,
    input: WHOLE,
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    build: |classes| inceptionformer::inceptionformer(with(Attention::ShiftedWindow), classes),
};

static INCEPTIONFORMER_SHUNTED: Entry = Entry {
    name: "inceptionformer-shunted",
    title: "InceptionFormer, shunted attention",
    family: "inceptionformer",
    source: LONGWEI,
    input: WHOLE,
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    build: |classes| inceptionformer::inceptionformer(with(Attention::Shunted(Scales::Three)), classes),
};

static INCEPTIONFORMER_HILO: Entry = Entry {
    name: "inceptionformer-hilo",
    title: "InceptionFormer, HiLo attention",
    family: "inceptionformer",
    source: LONGWEI,
    input: WHOLE,
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    build: |classes| inceptionformer::inceptionformer(with(Attention::HighLow), classes),
};

static INCEPTIONFORMER_MODULATION: Entry = Entry {
    name: "inceptionformer-modulation",
    title: "InceptionFormer, convolutional modulation",
    family: "inceptionformer",
    source: LONGWEI,
    input: WHOLE,
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    build: |classes| {
        inceptionformer::inceptionformer(
            Configuration { stacking: Stacking::Modulation, ..Configuration::default() },
            classes,
        )
    },
};

static INCEPTIONFORMER_MODULATION_TOKEN: Entry = Entry {
    name: "inceptionformer-modulation-token",
    title: "InceptionFormer, modulation and class token",
    family: "inceptionformer",
    source: LONGWEI,
    input: WHOLE,
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[],
    build: |classes| {
        inceptionformer::inceptionformer(
            Configuration { stacking: Stacking::Modulation, reading: Reading::ClassToken, ..Configuration::default() },
            classes,
        )
    },
};

static INCEPTIONFORMER_LINEAR: Entry = Entry {
    name: "inceptionformer-linear",
    title: "InceptionFormer, stages in turn",
    family: "inceptionformer",
    source: LONGWEI,
    input: WHOLE,
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    build: |classes| {
        inceptionformer::inceptionformer(
            Configuration { stacking: Stacking::Linear, ..Configuration::default() },
            classes,
        )
    },
};

static INCEPTIONFORMER_SE: Entry = Entry {
    name: "inceptionformer-se",
    title: "InceptionFormer, squeeze and excitation",
    family: "inceptionformer",
    source: LONGWEI,
    input: WHOLE,
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    build: |classes| {
        inceptionformer::inceptionformer(
            Configuration { mixer: Mixer::SqueezeExcitation, ..Configuration::default() },
            classes,
        )
    },
};

static INCEPTIONFORMER_COORDINATE: Entry = Entry {
    name: "inceptionformer-coordinate",
    title: "InceptionFormer, coordinate attention",
    family: "inceptionformer",
    source: LONGWEI,
    input: WHOLE,
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    build: |classes| {
        inceptionformer::inceptionformer(
            Configuration { mixer: Mixer::CoordinateAttention, ..Configuration::default() },
            classes,
        )
    },
};

static FREQUENCY_STREAM: Entry = Entry {
    name: "frequency-stream",
    title: "Spectrogram network",
    family: "inceptionformer",
    source: LONGWEI,
    input: WHOLE,
    state: State::Independent,
    purpose: Purpose::Labels,
    explanations: &[],
    build: inceptionformer::frequency_stream,
};

static TWO_STREAMS: Entry = Entry {
    name: "two-streams",
    title: "Time and spectrogram",
    family: "inceptionformer",
    source: LONGWEI,
    input: WHOLE,
    state: State::Independent,
    purpose: Purpose::Labels,
    explanations: &[],
    build: inceptionformer::two_streams,
};

static RESNET18: Entry = Entry {
    name: "resnet18",
    title: "ResNet18-1D",
    family: "inceptionformer",
    source: LONGWEI,
    input: WHOLE,
    state: State::Independent,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    build: inceptionformer::resnet18,
};

static RESNET34: Entry = Entry {
    name: "resnet34",
    title: "ResNet34-1D",
    family: "inceptionformer",
    source: LONGWEI,
    input: WHOLE,
    state: State::Independent,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    build: inceptionformer::resnet34,
};

static MOBILENETV2: Entry = Entry {
    name: "mobilenetv2",
    title: "MobileNetV2-1D",
    family: "inceptionformer",
    source: LONGWEI,
    input: WHOLE,
    state: State::Independent,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    build: inceptionformer::mobilenetv2,
};

static META_ECGNET: Entry = Entry {
    name: "meta-ecgnet",
    title: "MetaECGNet",
    family: "inceptionformer",
    source: LONGWEI,
    input: WHOLE,
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[],
    build: inceptionformer::meta_ecgnet,
};

static DB_ECGNET: Entry = Entry {
    name: "db-ecgnet",
    title: "DB-ECGNet",
    family: "inceptionformer",
    source: LONGWEI,
    input: WHOLE,
    state: State::Independent,
    purpose: Purpose::Labels,
    explanations: &[],
    build: |classes| inceptionformer::db_ecgnet(DB_PATCH, Depthwise::Branches, classes),
};

static EKNET_R: Entry = Entry {
    name: "eknet-r",
    title: "EKnet as released",
    family: "eknet",
    source: EKNET,
    input: PAGE,
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[ClassAttention],
    build: |classes| eknet::classifier(eknet::Form::RELEASED_SECOND, classes),
};

static EKNET_P: Entry = Entry {
    name: "eknet-p",
    title: "EKnet as in the paper",
    family: "eknet",
    source: EKNET,
    input: PAGE,
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[ClassAttention],
    build: |classes| eknet::classifier(eknet::Form::PAPER_SECOND, classes),
};

static EKNET_R_STAGE1: Entry = Entry {
    name: "eknet-r-stage1",
    title: "EKnet stage 1 as released",
    family: "eknet",
    source: EKNET,
    input: PAGE,
    state: State::Parity,
    purpose: Purpose::PreTraining,
    explanations: &[],
    build: |_| eknet::reconstruction(eknet::Form::RELEASED_FIRST),
};

static EKNET_P_STAGE1: Entry = Entry {
    name: "eknet-p-stage1",
    title: "EKnet stage 1 as in the paper",
    family: "eknet",
    source: EKNET,
    input: PAGE,
    state: State::Reconstructed,
    purpose: Purpose::PreTraining,
    explanations: &[],
    build: |_| eknet::reconstruction(eknet::Form::PAPER_FIRST),
};

static S4: Entry = Entry {
    name: "s4",
    title: "S4",
    family: "state-space",
    source: STATE_SPACE,
    input: SHORT,
    state: State::Independent,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    build: |classes| s4(state_space::WIDTH, classes),
};

static S4_256: Entry = Entry {
    name: "s4-256",
    title: "S4, 256 channels",
    family: "state-space",
    source: STATE_SPACE,
    input: SHORT,
    state: State::Independent,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    build: |classes| s4(256, classes),
};

static S4_128: Entry = Entry {
    name: "s4-128",
    title: "S4, 128 channels",
    family: "state-space",
    source: STATE_SPACE,
    input: SHORT,
    state: State::Independent,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    build: |classes| s4(128, classes),
};

static S4_64: Entry = Entry {
    name: "s4-64",
    title: "S4, 64 channels",
    family: "state-space",
    source: STATE_SPACE,
    input: SHORT,
    state: State::Independent,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    build: |classes| s4(64, classes),
};

static ECG_CPC: Entry = Entry {
    name: "ecg-cpc",
    title: "ECG-CPC, fine-tuning",
    family: "ecg-cpc",
    source: ECG_CPC_SOURCE,
    input: Input { leads: 12, bands: 1, record_features: 0, samples: 600, rate: 240.0 },
    state: State::Independent,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    build: |classes| state_space::ecg_cpc(state_space::CPC_SAMPLES, Head::Linear, classes),
};

static ECG_CPC_FROZEN: Entry = Entry {
    name: "ecg-cpc-frozen",
    title: "ECG-CPC, attention over a frozen network",
    family: "ecg-cpc",
    source: ECG_CPC_SOURCE,
    input: Input { leads: 12, bands: 1, record_features: 0, samples: 600, rate: 240.0 },
    state: State::Independent,
    purpose: Purpose::Labels,
    explanations: &[],
    build: |classes| state_space::ecg_cpc(state_space::CPC_SAMPLES, Head::Attention, classes),
};

static ECG_CPC_CONTRAST: Entry = Entry {
    name: "ecg-cpc-contrast",
    title: "ECG-CPC, pre-training",
    family: "ecg-cpc",
    source: ECG_CPC_SOURCE,
    input: Input { leads: 12, bands: 1, record_features: 0, samples: 2400, rate: 240.0 },
    state: State::Independent,
    purpose: Purpose::PreTraining,
    explanations: &[],
    build: |_| state_space::ecg_cpc_contrast(state_space::CPC_CONTRAST_SAMPLES, Projection::Linear),
};

static CPC: Entry = Entry {
    name: "cpc",
    title: "CPC, fine-tuning",
    family: "cpc",
    source: CPC_SOURCE,
    input: SHORT,
    state: State::Independent,
    purpose: Purpose::Labels,
    explanations: &[],
    build: |classes| cpc::classifier(cpc::SAMPLES, classes),
};

static CPC_CONTRAST: Entry = Entry {
    name: "cpc-contrast",
    title: "CPC, pre-training",
    family: "cpc",
    source: CPC_SOURCE,
    input: WHOLE,
    state: State::Independent,
    purpose: Purpose::PreTraining,
    explanations: &[],
    build: |_| cpc::contrast(cpc::CONTRAST_SAMPLES),
};

static ECGNET_CHANNELS: Entry = Entry {
    name: "ecgnet-channels",
    title: "ECGNet, maps side by side",
    family: "imle-net",
    source: ECGNET_SOURCE,
    input: WHOLE,
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    build: imle_net::ecgnet_by_channels,
};

static IM_ECG: Entry = Entry {
    name: "im-ecg",
    title: "IM-ECG",
    family: "im-ecg",
    source: im_ecg::SOURCE,
    input: WHOLE,
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    build: |classes| im_ecg::im_ecg(im_ecg::Form::FULL, classes),
};

static IM_ECG_QUARTER: Entry = Entry {
    name: "im-ecg-quarter",
    title: "IM-ECG, a quarter of the width",
    family: "im-ecg",
    source: im_ecg::SOURCE,
    input: WHOLE,
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    build: |classes| im_ecg::im_ecg(im_ecg::Form::QUARTER, classes),
};

static SE_ECGNET: Entry = Entry {
    name: "se-ecgnet",
    title: "SE-ECGNet",
    family: "se-ecgnet",
    source: se_ecgnet::SOURCE,
    input: Input { leads: 8, bands: 1, record_features: 0, samples: 5000, rate: 500.0 },
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    build: |classes| se_ecgnet::se_ecgnet(se_ecgnet::Form::PUBLISHED, classes),
};

static SE_ECGNET_TWELVE: Entry = Entry {
    name: "se-ecgnet-12",
    title: "SE-ECGNet for twelve leads",
    family: "se-ecgnet",
    source: se_ecgnet::SOURCE,
    input: WHOLE,
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    build: |classes| se_ecgnet::se_ecgnet(se_ecgnet::Form::TWELVE_LEADS, classes),
};

static MVMS_TEACHER: Entry = Entry {
    name: "mvms-teacher",
    title: "MVMS-Net, teacher of six views",
    family: "mvms",
    source: mvms::SOURCE,
    input: WHOLE,
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[Looks],
    build: mvms::teacher,
};

static MVMS_STUDENT: Entry = Entry {
    name: "mvms-student",
    title: "MVMS-Net, student",
    family: "mvms",
    source: mvms::SOURCE,
    input: WHOLE,
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    build: mvms::student,
};

static MVKT_18_TEACHER: Entry = Entry {
    name: "mvkt-18-teacher",
    title: "MVKT-ECG, xresnet18 of twelve leads",
    family: "mvkt",
    source: mvkt::SOURCE,
    input: Input { leads: 12, bands: 1, record_features: 0, samples: 1000, rate: 100.0 },
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[],
    build: |classes| mvkt::mvkt(mvkt::Form { depth: mvkt::Depth::Eighteen, leads: 12, projects: false }, classes),
};

static MVKT_18_STUDENT: Entry = Entry {
    name: "mvkt-18-student",
    title: "MVKT-ECG, xresnet18 of one lead",
    family: "mvkt",
    source: mvkt::SOURCE,
    input: Input { leads: 1, bands: 1, record_features: 0, samples: 1000, rate: 100.0 },
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[],
    build: |classes| mvkt::mvkt(mvkt::Form { depth: mvkt::Depth::Eighteen, leads: 1, projects: false }, classes),
};

static MVKT_34_TEACHER: Entry = Entry {
    name: "mvkt-34-teacher",
    title: "MVKT-ECG, xresnet34 of twelve leads",
    family: "mvkt",
    source: mvkt::SOURCE,
    input: Input { leads: 12, bands: 1, record_features: 0, samples: 1000, rate: 100.0 },
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[],
    build: |classes| mvkt::mvkt(mvkt::Form { depth: mvkt::Depth::ThirtyFour, leads: 12, projects: false }, classes),
};

static MVKT_34_STUDENT: Entry = Entry {
    name: "mvkt-34-student",
    title: "MVKT-ECG, xresnet34 of one lead",
    family: "mvkt",
    source: mvkt::SOURCE,
    input: Input { leads: 1, bands: 1, record_features: 0, samples: 1000, rate: 100.0 },
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[],
    build: |classes| mvkt::mvkt(mvkt::Form { depth: mvkt::Depth::ThirtyFour, leads: 1, projects: false }, classes),
};

static MVKT_101_TEACHER: Entry = Entry {
    name: "mvkt-101-teacher",
    title: "MVKT-ECG, xresnet101 of twelve leads",
    family: "mvkt",
    source: mvkt::SOURCE,
    input: Input { leads: 12, bands: 1, record_features: 0, samples: 1000, rate: 100.0 },
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[],
    build: |classes| mvkt::mvkt(mvkt::Form { depth: mvkt::Depth::HundredAndOne, leads: 12, projects: false }, classes),
};

static MVKT_101_STUDENT: Entry = Entry {
    name: "mvkt-101-student",
    title: "MVKT-ECG, xresnet101 of one lead",
    family: "mvkt",
    source: mvkt::SOURCE,
    input: Input { leads: 1, bands: 1, record_features: 0, samples: 1000, rate: 100.0 },
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[],
    build: |classes| mvkt::mvkt(mvkt::Form { depth: mvkt::Depth::HundredAndOne, leads: 1, projects: false }, classes),
};

static MAMIL: Entry = Entry {
    name: "mamil",
    title: "MAMIL, signal and picture",
    family: "mamil",
    source: mamil::SOURCE,
    input: WHOLE,
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[Looks],
    build: |classes| mamil::mamil(mamil::Modes::SignalAndPicture, classes),
};

static MAMIL_SIGNAL: Entry = Entry {
    name: "mamil-signal",
    title: "MAMIL, signal alone",
    family: "mamil",
    source: mamil::SOURCE,
    input: WHOLE,
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[Looks],
    build: |classes| mamil::mamil(mamil::Modes::Signal, classes),
};

static MRTNET: Entry = Entry {
    name: "mrtnet",
    title: "MRTNet",
    family: "mrtnet",
    source: mrtnet::SOURCE,
    input: WHOLE,
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[Looks],
    build: mrtnet::mrtnet,
};

static TOKEN_SELECTION: Entry = Entry {
    name: "token-selection",
    title: "Token selection",
    family: "token-selection",
    source: token_selection::SOURCE,
    input: WHOLE,
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[],
    build: |classes| token_selection::token_selection(token_selection::Form::FULL, classes),
};

static TOKEN_SELECTION_RELEASED: Entry = Entry {
    name: "token-selection-released",
    title: "Token selection as released (nothing is left out)",
    family: "token-selection",
    source: token_selection::SOURCE,
    input: WHOLE,
    state: State::Parity,
    purpose: Purpose::Labels,
    explanations: &[],
    build: |classes| token_selection::token_selection(token_selection::Form::RELEASED, classes),
};

static TOKEN_SELECTION_REDUCED: Entry = Entry {
    name: "token-selection-reduced",
    title: "Token selection, reduced",
    family: "token-selection",
    source: token_selection::SOURCE,
    input: WHOLE,
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[],
    build: |classes| token_selection::token_selection(token_selection::Form::REDUCED, classes),
};

static MINA: Entry = Entry {
    name: "mina",
    title: "MINA",
    family: "mina",
    source: mina::SOURCE,
    input: Input { leads: 1, bands: 4, record_features: 0, samples: 3000, rate: 300.0 },
    state: State::Independent,
    purpose: Purpose::Labels,
    explanations: &[Looks],
    build: mina::mina,
};

static CLOCS: Entry = Entry {
    name: "clocs",
    title: "CLOCS encoder",
    family: "clocs",
    source: clocs::SOURCE,
    input: Input { leads: 1, bands: 1, record_features: 0, samples: 2500, rate: 500.0 },
    state: State::Independent,
    purpose: Purpose::Labels,
    explanations: &[],
    build: |classes| clocs::classifier(Views::ONE, 128, classes),
};

static CLOCS_TWELVE: Entry = Entry {
    name: "clocs-12",
    title: "CLOCS encoder, each of twelve leads by itself",
    family: "clocs",
    source: clocs::SOURCE,
    input: Input { leads: 12, bands: 1, record_features: 0, samples: 2500, rate: 500.0 },
    state: State::Independent,
    purpose: Purpose::Labels,
    explanations: &[],
    build: |classes| clocs::classifier(Views::SPACE, 128, classes),
};

static CLOCS_TIME: Entry = Entry {
    name: "clocs-time",
    title: "CLOCS, pre-training over time",
    family: "clocs",
    source: clocs::SOURCE,
    input: Input { leads: 1, bands: 1, record_features: 0, samples: 5000, rate: 500.0 },
    state: State::Independent,
    purpose: Purpose::PreTraining,
    explanations: &[],
    build: |_| clocs::embeddings(Views::TIME, 128),
};

static CLOCS_BOTH: Entry = Entry {
    name: "clocs-both",
    title: "CLOCS, pre-training over time and leads",
    family: "clocs",
    source: clocs::SOURCE,
    input: Input { leads: 12, bands: 1, record_features: 0, samples: 5000, rate: 500.0 },
    state: State::Independent,
    purpose: Purpose::PreTraining,
    explanations: &[],
    build: |_| clocs::embeddings(Views::BOTH, 128),
};

static ST_MEM: Entry = Entry {
    name: "st-mem",
    title: "ST-MEM",
    family: "st-mem",
    source: st_mem::SOURCE,
    input: Input { leads: 12, bands: 1, record_features: 0, samples: 2250, rate: 250.0 },
    state: State::Independent,
    purpose: Purpose::Labels,
    explanations: &[],
    build: |classes| st_mem::classifier(st_mem::Form::BASE, classes),
};

static ST_MEM_MASKED: Entry = Entry {
    name: "st-mem-masked",
    title: "ST-MEM, pre-training",
    family: "st-mem",
    source: st_mem::SOURCE,
    input: Input { leads: 12, bands: 1, record_features: 0, samples: 2250, rate: 250.0 },
    state: State::Independent,
    purpose: Purpose::PreTraining,
    explanations: &[],
    build: |_| st_mem::reconstruction(st_mem::Form::BASE, st_mem::VISIBLE),
};

static ST_MEM_SMALL: Entry = Entry {
    name: "st-mem-small",
    title: "ST-MEM, small",
    family: "st-mem",
    source: st_mem::SOURCE,
    input: Input { leads: 12, bands: 1, record_features: 0, samples: 2250, rate: 250.0 },
    state: State::Independent,
    purpose: Purpose::Labels,
    explanations: &[],
    build: |classes| st_mem::classifier(st_mem::Form::SMALL, classes),
};

static ST_MEM_SMALL_MASKED: Entry = Entry {
    name: "st-mem-small-masked",
    title: "ST-MEM, small, pre-training",
    family: "st-mem",
    source: st_mem::SOURCE,
    input: Input { leads: 12, bands: 1, record_features: 0, samples: 2250, rate: 250.0 },
    state: State::Independent,
    purpose: Purpose::PreTraining,
    explanations: &[],
    build: |_| st_mem::reconstruction(st_mem::Form::SMALL, st_mem::VISIBLE),
};

static ST_MEM_NARROW: Entry = Entry {
    name: "st-mem-narrow",
    title: "ST-MEM, narrow",
    family: "st-mem",
    source: st_mem::SOURCE,
    input: Input { leads: 12, bands: 1, record_features: 0, samples: 2250, rate: 250.0 },
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[],
    build: |classes| st_mem::classifier(st_mem::Form::NARROW, classes),
};

static ST_MEM_NARROW_MASKED: Entry = Entry {
    name: "st-mem-narrow-masked",
    title: "ST-MEM, narrow, pre-training",
    family: "st-mem",
    source: st_mem::SOURCE,
    input: Input { leads: 12, bands: 1, record_features: 0, samples: 2250, rate: 250.0 },
    state: State::Reconstructed,
    purpose: Purpose::PreTraining,
    explanations: &[],
    build: |_| st_mem::reconstruction(st_mem::Form::NARROW, st_mem::VISIBLE),
};

static DUAL_PATH: Entry = Entry {
    name: "dual-path",
    title: "Dual-path RNN",
    family: "dual-path",
    source: dual_path::SOURCE,
    input: Input { leads: 1, bands: 1, record_features: 0, samples: 9000, rate: 300.0 },
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[],
    build: |classes| dual_path::dual_path(dual_path::SAMPLES, Pooling::Attention, classes),
};

static DUAL_PATH_SHORT: Entry = Entry {
    name: "dual-path-10s",
    title: "Dual-path RNN on 10 s",
    family: "dual-path",
    source: dual_path::SOURCE,
    input: Input { leads: 1, bands: 1, record_features: 0, samples: 3000, rate: 300.0 },
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[],
    build: |classes| dual_path::dual_path(3000, Pooling::Attention, classes),
};

static MPGT: Entry = Entry {
    name: "mpgt",
    title: "MPGT, one lead",
    family: "mpgt",
    source: mpgt::SOURCE,
    input: Input { leads: 1, bands: 1, record_features: 0, samples: 1000, rate: 100.0 },
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[],
    build: |classes| mpgt::mpgt(mpgt::Form::ONE_LEAD, classes),
};

static MPGT_TWELVE: Entry = Entry {
    name: "mpgt-12",
    title: "MPGT, twelve leads",
    family: "mpgt",
    source: mpgt::SOURCE,
    input: WHOLE,
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[],
    build: |classes| mpgt::mpgt(mpgt::Form::TWELVE_LEADS, classes),
};

static FUSING: Entry = Entry {
    name: "fusing-transformer",
    title: "Lightweight fusing transformer",
    family: "fusing-transformer",
    source: fusing_transformer::SOURCE,
    input: Input { leads: 1, bands: 1, record_features: 0, samples: 1600, rate: 250.0 },
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[],
    build: |classes| fusing_transformer::of_recordings(fusing_transformer::Form::PROPOSED, classes),
};

static MULTI_MODULE: Entry = Entry {
    name: "multi-module",
    title: "Multi-module RCNN with transformer encoder",
    family: "multi-module",
    source: multi_module::SOURCE,
    input: Input { leads: 1, bands: 1, record_features: 0, samples: 1000, rate: 100.0 },
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[],
    build: |classes| multi_module::multi_module(false, classes),
};

static S4D: Entry = Entry {
    name: "s4d",
    title: "S4D",
    family: "state-space",
    source: STATE_SPACE,
    input: SHORT,
    state: State::Independent,
    purpose: Purpose::Labels,
    explanations: &[ClassActivation],
    build: |classes| state_space::diagonal(Form::PUBLISHED, Eigenvalues::Legs, classes),
};

static ECG_CPC_CONTRAST_TWO: Entry = Entry {
    name: "ecg-cpc-contrast-mlp",
    title: "ECG-CPC, pre-training with two projections",
    family: "ecg-cpc",
    source: ECG_CPC_SOURCE,
    input: Input { leads: 12, bands: 1, record_features: 0, samples: 2400, rate: 240.0 },
    state: State::Reconstructed,
    purpose: Purpose::PreTraining,
    explanations: &[],
    build: |_| state_space::ecg_cpc_contrast(state_space::CPC_CONTRAST_SAMPLES, Projection::TwoLayers),
};

static PAGE_FCN_WANG: Entry = Entry {
    name: "page-fcn_wang",
    title: "fcn_wang on the page of EKnet",
    family: "eknet",
    source: EKNET,
    input: PAGE,
    state: State::Independent,
    purpose: Purpose::Labels,
    explanations: &[],
    build: |classes| eknet::compared(Compared::Benchmark(Backbone::FcnWang), classes),
};

static PAGE_RESNET1D_WANG: Entry = Entry {
    name: "page-resnet1d_wang",
    title: "resnet1d_wang on the page of EKnet",
    family: "eknet",
    source: EKNET,
    input: PAGE,
    state: State::Independent,
    purpose: Purpose::Labels,
    explanations: &[],
    build: |classes| eknet::compared(Compared::Benchmark(Backbone::Resnet1dWang), classes),
};

static PAGE_INCEPTION1D: Entry = Entry {
    name: "page-inception1d",
    title: "inception1d on the page of EKnet",
    family: "eknet",
    source: EKNET,
    input: PAGE,
    state: State::Independent,
    purpose: Purpose::Labels,
    explanations: &[],
    build: |classes| eknet::compared(Compared::Benchmark(Backbone::Inception1d), classes),
};

static PAGE_XRESNET1D101: Entry = Entry {
    name: "page-xresnet1d101",
    title: "xresnet1d101 on the page of EKnet",
    family: "eknet",
    source: EKNET,
    input: PAGE,
    state: State::Independent,
    purpose: Purpose::Labels,
    explanations: &[],
    build: |classes| eknet::compared(Compared::Benchmark(Backbone::Xresnet1d101), classes),
};

static PAGE_LSTM: Entry = Entry {
    name: "page-lstm",
    title: "lstm on the page of EKnet",
    family: "eknet",
    source: EKNET,
    input: PAGE,
    state: State::Independent,
    purpose: Purpose::Labels,
    explanations: &[],
    build: |classes| eknet::compared(Compared::Benchmark(Backbone::Lstm), classes),
};

static PAGE_LSTM_BIDIR: Entry = Entry {
    name: "page-lstm_bidir",
    title: "lstm_bidir on the page of EKnet",
    family: "eknet",
    source: EKNET,
    input: PAGE,
    state: State::Independent,
    purpose: Purpose::Labels,
    explanations: &[],
    build: |classes| eknet::compared(Compared::Benchmark(Backbone::LstmBidir), classes),
};

static PAGE_RESNET34: Entry = Entry {
    name: "page-resnet34",
    title: "ResNet-34 on the page of EKnet",
    family: "eknet",
    source: EKNET,
    input: PAGE,
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[],
    build: |classes| eknet::compared(Compared::Resnet34, classes),
};

static PAGE_RESNET33_NCBAM: Entry = Entry {
    name: "page-resnet33-ncbam",
    title: "ResNet-33 with NCBAM on the page of EKnet",
    family: "eknet",
    source: EKNET,
    input: PAGE,
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[],
    build: |classes| eknet::compared(Compared::Resnet33Ncbam, classes),
};

static PAGE_MLBF_NET: Entry = Entry {
    name: "page-mlbf-net",
    title: "MLBF-Net on the page of EKnet",
    family: "eknet",
    source: EKNET,
    input: PAGE,
    state: State::Reconstructed,
    purpose: Purpose::Labels,
    explanations: &[],
    build: |classes| eknet::compared(Compared::MlbfNet, classes),
};

static LATER_BI_LSTM: Entry = Entry {
    name: "bi-lstm",
    title: "Bi-LSTM, LongWei's",
    family: "inceptionformer",
    source: LONGWEI,
    input: WHOLE,
    state: State::Independent,
    purpose: Purpose::Labels,
    explanations: &[],
    build: inceptionformer::bi_lstm,
};

static LATER_INCEPTION_TIME: Entry = Entry {
    name: "inception-time",
    title: "InceptionTime, LongWei's",
    family: "inceptionformer",
    source: LONGWEI,
    input: WHOLE,
    state: State::Independent,
    purpose: Purpose::Labels,
    explanations: &[],
    build: inceptionformer::inception_time,
};

static LATER_XRESNET1D101: Entry = Entry {
    name: "xresnet1d101-small",
    title: "xresnet1d101, small, LongWei's",
    family: "inceptionformer",
    source: LONGWEI,
    input: WHOLE,
    state: State::Independent,
    purpose: Purpose::Labels,
    explanations: &[],
    build: inceptionformer::xresnet1d101,
};

static LATER_RESNET1D_WANG: Entry = Entry {
    name: "resnet1d_wang-small",
    title: "resnet1d_wang, small, LongWei's",
    family: "inceptionformer",
    source: LONGWEI,
    input: WHOLE,
    state: State::Independent,
    purpose: Purpose::Labels,
    explanations: &[],
    build: inceptionformer::resnet1d_wang,
};

static LATER_MOBILENET_V3: Entry = Entry {
    name: "mobilenetv3",
    title: "MobileNetV3-large-1D, LongWei's",
    family: "inceptionformer",
    source: LONGWEI,
    input: WHOLE,
    state: State::Independent,
    purpose: Purpose::Labels,
    explanations: &[],
    build: inceptionformer::mobilenet_v3,
};

static LATER_VISION_TRANSFORMER: Entry = Entry {
    name: "vit",
    title: "Vision transformer, LongWei's",
    family: "inceptionformer",
    source: LONGWEI,
    input: WHOLE,
    state: State::Independent,
    purpose: Purpose::Labels,
    explanations: &[],
    build: inceptionformer::vision_transformer,
};

static LATER_MOBILE_VIT: Entry = Entry {
    name: "mobilevit",
    title: "MobileViT, LongWei's",
    family: "inceptionformer",
    source: LONGWEI,
    input: WHOLE,
    state: State::Independent,
    purpose: Purpose::Labels,
    explanations: &[],
    build: inceptionformer::mobile_vit,
};

static LATER_ECG_TRANSFORM: Entry = Entry {
    name: "ecg-transform",
    title: "EcgTransForm, LongWei's",
    family: "inceptionformer",
    source: LONGWEI,
    input: WHOLE,
    state: State::Independent,
    purpose: Purpose::Labels,
    explanations: &[],
    build: inceptionformer::ecg_transform,
};
