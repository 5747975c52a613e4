//! `dev.souk.stock.reserved.v1`.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Contract, StockLine, wire};

/// Every line of an order is set aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StockReserved {
    /// The order.
    pub order_id: Uuid,
    /// What is set aside.
    #[serde(deserialize_with = "wire::lines")]
    #[schemars(length(min = 1, max = 500))]
    pub lines: Vec<StockLine>,
    /// When it is given back if nothing more is heard.
    pub expires_at: DateTime<Utc>,
}

impl Contract for StockReserved {
    const TYPE: &'static str = "dev.souk.stock.reserved.v1";
    const EMITTER: &'static str = "inventory";
    const SOURCE: &'static str = "/functions/inventory";

    fn subject(&self) -> String {
        format!("orders/{}", self.order_id)
    }

    fn partition_key(&self) -> String {
        self.order_id.to_string()
    }
}
