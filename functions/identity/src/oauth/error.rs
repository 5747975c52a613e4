//! Errors as OAuth has them (RFC 6749, 5.2).

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::Serialize;
use souk_kit::{
    Problem,
    api::{Output, Reply, Schemas},
};

use crate::{clients::NotAuthenticated, sessions::NotRefreshed};

/// What went wrong, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ErrorCode {
    /// A parameter is missing, repeated, or cannot be understood.
    InvalidRequest,
    /// The client is unknown, shut off, or has not shown that it is it.
    InvalidClient,
    /// The code or the refresh token is no good, or another client's.
    InvalidGrant,
    /// The client may not do this.
    UnauthorizedClient,
    /// Grants of this type are not known.
    UnsupportedGrantType,
    /// More is asked for than there is to be had.
    InvalidScope,
    /// A token of this type cannot be revoked; it expires.
    UnsupportedTokenType,
}

/// Why there is no other answer.
#[derive(Debug)]
pub(super) enum OAuthError {
    /// As the standard has it.
    Refused { code: ErrorCode, why: &'static str },
    /// Something of ours, such as a store that is away.
    Failed(Problem),
}

/// An error of an OAuth endpoint (RFC 6749, 5.2).
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OAuthError")]
struct Body {
    /// What went wrong.
    error: ErrorCode,
    /// The same for whoever writes the client.
    error_description: &'static str,
}

/// An answer or an error.
pub(super) struct Outcome<T>(pub(super) Result<T, OAuthError>);

impl OAuthError {
    /// An error, and what it means this time: a sentence without quotes.
    pub(super) fn new(code: ErrorCode, why: &'static str) -> Self {
        Self::Refused { code, why }
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let (code, why) = match self {
            Self::Refused { code, why } => (code, why),
            Self::Failed(problem) => return problem.into_response(),
        };
        let status = match code {
            ErrorCode::InvalidClient => StatusCode::UNAUTHORIZED,
            _ => StatusCode::BAD_REQUEST,
        };
        let body = Body {
            error: code,
            error_description: why,
        };
        let mut response = (status, axum::Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::UNAUTHORIZED {
            let basic = HeaderValue::from_static("Basic realm=\"souk\", charset=\"UTF-8\"");
            headers.insert(header::WWW_AUTHENTICATE, basic);
        }
        response
    }
}

impl<T: IntoResponse> IntoResponse for Outcome<T> {
    fn into_response(self) -> Response {
        match self.0 {
            Ok(answer) => answer.into_response(),
            Err(error) => error.into_response(),
        }
    }
}

impl<T: Output> Output for Outcome<T> {
    fn replies(schemas: &mut Schemas) -> Vec<Reply> {
        let error = schemas.written::<Body>();
        let refused = |status| Reply::of(status, "application/json", error.clone());
        let mut replies = T::replies(schemas);
        replies.push(refused(400));
        replies.push(refused(401));
        replies
    }
}

impl From<Problem> for OAuthError {
    fn from(problem: Problem) -> Self {
        Self::Failed(problem)
    }
}

impl From<sqlx::Error> for OAuthError {
    fn from(error: sqlx::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<NotAuthenticated> for OAuthError {
    fn from(error: NotAuthenticated) -> Self {
        match error {
            NotAuthenticated::Unclear(why) => Self::new(ErrorCode::InvalidRequest, why),
            NotAuthenticated::Wrong => Self::new(
                ErrorCode::InvalidClient,
                "the client is unknown, shut off, or its secret is wrong",
            ),
            NotAuthenticated::Failed(problem) => Self::Failed(problem),
        }
    }
}

impl From<NotRefreshed> for OAuthError {
    fn from(error: NotRefreshed) -> Self {
        match error {
            NotRefreshed::Grant => Self::new(
                ErrorCode::InvalidGrant,
                "the refresh token was used before, has expired, or is another client's",
            ),
            NotRefreshed::Scope => Self::new(
                ErrorCode::InvalidScope,
                "more is asked for than had been granted",
            ),
            NotRefreshed::Failed(problem) => Self::Failed(problem),
        }
    }
}
