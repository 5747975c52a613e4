//! An order, and what it makes of news. The saga decides; here its particulars are kept.

use chrono::{DateTime, Utc};
use souk_contracts::{Address, Money, PricedLine};
use uuid::Uuid;

use super::saga::{Announcement, Contradiction, Fact, State, Verdict, step};

/// An order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Which one it is.
    pub order_id: Uuid,
    /// What was bought by whom; never changes.
    pub purchase: Purchase,
    /// Where it stands.
    pub state: State,
    /// Why it was cancelled, in words, if there are any.
    pub cancel_detail: Option<String>,
    /// How it travels, once it does.
    pub parcel: Option<Parcel>,
    /// When it was placed.
    pub placed_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// What was bought, by whom, and where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purchase {
    /// The customer's account.
    pub account_id: Uuid,
    /// Where the customer is written to.
    pub email: String,
    /// The lines, at the prices of the moment.
    pub lines: Vec<PricedLine>,
    /// What they cost together.
    pub total: Money,
    /// The provider's name for the means of payment.
    pub payment_method: String,
    /// Where it goes.
    pub shipping_address: Address,
}

/// A parcel on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    /// Who carries it.
    pub carrier: String,
    /// What the carrier calls it.
    pub tracking_number: String,
}

/// A fact with its particulars.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    fact: Fact,
    detail: Option<String>,
    parcel: Option<Parcel>,
}

/// What news has done to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// It has moved, and this is to be said.
    Moved(Announcement),
    /// A particular was added that had been missing.
    Noted,
    /// Nothing.
    Nothing,
}

impl News {
    /// A fact without particulars.
    pub fn of(fact: Fact) -> Self {
        Self {
            fact,
            detail: None,
            parcel: None,
        }
    }

    /// Says why.
    pub fn because(self, detail: impl Into<String>) -> Self {
        Self {
            detail: Some(detail.into()),
            ..self
        }
    }

    /// Says how it travels.
    pub fn by(self, parcel: Parcel) -> Self {
        Self {
            parcel: Some(parcel),
            ..self
        }
    }
}

impl Order {
    /// A new order.
    pub fn placed(order_id: Uuid, purchase: Purchase, now: DateTime<Utc>) -> Self {
        Self {
            order_id,
            purchase,
            state: State::AwaitingStock,
            cancel_detail: None,
            parcel: None,
            placed_at: now,
            updated_at: now,
        }
    }

    /// Takes news in.
    pub fn hear(&mut self, news: News, now: DateTime<Utc>) -> Result<Heard, Contradiction> {
        let heard = match step(self.state, news.fact) {
            Verdict::Refused(why) => return Err(why),
            Verdict::Moved(state, announcement) => {
                self.state = state;
                self.cancel_detail = news.detail.filter(|_| matches!(state, State::Cancelled(_)));
                Heard::Moved(announcement)
            }
            // The dispatch may be heard of after the delivery: then the parcel is still missing.
            Verdict::Absorbed if self.parcel.is_none() && news.parcel.is_some() => Heard::Noted,
            Verdict::Absorbed => return Ok(Heard::Nothing),
        };
        self.parcel = self.parcel.take().or(news.parcel);
        self.updated_at = now;
        Ok(heard)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use souk_contracts::{CancelReason, Currency};

    use super::*;

    pub(crate) fn order() -> Order {
        let price = Money::new(1250, Currency::EUR);
        let line = PricedLine {
            sku: "MUG-BLUE".into(),
            name: "Blue mug".into(),
            quantity: 2,
            unit_price: price,
        };
        let shipping_address = Address {
            name: "Ada".into(),
            line1: "1 Main Street".into(),
            line2: None,
            postal_code: "10115".into(),
            city: "Berlin".into(),
            country: "DE".into(),
        };
        let purchase = Purchase {
            account_id: Uuid::from_u128(7),
            email: "ada@souk.example".into(),
            lines: vec![line],
            total: Money::new(2500, Currency::EUR),
            payment_method: "pm_card_visa".into(),
            shipping_address,
        };
        Order::placed(Uuid::from_u128(1), purchase, DateTime::UNIX_EPOCH)
    }

    fn parcel() -> Parcel {
        Parcel {
            carrier: "dhl".into(),
            tracking_number: "T1".into(),
        }
    }

    fn later(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn confirmed() -> Order {
        let mut order = order();
        for fact in [Fact::StockReserved, Fact::PaymentAuthorized] {
            order.hear(News::of(fact), later(1)).unwrap();
        }
        order
    }

    #[test]
    fn a_cancelled_order_keeps_the_words_of_the_fact_that_cancelled_it_and_of_no_other() {
        let mut order = order();
        let heard = order.hear(
            News::of(Fact::StockRejected).because("MUG-BLUE: 2 ordered, 1 left"),
            later(5),
        );
        assert_eq!(
            heard,
            Ok(Heard::Moved(Announcement::Cancelled(
                CancelReason::OutOfStock
            )))
        );
        let again = order.hear(
            News::of(Fact::CustomerCancelled).because("changed my mind"),
            later(9),
        );
        assert_eq!(again, Ok(Heard::Nothing));
        assert_eq!(
            order.cancel_detail.as_deref(),
            Some("MUG-BLUE: 2 ordered, 1 left")
        );
        assert_eq!(order.updated_at, later(5));
    }

    #[test]
    fn a_parcel_heard_of_after_its_delivery_is_still_noted_once() {
        let mut order = confirmed();
        let delivered = order.hear(News::of(Fact::ShipmentDelivered), later(2));
        assert_eq!(delivered, Ok(Heard::Moved(Announcement::Delivered)));
        let dispatched = News::of(Fact::ShipmentDispatched).by(parcel());
        assert_eq!(order.hear(dispatched.clone(), later(3)), Ok(Heard::Noted));
        assert_eq!(order.hear(dispatched, later(4)), Ok(Heard::Nothing));
        assert_eq!(order.parcel, Some(parcel()));
    }

    #[test]
    fn a_contradiction_leaves_the_order_as_it_was() {
        let mut order = order();
        let before = order.clone();
        let refused = order.hear(News::of(Fact::ShipmentDispatched).by(parcel()), later(8));
        assert_eq!(refused, Err(Contradiction::NotConfirmed));
        assert_eq!(order, before);
    }
}
