//! `dev.souk.order.shipped.v1`.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Contract;

/// An order is on its way to its customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderShipped {
    /// The order.
    pub order_id: Uuid,
    /// Whose order it is.
    pub account_id: Uuid,
    /// Where its owner is written to.
    pub email: String,
    /// Who carries it.
    pub carrier: String,
    /// The carrier's name for the parcel.
    pub tracking_number: String,
    /// When.
    pub shipped_at: DateTime<Utc>,
}

impl Contract for OrderShipped {
    const TYPE: &'static str = "dev.souk.order.shipped.v1";
    const EMITTER: &'static str = "orders";
    const SOURCE: &'static str = "/functions/orders";

    fn subject(&self) -> String {
        format!("orders/{}", self.order_id)
    }

    fn partition_key(&self) -> String {
        self.order_id.to_string()
    }
}
