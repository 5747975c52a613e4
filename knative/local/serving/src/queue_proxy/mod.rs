//! What the sidecar in each pod does with a request: its headers and its limits in time.
//!
//! Its queue (10 x `containerConcurrency`) is not here: the activator, which is always in the path on one machine, gives
//! no instance more than its limit, so that nothing could ever stand in it.

pub(crate) mod body;
pub(crate) mod forwarded;
pub(crate) mod headers;
pub(crate) mod limits;
