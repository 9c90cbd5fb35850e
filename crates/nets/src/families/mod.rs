//! The published networks, one module a family, each described once as a [`crate::graph::Graph`].

pub mod benchmark;
pub mod cpc;
pub mod dsail;
pub mod eknet;
pub mod imle_net;
pub mod inceptionformer;
pub mod state_space;
