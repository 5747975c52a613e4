//! Answers that say what went wrong (RFC 9457, `application/problem+json`). What only operators may know is logged.

use std::{borrow::Cow, fmt};

use ::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::postgres::{is_unfit, passes};

/// How the type of every problem begins; its name follows.
pub const TYPES: &str = "https://souk.example/problems/";

/// What a handler answers: the thing, or a problem.
pub type Answer<T> = Result<T, Problem>;

/// A problem, as clients see it.
#[derive(Debug, Clone)]
pub struct Problem {
    status: StatusCode,
    slug: Cow<'static, str>,
    detail: String,
    members: Map<String, Value>,
    retry_after_seconds: Option<u32>,
    challenge: Option<String>,
}

/// A field of the request that cannot be accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// Where it is, such as `shipping_address.country`.
    pub field: String,
    /// What is wrong with it.
    pub detail: String,
}

impl FieldError {
    /// Names a field and what is wrong with it.
    pub fn new(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            detail: detail.into(),
        }
    }
}

impl Problem {
    /// Any status, under a name of its own.
    pub fn new(
        status: StatusCode,
        slug: impl Into<Cow<'static, str>>,
        detail: impl Into<String>,
    ) -> Self {
        let (slug, detail) = (slug.into(), detail.into());
        Self {
            status,
            slug,
            detail,
            members: Map::new(),
            retry_after_seconds: None,
            challenge: None,
        }
    }

    /// 400: the request cannot be understood.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad-request", detail)
    }

    /// 422: the request is understood, and these fields cannot be accepted.
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let detail = errors
            .iter()
            .map(|error| format!("{}: {}", error.field, error.detail))
            .collect::<Vec<_>>();
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid",
            detail.join("; "),
        )
        .with("errors", json!(errors))
    }

    /// 401: nobody is calling.
    pub fn unauthorized() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "A valid bearer token is needed.",
        )
    }

    /// 403: the caller is known and may not do this.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", detail)
    }

    /// 404: there is no such thing, or none that the caller may see.
    pub fn not_found(noun: &str, id: impl fmt::Display) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not-found",
            format!("There is no {noun} {id}."),
        )
    }

    /// 409: the state of things forbids it.
    pub fn conflict(slug: impl Into<Cow<'static, str>>, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, slug, detail)
    }

    /// 422: the request is understood and cannot be followed.
    pub fn unprocessable(slug: impl Into<Cow<'static, str>>, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, slug, detail)
    }

    /// 503: not now; the caller may try again.
    pub fn unavailable(detail: impl Into<String>, retry_after_seconds: u32) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail)
            .retry_after(retry_after_seconds)
    }

    /// 500: our fault. The cause is logged; the caller learns nothing of it.
    pub fn internal(cause: impl fmt::Display) -> Self {
        tracing::error!(%cause, "answering 500");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "Something went wrong on our side; it was noted.",
        )
    }

    /// Adds a member, such as the shortages of an order.
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.members.insert(key.to_owned(), value.into());
        self
    }

    /// When it is worth trying again, in seconds.
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_seconds = Some(seconds);
        self
    }

    /// Says in `WWW-Authenticate` what would be believed.
    pub fn challenge(mut self, challenge: impl Into<String>) -> Self {
        self.challenge = Some(challenge.into());
        self
    }

    /// The status it is answered with.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// What went wrong, in words.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    fn body(&self) -> Vec<u8> {
        let mut body = self.members.clone();
        body.insert("type".to_owned(), format!("{TYPES}{}", self.slug).into());
        body.insert(
            "title".to_owned(),
            self.status.canonical_reason().unwrap_or("Problem").into(),
        );
        body.insert("status".to_owned(), self.status.as_u16().into());
        body.insert("detail".to_owned(), self.detail.clone().into());
        Value::Object(body).to_string().into_bytes()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.body()).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(seconds) = self.retry_after_seconds {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        let unauthorized = self.status == StatusCode::UNAUTHORIZED;
        let challenge = self.challenge.or(unauthorized.then(|| "Bearer".to_owned()));
        if let Some(Ok(challenge)) = challenge.map(HeaderValue::try_from) {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.slug, self.detail)
    }
}

impl std::error::Error for Problem {}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        match error {
            error if passes(&error) => {
                tracing::warn!(%error, "the database does not answer");
                Self::unavailable("The store does not answer at the moment.", 1)
            }
            error if is_unfit(&error) => Self::bad_request(
                "The request holds a NUL character, or a time too far away to be kept.",
            ),
            error => Self::internal(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn body(problem: Problem) -> Value {
        let bytes = axum::body::to_bytes(problem.into_response().into_body(), 10_000)
            .await
            .unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    #[tokio::test]
    async fn a_problem_has_the_members_that_the_standard_names() {
        let problem = Problem::conflict("order-shipped", "It has left.").with("order_id", 7);
        let expected = json!({
            "type": "https://souk.example/problems/order-shipped", "title": "Conflict", "status": 409,
            "detail": "It has left.", "order_id": 7
        });
        assert_eq!(body(problem).await, expected);
    }

    #[tokio::test]
    async fn every_wrong_field_is_named() {
        let problem = Problem::invalid(vec![
            FieldError::new("a", "too long"),
            FieldError::new("b", "absent"),
        ]);
        let body = body(problem).await;
        assert_eq!(
            body["errors"][1],
            json!({ "field": "b", "detail": "absent" })
        );
        assert_eq!(body["detail"], "a: too long; b: absent");
    }

    #[tokio::test]
    async fn the_cause_of_an_internal_error_is_not_told() {
        let body = body(Problem::internal("password=hunter2")).await;
        assert!(!body.to_string().contains("hunter2"));
    }

    #[test]
    fn a_store_that_does_not_answer_may_be_asked_again() {
        let response = Problem::from(sqlx::Error::PoolTimedOut).into_response();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()[header::RETRY_AFTER], "1");
    }
}
