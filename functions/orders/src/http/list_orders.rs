//! `GET /v1/orders?status=&limit=&cursor=`: one's own orders, newest first; everybody's for a merchant.

use axum::extract::State;
use schemars::JsonSchema;
use serde::Deserialize;
use souk_kit::{
    Access, Answer, Caller, Role,
    api::Doc,
    http::{Json, Query},
    page::{Page, PageQuery},
};

use super::view::View;
use crate::{
    app::App,
    domain::Order,
    store::orders::{self, Position, Wanted},
};

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Filter {
    /// Only orders of this status.
    status: Option<OrderStatus>,
}

/// Where an order stands.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum OrderStatus {
    Pending,
    Confirmed,
    Shipped,
    Delivered,
    Cancelled,
}

impl OrderStatus {
    /// The states that clients see as this.
    fn states(self) -> &'static [&'static str] {
        match self {
            Self::Pending => &["awaiting_stock", "awaiting_payment"],
            Self::Confirmed => &["confirmed"],
            Self::Shipped => &["shipped"],
            Self::Delivered => &["delivered"],
            Self::Cancelled => &["cancelled"],
        }
    }
}

pub(crate) const LIST_ORDERS: Doc = Doc::new(
    "List orders, newest first",
    Access::of(
        &[Role::Guest, Role::Customer, Role::Merchant, Role::Machine],
        "orders:read",
    ),
)
.about("One's own; everybody's for a merchant.")
.says(&[(200, "A page of orders.")]);

pub(crate) async fn list_orders<V: View>(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<Filter>,
    page: PageQuery,
) -> Answer<Json<Page<V>>> {
    let wanted = Wanted {
        account_id: (!caller.sees_all()).then_some(caller.subject),
        states: filter.status.map_or(&[], OrderStatus::states),
    };
    let after: Option<Position> = page.after()?;
    let mut conn = app.outbox.read_as(Some(caller.subject)).await?;
    let found = orders::list(&mut conn, &wanted, after, &page).await?;
    let cut = Page::cut(found, &page, |last: &Order| (last.placed_at, last.order_id));
    let items = cut
        .items
        .into_iter()
        .map(|order| V::of(order, &caller))
        .collect::<Answer<_>>()?;
    Ok(Json(Page {
        items,
        next_cursor: cut.next_cursor,
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use souk_kit::Role;
    use souk_testing::Replicated;
    use uuid::Uuid;

    use crate::testing::{ADA, Desk, payment_authorized};

    fn ids(body: &Value) -> Vec<Uuid> {
        let items = body["items"].as_array().unwrap().iter();
        items
            .map(|item| item["order_id"].as_str().unwrap().parse().unwrap())
            .collect()
    }

    #[tokio::test]
    async fn whoever_has_ordered_or_cancelled_sees_it_while_the_replica_is_behind() {
        let servers = Replicated::start().await;
        let mut desk = Desk::open_with(&servers).await;
        servers.halt().await;
        let (order_id, ada) = (desk.placed().await, desk.token(ADA, Role::Customer));
        assert_eq!(ids(&desk.get("/v1/orders", &ada).await.body), [order_id]);
        let path = format!("/v1/orders/{order_id}/cancel");
        assert_eq!(desk.post(&path, &ada).await.status, 200);
        let pending = desk.get("/v1/orders?status=pending", &ada).await;
        assert!(ids(&pending.body).is_empty());
        let merchant = desk.token(Uuid::from_u128(1), Role::Merchant);
        let behind = desk.get("/v1/orders", &merchant).await;
        assert!(ids(&behind.body).is_empty(), "read in the replica");
    }

    #[tokio::test]
    async fn pages_show_every_order_once_newest_first_and_only_ones_own() {
        let mut desk = Desk::open().await;
        let mut placed = Vec::new();
        for _ in 0..5 {
            placed.push(desk.placed().await);
        }
        placed.reverse();
        let (token, mut seen, mut path) = (
            desk.token(ADA, Role::Customer),
            Vec::new(),
            "/v1/orders?limit=2".to_owned(),
        );
        loop {
            let page = desk.get(&path, &token).await.body;
            seen.extend(ids(&page));
            let Some(cursor) = page["next_cursor"].as_str() else {
                break;
            };
            path = format!("/v1/orders?limit=2&cursor={cursor}");
        }
        assert_eq!(seen, placed);
        let stranger = desk
            .get(
                "/v1/orders",
                &desk.token(Uuid::from_u128(666), Role::Customer),
            )
            .await;
        assert!(ids(&stranger.body).is_empty());
        let merchant = desk
            .get(
                "/v1/orders",
                &desk.token(Uuid::from_u128(1), Role::Merchant),
            )
            .await;
        assert_eq!(ids(&merchant.body), placed);
    }

    #[tokio::test]
    async fn pending_means_waiting_for_stock_or_for_money() {
        let mut desk = Desk::open().await;
        let (new, reserved, paid) = (
            desk.placed().await,
            desk.placed().await,
            desk.placed().await,
        );
        for order_id in [reserved, paid] {
            desk.hear(&desk.stock_reserved(order_id)).await;
        }
        desk.hear(&payment_authorized(paid)).await;
        let token = desk.token(ADA, Role::Customer);
        assert_eq!(
            ids(&desk.get("/v1/orders?status=pending", &token).await.body),
            [reserved, new]
        );
        assert_eq!(
            ids(&desk.get("/v1/orders?status=confirmed", &token).await.body),
            [paid]
        );
        assert_eq!(desk.get("/v1/orders?status=lost", &token).await.status, 400);
    }
}
