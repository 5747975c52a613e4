//! Extractors that refuse with a [`Problem`] where axum's own would answer plain text.

use ::http::request::Parts;
use axum::{
    extract::{
        FromRequest, FromRequestParts, Request,
        rejection::{BytesRejection, JsonRejection, PathRejection, QueryRejection},
    },
    response::{IntoResponse, Response},
};
use serde::{Serialize, de::DeserializeOwned};

use crate::Problem;

impl From<BytesRejection> for Problem {
    /// A body that is too large, or broke off.
    fn from(rejection: BytesRejection) -> Self {
        Self::new(rejection.status(), "body-too-large", rejection.body_text())
    }
}

/// A JSON body, in and out.
#[derive(Debug, Clone, Copy)]
pub struct Json<T>(pub T);

/// The query string.
#[derive(Debug, Clone, Copy)]
pub struct Query<T>(pub T);

/// The variable segments of the path.
#[derive(Debug, Clone, Copy)]
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let axum::Json(value) = axum::Json::from_request(request, state)
            .await
            .map_err(refuse_json)?;
        Ok(Self(value))
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let refuse = |rejection: QueryRejection| Problem::bad_request(rejection.body_text());
        let axum::extract::Query(value) = axum::extract::Query::from_request_parts(parts, state)
            .await
            .map_err(refuse)?;
        Ok(Self(value))
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    /// A path that does not parse names nothing that exists.
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = parts.uri.path().to_owned();
        let refuse = |_: PathRejection| Problem::not_found("resource at", path);
        let axum::extract::Path(value) = axum::extract::Path::from_request_parts(parts, state)
            .await
            .map_err(refuse)?;
        Ok(Self(value))
    }
}

fn refuse_json(rejection: JsonRejection) -> Problem {
    let slug = match &rejection {
        JsonRejection::JsonDataError(_) => "invalid",
        JsonRejection::MissingJsonContentType(_) => "unsupported-media-type",
        JsonRejection::BytesRejection(_) => "body-too-large",
        _ => "bad-request",
    };
    Problem::new(rejection.status(), slug, rejection.body_text())
}
