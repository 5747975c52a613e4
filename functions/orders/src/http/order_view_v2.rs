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
    order_view::{LineView, OrderView, ShipmentView, status_reason},
    view::View,
};
use crate::domain::{Order, Purchase, State};

/// An order.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OrderV2")]
pub(crate) struct OrderViewV2 {
    /// Which one it is.
    order_id: Uuid,
    /// Where it stands.
    state: StateView,
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
        Ok(Self {
            order_id: order.order_id,
            state,
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
            _ => order.updated_at,
        };
        Self {
            status: order.state.status(),
            reason: status_reason(order.state),
            detail: order.cancel_detail.clone(),
            since,
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
mod tests {
    use axum::http::{StatusCode, header::LOCATION};
    use serde_json::json;
    use souk_kit::Role;

    use super::*;
    use crate::testing::{ADA, Desk, order_of};

    #[tokio::test]
    async fn an_order_says_where_it_stands_what_it_costs_and_what_can_be_done() {
        let desk = Desk::open().await;
        let placed = desk
            .place_at("/v2/orders", "k1", &order_of("MUG-BLUE", 2))
            .await;
        assert_eq!(placed.status, StatusCode::ACCEPTED, "{placed:?}");
        let order_id = placed.body["order_id"].as_str().unwrap();
        let path = format!("/v2/orders/{order_id}");
        let eur = |amount_minor: i64| json!({ "amount_minor": amount_minor, "currency": "EUR" });
        let expected = json!({
            "order_id": order_id,
            "state": { "status": "pending", "reason": null, "detail": null, "since": "2025-06-15T15:06:40Z" },
            "lines": [{ "sku": "MUG-BLUE", "name": "Blue mug", "quantity": 2, "unit_price": eur(1250), "line_total": eur(2500) }],
            "amounts": { "goods": eur(2500), "shipping": eur(0), "total": eur(2500) },
            "shipping_address": order_of("MUG-BLUE", 2)["shipping_address"],
            "shipment": null,
            "placed_at": "2025-06-15T15:06:40Z",
            "links": {
                "self": path, "cancel": format!("{path}/cancel"), "updates": format!("/v1/orders/{order_id}/updates"),
            },
        });
        assert_eq!(placed.body, expected);
        assert_eq!(placed.headers[LOCATION], path);
        let token = desk.token(ADA, Role::Customer);
        assert_eq!(desk.get(&path, &token).await.body, expected);
        let page = desk.get("/v2/orders", &token).await.body;
        assert_eq!(page, json!({ "items": [expected], "next_cursor": null }));
    }

    #[tokio::test]
    async fn cancelling_is_offered_to_its_customer_for_as_long_as_it_works() {
        let mut desk = Desk::open().await;
        let path = format!("/v2/orders/{}", desk.placed().await);
        let (own, merchant) = (
            desk.token(ADA, Role::Customer),
            desk.token(Uuid::from_u128(1), Role::Merchant),
        );
        let seen = desk.get(&path, &merchant).await.body;
        assert_eq!(
            seen["links"].get("cancel"),
            None,
            "it is not a merchant's to cancel"
        );
        let cancelled = desk.post(&format!("{path}/cancel"), &own).await;
        assert_eq!(cancelled.status, StatusCode::OK);
        assert_eq!(cancelled.body["state"]["reason"], "requested_by_customer");
        assert_eq!(cancelled.body["links"].get("cancel"), None);
    }

    #[tokio::test]
    async fn both_versions_show_the_same_orders_and_only_the_old_one_says_that_it_ends() {
        let mut desk = Desk::open().await;
        let order_id = desk.placed().await;
        let token = desk.token(ADA, Role::Customer);
        let (v1, v2) = (
            desk.get(&format!("/v1/orders/{order_id}"), &token).await,
            desk.get(&format!("/v2/orders/{order_id}"), &token).await,
        );
        assert_eq!(v1.body["total"], v2.body["amounts"]["total"]);
        assert_eq!(v1.headers["deprecation"], "@1796083200");
        let successor = format!("</v2/orders/{order_id}>; rel=\"successor-version\"");
        assert!(v1.headers["link"].to_str().unwrap().contains(&successor));
        for name in ["deprecation", "sunset", "link"] {
            assert!(v1.headers.contains_key(name), "{name}");
            assert!(!v2.headers.contains_key(name), "{name}");
        }
        let unknown = desk.get("/v1/orders/none", &token).await;
        assert_eq!(unknown.status, StatusCode::NOT_FOUND);
        assert!(
            unknown.headers.contains_key("sunset"),
            "also where it refuses"
        );
    }

    #[tokio::test]
    async fn a_key_gives_one_order_even_if_it_is_used_in_both_versions() {
        let mut desk = Desk::open().await;
        let order = order_of("MUG-BLUE", 2);
        assert_eq!(desk.place("k1", &order).await.status, StatusCode::ACCEPTED);
        let other = desk.place_at("/v2/orders", "k1", &order).await;
        assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(
            other.body["type"],
            "https://souk.example/problems/idempotency-key-reused"
        );
        desk.next().await;
        assert!(desk.is_silent().await, "a second order was announced");
    }
}
