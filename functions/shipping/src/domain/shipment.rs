//! A shipment, and what it makes of news. [`step`] decides; here the particulars are kept.

use chrono::{DateTime, Utc};
use souk_contracts::{Address, StockLine};
use uuid::Uuid;

use super::state::{Contradiction, Fact, State, Verdict, step};

/// Some goods on their way from the house to a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shipment {
    /// Which one it is.
    pub shipment_id: Uuid,
    /// The order.
    pub order_id: Uuid,
    /// The customer's account.
    pub account_id: Uuid,
    /// Where it stands.
    pub state: State,
    /// What is in it.
    pub lines: Vec<StockLine>,
    /// Where it goes.
    pub shipping_address: Address,
    /// How it travels, once it does.
    pub parcel: Option<Parcel>,
    /// When it came to wait for being packed.
    pub booked_at: DateTime<Utc>,
    /// When it left, if it did.
    pub dispatched_at: Option<DateTime<Utc>>,
    /// When it arrived, if it did.
    pub delivered_at: Option<DateTime<Utc>>,
    /// When it was given up, if it was.
    pub cancelled_at: Option<DateTime<Utc>>,
}

/// A parcel on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    /// Who carries it.
    pub carrier: String,
    /// What the carrier calls it.
    pub tracking_number: String,
}

/// Each of these says whether the shipment has moved: then there is something to be written.
impl Shipment {
    /// The order was given up. What has left already goes on.
    pub fn cancel(&mut self, now: DateTime<Utc>) -> Result<bool, Contradiction> {
        let moved = self.hear(Fact::OrderCancelled)?;
        if moved {
            self.cancelled_at = Some(now);
        }
        Ok(moved)
    }

    /// It leaves as this parcel. The same parcel once more is no news; another one cannot be.
    pub fn dispatch(&mut self, parcel: &Parcel, now: DateTime<Utc>) -> Result<bool, Contradiction> {
        let moved = self.hear(Fact::HandedOver)?;
        if moved {
            (self.parcel, self.dispatched_at) = (Some(parcel.clone()), Some(now));
        }
        if self.parcel.as_ref() == Some(parcel) {
            Ok(moved)
        } else {
            Err(Contradiction::AnotherParcel)
        }
    }

    /// It has arrived.
    pub fn deliver(&mut self, at: DateTime<Utc>) -> Result<bool, Contradiction> {
        let moved = self.hear(Fact::Arrived)?;
        if moved {
            self.delivered_at = Some(at);
        }
        Ok(moved)
    }

    fn hear(&mut self, fact: Fact) -> Result<bool, Contradiction> {
        match step(self.state, fact) {
            Verdict::Refused(why) => Err(why),
            Verdict::Absorbed => Ok(false),
            Verdict::Moved(state) => {
                self.state = state;
                Ok(true)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shipment() -> Shipment {
        let shipping_address = Address {
            name: "Ada".into(),
            line1: "1 Main Street".into(),
            line2: None,
            postal_code: "10115".into(),
            city: "Berlin".into(),
            country: "DE".into(),
        };
        Shipment {
            shipment_id: Uuid::from_u128(1),
            order_id: Uuid::from_u128(2),
            account_id: Uuid::from_u128(3),
            state: State::Booked,
            lines: Vec::new(),
            shipping_address,
            parcel: None,
            booked_at: later(0),
            dispatched_at: None,
            delivered_at: None,
            cancelled_at: None,
        }
    }

    fn parcel(tracking_number: &str) -> Parcel {
        Parcel {
            carrier: "dhl".into(),
            tracking_number: tracking_number.into(),
        }
    }

    fn later(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn a_shipment_leaves_as_one_parcel_however_often_that_is_said() {
        let mut shipment = shipment();
        assert_eq!(shipment.dispatch(&parcel("T-1"), later(1)), Ok(true));
        let left = shipment.clone();
        assert_eq!(shipment.dispatch(&parcel("T-1"), later(2)), Ok(false));
        let other = shipment.dispatch(&parcel("T-2"), later(3));
        assert_eq!(other, Err(Contradiction::AnotherParcel));
        assert_eq!(shipment, left, "something of it has changed");
    }

    #[test]
    fn the_first_time_of_arrival_stays() {
        let mut shipment = shipment();
        assert_eq!(
            shipment.deliver(later(1)),
            Err(Contradiction::NotDispatched)
        );
        assert_eq!(shipment.dispatch(&parcel("T-1"), later(2)), Ok(true));
        assert_eq!(shipment.deliver(later(3)), Ok(true));
        assert_eq!(shipment.deliver(later(4)), Ok(false));
        assert_eq!(shipment.delivered_at, Some(later(3)));
    }
}
