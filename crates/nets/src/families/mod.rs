//! The published networks, one module a family, each described once as a [`crate::graph::Graph`].

pub mod benchmark;
pub mod clocs;
pub mod cpc;
pub mod dsail;
pub mod dual_path;
pub mod eknet;
pub mod fusing_transformer;
pub mod im_ecg;
pub mod imle_net;
pub mod inceptionformer;
pub mod mamil;
pub mod mina;
pub mod mpgt;
pub mod mrtnet;
pub mod multi_module;
pub mod mvkt;
pub mod mvms;
pub mod se_ecgnet;
mod spectrum;
pub mod st_mem;
pub mod state_space;
pub mod token_selection;
