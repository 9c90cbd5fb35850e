//! Published ECG networks, each described once as data.
//!
//! [`Architecture`] is the list: what each network takes, what it can explain, where it is from. Its
//! [`graph`](Architecture::graph) is run in three ways that agree: by Burn on a GPU or a processor
//! ([`graph::Running`]), by loops of our own for inference ([`cpu::Plan`]), and forth and back by hand for training
//! ([`tape::Pass`]). A network knows nothing of files, labels' names or the web.
//!
//! ```
//! use nets::{Architecture, cpu::Plan};
//!
//! let graph = Architecture::RESNET1D_WANG.graph(5)?;
//! assert_eq!(graph.parameters(), 473_349);
//! let plan = Plan::new(graph.clone(), &graph.drawn(7))?;
//! let outputs = plan.run(&vec![0.0; 2 * graph.input().size()], 2)?;
//! assert_eq!(outputs["logits"].values.len(), 2 * 5);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]

pub mod attribution;
mod catalogue;
pub mod cpu;
mod elementary;
mod error;
pub mod evidence;
pub mod families;
pub mod graph;
pub mod heat;
mod lanes;
pub mod maps;
mod space;
pub mod tape;
mod tensors;

pub use catalogue::{Architecture, Explanation, Input, Purpose, State};
pub use error::Error;
pub use tensors::Tensors;
