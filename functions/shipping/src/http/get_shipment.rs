//! `GET /v1/shipments/{shipment_id}`: one's own shipment and its parcel's track; any for a merchant.

use axum::extract::State;
use souk_kit::{
    Access, Answer, Caller, Problem, Role,
    api::Doc,
    http::{Json, Path},
    postgres::Outbox,
};
use uuid::Uuid;

use super::{SHIPMENT_ID, shipment_view::TrackedView};
use crate::{
    domain::Shipment,
    store::{movements, shipments},
};

pub(crate) const GET_SHIPMENT: Doc = Doc::new(
    "Read a shipment, and where its parcel has been",
    Access::of(
        &[Role::Guest, Role::Customer, Role::Merchant, Role::Machine],
        "shipments:read",
    ),
)
.about("One's own; any for a merchant.")
.path(&[SHIPMENT_ID])
.says(&[(200, "The shipment with its track.")]);

pub(crate) async fn get_shipment(
    State(outbox): State<Outbox>,
    caller: Caller,
    Path(shipment_id): Path<Uuid>,
) -> Answer<Json<TrackedView>> {
    let found = shipments::find(outbox.pool(), shipment_id).await?;
    let visible = |found: &Shipment| caller.sees(found.account_id);
    let shipment = found
        .filter(visible)
        .ok_or_else(|| Problem::not_found("shipment", shipment_id))?;
    let track = movements::of(outbox.pool(), shipment_id).await?;
    Ok(Json(TrackedView::of(shipment, track)))
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use serde_json::json;
    use souk_kit::Role;
    use uuid::Uuid;

    use crate::testing::{ADA, Dock};

    #[tokio::test]
    async fn a_shipment_is_there_for_its_customer_and_for_merchants_only() {
        let mut dock = Dock::open().await;
        let path = format!("/v1/shipments/{}", dock.booked(&dock.confirmed()).await);
        for (account_id, role, status) in [
            (ADA, Role::Customer, StatusCode::OK),
            (Uuid::from_u128(1), Role::Merchant, StatusCode::OK),
            (Uuid::from_u128(1), Role::Machine, StatusCode::OK),
            (Uuid::from_u128(1), Role::Operator, StatusCode::FORBIDDEN),
            (Uuid::from_u128(666), Role::Customer, StatusCode::NOT_FOUND),
            (Uuid::from_u128(666), Role::Guest, StatusCode::NOT_FOUND),
        ] {
            let answered = dock.get(&path, &dock.token(account_id, role)).await;
            assert_eq!(answered.status, status, "{role:?} {account_id}");
        }
        let own = dock.get(&path, &dock.token(ADA, Role::Customer)).await.body;
        assert_eq!(
            (&own["status"], &own["track"]),
            (&json!("booked"), &json!([]))
        );
    }
}
