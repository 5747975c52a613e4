//! What the provider has done, as events: in the words of the contracts.

use chrono::{DateTime, Utc};
use souk_contracts::{
    Contract, Money, PaymentAuthorized, PaymentCaptured, PaymentDeclined, PaymentRefunded,
    PaymentVoided,
};
use souk_kit::events::RawEvent;
use uuid::Uuid;

use crate::domain::{Entry, Kind, Outcome, Payment};

/// What a closed entry announces, if anything: a refusal is news only when it is the authorisation's.
pub(crate) fn announce(
    payment: &Payment,
    entry: &Entry,
    id: Uuid,
    now: DateTime<Utc>,
) -> Option<RawEvent> {
    let event = match (entry.kind, &entry.outcome) {
        (Kind::Authorization, Outcome::Done) => authorized(payment, entry).event(id, now),
        (Kind::Authorization, Outcome::Refused(reason)) => declined(payment, reason).event(id, now),
        (Kind::Capture, Outcome::Done) => captured(payment, entry, now).event(id, now),
        (Kind::Void, Outcome::Done) => voided(payment, entry, now).event(id, now),
        (Kind::Refund, Outcome::Done) => refunded(payment, entry, now).event(id, now),
        (Kind::Capture | Kind::Void | Kind::Refund, Outcome::Refused(_)) | (_, Outcome::Open) => {
            return None;
        }
    };
    Some(event)
}

fn authorized(payment: &Payment, entry: &Entry) -> PaymentAuthorized {
    PaymentAuthorized {
        order_id: entry.order_id,
        payment_id: payment.payment_id,
        amount: amount(payment, entry),
        provider_reference: entry.provider_reference.clone().unwrap_or_default(),
    }
}

fn declined(payment: &Payment, reason: &str) -> PaymentDeclined {
    PaymentDeclined {
        order_id: payment.request.order_id,
        payment_id: payment.payment_id,
        reason: reason.to_owned(),
    }
}

fn captured(payment: &Payment, entry: &Entry, captured_at: DateTime<Utc>) -> PaymentCaptured {
    PaymentCaptured {
        order_id: entry.order_id,
        payment_id: payment.payment_id,
        amount: amount(payment, entry),
        captured_at,
    }
}

fn voided(payment: &Payment, entry: &Entry, voided_at: DateTime<Utc>) -> PaymentVoided {
    PaymentVoided {
        order_id: entry.order_id,
        payment_id: payment.payment_id,
        amount: amount(payment, entry),
        voided_at,
    }
}

fn refunded(payment: &Payment, entry: &Entry, refunded_at: DateTime<Utc>) -> PaymentRefunded {
    PaymentRefunded {
        order_id: entry.order_id,
        payment_id: payment.payment_id,
        amount: amount(payment, entry),
        refunded_at,
    }
}

fn amount(payment: &Payment, entry: &Entry) -> Money {
    Money::new(entry.amount_minor, payment.request.amount.currency)
}
