//! Holds money, or takes it at once.

use axum::http::StatusCode;
use uuid::Uuid;

use super::{Effect, done, new_id};
use crate::{
    answer::Failure,
    card::{self, AUTHENTICATION_REQUIRED, Decline, Verdict},
    form::Form,
    records::{Intent, Status},
};

pub(super) fn create_intent(form: &Form, base: &str, now: i64) -> Result<Effect, Failure> {
    form.only(&[
        "amount",
        "capture_method",
        "confirm",
        "currency",
        "description",
        "error_on_requires_action",
        "metadata",
        "off_session",
        "payment_method",
        "payment_method_types",
        "return_url",
    ])?;
    if !form.flag("confirm")? {
        let message = "This stand-in takes `confirm=true` only.".to_owned();
        return Err(Failure::parameter("parameter_invalid", "confirm", message));
    }
    let payment_method = form.required("payment_method")?.to_owned();
    let verdict = card::verdict(&payment_method);
    if verdict == Verdict::Unknown {
        let (status, noun) = (StatusCode::BAD_REQUEST, "PaymentMethod");
        return Err(Failure::missing(
            status,
            noun,
            "payment_method",
            &payment_method,
        ));
    }
    let intent = new_intent(form, payment_method, now)?;
    let fails_without_customer =
        form.flag("error_on_requires_action")? || form.flag("off_session")?;
    Ok(match verdict {
        Verdict::Declined(decline) => declined(intent, decline),
        Verdict::NeedsAuthentication if fails_without_customer => {
            declined(intent, AUTHENTICATION_REQUIRED)
        }
        Verdict::NeedsAuthentication => done(waiting(intent, base)),
        Verdict::Approved | Verdict::Unknown => done(charged(intent)),
    })
}

fn new_intent(form: &Form, payment_method: String, now: i64) -> Result<Intent, Failure> {
    let missing = || form.required("amount").map(|_| 0);
    let amount = form.amount("amount")?.map_or_else(missing, Ok)?;
    let capture_method = form.choice(
        "capture_method",
        &["automatic", "automatic_async", "manual"],
    )?;
    Ok(Intent {
        id: new_id("pi"),
        status: Status::RequiresPaymentMethod,
        amount,
        amount_capturable: 0,
        amount_received: 0,
        amount_refunded: 0,
        currency: currency(form)?,
        capture_method: capture_method.unwrap_or("automatic_async").to_owned(),
        payment_method: Some(payment_method),
        metadata: form.metadata()?,
        created: now,
        canceled_at: None,
        cancellation_reason: None,
        latest_charge: Some(new_id("ch")),
        last_payment_error: None,
        confirm_url: None,
        return_url: form.get("return_url").map(str::to_owned),
    })
}

fn currency(form: &Form) -> Result<String, Failure> {
    let currency = form.required("currency")?.to_ascii_lowercase();
    if currency.len() == 3 && currency.bytes().all(|letter| letter.is_ascii_lowercase()) {
        return Ok(currency);
    }
    let message = format!("Invalid currency: {currency}.");
    Err(Failure::parameter(
        "parameter_invalid_string",
        "currency",
        message,
    ))
}

/// With a page for the customer, at an address that nobody can guess.
fn waiting(intent: Intent, base: &str) -> Intent {
    let secret = Uuid::new_v4().simple();
    Intent {
        status: Status::RequiresAction,
        latest_charge: None,
        confirm_url: Some(format!("{base}/authenticate/{}?secret={secret}", intent.id)),
        ..intent
    }
}

pub(super) fn charged(intent: Intent) -> Intent {
    if intent.capture_method == "manual" {
        return Intent {
            status: Status::RequiresCapture,
            amount_capturable: intent.amount,
            ..intent
        };
    }
    Intent {
        status: Status::Succeeded,
        amount_received: intent.amount,
        ..intent
    }
}

fn declined(mut intent: Intent, decline: Decline) -> Effect {
    let error = Failure::declined(decline, &intent);
    let mut remembered = error.error().clone();
    if let Some(fields) = remembered.as_object_mut() {
        fields.remove("payment_intent");
    }
    intent.payment_method = None;
    intent.last_payment_error = Some(remembered);
    Effect {
        answer: Err(Failure::declined(decline, &intent)),
        intent: Some(intent),
        refund: None,
    }
}
