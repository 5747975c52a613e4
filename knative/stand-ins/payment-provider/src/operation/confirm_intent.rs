//! The customer confirms a payment on the page for that, or refuses to.

use serde_json::json;

use super::{Effect, create_intent::charged, done, new_id, refused};
use crate::{
    answer::Failure,
    records::{Intent, Status},
};

const REFUSED: &str = "We are unable to authenticate your payment method. Please choose a different payment method and try again.";

/// The payment goes on as that of a card that needs no confirmation.
pub(super) fn approve(intent: &Intent) -> Result<Effect, Failure> {
    if intent.status != Status::RequiresAction {
        return Ok(refused(not_waiting(intent)));
    }
    Ok(done(charged(Intent {
        latest_charge: Some(new_id("ch")),
        ..intent.clone()
    })))
}

/// The payment is declined.
pub(super) fn refuse(intent: &Intent) -> Result<Effect, Failure> {
    if intent.status != Status::RequiresAction {
        return Ok(refused(not_waiting(intent)));
    }
    Ok(done(Intent {
        status: Status::RequiresPaymentMethod,
        payment_method: None,
        last_payment_error: Some(json!({
            "type": "invalid_request_error",
            "code": "payment_intent_authentication_failure",
            "message": REFUSED,
        })),
        ..intent.clone()
    }))
}

fn not_waiting(intent: &Intent) -> Failure {
    Failure::unexpected_state(intent, "confirmed", "requires_action")
}
