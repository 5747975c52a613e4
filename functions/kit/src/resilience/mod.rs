//! What keeps one slow or broken neighbour from taking the function down: deadlines, retries, a circuit breaker, a bulkhead; and what
//! keeps too much work from doing so: requests that are refused early.

mod breaker;
mod bulkhead;
mod client;
mod congestion;
mod deadline;
mod gauges;
mod retry;

pub use breaker::{Broken, CircuitBreaker};
pub(crate) use bulkhead::Place;
pub use bulkhead::{Bulkhead, Full};
pub use client::{Client, ClientError};
pub use congestion::Congestion;
pub use deadline::{Deadline, TIME_LEFT};
pub(crate) use retry::tried_before;
pub use retry::{Retry, backoff};
