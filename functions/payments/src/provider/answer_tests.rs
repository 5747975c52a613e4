//! What the provider's answers mean, one by one.

use axum::http::StatusCode;
use chrono::DateTime;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::domain::Kind;

fn entry(kind: Kind) -> Entry {
    Entry::open(Uuid::nil(), Uuid::nil(), kind, 2500, DateTime::UNIX_EPOCH)
}

fn ask(kind: Kind) -> Ask {
    match kind {
        Kind::Authorization => Ask::Authorize,
        Kind::Capture => Ask::Capture,
        Kind::Void => Ask::Void,
        Kind::Refund => Ask::Refund,
    }
}

fn answered(kind: Kind, body: Value) -> Result<Reply, Unclear> {
    reply(understand(
        &entry(kind),
        ask(kind),
        Ok(body.to_string().into_bytes()),
    ))
}

fn failed(kind: Kind, status: u16, error: Value) -> Result<Reply, Unclear> {
    failed_as(kind, ask(kind), status, error)
}

fn failed_as(kind: Kind, ask: Ask, status: u16, error: Value) -> Result<Reply, Unclear> {
    let status = StatusCode::from_u16(status).unwrap();
    let body = json!({ "error": error }).to_string();
    let error = ClientError::Status("payment-provider", status, body);
    reply(understand(&entry(kind), ask, Err(error)))
}

fn reply(understood: Result<Understood, Unclear>) -> Result<Reply, Unclear> {
    match understood? {
        Understood::Reply(reply) => Ok(reply),
        Understood::KeyReused => Err(Unclear("the key is known".into())),
    }
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
    let page = understand(&entry(Kind::Capture), Ask::Capture, Ok(b"<html>".to_vec()));
    assert!(page.is_err());
    let processing = json!({ "id": "pi_1", "status": "processing" });
    assert!(answered(Kind::Capture, processing).is_err());
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

#[test]
fn a_payment_that_has_to_be_confirmed_is_so_with_a_page_and_declined_without() {
    let waits = |next_action: Value| {
        let body = json!({ "id": "pi_1", "status": "requires_action", "next_action": next_action });
        answered(Kind::Authorization, body).unwrap()
    };
    let page = json!({ "type": "redirect_to_url", "redirect_to_url": { "url": "https://bank.example/1" } });
    let expected = Reply::NeedsCustomer {
        reference: "pi_1".into(),
        url: "https://bank.example/1".into(),
    };
    assert_eq!(waits(page), expected);
    let script = json!({ "type": "use_stripe_sdk" });
    assert_eq!(waits(script), refused_for("authentication_required"));
}

#[test]
fn what_is_given_up_is_declined_unless_it_still_waits() {
    let canceled = json!({
        "type": "invalid_request_error", "code": "payment_intent_unexpected_state",
        "payment_intent": { "id": "pi_1", "status": "canceled" },
    });
    let given_up = failed_as(Kind::Authorization, Ask::Abandon, 400, canceled);
    assert_eq!(given_up.unwrap(), refused_for("canceled"));
    let odd = json!({ "type": "invalid_request_error", "code": "parameter_unknown" });
    assert!(failed_as(Kind::Authorization, Ask::Abandon, 400, odd).is_err());
    let missing = json!({ "type": "invalid_request_error", "code": "resource_missing" });
    let forgotten = failed_as(Kind::Authorization, Ask::Abandon, 404, missing.clone());
    assert_eq!(forgotten.unwrap(), refused_for("resource_missing"));
    assert!(failed_as(Kind::Authorization, Ask::Look, 404, missing).is_err());
}
