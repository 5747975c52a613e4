//! What keeps one slow or broken neighbour from taking the function down: retries, a circuit breaker, a bulkhead.

mod breaker;
mod bulkhead;
mod client;
mod retry;

pub use breaker::{Broken, CircuitBreaker};
pub use bulkhead::{Bulkhead, Full};
pub use client::{Client, ClientError};
pub use retry::{Retry, backoff};
