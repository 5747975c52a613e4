//! `dev.souk.stock.rejected.v1`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Contract, Shortage, wire};

/// An order asks for more than there is; nothing is set aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StockRejected {
    /// The order.
    pub order_id: Uuid,
    /// What there is too little of.
    #[serde(deserialize_with = "wire::lines")]
    #[schemars(length(min = 1, max = 500))]
    pub shortages: Vec<Shortage>,
}

impl Contract for StockRejected {
    const TYPE: &'static str = "dev.souk.stock.rejected.v1";
    const EMITTER: &'static str = "inventory";
    const SOURCE: &'static str = "/functions/inventory";

    fn subject(&self) -> String {
        format!("orders/{}", self.order_id)
    }

    fn partition_key(&self) -> String {
        self.order_id.to_string()
    }
}
