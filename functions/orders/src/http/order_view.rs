//! An order as clients of `/v1` see it. It changes no more, but for what is added.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use souk_contracts::{Address, CancelReason, CancellationReason, Money, PricedLine};
use souk_kit::{Answer, Caller, Problem};
use uuid::Uuid;

use super::{
    list_orders::OrderStatus,
    view::{View, address_example},
};
use crate::domain::{Cancellation, Order, Parcel, QUANTITY_MAX, State};

/// An order.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Order")]
pub(crate) struct OrderView {
    /// Which one it is.
    order_id: Uuid,
    /// Where it stands.
    #[schemars(with = "OrderStatus")]
    status: &'static str,
    /// Why it was cancelled.
    status_reason: Option<CancelReason>,
    /// Who wanted the confirmed order cancelled. In vain, if it was shipped.
    cancellation: Option<CancellationView>,
    /// What was ordered.
    lines: Vec<LineView>,
    /// What it all costs.
    total: Money,
    /// Where it goes.
    shipping_address: Address,
    /// How it travels, once it does.
    shipment: Option<ShipmentView>,
    /// When it was placed.
    placed_at: DateTime<Utc>,
    /// When it last changed.
    updated_at: DateTime<Utc>,
}

/// Some pieces of one article, at the price they were ordered at.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OrderLine")]
pub(super) struct LineView {
    /// The article.
    #[schemars(regex(pattern = r"^[A-Z0-9][A-Z0-9-]{1,31}$"))]
    sku: String,
    /// What it was called.
    name: String,
    /// How many pieces.
    #[schemars(range(min = 1, max = QUANTITY_MAX))]
    quantity: u32,
    /// What one costs.
    unit_price: Money,
    /// What they cost together.
    line_total: Money,
}

/// A parcel on its way.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OrderShipment")]
pub(super) struct ShipmentView {
    /// Who carries it.
    carrier: String,
    /// What the carrier calls it.
    tracking_number: String,
}

/// A confirmed order was wanted cancelled: shipping was asked whether it can still be.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OrderCancellation")]
pub(super) struct CancellationView {
    /// Why.
    reason: CancellationReason,
    /// Since when.
    requested_at: DateTime<Utc>,
}

impl View for OrderView {
    const VERSION: Option<&'static str> = None;
    const ORDERS: &'static str = "/v1/orders";
    const ORDER: &'static str = "/v1/orders/{order_id}";
    const CANCEL: &'static str = "/v1/orders/{order_id}/cancel";

    fn of(order: Order, _: &Caller) -> Answer<Self> {
        let Order {
            purchase, parcel, ..
        } = order;
        let lines = LineView::all(purchase.lines)?;
        Ok(Self {
            order_id: order.order_id,
            status: order.state.status(),
            status_reason: status_reason(order.state),
            cancellation: order.notes.cancellation.map(CancellationView::of),
            lines,
            total: purchase.total,
            shipping_address: purchase.shipping_address,
            shipment: parcel.map(ShipmentView::of),
            placed_at: order.placed_at,
            updated_at: order.updated_at,
        })
    }

    fn example(status: &str) -> Value {
        let price = json!({ "amount_minor": 1290, "currency": "EUR" });
        let total = json!({ "amount_minor": 2580, "currency": "EUR" });
        let line = json!({
            "sku": "COF-ETH-250", "name": "Yirgacheffe, whole beans, 250 g", "quantity": 2,
            "unit_price": price, "line_total": total
        });
        json!({
            "order_id": "0192f0c1-6a5e-7b1c-9d3e-5f0a1b2c3d4e",
            "status": status,
            "status_reason": (status == "cancelled").then_some("requested_by_customer"),
            "cancellation": null,
            "lines": [line],
            "total": total,
            "shipping_address": address_example(),
            "shipment": null,
            "placed_at": "2026-03-01T09:30:00.123456Z",
            "updated_at": "2026-03-01T09:30:00.456789Z",
        })
    }
}

impl LineView {
    pub(super) fn all(lines: Vec<PricedLine>) -> Answer<Vec<Self>> {
        lines.into_iter().map(Self::of).collect()
    }

    fn of(line: PricedLine) -> Answer<Self> {
        let PricedLine {
            sku,
            name,
            quantity,
            unit_price,
        } = line;
        Ok(Self {
            line_total: unit_price.times(quantity).map_err(Problem::internal)?,
            sku,
            name,
            quantity,
            unit_price,
        })
    }
}

impl CancellationView {
    pub(super) fn of(wanted: Cancellation) -> Self {
        Self {
            reason: wanted.reason,
            requested_at: wanted.requested_at,
        }
    }
}

impl ShipmentView {
    pub(super) fn of(
        Parcel {
            carrier,
            tracking_number,
        }: Parcel,
    ) -> Self {
        Self {
            carrier,
            tracking_number,
        }
    }
}

pub(super) fn status_reason(state: State) -> Option<CancelReason> {
    match state {
        State::Cancelled(reason) => Some(reason),
        _ => None,
    }
}
