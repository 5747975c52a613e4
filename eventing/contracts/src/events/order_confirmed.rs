//! `dev.souk.order.confirmed.v1`.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Address, Contract, Money, PricedLine, wire};

/// An order has its stock and its money, and is to be shipped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderConfirmed {
    /// The order.
    pub order_id: Uuid,
    /// Whose order it is.
    pub account_id: Uuid,
    /// Where its owner is written to.
    pub email: String,
    /// What was ordered.
    #[serde(deserialize_with = "wire::lines")]
    #[schemars(length(min = 1, max = 500))]
    pub lines: Vec<PricedLine>,
    /// What it all costs.
    pub total: Money,
    /// Where it goes.
    pub shipping_address: Address,
    /// When.
    pub confirmed_at: DateTime<Utc>,
}

impl Contract for OrderConfirmed {
    const TYPE: &'static str = "dev.souk.order.confirmed.v1";
    const EMITTER: &'static str = "orders";
    const SOURCE: &'static str = "/functions/orders";

    fn subject(&self) -> String {
        format!("orders/{}", self.order_id)
    }

    fn partition_key(&self) -> String {
        self.order_id.to_string()
    }
}
