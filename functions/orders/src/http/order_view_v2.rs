//! An order as clients of `/v2` see it: where it stands, what it costs and what can be done with it are things of their own.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use souk_contracts::{Address, CancelReason, Money};
use souk_kit::{Answer, Caller, Problem};
use uuid::Uuid;

use super::{
    list_orders::OrderStatus,
    order_view::{CancellationView, LineView, OrderView, ShipmentView, status_reason},
    view::View,
};
use crate::domain::{Order, PaymentProblem, Purchase, State};

/// An order.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OrderV2")]
pub(crate) struct OrderViewV2 {
    /// Which one it is.
    order_id: Uuid,
    /// Where it stands.
    state: StateView,
    /// Who wanted the confirmed order cancelled. In vain, if it was shipped.
    cancellation: Option<CancellationView>,
    /// Why its money did not come, though its parcel has left: the merchant has to ask for it some other way. Customers do not
    /// see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_problem: Option<PaymentProblemView>,
    /// What was ordered.
    lines: Vec<LineView>,
    /// What it costs.
    amounts: AmountsView,
    /// Where it goes.
    shipping_address: Address,
    /// How it travels, once it does.
    shipment: Option<ShipmentView>,
    /// When it was placed.
    placed_at: DateTime<Utc>,
    /// What can be done with it.
    links: LinksView,
}

/// Where an order stands.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OrderState")]
struct StateView {
    /// In a word.
    #[schemars(with = "OrderStatus")]
    status: &'static str,
    /// Why it was cancelled.
    reason: Option<CancelReason>,
    /// The same in words, if there are any.
    detail: Option<String>,
    /// Since when it stands like this.
    since: DateTime<Utc>,
}

/// The provider has refused for good to hand over the money it held.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OrderPaymentProblem")]
struct PaymentProblemView {
    /// In the provider's own code.
    reason: String,
    /// When that was heard.
    noted_at: DateTime<Utc>,
}

/// What an order costs.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OrderAmounts")]
struct AmountsView {
    /// All lines together.
    goods: Money,
    /// What is added for the way.
    shipping: Money,
    /// What is paid.
    total: Money,
}

/// What can be done with an order, each as a path.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OrderLinks")]
struct LinksView {
    /// Reads it.
    #[serde(rename = "self")]
    order: String,
    /// Follows it as it moves.
    updates: String,
    /// Cancels it, as long as the caller can.
    #[serde(skip_serializing_if = "Option::is_none")]
    cancel: Option<String>,
}

impl View for OrderViewV2 {
    const VERSION: Option<&'static str> = Some("v2");
    const ORDERS: &'static str = "/v2/orders";
    const ORDER: &'static str = "/v2/orders/{order_id}";
    const CANCEL: &'static str = "/v2/orders/{order_id}/cancel";

    fn of(order: Order, caller: &Caller) -> Answer<Self> {
        let (amounts, links) = (
            AmountsView::of(&order.purchase)?,
            LinksView::of(&order, caller),
        );
        let (placed_at, state) = (order.placed_at, StateView::of(&order));
        let problem = order.notes.payment_problem;
        let problem = problem.filter(|_| caller.sees_all());
        Ok(Self {
            order_id: order.order_id,
            state,
            cancellation: order.notes.cancellation.map(CancellationView::of),
            payment_problem: problem.map(PaymentProblemView::of),
            lines: LineView::all(order.purchase.lines)?,
            amounts,
            shipping_address: order.purchase.shipping_address,
            shipment: order.parcel.map(ShipmentView::of),
            placed_at,
            links,
        })
    }

    fn example(status: &str) -> Value {
        let (mut order, path) = (OrderView::example(status), Self::path(Uuid::nil()));
        let updated_at = order["updated_at"].take();
        let total = order["total"].take();
        let nothing = json!({ "amount_minor": 0, "currency": "EUR" });
        json!({
            "order_id": Uuid::nil(),
            "state": { "status": status, "reason": order["status_reason"], "detail": null, "since": updated_at },
            "cancellation": null,
            "lines": order["lines"],
            "amounts": { "goods": total, "shipping": nothing, "total": total },
            "shipping_address": order["shipping_address"],
            "shipment": null,
            "placed_at": order["placed_at"],
            "links": { "self": path, "updates": updates(Uuid::nil()) },
        })
    }
}

impl StateView {
    /// Both kinds of waiting are one to clients: a pending order has been so from the beginning.
    fn of(order: &Order) -> Self {
        let since = match order.state {
            State::AwaitingStock | State::AwaitingPayment => order.placed_at,
            State::Confirmed | State::Cancelling(_) => {
                order.notes.confirmed_at.unwrap_or(order.updated_at)
            }
            _ => order.updated_at,
        };
        let over = matches!(order.state, State::Cancelled(_));
        Self {
            status: order.state.status(),
            reason: status_reason(order.state),
            detail: order.cancel_detail.clone().filter(|_| over),
            since,
        }
    }
}

impl PaymentProblemView {
    fn of(problem: PaymentProblem) -> Self {
        Self {
            reason: problem.reason,
            noted_at: problem.noted_at,
        }
    }
}

impl AmountsView {
    /// What is paid beyond the goods is paid for the way.
    fn of(purchase: &Purchase) -> Answer<Self> {
        let mut goods = Money::zero(purchase.total.currency);
        for line in &purchase.lines {
            let line = line.unit_price.times(line.quantity);
            goods = line
                .and_then(|line| goods.checked_add(line))
                .map_err(Problem::internal)?;
        }
        let shipping = purchase.total.checked_sub(goods);
        Ok(Self {
            goods,
            shipping: shipping.map_err(Problem::internal)?,
            total: purchase.total,
        })
    }
}

impl LinksView {
    fn of(order: &Order, caller: &Caller) -> Self {
        let path = OrderViewV2::path(order.order_id);
        let own = order.purchase.account_id == caller.subject;
        Self {
            cancel: (own && order.state.can_be_cancelled()).then(|| format!("{path}/cancel")),
            order: path,
            updates: updates(order.order_id),
        }
    }
}

/// Live updates are those of the function `notifications`.
fn updates(order_id: Uuid) -> String {
    format!("/v1/orders/{order_id}/updates")
}

#[cfg(test)]
#[path = "order_view_v2_tests.rs"]
mod tests;
