//! What is known of an order beside its row: what shipping has said, what is wanted of it, what went wrong with its money.

use chrono::{DateTime, Utc};
use souk_contracts::CancellationReason;

/// Everything that was noted of one order. Only confirmed orders have any of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    /// When it was confirmed; unknown of orders that the release before has confirmed.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// When shipping has booked a shipment for it, as far as that was heard.
    pub booked_at: Option<DateTime<Utc>>,
    /// Who wants it cancelled, even if that came too late.
    pub cancellation: Option<Cancellation>,
    /// Why its money did not come, though its parcel has left.
    pub payment_problem: Option<PaymentProblem>,
}

/// A confirmed order is wanted cancelled: shipping is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cancellation {
    /// Why.
    pub reason: CancellationReason,
    /// Since when.
    pub requested_at: DateTime<Utc>,
    /// When shipping was asked for the last time.
    pub asked_at: DateTime<Utc>,
}

/// The provider has refused for good to hand over the money it held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentProblem {
    /// In the provider's own code.
    pub reason: String,
    /// When that was heard.
    pub noted_at: DateTime<Utc>,
}

impl Notes {
    /// What is wanted of the order, if it is anything.
    pub fn wanted(&self) -> Option<CancellationReason> {
        self.cancellation.map(|wanted| wanted.reason)
    }
}
