//! `dev.souk.shipment.cancelled.v1`.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Contract;

/// Nothing will leave for an order: the answer to `cancellation.requested`, given as often as that is said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShipmentCancelled {
    /// The shipment, if one was booked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipment_id: Option<Uuid>,
    /// The order.
    pub order_id: Uuid,
    /// When it was given up.
    pub cancelled_at: DateTime<Utc>,
}

impl Contract for ShipmentCancelled {
    const TYPE: &'static str = "dev.souk.shipment.cancelled.v1";
    const EMITTER: &'static str = "shipping";
    const SOURCE: &'static str = "/functions/shipping";

    fn subject(&self) -> String {
        match self.shipment_id {
            Some(shipment_id) => format!("shipments/{shipment_id}"),
            None => format!("orders/{}", self.order_id),
        }
    }

    fn partition_key(&self) -> String {
        self.order_id.to_string()
    }
}
