//! A payment as clients see it.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;
use souk_contracts::Money;
use uuid::Uuid;

use crate::domain::{Authentication, Entry, Kind, Payment, Postponed, State};

/// A payment.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Payment")]
pub(crate) struct PaymentView {
    /// The order that is paid for.
    order_id: Uuid,
    /// Which payment it is.
    payment_id: Uuid,
    /// Whose it is.
    account_id: Uuid,
    /// What the provider has confirmed.
    #[schemars(with = "State")]
    pub(super) status: &'static str,
    /// What the order costs.
    amount: Money,
    /// What was taken.
    captured: Money,
    /// What was given back.
    refunded: Money,
    /// The provider's name for the means of payment.
    payment_method: String,
    /// Why the provider will not pay, in its own code.
    decline_reason: Option<String>,
    /// What the provider calls it.
    provider_reference: Option<String>,
    /// When it was asked for.
    requested_at: DateTime<Utc>,
    /// When it last changed.
    updated_at: DateTime<Utc>,
}

/// What the customer has to do before the money is held.
#[derive(Serialize, JsonSchema)]
pub(crate) struct NextAction {
    /// To open a page of the provider, and confirm the payment there.
    #[serde(rename = "type")]
    #[schemars(extend("enum" = ["redirect_to_url"]))]
    kind: &'static str,
    /// Where that page is. Afterwards the provider sends the customer back to the shop, which then asks for `complete`.
    #[schemars(extend("format" = "uri"))]
    url: String,
}

/// How a payment waits for a provider that does not answer.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Waiting {
    /// Since when.
    since: DateTime<Utc>,
    /// How often it was put off since then.
    attempts: u32,
}

/// Something that the provider was asked to do.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "LedgerEntry")]
pub(crate) struct EntryView {
    /// Which one it is; the provider knows it by this.
    entry_id: Uuid,
    /// What.
    #[schemars(with = "Kind")]
    kind: &'static str,
    /// Of how much.
    amount: Money,
    /// What has come of it; `open` while that is not known.
    #[schemars(extend("enum" = ["open", "done", "refused"]))]
    status: &'static str,
    /// Why it was refused, in the provider's own code.
    reason: Option<String>,
    /// What the provider calls it.
    provider_reference: Option<String>,
    /// When it was written down.
    opened_at: DateTime<Utc>,
    /// When the outcome was known.
    closed_at: Option<DateTime<Utc>>,
}

impl NextAction {
    pub(super) fn of(authentication: &Authentication) -> Self {
        Self {
            kind: "redirect_to_url",
            url: authentication.url.clone(),
        }
    }
}

impl Waiting {
    pub(super) fn of(postponed: Postponed) -> Self {
        Self {
            since: postponed.since,
            attempts: postponed.attempts,
        }
    }
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
