//! What identity and orders say of Ada and her orders.

use souk_contracts::{
    AccountRegistered, Address, CancelReason, Contract, Currency, Money, OrderCancelled,
    OrderConfirmed, OrderDelivered, OrderPlaced, OrderShipped, PricedLine,
};
use souk_kit::events::RawEvent;
use uuid::Uuid;

use super::{ADA, Mailroom};

const EMAIL: &str = "ada@souk.example";
const TOTAL: Money = Money::new(2500, Currency::EUR);

impl Mailroom {
    /// Ada's account.
    pub(crate) fn registered(&self) -> AccountRegistered {
        AccountRegistered {
            account_id: ADA,
            email: EMAIL.into(),
            name: "Ada".into(),
            registered_at: self.clock.now(),
        }
    }

    /// A new order.
    pub(crate) fn placed(&self) -> OrderPlaced {
        OrderPlaced {
            order_id: Uuid::now_v7(),
            account_id: ADA,
            email: EMAIL.into(),
            cart_id: None,
            lines: mugs(),
            total: TOTAL,
            placed_at: self.clock.now(),
        }
    }

    /// All that happens to an order that arrives.
    pub(crate) fn life_of(&self, order_id: Uuid) -> [RawEvent; 4] {
        let (account_id, email, now) = (ADA, EMAIL.to_owned(), self.clock.now());
        let placed = OrderPlaced {
            order_id,
            ..self.placed()
        };
        let confirmed = OrderConfirmed {
            order_id,
            account_id,
            email: email.clone(),
            lines: mugs(),
            total: TOTAL,
            shipping_address: address(),
            confirmed_at: now,
        };
        let shipped = OrderShipped {
            order_id,
            account_id,
            email: email.clone(),
            carrier: "dhl".into(),
            tracking_number: "T-1".into(),
            shipped_at: now,
        };
        let delivered = OrderDelivered {
            order_id,
            account_id,
            email,
            delivered_at: now,
        };
        [
            placed.event(Uuid::now_v7(), now),
            confirmed.event(Uuid::now_v7(), now),
            shipped.event(Uuid::now_v7(), now),
            delivered.event(Uuid::now_v7(), now),
        ]
    }

    /// The end of an order that nobody could pay.
    pub(crate) fn cancelled_event(&self, order_id: Uuid) -> RawEvent {
        let now = self.clock.now();
        let cancelled = OrderCancelled {
            order_id,
            account_id: ADA,
            email: EMAIL.into(),
            reason: CancelReason::PaymentDeclined,
            detail: None,
            cancelled_at: now,
        };
        cancelled.event(Uuid::now_v7(), now)
    }
}

fn mugs() -> Vec<PricedLine> {
    let unit_price = Money::new(1250, Currency::EUR);
    vec![PricedLine {
        sku: "MUG-BLUE".into(),
        name: "Blue mug".into(),
        quantity: 2,
        unit_price,
    }]
}

fn address() -> Address {
    Address {
        name: "Ada".into(),
        line1: "1 Main Street".into(),
        line2: None,
        postal_code: "10115".into(),
        city: "Berlin".into(),
        country: "DE".into(),
    }
}
