//! What others say of an order.

use souk_contracts::{
    CancelReason, Currency, Money, OrderCancelled, PaymentRequested, ShipmentDispatched, StockLine,
};
use uuid::Uuid;

use super::{ADA, Till};

impl Till {
    /// What orders says when the stock is there.
    pub(crate) fn requested(&self, order_id: Uuid, payment_method: &str) -> PaymentRequested {
        PaymentRequested {
            order_id,
            account_id: ADA,
            amount: Money::new(2500, Currency::EUR),
            payment_method: payment_method.into(),
        }
    }

    /// What shipping says when a parcel has left.
    pub(crate) fn dispatched(&self, order_id: Uuid) -> ShipmentDispatched {
        let line = StockLine {
            sku: "MUG-BLUE".into(),
            quantity: 2,
        };
        ShipmentDispatched {
            shipment_id: Uuid::from_u128(9),
            order_id,
            carrier: "dhl".into(),
            tracking_number: "T-1".into(),
            lines: vec![line],
            dispatched_at: self.now(),
        }
    }

    /// What orders says when a customer has changed their mind.
    pub(crate) fn cancelled(&self, order_id: Uuid) -> OrderCancelled {
        OrderCancelled {
            order_id,
            account_id: ADA,
            email: "ada@souk.example".into(),
            reason: CancelReason::RequestedByCustomer,
            detail: None,
            cancelled_at: self.now(),
        }
    }
}
