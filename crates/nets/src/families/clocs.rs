//! CLOCS: a small encoder that learns by telling a patient's views from those of others.
//!
//! Takes views of one lead, 5 s at 500 Hz each, brought to [0, 1] outside the network. Encoder and counts are the
//! published ones; that all views of a recording pass through the batch norms together (in the authors' code one after
//! the other), and that the logits of several views are averaged, is ours. The contrastive loss is not part of the
//! network: it takes the [`embeddings`] of a batch.

use crate::graph::{Axis, Builder, Conv, Graph, GraphError, Place, Pool, PoolKind, ReduceKind, Shape};

/// Where it is published.
pub const SOURCE: &str = "Kiyasseh, Zhu, Clifton: CLOCS: Contrastive Learning of Cardiac Signals Across Space, Time, \
                          and Patients, ICML 2021, PMLR 139:5606-5615";

/// Samples of a view: 5 s at 500 Hz.
pub const SAMPLES: usize = 2500;
/// Sizes of an embedding that were tried.
pub const EMBEDDINGS: [usize; 3] = [128, 256, 320];

/// The output that holds the views' embeddings: a row a view, in one position as many channels as an embedding has
/// numbers.
pub const EMBEDDING: &str = "embedding";

/// What is seen of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Views {
    /// Leads of the input, each a view of its own.
    pub leads: usize,
    /// Parts of 5 s that follow one another, each a view of its own.
    pub parts: usize,
}

impl Views {
    /// One view: what the classifier takes.
    pub const ONE: Self = Self { leads: 1, parts: 1 };
    /// Both halves of 10 s of one lead (CMSC: contrast over time).
    pub const TIME: Self = Self { leads: 1, parts: 2 };
    /// 12 leads (CMLC: contrast over space).
    pub const SPACE: Self = Self { leads: 12, parts: 1 };
    /// Both halves of 12 leads (CMSMLC).
    pub const BOTH: Self = Self { leads: 12, parts: 2 };

    /// Number of views. Those of a lead follow one another.
    pub const fn count(self) -> usize {
        self.leads * self.parts
    }
}

/// Pre-training: the embeddings of all views, a row a view; they stand in the logits' place.
///
/// # Errors
/// A number is 0.
pub fn embeddings(views: Views, embedding: usize) -> Result<Graph, GraphError> {
    let (build, vectors) = encoded(views, embedding);
    build.finish(vectors)
}

/// The encoder and a linear layer, for linear evaluation and fine-tuning: logits, averaged over views.
///
/// # Errors
/// A number is 0.
pub fn classifier(views: Views, embedding: usize, classes: usize) -> Result<Graph, GraphError> {
    let (mut build, vectors) = encoded(views, embedding);
    build.output(EMBEDDING, vectors);
    let logits = build.linear("head", vectors, classes);
    let logits = if views.count() == 1 { logits } else { build.reduce(ReduceKind::Mean, Axis::Rows, logits) };
    build.finish(logits)
}

/// Three times convolution, batch norm, ReLU, maximum of two, dropout; then one linear layer on all that is left.
fn encoded(views: Views, embedding: usize) -> (Builder, Place) {
    let mut build = Builder::new("clocs", Shape::new(1, views.parts * SAMPLES, views.leads));
    let x = build.input();
    let mut x = build.rearrange(x, "1 (part sample) lead -> (lead part) sample 1", &[("sample", SAMPLES)]);
    for (number, to) in [4, 16, 32].into_iter().enumerate() {
        x = build.within(format!("encoder.{number}"), |build| {
            let x = build.conv("conv", x, Conv::new(to, 7).stride(3).pad(0));
            let x = build.norm_relu("norm", x);
            let x = build.pool(x, Pool::new(PoolKind::Max, 2));
            build.dropout(x, 0.1)
        });
    }
    let x = build.rearrange(x, "view position channel -> view 1 (channel position)", &[]);
    let vectors = build.linear("embedding", x, embedding);
    (build, vectors)
}
