//! Who is publishing.

use axum::{
    extract::FromRequestParts,
    http::{HeaderValue, StatusCode, header::WWW_AUTHENTICATE, request::Parts},
    response::{IntoResponse, Response},
};
use serde_json::json;
use souk_kit::{
    Problem,
    api::{Input, Operation},
};

/// Kong's key-auth sets it to the consumer whose API key was sent, whatever the client sent under this name. The function
/// is cluster-local, and only the gateway leads here from outside: that is why the header is believed.
const CONSUMER: &str = "x-consumer-username";

/// The publisher that the gateway has recognised.
pub(crate) struct Recognised(pub(crate) String);

/// The request did not come through the gateway's key-auth.
pub(crate) struct Unrecognised;

impl<S: Send + Sync> FromRequestParts<S> for Recognised {
    type Rejection = Unrecognised;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Unrecognised> {
        let consumer = parts.headers.get(CONSUMER).map(HeaderValue::to_str);
        match consumer {
            Some(Ok(name)) if !name.trim().is_empty() => Ok(Self(name.to_owned())),
            _ => Err(Unrecognised),
        }
    }
}

impl Input for Recognised {
    fn describe(operation: &mut Operation<'_>) {
        let scheme = json!({
            "type": "apiKey", "in": "header", "name": "X-Api-Key",
            "description": "The key of a publisher. What each may publish is agreed with the shop."
        });
        operation.security("apiKey", scheme);
        operation.refuses(
            401,
            "unauthorized",
            "The gateway has recognised no publisher.",
        );
    }
}

impl IntoResponse for Unrecognised {
    fn into_response(self) -> Response {
        let detail = "Only publishers whose API key the gateway has recognised are heard here.";
        let problem = Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", detail);
        let mut response = problem.into_response();
        // A problem asks for a token otherwise, which would not help here.
        let scheme = HeaderValue::from_static("Key");
        response.headers_mut().insert(WWW_AUTHENTICATE, scheme);
        response
    }
}
