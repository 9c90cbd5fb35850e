//! Layers that the networks share, each with the defaults of the framework that its network was published in.

mod attention;
mod batch_norm;
pub(crate) mod conv;
mod lstm;
pub(crate) mod pooling_head;

pub use attention::PositionAttention;
pub use batch_norm::{BatchNormRule, batch_norm};
pub use conv::{conv, keras_same};
pub use lstm::{BidirectionalLstm, Lstm};
pub use pooling_head::{PoolingHead, concat_pool};
