//! The body of a request to an OAuth endpoint: a form in which nothing is repeated (RFC 6749, 3.2).

use std::{collections::BTreeMap, marker::PhantomData};

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use souk_kit::{
    Problem,
    api::{Input, Operation},
};
use url::form_urlencoded;
use zeroize::Zeroizing;

use super::{ErrorCode, OAuthError};
use crate::{
    app::App,
    clients::{self, Authentication},
    domain::{Client, Scope},
};

const FORM: &str = "application/x-www-form-urlencoded";

/// What was sent, and the headers it came with; `F` describes it. An empty parameter counts as not sent.
pub(super) struct Form<F> {
    /// Some are secrets: they are wiped when they are dropped.
    parameters: BTreeMap<String, Zeroizing<String>>,
    headers: HeaderMap,
    described: PhantomData<fn() -> F>,
}

impl<F> Form<F> {
    /// A parameter.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(|value| value.as_str())
    }

    /// A parameter that has to be there; `why` says that it is not.
    pub(super) fn need(&self, name: &str, why: &'static str) -> Result<&str, OAuthError> {
        let missing = || OAuthError::new(ErrorCode::InvalidRequest, why);
        self.get(name).ok_or_else(missing)
    }

    /// The parameter `scope`.
    pub(super) fn scope(&self) -> Result<Option<Scope>, OAuthError> {
        let unreadable = |_| OAuthError::new(ErrorCode::InvalidScope, "scope cannot be read");
        self.get("scope")
            .map(str::parse)
            .transpose()
            .map_err(unreadable)
    }

    /// The headers.
    pub(super) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The client that asks.
    pub(super) async fn client(&self, app: &App) -> Result<Client, OAuthError> {
        let (client_id, secret) = (self.get("client_id"), self.get("client_secret"));
        let shown = Authentication::of(&self.headers, client_id, secret)?;
        Ok(clients::authenticate(app.pool(), &shown).await?)
    }
}

impl<S: Send + Sync, F> FromRequest<S> for Form<F> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let headers = request.headers().clone();
        if !is_form(&headers) {
            let detail = format!("This takes forms: {FORM}.");
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            let problem = Problem::new(status, "unsupported-media-type", detail);
            return Err(problem.into_response());
        }
        let body = Bytes::from_request(request, state).await;
        let body = body.map_err(|rejection| {
            let (status, detail) = (rejection.status(), rejection.body_text());
            Problem::new(status, "body-too-large", detail).into_response()
        })?;
        let parameters = read(&body).map_err(IntoResponse::into_response)?;
        Ok(Self {
            parameters,
            headers,
            described: PhantomData,
        })
    }
}

impl<F: JsonSchema> Input for Form<F> {
    fn describe(operation: &mut Operation<'_>) {
        let schema = operation.schemas().read::<F>();
        operation.body(FORM, &schema);
        operation.refuses(
            413,
            "body-too-large",
            "The body is larger than what is taken.",
        );
        operation.refuses(
            415,
            "unsupported-media-type",
            "The body is not `application/x-www-form-urlencoded`.",
        );
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let media_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let media_type = media_type.and_then(|value| value.split(';').next());
    media_type.is_some_and(|media_type| media_type.trim().eq_ignore_ascii_case(FORM))
}

fn read(body: &[u8]) -> Result<BTreeMap<String, Zeroizing<String>>, OAuthError> {
    let wrong = |why| OAuthError::new(ErrorCode::InvalidRequest, why);
    let mut parameters = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(body) {
        if value.contains('\0') {
            return Err(wrong("a parameter holds a NUL character"));
        }
        if value.is_empty() {
            continue;
        }
        if parameters
            .insert(name.into_owned(), Zeroizing::new(value.into_owned()))
            .is_some()
        {
            return Err(wrong("a parameter is repeated"));
        }
    }
    Ok(parameters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_repeated_and_what_is_empty_was_not_sent() {
        let read = |text: &str| read(text.as_bytes()).ok();
        let one = read("a=1&b=&c=x%20y").unwrap();
        assert_eq!(one.len(), 2);
        assert_eq!(one["c"].as_str(), "x y");
        assert!(read("a=1&a=1").is_none());
        assert!(read("a=%00").is_none());
    }
}
