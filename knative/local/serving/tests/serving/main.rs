//! Real processes behind the public API.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod failure;
mod left_behind;
mod plan;
mod revisions;
mod scale;
mod support;
mod tracing;
