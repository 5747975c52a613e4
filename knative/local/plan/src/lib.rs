//! Manifests in, plan out. Pure but for reading the files.

pub mod model;
