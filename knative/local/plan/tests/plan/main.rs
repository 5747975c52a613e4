//! From files to a plan, or to a list of mistakes.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod files;
mod gateway;
mod kustomize;
mod plugins;
mod refused;
mod resolved;
mod shop;
