//! Somebody is forgotten: name and address leave their shipments, at once or when a shipment is over. The shipments stay.

use souk_contracts::AccountErased;
use souk_kit::{Delivery, Refusal, postgres::Outbox};

use crate::store::erasure;

pub(crate) async fn on_account_erased(
    outbox: Outbox,
    delivery: Delivery<AccountErased>,
) -> Result<(), Refusal> {
    let Some(mut tx) = outbox.receive(&delivery).await? else {
        return Ok(());
    };
    let AccountErased {
        account_id,
        erased_at,
    } = delivery.data;
    erasure::note(tx.conn(), account_id, erased_at).await?;
    erasure::apply(tx.conn(), account_id).await?;
    Ok(tx.commit().await?)
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use chrono::TimeDelta;
    use serde_json::json;
    use souk_contracts::ParcelStatus;
    use uuid::Uuid;

    use super::*;
    use crate::testing::{ADA, Dock};

    async fn erase(dock: &Dock, account_id: Uuid) {
        let erased = AccountErased {
            account_id,
            erased_at: dock.now(),
        };
        assert_eq!(dock.hear(&erased).await, StatusCode::ACCEPTED);
    }

    async fn recipient(dock: &Dock, shipment_id: Uuid) -> String {
        let shipment = dock.shipment(shipment_id).await;
        let name = &shipment["shipping_address"]["name"];
        name.as_str().unwrap().to_owned()
    }

    #[tokio::test]
    async fn a_shipment_that_is_over_forgets_where_it_went_and_nothing_else() {
        let mut dock = Dock::open().await;
        let (order, other) = (dock.confirmed(), dock.confirmed());
        let (over, waiting) = (dock.booked(&order).await, dock.booked(&other).await);
        dock.hear(&dock.cancelled(order.order_id)).await;
        let mut expected = dock.shipment(over).await;
        erase(&dock, ADA).await;
        erase(&dock, ADA).await;
        expected["shipping_address"] = json!({
            "name": "erased", "line1": "erased", "postal_code": "erased", "city": "erased", "country": "DE"
        });
        assert_eq!(dock.shipment(over).await, expected);
        assert_eq!(recipient(&dock, waiting).await, "Ada");
    }

    #[tokio::test]
    async fn a_parcel_under_way_arrives_first_and_its_address_is_forgotten_then() {
        let mut dock = Dock::open().await;
        erase(&dock, ADA).await;
        let shipment_id = dock.booked(&dock.confirmed()).await;
        dock.dispatched(shipment_id, "T-1").await;
        assert_eq!(recipient(&dock, shipment_id).await, "Ada");
        let arrived = dock.moved("T-1", ParcelStatus::Delivered, TimeDelta::hours(9));
        assert_eq!(dock.hear(&arrived).await, StatusCode::ACCEPTED);
        assert_eq!(recipient(&dock, shipment_id).await, "erased");
    }

    #[tokio::test]
    async fn others_are_not_forgotten() {
        let mut dock = Dock::open().await;
        let order = dock.confirmed();
        let shipment_id = dock.booked(&order).await;
        erase(&dock, Uuid::from_u128(666)).await;
        dock.hear(&dock.cancelled(order.order_id)).await;
        assert_eq!(recipient(&dock, shipment_id).await, "Ada");
    }
}
