//! What the provider has done, as events: in the words of the contracts.

use chrono::{DateTime, Utc};
use souk_contracts::{
    AuthenticationRequested, CaptureRefused, Contract, Money, PaymentAuthorized, PaymentCaptured,
    PaymentDeclined, PaymentPostponed, PaymentRefunded, PaymentVoided,
};
use souk_kit::events::RawEvent;
use uuid::Uuid;

use crate::domain::{Announcement, Entry, Payment};

/// What there is to tell of an entry, as an event with this id.
pub(crate) fn announce(
    payment: &Payment,
    entry: &Entry,
    what: Announcement,
    id: Uuid,
    now: DateTime<Utc>,
) -> RawEvent {
    match what {
        Announcement::Authorized => authorized(payment, entry).event(id, now),
        Announcement::Declined(reason) => declined(payment, reason).event(id, now),
        Announcement::AuthenticationRequested => authentication(payment).event(id, now),
        Announcement::Captured => captured(payment, entry, now).event(id, now),
        Announcement::CaptureRefused(reason) => refused(payment, entry, reason).event(id, now),
        Announcement::Voided => voided(payment, entry, now).event(id, now),
        Announcement::Refunded => refunded(payment, entry, now).event(id, now),
    }
}

/// That a payment is put off, as an event with this id.
pub(crate) fn postponed(payment: &Payment, attempt: u32, id: Uuid, now: DateTime<Utc>) -> RawEvent {
    let postponed = PaymentPostponed {
        order_id: payment.request.order_id,
        payment_id: payment.payment_id,
        attempt,
        postponed_at: now,
    };
    postponed.event(id, now)
}

fn authorized(payment: &Payment, entry: &Entry) -> PaymentAuthorized {
    PaymentAuthorized {
        order_id: entry.order_id,
        payment_id: payment.payment_id,
        amount: amount(payment, entry),
        provider_reference: entry.provider_reference.clone().unwrap_or_default(),
    }
}

fn declined(payment: &Payment, reason: String) -> PaymentDeclined {
    PaymentDeclined {
        order_id: payment.request.order_id,
        payment_id: payment.payment_id,
        reason,
    }
}

fn authentication(payment: &Payment) -> AuthenticationRequested {
    AuthenticationRequested {
        order_id: payment.request.order_id,
        payment_id: payment.payment_id,
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

fn refused(payment: &Payment, entry: &Entry, reason: String) -> CaptureRefused {
    CaptureRefused {
        order_id: entry.order_id,
        payment_id: payment.payment_id,
        amount: amount(payment, entry),
        reason,
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
