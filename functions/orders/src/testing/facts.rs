//! What Ada asks for, and what the neighbours say of her orders.

use chrono::TimeDelta;
use serde_json::{Value, json};
use souk_contracts::{
    Currency, Money, PaymentAuthorized, ProductPublishedV2, ShipmentBooked, ShipmentCancelled,
    ShipmentDelivered, ShipmentDispatched, StockLine, StockReserved,
};
use uuid::Uuid;

use super::Desk;

impl Desk {
    /// What inventory says when all is there.
    pub(crate) fn stock_reserved(&self, order_id: Uuid) -> StockReserved {
        let expires_at = self.now() + TimeDelta::minutes(30);
        StockReserved {
            order_id,
            lines: vec![mugs(2)],
            expires_at,
        }
    }

    /// What catalog says of a product.
    pub(crate) fn published(
        &self,
        sku: &str,
        price_minor: i64,
        version: i64,
    ) -> ProductPublishedV2 {
        ProductPublishedV2 {
            sku: sku.into(),
            name: "as it was published".into(),
            description: Some(String::new()),
            category: "mugs".into(),
            price: Money::new(price_minor, Currency::EUR),
            version,
            on_sale_since: Some(self.now()),
            changed_at: self.now(),
        }
    }

    /// What shipping says when it will pack an order.
    pub(crate) fn booked(&self, order_id: Uuid) -> ShipmentBooked {
        ShipmentBooked {
            shipment_id: Uuid::from_u128(9),
            order_id,
            booked_at: self.now(),
        }
    }

    /// What shipping says when nothing will leave for an order.
    pub(crate) fn agreed(&self, order_id: Uuid) -> ShipmentCancelled {
        ShipmentCancelled {
            shipment_id: Some(Uuid::from_u128(9)),
            order_id,
            cancelled_at: self.now(),
        }
    }

    /// What shipping says when a parcel has left.
    pub(crate) fn dispatched(&self, order_id: Uuid) -> ShipmentDispatched {
        ShipmentDispatched {
            shipment_id: Uuid::from_u128(9),
            order_id,
            carrier: "dhl".into(),
            tracking_number: "T-1".into(),
            lines: vec![mugs(2)],
            dispatched_at: self.now(),
        }
    }

    /// What shipping says when a parcel has arrived.
    pub(crate) fn delivered(&self, order_id: Uuid) -> ShipmentDelivered {
        ShipmentDelivered {
            shipment_id: Uuid::from_u128(9),
            order_id,
            delivered_at: self.now(),
        }
    }
}

/// The body of an order of one article.
pub(crate) fn order_of(sku: &str, quantity: u32) -> Value {
    json!({
        "lines": [{ "sku": sku, "quantity": quantity }],
        "payment_method": "pm_card_visa",
        "shipping_address": {
            "name": "Ada", "line1": "1 Main Street", "postal_code": "10115", "city": "Berlin", "country": "DE"
        },
    })
}

/// The body of an order from a cart.
pub(crate) fn order_from(cart_id: Uuid) -> Value {
    let mut order = order_of("MUG-BLUE", 1);
    order["lines"] = Value::Null;
    order["cart_id"] = json!(cart_id);
    order
}

/// What payments says when the money is held.
pub(crate) fn payment_authorized(order_id: Uuid) -> PaymentAuthorized {
    PaymentAuthorized {
        order_id,
        payment_id: Uuid::from_u128(8),
        amount: Money::new(2500, Currency::EUR),
        provider_reference: "pi_1".into(),
    }
}

/// Some blue mugs.
fn mugs(quantity: u32) -> StockLine {
    StockLine {
        sku: "MUG-BLUE".into(),
        quantity,
    }
}
