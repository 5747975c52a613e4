#![doc = include_str!("../README.md")]

pub mod api;
pub mod auth;
pub mod clock;
mod deprecation;
pub mod dynamodb;
pub mod env;
pub mod etag;
pub mod events;
pub mod http;
pub mod idempotency;
pub mod ids;
#[cfg(feature = "mailer")]
pub mod mailer;
pub mod metrics;
pub mod page;
pub mod postgres;
pub mod problem;
mod relay;
pub mod resilience;
mod serve;
pub mod sink;
pub mod telemetry;
mod web;

pub use auth::{Access, Caller, Role, TokenVerifier};
pub use clock::Clock;
pub use deprecation::Deprecation;
pub use env::{Env, Reader};
pub use events::{Delivery, Refusal, Subscriptions};
pub use ids::Ids;
pub use problem::{Answer, FieldError, Problem};
pub use relay::{EmitError, Relay};
pub use serve::{Program, Service, StartError, run};
pub use sink::Sink;
