//! `dev.souk.order.cancelled.v1`.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Contract;

/// An order will not be shipped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderCancelled {
    /// The order.
    pub order_id: Uuid,
    /// Whose order it is.
    pub account_id: Uuid,
    /// Where its owner is written to.
    pub email: String,
    /// Why.
    pub reason: CancelReason,
    /// Why, in words for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// When.
    pub cancelled_at: DateTime<Utc>,
}

/// Why an order will not be shipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CancelReason {
    /// There was less than was ordered.
    OutOfStock,
    /// The provider refused to pay.
    PaymentDeclined,
    /// Nobody paid in time.
    PaymentTimedOut,
    /// The customer does not want it any more.
    RequestedByCustomer,
}

impl Contract for OrderCancelled {
    const TYPE: &'static str = "dev.souk.order.cancelled.v1";
    const EMITTER: &'static str = "orders";
    const SOURCE: &'static str = "/functions/orders";

    fn subject(&self) -> String {
        format!("orders/{}", self.order_id)
    }

    fn partition_key(&self) -> String {
        self.order_id.to_string()
    }
}
