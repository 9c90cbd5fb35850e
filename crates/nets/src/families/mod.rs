//! The published networks, one module a family, each described once as a [`crate::graph::Graph`].

pub mod benchmark;
pub mod cpc;
pub mod dsail;
pub mod eknet;
pub mod im_ecg;
pub mod imle_net;
pub mod inceptionformer;
pub mod mamil;
pub mod mrtnet;
pub mod mvkt;
pub mod mvms;
pub mod se_ecgnet;
pub mod state_space;
pub mod token_selection;
