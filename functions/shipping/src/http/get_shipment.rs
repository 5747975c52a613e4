//! `GET /v1/shipments/{shipment_id}`: one's own shipment and its parcel's track; any for a merchant.

use axum::extract::State;
use souk_kit::{
    Answer, Caller, Problem,
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

pub(crate) const GET_SHIPMENT: Doc = Doc::new("Read a shipment, and where its parcel has been")
    .about("One's own; any for a merchant.")
    .path(&[SHIPMENT_ID])
    .says(&[(200, "The shipment with its track.")]);

pub(crate) async fn get_shipment(
    State(outbox): State<Outbox>,
    caller: Caller,
    Path(shipment_id): Path<Uuid>,
) -> Answer<Json<TrackedView>> {
    let found = shipments::find(outbox.pool(), shipment_id).await?;
    let visible = |found: &Shipment| found.account_id == caller.subject || caller.has("merchant");
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
    use uuid::Uuid;

    use crate::testing::{ADA, Dock};

    #[tokio::test]
    async fn a_shipment_is_there_for_its_customer_and_for_merchants_only() {
        let mut dock = Dock::open().await;
        let path = format!("/v1/shipments/{}", dock.booked(&dock.confirmed()).await);
        for (account_id, role, status) in [
            (ADA, "customer", StatusCode::OK),
            (Uuid::from_u128(1), "merchant", StatusCode::OK),
            (Uuid::from_u128(666), "customer", StatusCode::NOT_FOUND),
        ] {
            let answered = dock.get(&path, &dock.token(account_id, role)).await;
            assert_eq!(answered.status, status, "{role} {account_id}");
        }
        let own = dock.get(&path, &dock.token(ADA, "customer")).await.body;
        assert_eq!(
            (&own["status"], &own["track"]),
            (&json!("booked"), &json!([]))
        );
    }
}
