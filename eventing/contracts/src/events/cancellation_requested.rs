//! `dev.souk.cancellation.requested.v1`.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Contract;

/// A confirmed order is not to be shipped if its parcel has not left. Said again as long as there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CancellationRequested {
    /// The order.
    pub order_id: Uuid,
    /// Why.
    pub reason: CancellationReason,
    /// Since when it is wanted.
    pub requested_at: DateTime<Utc>,
}

/// Why a confirmed order is not to be shipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CancellationReason {
    /// The customer does not want it any more.
    RequestedByCustomer,
    /// Its reservation had expired, and somebody else has the pieces.
    OutOfStock,
    /// No shipment was booked for it in time. A shipment that was booked after all is kept.
    NotFulfilled,
}

impl Contract for CancellationRequested {
    const TYPE: &'static str = "dev.souk.cancellation.requested.v1";
    const EMITTER: &'static str = "orders";
    const SOURCE: &'static str = "/functions/orders";

    fn subject(&self) -> String {
        format!("orders/{}", self.order_id)
    }

    fn partition_key(&self) -> String {
        self.order_id.to_string()
    }
}
