//! `dev.souk.shipment.booked.v1`.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Contract;

/// An order waits to be packed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShipmentBooked {
    /// The shipment.
    pub shipment_id: Uuid,
    /// The order.
    pub order_id: Uuid,
    /// When.
    pub booked_at: DateTime<Utc>,
}

impl Contract for ShipmentBooked {
    const TYPE: &'static str = "dev.souk.shipment.booked.v1";
    const EMITTER: &'static str = "shipping";
    const SOURCE: &'static str = "/functions/shipping";

    fn subject(&self) -> String {
        format!("shipments/{}", self.shipment_id)
    }

    fn partition_key(&self) -> String {
        self.order_id.to_string()
    }
}
