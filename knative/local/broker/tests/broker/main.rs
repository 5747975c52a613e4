//! The broker with real subscribers on sockets of this machine, and a real log.

#![allow(clippy::unwrap_used, reason = "a test ends when something fails")]

mod changing;
mod delivering;
mod disorder;
mod pinging;
mod surviving;
mod taking;
mod tracing;
mod world;
