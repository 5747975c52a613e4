//! The gateway as its clients and upstreams see it. One binary, so that it is linked once.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod bodies;
mod ending;
mod heads;
mod mistakes;
mod plugins;
mod reloading;
mod shop;
mod support;
mod throttling;
mod throughput;
mod timeouts;
mod tracing;
