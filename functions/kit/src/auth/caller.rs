//! The caller, as handlers ask for it.

use ::http::{header::AUTHORIZATION, request::Parts};
use axum::{
    RequestPartsExt,
    extract::{Extension, FromRequestParts, OptionalFromRequestParts, Query},
};
use serde::Deserialize;
use uuid::Uuid;

use super::TokenVerifier;
use crate::Problem;

/// Somebody with a valid token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The account.
    pub subject: Uuid,
    /// Where its owner is written to.
    pub email: String,
    /// What it may do: `customer`, `merchant`.
    pub roles: Vec<String>,
    /// The program that it uses, if the token names one (`azp`).
    pub client: Option<String>,
    pub(super) token: String,
}

/// A caller that cannot send headers, such as a browser's `EventSource`: the token may be the parameter `access_token`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamCaller(pub Caller);

impl Caller {
    /// Whether it has a role.
    pub fn has(&self, role: &str) -> bool {
        self.roles.iter().any(|own| own == role)
    }

    /// Refuses those without a role.
    pub fn require(&self, role: &str) -> Result<(), Problem> {
        if self.has(role) {
            return Ok(());
        }
        Err(Problem::forbidden(format!("This needs the role {role}.")))
    }

    /// The token itself, to ask another function on the caller's behalf.
    pub fn token(&self) -> &str {
        &self.token
    }

    #[cfg(test)]
    pub(crate) fn for_tests(token: &str) -> Self {
        Self {
            subject: Uuid::nil(),
            email: "ada@souk.example".into(),
            roles: vec!["customer".into()],
            client: None,
            token: token.into(),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let token = bearer(parts)?.ok_or_else(Problem::unauthorized)?;
        verify(parts, &token).await
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for Caller {
    type Rejection = Problem;

    /// No token is nobody; a bad token is an error still.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Problem> {
        match bearer(parts)? {
            None => Ok(None),
            Some(token) => verify(parts, &token).await.map(Some),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for StreamCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let token = match bearer(parts)? {
            Some(token) => token,
            None => parameter(parts).ok_or_else(Problem::unauthorized)?,
        };
        verify(parts, &token).await.map(Self)
    }
}

async fn verify(parts: &mut Parts, token: &str) -> Result<Caller, Problem> {
    let verifier = parts.extract::<Extension<TokenVerifier>>().await;
    let Extension(verifier) =
        verifier.map_err(|_| Problem::internal("the service was built without `auth`"))?;
    verifier.verify(token).map_err(|error| {
        tracing::info!(%error, "a token was refused");
        Problem::unauthorized()
    })
}

/// The token in the `Authorization` header; another scheme than `Bearer` is refused.
fn bearer(parts: &Parts) -> Result<Option<String>, Problem> {
    let Some(value) = parts.headers.get(AUTHORIZATION) else {
        return Ok(None);
    };
    let value = value.to_str().map_err(|_| Problem::unauthorized())?;
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
            Ok(Some(token.trim().to_owned()))
        }
        _ => Err(Problem::unauthorized()),
    }
}

fn parameter(parts: &Parts) -> Option<String> {
    #[derive(Deserialize)]
    struct Parameters {
        access_token: Option<String>,
    }
    Query::<Parameters>::try_from_uri(&parts.uri)
        .ok()?
        .0
        .access_token
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(authorization: &str) -> Parts {
        ::http::Request::get("/v1?access_token=q")
            .header(AUTHORIZATION, authorization)
            .body(())
            .unwrap()
            .into_parts()
            .0
    }

    #[test]
    fn only_the_bearer_scheme_carries_a_token() {
        assert_eq!(
            bearer(&parts("Bearer abc")).unwrap().as_deref(),
            Some("abc")
        );
        assert_eq!(
            bearer(&parts("bearer abc")).unwrap().as_deref(),
            Some("abc")
        );
        assert!(bearer(&parts("Basic abc")).is_err());
        assert!(bearer(&parts("abc")).is_err());
    }

    #[test]
    fn a_stream_may_bring_its_token_as_a_parameter() {
        assert_eq!(parameter(&parts("x")).as_deref(), Some("q"));
    }

    #[test]
    fn a_missing_role_is_forbidden() {
        let caller = Caller::for_tests("t");
        assert!(caller.require("customer").is_ok());
        assert_eq!(
            caller.require("merchant").unwrap_err().status(),
            ::http::StatusCode::FORBIDDEN
        );
    }
}
