//! Answers whose type says what they are: status, headers, body.

use std::marker::PhantomData;

use ::http::{HeaderValue, StatusCode, header};
use axum::{
    body::Bytes,
    response::{IntoResponse, Response},
};

use crate::{Problem, etag::ETag};

/// An answer with a status other than 200.
#[derive(Debug, Clone)]
pub struct Status<const CODE: u16, T>(pub T);

/// An answer that says where its thing is, as a path: header `Location`.
#[derive(Debug, Clone)]
pub struct Located<T> {
    /// Where.
    pub location: String,
    /// The answer.
    pub answer: T,
}

/// An answer with the tag of its thing's state: header `ETag`.
#[derive(Debug, Clone)]
pub struct Tagged<T>(pub ETag, pub T);

/// An answer that says how long it may be kept: header `Cache-Control`.
#[derive(Debug, Clone)]
pub struct Cached<T> {
    /// How long, as the header has it.
    pub control: &'static str,
    /// The answer.
    pub answer: T,
}

/// One of two answers.
#[derive(Debug, Clone)]
pub enum Either<A, B> {
    /// The one.
    This(A),
    /// The other.
    That(B),
}

/// An answer under an `Idempotency-Key`: the first time, or as it was given then.
#[derive(Debug)]
pub enum Once<T> {
    /// The first time.
    First(T),
    /// As it was given the first time.
    Again(Response),
}

/// A `T` that was written as JSON before.
#[derive(Debug, Clone)]
pub struct Written<T>(Bytes, PhantomData<fn() -> T>);

impl<T> Written<T> {
    /// What was once a `T`.
    pub fn once(json: Bytes) -> Self {
        Self(json, PhantomData)
    }
}

impl<const CODE: u16, T: IntoResponse> IntoResponse for Status<CODE, T> {
    fn into_response(self) -> Response {
        let mut response = self.0.into_response();
        match StatusCode::from_u16(CODE) {
            Ok(status) => *response.status_mut() = status,
            Err(error) => return Problem::internal(error).into_response(),
        }
        response
    }
}

impl<T: IntoResponse> IntoResponse for Located<T> {
    fn into_response(self) -> Response {
        match HeaderValue::try_from(self.location) {
            Ok(location) => ([(header::LOCATION, location)], self.answer).into_response(),
            Err(error) => Problem::internal(error).into_response(),
        }
    }
}

impl<T: IntoResponse> IntoResponse for Cached<T> {
    fn into_response(self) -> Response {
        ([(header::CACHE_CONTROL, self.control)], self.answer).into_response()
    }
}

impl<T: IntoResponse> IntoResponse for Tagged<T> {
    fn into_response(self) -> Response {
        (self.0, self.1).into_response()
    }
}

impl<A: IntoResponse, B: IntoResponse> IntoResponse for Either<A, B> {
    fn into_response(self) -> Response {
        match self {
            Self::This(answer) => answer.into_response(),
            Self::That(answer) => answer.into_response(),
        }
    }
}

impl<T: IntoResponse> IntoResponse for Once<T> {
    fn into_response(self) -> Response {
        match self {
            Self::First(answer) => answer.into_response(),
            Self::Again(response) => response,
        }
    }
}

impl<T> IntoResponse for Written<T> {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, "application/json")], self.0).into_response()
    }
}
