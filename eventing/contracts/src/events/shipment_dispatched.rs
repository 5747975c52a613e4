//! `dev.souk.shipment.dispatched.v1`.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Contract, StockLine, wire};

/// An order has left the house.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShipmentDispatched {
    /// The shipment.
    pub shipment_id: Uuid,
    /// The order.
    pub order_id: Uuid,
    /// Who carries it.
    pub carrier: String,
    /// The carrier's name for the parcel.
    pub tracking_number: String,
    /// What is in it.
    #[serde(deserialize_with = "wire::lines")]
    #[schemars(length(min = 1, max = 500))]
    pub lines: Vec<StockLine>,
    /// When.
    pub dispatched_at: DateTime<Utc>,
}

impl Contract for ShipmentDispatched {
    const TYPE: &'static str = "dev.souk.shipment.dispatched.v1";
    const EMITTER: &'static str = "shipping";
    const SOURCE: &'static str = "/functions/shipping";

    fn subject(&self) -> String {
        format!("shipments/{}", self.shipment_id)
    }

    fn partition_key(&self) -> String {
        self.order_id.to_string()
    }
}
