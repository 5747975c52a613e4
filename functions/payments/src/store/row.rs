//! Payments and entries as their rows, and back.

use chrono::{DateTime, Utc};
use souk_contracts::Money;
use sqlx::FromRow;
use uuid::Uuid;

use super::unreadable;
use crate::domain::{
    Authentication, Entry, Kind, Outcome, Payment, Postponed, Request, Standing, State, Wait,
    Wanted,
};

#[derive(FromRow)]
pub(super) struct PaymentRow {
    order_id: Uuid,
    payment_id: Uuid,
    account_id: Uuid,
    state: String,
    wanted: String,
    amount_minor: Option<i64>,
    currency: Option<String>,
    payment_method: Option<String>,
    captured_minor: i64,
    refunded_minor: i64,
    provider_reference: Option<String>,
    decline_reason: Option<String>,
    requested_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    authentication_url: Option<String>,
    authentication_requested_at: Option<DateTime<Utc>>,
    postponed_since: Option<DateTime<Utc>>,
    postponed_attempts: Option<i64>,
}

#[derive(FromRow)]
pub(super) struct EntryRow {
    entry_id: Uuid,
    order_id: Uuid,
    kind: String,
    amount_minor: i64,
    outcome: String,
    provider_reference: Option<String>,
    reason: Option<String>,
    asked_by: Option<Uuid>,
    claimed_until: Option<DateTime<Utc>>,
    opened_at: DateTime<Utc>,
    closed_at: Option<DateTime<Utc>>,
}

impl PaymentRow {
    /// The payment; none if it was never requested.
    pub(super) fn payment(self) -> Result<Option<Payment>, sqlx::Error> {
        let (Some(amount_minor), Some(currency), Some(payment_method)) =
            (self.amount_minor, &self.currency, &self.payment_method)
        else {
            return Ok(None);
        };
        let request = Request {
            order_id: self.order_id,
            account_id: self.account_id,
            amount: Money::new(amount_minor, currency.parse().map_err(unreadable)?),
            payment_method: payment_method.clone(),
        };
        Ok(Some(Payment {
            payment_id: self.payment_id,
            request,
            standing: self.standing()?,
            wait: self.wait(),
            captured_minor: self.captured_minor,
            refunded_minor: self.refunded_minor,
            provider_reference: self.provider_reference,
            decline_reason: self.decline_reason,
            requested_at: self.requested_at,
            updated_at: self.updated_at,
        }))
    }

    fn wait(&self) -> Wait {
        let url = self.authentication_url.clone();
        let authentication = url.zip(self.authentication_requested_at);
        let postponed = self.postponed_since.zip(self.postponed_attempts);
        Wait {
            authentication: authentication
                .map(|(url, requested_at)| Authentication { url, requested_at }),
            postponed: postponed.map(|(since, attempts)| Postponed {
                since,
                attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
            }),
        }
    }

    fn standing(&self) -> Result<Standing, sqlx::Error> {
        match (State::named(&self.state), Wanted::named(&self.wanted)) {
            (Some(state), Some(wanted)) => Ok(Standing { state, wanted }),
            _ => Err(unreadable(format!(
                "`{}` and `{}` are no standing of a payment",
                self.state, self.wanted
            ))),
        }
    }
}

impl EntryRow {
    pub(super) fn entry(self) -> Result<Entry, sqlx::Error> {
        let (kind, outcome) = (
            Kind::named(&self.kind),
            Outcome::named(&self.outcome, self.reason),
        );
        let (Some(kind), Some(outcome)) = (kind, outcome) else {
            let what = format!("`{}`, `{}` is no entry", self.kind, self.outcome);
            return Err(unreadable(what));
        };
        Ok(Entry {
            entry_id: self.entry_id,
            order_id: self.order_id,
            kind,
            amount_minor: self.amount_minor,
            outcome,
            provider_reference: self.provider_reference,
            asked_by: self.asked_by,
            claimed_until: self.claimed_until,
            opened_at: self.opened_at,
            closed_at: self.closed_at,
        })
    }
}
