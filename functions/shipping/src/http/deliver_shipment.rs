//! `POST /v1/shipments/{shipment_id}/deliver`: a merchant knows that it has arrived, from whom ever. Asked again it answers the
//! same, so it needs no key.

use axum::extract::State;
use souk_kit::{
    Access, Answer, Caller, Role,
    api::Doc,
    http::{Json, Path},
    postgres::Outbox,
};
use uuid::Uuid;

use super::{SHIPMENT_ID, forbidden_by, lock, shipment_view::ShipmentView};
use crate::{announce, store::shipments};

pub(crate) const DELIVER_SHIPMENT: Doc = Doc::new(
    "Report that a shipment has arrived",
    Access::of(&[Role::Merchant, Role::Machine], "shipments:write"),
)
.about("Asked again it answers the same, so it needs no key.")
.path(&[SHIPMENT_ID])
.says(&[(200, "The shipment, delivered now or before.")])
.refuses(&[
    (409, "shipment-booked", "It has not left the house."),
    (409, "shipment-cancelled", "It was given up."),
]);

pub(crate) async fn deliver_shipment(
    State(outbox): State<Outbox>,
    caller: Caller,
    Path(shipment_id): Path<Uuid>,
) -> Answer<Json<ShipmentView>> {
    let mut tx = outbox.begin().await?;
    tx.on_behalf_of(caller.subject);
    let mut shipment = lock(&mut tx, shipment_id).await?;
    let now = tx.now();
    let moved = shipment.deliver(now);
    if moved.map_err(|why| forbidden_by(&shipment, why))? {
        shipments::save(tx.conn(), &shipment).await?;
        tx.emit(announce::delivered(&shipment, now, &tx))?;
    }
    tx.commit().await?;
    Ok(Json(shipment.into()))
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use serde_json::json;
    use souk_kit::Role;
    use uuid::Uuid;

    use crate::testing::{ADA, Dock};

    #[tokio::test]
    async fn an_arrival_is_announced_once_and_answered_the_same_again() {
        let mut dock = Dock::open().await;
        let shipment_id = dock.booked(&dock.confirmed()).await;
        let (path, merchant) = (
            format!("/v1/shipments/{shipment_id}/deliver"),
            dock.token(Uuid::from_u128(1), Role::Merchant),
        );
        let early = dock.post(&path, &merchant, &json!(null)).await;
        assert_eq!(
            (early.status, &early.body["shipment_status"]),
            (StatusCode::CONFLICT, &json!("booked"))
        );
        dock.dispatched(shipment_id, "T-1").await;
        let customer = dock.token(ADA, Role::Customer);
        let refused = dock.post(&path, &customer, &json!(null)).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);

        let first = dock.post(&path, &merchant, &json!(null)).await;
        assert_eq!(first.body["status"], "delivered");
        let again = dock.post(&path, &merchant, &json!(null)).await;
        assert_eq!(again.body, first.body);
        assert_eq!(dock.rest().await, ["dev.souk.shipment.delivered.v1"]);
    }
}
