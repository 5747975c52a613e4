//! A form that was shown by us and sent by the same browser.

use std::marker::PhantomData;

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use souk_kit::{
    Problem,
    api::{Input, Operation},
};
use zeroize::Zeroizing;

use super::{
    answer::{Done, problem},
    browser::Browser,
    page::Page,
};
use crate::{app::App, authorize::Parameters};

const FORM: &str = "application/x-www-form-urlencoded";

/// Its fields, and who has sent it. A field that is empty or repeated counts as not sent.
pub(crate) struct Posted<F> {
    /// The fields, without the mark.
    pub(crate) fields: F,
    /// The browser.
    pub(crate) browser: Browser,
}

/// The body of a form, whoever has sent it; `F` describes it.
pub(crate) struct Body<F> {
    /// As it came.
    pub(crate) text: Zeroizing<String>,
    described: PhantomData<fn() -> F>,
}

impl<F: DeserializeOwned> FromRequest<App> for Posted<F> {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let browser = Browser::from_request_parts(&mut parts, app)
            .await
            .map_err(problem)?;
        let body = Body::<F>::from_request(Request::from_parts(parts, body), app).await?;
        let sent = Parameters::read(&body.text);
        if !browser.has_sent(sent.get("form")) {
            return Err(stale());
        }
        let fields = sent.fields();
        let unreadable = |_| problem(Problem::bad_request("A field is missing."));
        Ok(Self {
            fields: fields.map_err(unreadable)?,
            browser,
        })
    }
}

impl<S: Send + Sync, F> FromRequest<S> for Body<F> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let media_type = request.headers().get(CONTENT_TYPE);
        let is_form = media_type
            .and_then(|media_type| media_type.to_str().ok())
            .and_then(|media_type| media_type.split(';').next())
            .is_some_and(|media_type| media_type.trim().eq_ignore_ascii_case(FORM));
        if !is_form {
            let detail = format!("This takes forms: {FORM}.");
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            return Err(problem(Problem::new(
                status,
                "unsupported-media-type",
                detail,
            )));
        }
        let bytes = Bytes::from_request(request, state).await;
        let bytes = bytes.map_err(|rejection| {
            let (status, detail) = (rejection.status(), rejection.body_text());
            problem(Problem::new(status, "body-too-large", detail))
        })?;
        let unreadable = |_| problem(Problem::bad_request("The form is not UTF-8."));
        let text = std::str::from_utf8(&bytes).map_err(unreadable)?;
        Ok(Self {
            text: text.to_owned().into(),
            described: PhantomData,
        })
    }
}

/// Tells people what is nearly always the matter, and attackers nothing.
fn stale() -> Response {
    let text = "The page was open for too long, or your browser takes no cookies. Go back, load it again, and try again.";
    Done::from(Page::wrong(
        StatusCode::FORBIDDEN,
        "Once more, please",
        text,
    ))
    .into_response()
}

impl<F: JsonSchema> Input for Posted<F> {
    fn describe(operation: &mut Operation<'_>) {
        Body::<F>::describe(operation);
    }
}

impl<F: JsonSchema> Input for Body<F> {
    fn describe(operation: &mut Operation<'_>) {
        let schema = operation.schemas().read::<F>();
        operation.body(FORM, &schema);
    }
}
