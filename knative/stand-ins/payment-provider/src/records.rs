//! Payment intents and refunds, as they are kept and as they are shown.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A payment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Intent {
    /// Sorts by the time it was made.
    pub(crate) id: String,
    pub(crate) status: Status,
    pub(crate) amount: i64,
    pub(crate) amount_capturable: i64,
    pub(crate) amount_received: i64,
    /// Shown by no intent; the real provider has it at the charge.
    pub(crate) amount_refunded: i64,
    pub(crate) currency: String,
    pub(crate) capture_method: String,
    pub(crate) payment_method: Option<String>,
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) created: i64,
    pub(crate) canceled_at: Option<i64>,
    pub(crate) cancellation_reason: Option<String>,
    pub(crate) latest_charge: Option<String>,
    pub(crate) last_payment_error: Option<Value>,
    /// The page on which the customer confirms it.
    #[serde(default)]
    pub(crate) confirm_url: Option<String>,
    /// Where the customer goes from there.
    #[serde(default)]
    pub(crate) return_url: Option<String>,
}

/// Where a payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    /// Declined: another payment method is needed.
    RequiresPaymentMethod,
    /// The customer has to authenticate.
    RequiresAction,
    /// The money is held.
    RequiresCapture,
    /// The money is let go.
    Canceled,
    /// The money is taken.
    Succeeded,
}

/// Money that was given back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Refund {
    pub(crate) id: String,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) payment_intent: String,
    pub(crate) charge: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) created: i64,
}

/// What is said about a payment, unasked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Webhook {
    /// Sorts by the time it was made.
    pub(crate) id: String,
    /// The whole body.
    pub(crate) body: String,
}

impl Status {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::RequiresPaymentMethod => "requires_payment_method",
            Self::RequiresAction => "requires_action",
            Self::RequiresCapture => "requires_capture",
            Self::Canceled => "canceled",
            Self::Succeeded => "succeeded",
        }
    }
}

impl Intent {
    /// As the API shows it.
    pub(crate) fn view(&self) -> Value {
        json!({
            "id": self.id,
            "object": "payment_intent",
            "amount": self.amount,
            "amount_capturable": self.amount_capturable,
            "amount_received": self.amount_received,
            "canceled_at": self.canceled_at,
            "cancellation_reason": self.cancellation_reason,
            "capture_method": self.capture_method,
            "created": self.created,
            "currency": self.currency,
            "last_payment_error": self.last_payment_error,
            "latest_charge": self.latest_charge,
            "livemode": false,
            "metadata": self.metadata,
            "next_action": self.next_action(),
            "payment_method": self.payment_method,
            "payment_method_types": ["card"],
            "status": self.status.name(),
        })
    }
}

impl Webhook {
    /// That a payment has come to stand as it does now.
    pub(crate) fn of(intent: &Intent, id: String, now: i64) -> Self {
        let event_type = match intent.status {
            Status::RequiresPaymentMethod => "payment_intent.payment_failed",
            Status::RequiresAction => "payment_intent.requires_action",
            Status::RequiresCapture => "payment_intent.amount_capturable_updated",
            Status::Canceled => "payment_intent.canceled",
            Status::Succeeded => "payment_intent.succeeded",
        };
        let body = json!({
            "id": id,
            "object": "event",
            "created": now,
            "livemode": false,
            "type": event_type,
            "data": { "object": intent.view() },
        });
        Self {
            id,
            body: body.to_string(),
        }
    }
}

impl Intent {
    /// What the customer has to do.
    fn next_action(&self) -> Value {
        match &self.confirm_url {
            Some(url) if self.status == Status::RequiresAction => json!({
                "type": "redirect_to_url",
                "redirect_to_url": { "return_url": self.return_url, "url": url },
            }),
            _ => Value::Null,
        }
    }
}

impl Refund {
    /// As the API shows it.
    pub(crate) fn view(&self) -> Value {
        json!({
            "id": self.id,
            "object": "refund",
            "amount": self.amount,
            "charge": self.charge,
            "created": self.created,
            "currency": self.currency,
            "metadata": self.metadata,
            "payment_intent": self.payment_intent,
            "reason": self.reason,
            "status": "succeeded",
        })
    }
}
