//! What a function can be asked, as an OpenAPI 3.1 document made from its handlers.
//!
//! A route is registered with its handler and a [`Doc`]. What the handler takes and gives ([`Input`], [`Output`]) is read
//! from its signature; the `Doc` adds the words and what a signature cannot say. Registering keeps pointers only: the
//! document is made when somebody asks for it, so that a function that serves pays nothing for it.

mod answers;
mod doc;
mod document;
mod handler;
mod inputs;
mod operation;
mod outputs;
mod problems;
mod routes;
mod schemas;

pub use answers::{Cached, Either, Located, Once, Status, Tagged, Written};
pub use doc::{Doc, Param};
pub use document::Api;
pub use handler::Documented;
pub use operation::{Input, Operation, Output, Reply};
pub use routes::Routes;
pub use schemas::Schemas;
pub use serde_json::json;
