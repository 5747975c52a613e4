//! The query of a page, whatever it holds: nothing in it is refused, and what is repeated counts as not sent.

use std::{convert::Infallible, marker::PhantomData};

use axum::{extract::FromRequestParts, http::request::Parts};
use schemars::JsonSchema;
use souk_kit::api::{Input, Operation};

use crate::authorize::Parameters;

/// What was sent; `Q` describes it.
pub(crate) struct Sent<Q> {
    /// All of it.
    pub(crate) parameters: Parameters,
    described: PhantomData<fn() -> Q>,
}

impl<Q> Sent<Q> {
    /// The value of a parameter.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.parameters.get(name)
    }
}

impl<S: Send + Sync, Q> FromRequestParts<S> for Sent<Q> {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self {
            parameters: Parameters::read(parts.uri.query().unwrap_or_default()),
            described: PhantomData,
        })
    }
}

impl<Q: JsonSchema> Input for Sent<Q> {
    fn describe(operation: &mut Operation<'_>) {
        operation.query::<Q>();
    }
}
