//! A payment as clients see it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use souk_contracts::Money;
use uuid::Uuid;

use crate::domain::{Entry, Payment};

#[derive(Serialize)]
pub(crate) struct PaymentView {
    order_id: Uuid,
    payment_id: Uuid,
    account_id: Uuid,
    status: &'static str,
    amount: Money,
    captured: Money,
    refunded: Money,
    payment_method: String,
    decline_reason: Option<String>,
    provider_reference: Option<String>,
    requested_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

#[derive(Serialize)]
pub(crate) struct EntryView {
    entry_id: Uuid,
    kind: &'static str,
    amount: Money,
    status: &'static str,
    reason: Option<String>,
    provider_reference: Option<String>,
    opened_at: DateTime<Utc>,
    closed_at: Option<DateTime<Utc>>,
}

impl PaymentView {
    pub(super) fn of(payment: Payment) -> Self {
        let money = |minor| Money::new(minor, payment.request.amount.currency);
        Self {
            order_id: payment.request.order_id,
            payment_id: payment.payment_id,
            account_id: payment.request.account_id,
            status: payment.standing.state.name(),
            amount: payment.request.amount,
            captured: money(payment.captured_minor),
            refunded: money(payment.refunded_minor),
            payment_method: payment.request.payment_method,
            decline_reason: payment.decline_reason,
            provider_reference: payment.provider_reference,
            requested_at: payment.requested_at,
            updated_at: payment.updated_at,
        }
    }
}

impl EntryView {
    pub(super) fn of(payment: &Payment, entry: Entry) -> Self {
        Self {
            entry_id: entry.entry_id,
            kind: entry.kind.name(),
            amount: Money::new(entry.amount_minor, payment.request.amount.currency),
            status: entry.outcome.name(),
            reason: entry.outcome.reason().map(str::to_owned),
            provider_reference: entry.provider_reference,
            opened_at: entry.opened_at,
            closed_at: entry.closed_at,
        }
    }
}
