//! `dev.souk.shipment.delivered.v1`.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Contract;

/// An order has arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShipmentDelivered {
    /// The shipment.
    pub shipment_id: Uuid,
    /// The order.
    pub order_id: Uuid,
    /// When.
    pub delivered_at: DateTime<Utc>,
}

impl Contract for ShipmentDelivered {
    const TYPE: &'static str = "dev.souk.shipment.delivered.v1";
    const EMITTER: &'static str = "shipping";
    const SOURCE: &'static str = "/functions/shipping";

    fn subject(&self) -> String {
        format!("shipments/{}", self.shipment_id)
    }

    fn partition_key(&self) -> String {
        self.order_id.to_string()
    }
}
