//! What the provider's answers mean. Whatever leaves a doubt whether money has moved is unclear, and asked again.

use serde::Deserialize;
use souk_kit::resilience::ClientError;

use super::Unclear;
use crate::domain::{Kind, Reply};

/// The part of a PaymentIntent or a Refund that tells what became of it.
#[derive(Deserialize)]
struct Thing {
    id: String,
    status: String,
}

#[derive(Deserialize)]
struct Failure {
    error: Details,
}

#[derive(Deserialize)]
struct Details {
    #[serde(rename = "type")]
    kind: String,
    code: Option<String>,
    decline_code: Option<String>,
    payment_intent: Option<Thing>,
}

/// What the provider has said about an entry of this kind.
pub(super) fn understand(
    kind: Kind,
    answered: Result<Vec<u8>, ClientError>,
) -> Result<Reply, Unclear> {
    match answered {
        Ok(body) => match serde_json::from_slice(&body) {
            Ok(thing) => done(kind, thing),
            Err(error) => Err(Unclear(format!("its answer cannot be read: {error}"))),
        },
        Err(ClientError::Status(name, status, body)) => {
            let unclear = || Unclear(format!("{name} answered {status}: {body}"));
            match (status.as_u16(), serde_json::from_str(&body)) {
                (400 | 402, Ok(Failure { error })) => refused(kind, error).ok_or_else(unclear),
                // Nothing but the address can be missing when an authorisation is asked for.
                (404, Ok(Failure { error })) if kind != Kind::Authorization => {
                    refused(kind, error).ok_or_else(unclear)
                }
                _ => Err(unclear()),
            }
        }
        Err(error) => Err(Unclear(error.to_string())),
    }
}

fn done(kind: Kind, Thing { id, status }: Thing) -> Result<Reply, Unclear> {
    match (kind, status.as_str()) {
        (Kind::Authorization, "requires_capture")
        | (Kind::Capture, "succeeded")
        | (Kind::Void, "canceled")
        | (Kind::Refund, "succeeded" | "pending") => Ok(Reply::Done(id)),
        (Kind::Authorization, "requires_action" | "requires_payment_method" | "canceled")
        | (Kind::Refund, "failed" | "canceled") => Ok(Reply::Refused(status)),
        _ => Err(Unclear(format!("{id} is {status}"))),
    }
}

/// A refusal; none if it is one of the question's form, which says nothing about the money.
fn refused(kind: Kind, details: Details) -> Option<Reply> {
    if details.kind == "idempotency_error" {
        return None;
    }
    // Somebody has done the same at the provider's own desk.
    if let Some(Thing { id, status }) = details.payment_intent
        && matches!(
            (kind, status.as_str()),
            (Kind::Capture, "succeeded") | (Kind::Void, "canceled")
        )
    {
        return Some(Reply::Done(id));
    }
    let reason = details.decline_code.or(details.code);
    Some(Reply::Refused(reason.unwrap_or(details.kind)))
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use serde_json::{Value, json};

    use super::*;

    fn failed(kind: Kind, status: u16, error: Value) -> Result<Reply, Unclear> {
        let status = StatusCode::from_u16(status).unwrap();
        let body = json!({ "error": error }).to_string();
        understand(
            kind,
            Err(ClientError::Status("payment-provider", status, body)),
        )
    }

    fn refused_for(reason: &str) -> Reply {
        Reply::Refused(reason.to_owned())
    }

    #[test]
    fn a_decline_is_known_by_its_decline_code_or_else_by_its_code() {
        let declined = json!({ "type": "card_error", "code": "card_declined", "decline_code": "insufficient_funds" });
        assert_eq!(
            failed(Kind::Authorization, 402, declined).unwrap(),
            refused_for("insufficient_funds")
        );
        let unknown = json!({ "type": "invalid_request_error", "code": "resource_missing", "param": "payment_method" });
        assert_eq!(
            failed(Kind::Authorization, 400, unknown).unwrap(),
            refused_for("resource_missing")
        );
    }

    #[test]
    fn whatever_leaves_a_doubt_is_unclear() {
        let error = json!({ "type": "api_error" });
        for status in [401, 403, 404, 409, 429, 500, 503] {
            assert!(
                failed(Kind::Authorization, status, error.clone()).is_err(),
                "{status}"
            );
        }
        let reused = json!({ "type": "idempotency_error" });
        assert!(failed(Kind::Authorization, 400, reused).is_err());
        assert!(understand(Kind::Capture, Ok(b"<html>".to_vec())).is_err());
        let processing = json!({ "id": "pi_1", "status": "processing" }).to_string();
        assert!(understand(Kind::Capture, Ok(processing.into_bytes())).is_err());
    }

    #[test]
    fn what_was_done_by_hand_is_done() {
        let canceled = json!({
            "type": "invalid_request_error", "code": "payment_intent_unexpected_state",
            "payment_intent": { "id": "pi_1", "status": "canceled" },
        });
        assert_eq!(
            failed(Kind::Void, 400, canceled.clone()).unwrap(),
            Reply::Done("pi_1".into())
        );
        assert_eq!(
            failed(Kind::Capture, 400, canceled).unwrap(),
            refused_for("payment_intent_unexpected_state")
        );
    }
}
