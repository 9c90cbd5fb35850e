//! engine-gpu
