//! The control API: HTTP on a socket in the data directory, between `souk up` and the other commands.
//!
//! `GET /ps`, `GET /events[?follow=true]` (one JSON object a line), `POST /send`, `POST /apply[?build=true]`,
//! `POST /traffic/<function>`, `GET|POST /clock`, `GET|PUT /faults`, `POST /promote[?force=true]`,
//! `POST /down`. Logs are files.

pub(crate) mod client;
mod clock;
mod faults;
pub(crate) mod server;
