//! What a move of an order is in figures: which state it has reached and why, how long that took, what it earned.

use std::time::Duration;

use souk_contracts::Money;

use super::{
    facts::Announcement,
    order::Order,
    reasons::{cancellation_text, reason_text},
};

/// A state that an order has just reached, as the metrics have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Milestone {
    /// `placed`, `confirmed`, `cancelling`, `cancelled`, `shipped` or `delivered`.
    pub state: &'static str,
    /// Why it is cancelled, or to be cancelled.
    pub reason: Option<&'static str>,
    /// How long the saga took, from placed to decided, if this has decided it.
    pub saga: Option<Duration>,
    /// What it earns, if this has confirmed it.
    pub revenue: Option<Money>,
}

impl Milestone {
    /// A new order.
    pub fn placed() -> Self {
        Self::reached("placed")
    }

    /// Of an order that has just moved. None where the shop asks for something and the order is no further for its customer.
    pub fn of(order: &Order, announcement: Announcement) -> Option<Self> {
        let reached = match announcement {
            Announcement::PaymentRequested => return None,
            Announcement::Confirmed => Self {
                saga: Some(age(order)),
                revenue: Some(order.purchase.total),
                ..Self::reached("confirmed")
            },
            Announcement::CancellationRequested(reason) => Self {
                reason: Some(cancellation_text(reason)),
                ..Self::reached("cancelling")
            },
            Announcement::Shipped => Self::reached("shipped"),
            Announcement::Delivered => Self::reached("delivered"),
            Announcement::Cancelled(reason) => Self {
                reason: Some(reason_text(reason)),
                // One that was confirmed was decided then.
                saga: order.notes.confirmed_at.is_none().then(|| age(order)),
                ..Self::reached("cancelled")
            },
        };
        Some(reached)
    }

    fn reached(state: &'static str) -> Self {
        Self {
            state,
            reason: None,
            saga: None,
            revenue: None,
        }
    }
}

/// From placed to the last change; nothing if a clock was set back.
fn age(order: &Order) -> Duration {
    let age = order.updated_at - order.placed_at;
    age.to_std().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use souk_contracts::Currency;

    use super::*;
    use crate::domain::{Fact, Heard, News, order::tests::order};

    /// The milestones of an order that hears these facts at these seconds after it was placed.
    fn milestones(facts: &[(i64, Fact)]) -> Vec<Milestone> {
        let mut order = order();
        let told = facts.iter().filter_map(|(seconds, fact)| {
            let now = DateTime::from_timestamp(*seconds, 0).unwrap();
            match order.hear(News::of(*fact), now).unwrap() {
                Heard::Moved(announcement) => Milestone::of(&order, announcement),
                Heard::Noted | Heard::Nothing => None,
            }
        });
        told.collect()
    }

    fn states(milestones: &[Milestone]) -> Vec<(&'static str, Option<&'static str>)> {
        let states = milestones.iter();
        states.map(|one| (one.state, one.reason)).collect()
    }

    #[test]
    fn an_order_earns_its_total_when_it_is_confirmed_and_not_again() {
        let told = milestones(&[
            (1, Fact::StockReserved),
            (3, Fact::PaymentAuthorized),
            (60, Fact::ShipmentDispatched),
            (90, Fact::ShipmentDelivered),
        ]);
        let expected = [("confirmed", None), ("shipped", None), ("delivered", None)];
        assert_eq!(states(&told), expected);
        let earned: Vec<_> = told.iter().filter_map(|one| one.revenue).collect();
        assert_eq!(earned, [Money::new(2500, Currency::EUR)]);
        let sagas: Vec<_> = told.iter().filter_map(|one| one.saga).collect();
        assert_eq!(sagas, [Duration::from_secs(3)], "from placed to confirmed");
    }

    #[test]
    fn a_cancelled_order_says_why_and_how_long_it_was_undecided() {
        let told = milestones(&[(2, Fact::StockRejected)]);
        assert_eq!(states(&told), [("cancelled", Some("out_of_stock"))]);
        assert_eq!(told[0].saga, Some(Duration::from_secs(2)));
        assert_eq!(told[0].revenue, None);
    }

    #[test]
    fn what_was_confirmed_and_is_cancelled_later_is_decided_once() {
        let told = milestones(&[
            (1, Fact::StockReserved),
            (2, Fact::PaymentAuthorized),
            (500, Fact::CustomerCancelled),
            (501, Fact::ShipmentCancelled),
        ]);
        let why = Some("requested_by_customer");
        let expected = [("confirmed", None), ("cancelling", why), ("cancelled", why)];
        assert_eq!(states(&told), expected);
        assert_eq!(told[2].saga, None, "its saga ended when it was confirmed");
    }
}
