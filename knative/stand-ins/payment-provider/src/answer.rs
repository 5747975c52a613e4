//! What is answered: a thing or an error, in the API's own form.

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{card::Decline, records::Intent};

/// Status and body, as they are answered again to the same idempotency key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

/// An error.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Failure {
    status: StatusCode,
    error: Value,
}

impl Answer {
    pub(crate) fn ok(body: &Value) -> Self {
        Self {
            status: 200,
            body: body.to_string(),
        }
    }

    /// The same as an HTTP response; `replayed`: it was given before.
    pub(crate) fn response(self, replayed: bool) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Ok(id) = HeaderValue::try_from(format!("req_{}", Uuid::new_v4().simple())) {
            headers.insert("request-id", id);
        }
        if replayed {
            headers.insert("idempotent-replayed", HeaderValue::from_static("true"));
        }
        response
    }
}

impl Failure {
    fn new(status: StatusCode, error: Value) -> Self {
        Self { status, error }
    }

    fn invalid(status: StatusCode, message: String) -> Self {
        let error = json!({ "type": "invalid_request_error", "message": message });
        Self::new(status, error)
    }

    /// 400: a parameter cannot be used.
    pub(crate) fn parameter(code: &str, parameter: &str, message: String) -> Self {
        Self::invalid(StatusCode::BAD_REQUEST, message)
            .with("code", code)
            .with("param", parameter)
    }

    /// A parameter that names nothing: 400; in the path: 404.
    pub(crate) fn missing(status: StatusCode, noun: &str, parameter: &str, id: &str) -> Self {
        Self::invalid(status, format!("No such {noun}: '{id}'"))
            .with("code", "resource_missing")
            .with("param", parameter)
    }

    /// 401: the key is missing or wrong.
    pub(crate) fn unauthorized(brought: Option<&str>) -> Self {
        let message = match brought {
            None => "You did not provide an API key. Provide it as bearer token, or as user name of basic authentication."
                .to_owned(),
            Some(key) => {
                let last: String = key.chars().rev().take(4).collect();
                let last: String = last.chars().rev().collect();
                format!("Invalid API Key provided: ********{last}")
            }
        };
        Self::invalid(StatusCode::UNAUTHORIZED, message)
    }

    /// 404: there is nothing at this address.
    pub(crate) fn no_such_address(method: &str, path: &str) -> Self {
        let message = format!("Unrecognized request URL ({method}: {path}).");
        Self::invalid(StatusCode::NOT_FOUND, message)
    }

    /// 402: the card is declined.
    pub(crate) fn declined(decline: Decline, intent: &Intent) -> Self {
        let error =
            json!({ "type": "card_error", "code": decline.code, "message": decline.message });
        let failure = Self::new(StatusCode::PAYMENT_REQUIRED, error);
        let failure = match decline.decline_code {
            Some(code) => failure.with("decline_code", code),
            None => failure,
        };
        let failure = match &intent.latest_charge {
            Some(charge) => failure.with("charge", charge.as_str()),
            None => failure,
        };
        failure.with("payment_intent", intent.view())
    }

    /// 400: what is asked does not fit the state that the intent is in.
    pub(crate) fn unexpected_state(intent: &Intent, done: &str, allowed: &str) -> Self {
        let status = intent.status.name();
        let message = format!(
            "This PaymentIntent could not be {done} because it has a status of {status}. Only a PaymentIntent with one \
             of the following statuses may be {done}: {allowed}."
        );
        Self::invalid(StatusCode::BAD_REQUEST, message)
            .with("code", "payment_intent_unexpected_state")
            .with("payment_intent", intent.view())
    }

    /// 400: what is asked cannot be done, under a code of its own.
    pub(crate) fn refused(code: Option<&str>, message: String) -> Self {
        let failure = Self::invalid(StatusCode::BAD_REQUEST, message);
        match code {
            Some(code) => failure.with("code", code),
            None => failure,
        }
    }

    /// 400: the key was used for something else.
    pub(crate) fn key_reused(key: &str) -> Self {
        let message = format!(
            "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a \
             key other than '{key}' if you meant to execute a different request."
        );
        let error = json!({ "type": "idempotency_error", "message": message });
        Self::new(StatusCode::BAD_REQUEST, error)
    }

    /// 409: the key is being used at this moment.
    pub(crate) fn key_in_use(key: &str) -> Self {
        let message = format!(
            "There is currently another in-progress request using this Idempotent Key: {key}. Please try again later."
        );
        Self::invalid(StatusCode::CONFLICT, message).with("code", "idempotency_key_in_use")
    }

    /// 500: a switch says so.
    pub(crate) fn switched() -> Self {
        let message = "An unknown error occurred: the switch of this stand-in is on `fail`.";
        let error = json!({ "type": "api_error", "message": message });
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, error)
    }

    /// 500: what was done could not be kept.
    pub(crate) fn not_kept(error: &std::io::Error) -> Self {
        tracing::error!(%error, "the journal cannot be written");
        let error = json!({ "type": "api_error", "message": "The state cannot be kept." });
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, error)
    }

    /// The error itself, as an intent remembers it.
    pub(crate) fn error(&self) -> &Value {
        &self.error
    }

    pub(crate) fn answer(&self) -> Answer {
        Answer {
            status: self.status.as_u16(),
            body: json!({ "error": self.error }).to_string(),
        }
    }

    fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.error[key] = value.into();
        self
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        self.answer().response(false)
    }
}
