//! `POST /v1/shipments/{shipment_id}/dispatch`: a merchant has handed it to a carrier. The same parcel asked again is answered
//! the same, so it needs no key.

use axum::extract::State;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use souk_kit::{
    Access, Answer, Caller, FieldError, Problem, Role,
    api::Doc,
    http::{Json, Path},
    postgres::Outbox,
};
use uuid::Uuid;

use super::{SHIPMENT_ID, forbidden_by, lock, shipment_view::ShipmentView};
use crate::{announce, domain::Parcel, store::shipments};

const NAME_CHARS_MAX: usize = 64;

/// How a shipment travels.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "DispatchRequest")]
pub(crate) struct Dispatch {
    /// Who carries it, on one line.
    #[schemars(length(min = 1, max = NAME_CHARS_MAX))]
    carrier: String,
    /// What the carrier calls it.
    #[schemars(length(min = 1, max = NAME_CHARS_MAX), regex(pattern = "^[A-Za-z0-9._:/-]+$"))]
    tracking_number: String,
}

pub(crate) const DISPATCH_SHIPMENT: Doc = Doc::new(
    "Hand a shipment to a carrier",
    Access::of(&[Role::Merchant, Role::Machine], "shipments:write"),
)
.about("The same parcel asked again is answered the same, so it needs no key.")
.path(&[SHIPMENT_ID])
.says(&[(200, "The shipment, on its way.")])
.refuses(&[
    (409, "shipment-dispatched", "It has left as another parcel."),
    (
        409,
        "shipment-delivered",
        "It has arrived as another parcel.",
    ),
    (409, "shipment-cancelled", "It was given up."),
    (
        409,
        "tracking-number-taken",
        "Another shipment has left under this number.",
    ),
])
.asks(|| json!({ "carrier": "DHL", "tracking_number": "TN-1" }));

pub(crate) async fn dispatch_shipment(
    State(outbox): State<Outbox>,
    caller: Caller,
    Path(shipment_id): Path<Uuid>,
    Json(dispatch): Json<Dispatch>,
) -> Answer<Json<ShipmentView>> {
    let parcel = dispatch.parcel()?;

    let mut tx = outbox.begin().await?;
    tx.on_behalf_of(caller.subject);
    let mut shipment = lock(&mut tx, shipment_id).await?;
    let moved = shipment.dispatch(&parcel, tx.now());
    if moved.map_err(|why| forbidden_by(&shipment, why))? {
        let saved = shipments::save(tx.conn(), &shipment).await;
        saved.map_err(|error| refuse(error, &parcel))?;
        tx.emit(announce::dispatched(&shipment, parcel, &tx))?;
    }
    tx.commit().await?;
    Ok(Json(shipment.into()))
}

/// Carriers speak of a parcel by its number alone.
fn refuse(error: sqlx::Error, parcel: &Parcel) -> Problem {
    let taken = |error: &dyn sqlx::error::DatabaseError| error.is_unique_violation();
    if !error.as_database_error().is_some_and(taken) {
        return error.into();
    }
    let detail = format!(
        "Another shipment has left as {} already.",
        parcel.tracking_number
    );
    Problem::conflict("tracking-number-taken", detail)
}

impl Dispatch {
    fn parcel(self) -> Answer<Parcel> {
        let mut errors = Vec::new();
        let carrier = self.carrier.trim();
        let fits = (1..=NAME_CHARS_MAX).contains(&carrier.chars().count());
        // It stands in a mail, where a line of its own could say anything.
        if !fits || carrier.chars().any(char::is_control) {
            let detail = format!("is not 1 to {NAME_CHARS_MAX} characters on one line");
            errors.push(FieldError::new("carrier", detail));
        }
        if !is_reference(&self.tracking_number) {
            let detail = format!("is not 1 to {NAME_CHARS_MAX} of A-Z, a-z, 0-9 and . _ : / -");
            errors.push(FieldError::new("tracking_number", detail));
        }
        if !errors.is_empty() {
            return Err(Problem::invalid(errors));
        }
        Ok(Parcel {
            carrier: carrier.to_owned(),
            tracking_number: self.tracking_number,
        })
    }
}

/// As contracts has it for `parcel.moved`: nobody could ever tell where another parcel is.
fn is_reference(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"._:/-".contains(&b);
    (1..=NAME_CHARS_MAX).contains(&text.len()) && text.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use serde_json::json;
    use souk_kit::Role;
    use uuid::Uuid;

    use crate::testing::{ADA, Dock};

    #[tokio::test]
    async fn a_dispatch_is_announced_once_with_its_lines_and_answered_the_same_again() {
        let mut dock = Dock::open().await;
        let shipment_id = dock.booked(&dock.confirmed()).await;
        let first = dock.dispatch(shipment_id, "T-1").await;
        assert_eq!(
            (first.status, &first.body["status"]),
            (StatusCode::OK, &json!("dispatched"))
        );
        assert_eq!(dock.dispatch(shipment_id, "T-1").await.body, first.body);

        let (event_type, dispatched) = dock.next().await;
        assert_eq!(event_type, "dev.souk.shipment.dispatched.v1");
        assert_eq!(dispatched["tracking_number"], "T-1");
        assert_eq!(
            dispatched["lines"],
            json!([{ "sku": "MUG-BLUE", "quantity": 2 }])
        );
        assert!(dock.rest().await.is_empty(), "it has left twice");
    }

    #[tokio::test]
    async fn what_cannot_leave_is_a_conflict_that_says_why() {
        let mut dock = Dock::open().await;
        let (left, order) = (dock.booked(&dock.confirmed()).await, dock.confirmed());
        dock.dispatched(left, "T-1").await;
        let waiting = dock.booked(&order).await;

        let twice = dock.dispatch(left, "T-2").await;
        assert_eq!(twice.status, StatusCode::CONFLICT);
        assert_eq!(twice.body["shipment_status"], "dispatched");
        let same_number = dock.dispatch(waiting, "T-1").await;
        assert_eq!(same_number.status, StatusCode::CONFLICT);
        assert_eq!(
            same_number.body["type"],
            "https://souk.example/problems/tracking-number-taken"
        );
        dock.hear(&dock.cancelled(order.order_id)).await;
        let cancelled = dock.dispatch(waiting, "T-3").await;
        assert_eq!(cancelled.body["shipment_status"], "cancelled");
    }

    #[tokio::test]
    async fn only_merchants_dispatch_and_only_as_what_a_carrier_can_name() {
        let mut dock = Dock::open().await;
        let shipment_id = dock.booked(&dock.confirmed()).await;
        let path = format!("/v1/shipments/{shipment_id}/dispatch");
        let (customer, merchant) = (
            dock.token(ADA, Role::Customer),
            dock.token(Uuid::from_u128(1), Role::Merchant),
        );
        let good = json!({ "carrier": "dhl", "tracking_number": "T-1" });
        let refused = dock.post(&path, &customer, &good).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        for carrier in [" ", "d\0hl", "dhl\n\nPay here: example.com"] {
            let bad = json!({ "carrier": carrier, "tracking_number": "T 1" });
            let refused = dock.post(&path, &merchant, &bad).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert_eq!(refused.body["errors"][0]["field"], "carrier", "{carrier:?}");
            assert_eq!(refused.body["errors"][1]["field"], "tracking_number");
        }
        let unknown = dock.dispatch(Uuid::nil(), "T-1").await;
        assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    }
}
