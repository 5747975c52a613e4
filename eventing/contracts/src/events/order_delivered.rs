//! `dev.souk.order.delivered.v1`.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Contract;

/// An order has reached its customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderDelivered {
    /// The order.
    pub order_id: Uuid,
    /// Whose order it is.
    pub account_id: Uuid,
    /// Where its owner is written to.
    pub email: String,
    /// When.
    pub delivered_at: DateTime<Utc>,
}

impl Contract for OrderDelivered {
    const TYPE: &'static str = "dev.souk.order.delivered.v1";
    const EMITTER: &'static str = "orders";
    const SOURCE: &'static str = "/functions/orders";

    fn subject(&self) -> String {
        format!("orders/{}", self.order_id)
    }

    fn partition_key(&self) -> String {
        self.order_id.to_string()
    }
}
