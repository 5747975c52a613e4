//! `GET /v1/shipments?status=&order_id=&limit=&cursor=`: one's own shipments, newest first; everybody's for a merchant.

use axum::extract;
use schemars::JsonSchema;
use serde::Deserialize;
use souk_kit::{
    Access, Answer, Caller, FieldError, Problem, Role,
    api::Doc,
    http::{Json, Query},
    page::{Page, PageQuery},
    postgres::Outbox,
};
use uuid::Uuid;

use super::shipment_view::ShipmentView;
use crate::{
    domain::{Shipment, State},
    store::shipments::{self, Position, Wanted},
};

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Filter {
    /// Only shipments of this status.
    #[schemars(with = "Option<State>")]
    status: Option<String>,
    /// Only shipments of this order.
    order_id: Option<Uuid>,
}

pub(crate) const LIST_SHIPMENTS: Doc = Doc::new(
    "List shipments, newest first",
    Access::of(
        &[Role::Guest, Role::Customer, Role::Merchant, Role::Machine],
        "shipments:read",
    ),
)
.about("One's own; everybody's for a merchant.")
.says(&[(200, "A page of shipments.")]);

pub(crate) async fn list_shipments(
    extract::State(outbox): extract::State<Outbox>,
    caller: Caller,
    Query(filter): Query<Filter>,
    page: PageQuery,
) -> Answer<Json<Page<ShipmentView>>> {
    let wanted = Wanted {
        account_id: (!caller.sees_all()).then_some(caller.subject),
        order_id: filter.order_id,
        state: filter.status.as_deref().map(state).transpose()?,
    };
    let after: Option<Position> = page.after()?;
    let mut conn = outbox.read_as(Some(caller.subject)).await?;
    let found = shipments::list(&mut conn, &wanted, after, &page).await?;
    let position = |last: &Shipment| (last.booked_at, last.shipment_id);
    Ok(Json(Page::cut(found, &page, position).map(Into::into)))
}

fn state(status: &str) -> Answer<State> {
    State::named(status).ok_or_else(|| {
        let detail = format!("is none of {}", State::ALL.map(State::name).join(", "));
        Problem::invalid(vec![FieldError::new("status", detail)])
    })
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use serde_json::{Value, json};
    use souk_kit::Role;
    use uuid::Uuid;

    use crate::testing::{ADA, Dock};

    fn ids(body: &Value) -> Vec<&Value> {
        let items = body["items"].as_array().unwrap().iter();
        items.map(|item| &item["shipment_id"]).collect()
    }

    #[tokio::test]
    async fn a_list_comes_newest_first_and_page_by_page() {
        let mut dock = Dock::open().await;
        let mut booked = Vec::new();
        for _ in 0..3 {
            booked.push(dock.booked(&dock.confirmed()).await);
        }
        let (ada, path) = (dock.token(ADA, Role::Customer), "/v1/shipments?limit=2");
        let first = dock.get(path, &ada).await.body;
        assert_eq!(ids(&first), [&json!(booked[2]), &json!(booked[1])]);
        let cursor = first["next_cursor"].as_str().unwrap();
        let second = dock
            .get(&format!("{path}&cursor={cursor}"), &ada)
            .await
            .body;
        assert_eq!(ids(&second), [&json!(booked[0])]);
        assert_eq!(second["next_cursor"], Value::Null);
    }

    #[tokio::test]
    async fn customers_see_their_own_shipments_and_merchants_all() {
        let mut dock = Dock::open().await;
        dock.booked(&dock.confirmed()).await;
        let (stranger, merchant) = (
            dock.token(Uuid::from_u128(666), Role::Customer),
            dock.token(Uuid::from_u128(1), Role::Merchant),
        );
        let seen = async |token| ids(&dock.get("/v1/shipments", token).await.body).len();
        assert_eq!((seen(&stranger).await, seen(&merchant).await), (0, 1));
    }

    #[tokio::test]
    async fn a_merchant_finds_what_waits_to_be_packed_and_what_belongs_to_an_order() {
        let mut dock = Dock::open().await;
        let (order, merchant) = (
            dock.confirmed(),
            dock.token(Uuid::from_u128(1), Role::Merchant),
        );
        let left = dock.booked(&order).await;
        dock.dispatched(left, "T-1").await;
        let waiting = dock.booked(&dock.confirmed()).await;
        let booked = dock.get("/v1/shipments?status=booked", &merchant).await;
        assert_eq!(ids(&booked.body), [&json!(waiting)]);
        let path = format!("/v1/shipments?order_id={}", order.order_id);
        assert_eq!(ids(&dock.get(&path, &merchant).await.body), [&json!(left)]);
        let lost = dock.get("/v1/shipments?status=lost", &merchant).await;
        assert_eq!(lost.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}
