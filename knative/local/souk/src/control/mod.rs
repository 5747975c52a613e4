//! The control API: HTTP on a socket in the data directory, between `souk up` and the other commands.
//!
//! `GET /ps`, `GET /events[?follow=true]` (one JSON object a line), `POST /send`, `POST /apply[?build=true]`,
//! `POST /traffic/<function>`, `POST /down`. Logs are files.

pub(crate) mod client;
pub(crate) mod server;
