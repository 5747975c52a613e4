//! Answers that Kong makes itself: refusals, preflights, errors. How their bodies look is decided in one place.

use axum::body::Bytes;
use http::header::{CONTENT_TYPE, HeaderName};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::{Value, json};

/// An answer in place of the upstream's. Its makers box it, because it is mostly the error of a `Result`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Exit {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: ExitBody,
    /// The upstream was asked, and this stands for what went wrong.
    pub(crate) after_upstream: bool,
}

/// What such an answer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ExitBody {
    /// Nothing.
    Empty,
    /// A message in the form that the client accepts, with the request's id.
    Error(String),
    /// The same, from nginx: plain text to a client that says nothing about what it accepts.
    NginxError(String),
    /// Bytes in their own form, whatever the client accepts.
    Fixed(Bytes),
}

impl Exit {
    /// Without a body.
    pub(crate) fn empty(status: StatusCode) -> Box<Self> {
        Self::with(status, ExitBody::Empty)
    }

    /// Kong's error format.
    pub(crate) fn error(status: StatusCode, message: impl Into<String>) -> Box<Self> {
        Self::with(status, ExitBody::Error(message.into()))
    }

    /// nginx's error format.
    pub(crate) fn nginx(status: StatusCode, message: &str) -> Box<Self> {
        Self::with(status, ExitBody::NginxError(message.to_owned()))
    }

    /// What a failure inside a plugin looks like from outside.
    pub(crate) fn unexpected() -> Box<Self> {
        Self::error(
            StatusCode::INTERNAL_SERVER_ERROR,
            "An unexpected error occurred",
        )
    }

    /// Compact JSON `{"message": ...}`, whatever the client accepts.
    pub(crate) fn message(status: StatusCode, message: &str) -> Box<Self> {
        Self::json(status, &json!({ "message": message }))
    }

    /// Compact JSON, whatever the client accepts.
    pub(crate) fn json(status: StatusCode, body: &Value) -> Box<Self> {
        Self::fixed(status, "application/json; charset=utf-8", body.to_string())
    }

    /// Any body of any type.
    pub(crate) fn fixed(
        status: StatusCode,
        content_type: &str,
        body: impl Into<Bytes>,
    ) -> Box<Self> {
        let mut exit = Self::with(status, ExitBody::Fixed(body.into()));
        if let Ok(content_type) = HeaderValue::from_str(content_type) {
            exit.headers.insert(CONTENT_TYPE, content_type);
        }
        exit
    }

    /// With one more header.
    pub(crate) fn header(mut self: Box<Self>, name: HeaderName, value: HeaderValue) -> Box<Self> {
        self.headers.insert(name, value);
        self
    }

    /// Made after the upstream was asked.
    pub(crate) fn after_upstream(mut self: Box<Self>) -> Box<Self> {
        self.after_upstream = true;
        self
    }

    fn with(status: StatusCode, body: ExitBody) -> Box<Self> {
        Box::new(Self {
            status,
            headers: HeaderMap::new(),
            body,
            after_upstream: false,
        })
    }
}
