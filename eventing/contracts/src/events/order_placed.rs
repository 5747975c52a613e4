//! `dev.souk.order.placed.v1`.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Contract, Money, PricedLine, wire};

/// A customer has ordered; nothing is promised yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderPlaced {
    /// The order.
    pub order_id: Uuid,
    /// Whose order it is.
    pub account_id: Uuid,
    /// Where its owner is written to.
    pub email: String,
    /// The basket that was ordered, if it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cart_id: Option<Uuid>,
    /// What was ordered.
    #[serde(deserialize_with = "wire::lines")]
    #[schemars(length(min = 1, max = 500))]
    pub lines: Vec<PricedLine>,
    /// What it all costs.
    pub total: Money,
    /// When.
    pub placed_at: DateTime<Utc>,
}

impl Contract for OrderPlaced {
    const TYPE: &'static str = "dev.souk.order.placed.v1";
    const EMITTER: &'static str = "orders";
    const SOURCE: &'static str = "/functions/orders";

    fn subject(&self) -> String {
        format!("orders/{}", self.order_id)
    }

    fn partition_key(&self) -> String {
        self.order_id.to_string()
    }
}
