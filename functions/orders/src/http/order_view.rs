//! An order as clients see it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use souk_contracts::{Address, Money, PricedLine};
use souk_kit::{Answer, Caller, Problem};
use uuid::Uuid;

use crate::domain::{Order, Parcel, State, reason_text};

#[derive(Serialize)]
pub(crate) struct OrderView {
    order_id: Uuid,
    status: &'static str,
    status_reason: Option<&'static str>,
    lines: Vec<LineView>,
    total: Money,
    shipping_address: Address,
    shipment: Option<ShipmentView>,
    placed_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

#[derive(Serialize)]
struct LineView {
    sku: String,
    name: String,
    quantity: u32,
    unit_price: Money,
    line_total: Money,
}

#[derive(Serialize)]
struct ShipmentView {
    carrier: String,
    tracking_number: String,
}

impl OrderView {
    pub(super) fn of(order: Order) -> Answer<Self> {
        let Order {
            purchase, parcel, ..
        } = order;
        let lines = purchase
            .lines
            .into_iter()
            .map(LineView::of)
            .collect::<Answer<_>>()?;
        Ok(Self {
            order_id: order.order_id,
            status: order.state.status(),
            status_reason: status_reason(order.state),
            lines,
            total: purchase.total,
            shipping_address: purchase.shipping_address,
            shipment: parcel.map(ShipmentView::of),
            placed_at: order.placed_at,
            updated_at: order.updated_at,
        })
    }
}

impl LineView {
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

impl ShipmentView {
    fn of(
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

/// Its customer and merchants may see an order; to everybody else there is none.
pub(super) fn visible(order: Option<Order>, order_id: Uuid, caller: &Caller) -> Answer<Order> {
    let own = |order: &Order| order.purchase.account_id == caller.subject || caller.has("merchant");
    order
        .filter(own)
        .ok_or_else(|| Problem::not_found("order", order_id))
}

fn status_reason(state: State) -> Option<&'static str> {
    match state {
        State::Cancelled(reason) => Some(reason_text(reason)),
        _ => None,
    }
}
