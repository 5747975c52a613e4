//! A plan in three lines, an upstream as a closure, a client on a socket.

mod client;
mod plan;
mod upstream;

pub(crate) use client::Served;
pub(crate) use plan::{Plan, client_address, gateway, request, text};
pub(crate) use upstream::{Upstream, echo, echoed};
