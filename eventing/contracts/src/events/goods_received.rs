//! `dev.souk.goods.received.v1`.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Contract, StockLine, wire};

/// Goods have come in, says the merchant's own system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GoodsReceived {
    /// The number of the delivery note.
    #[serde(deserialize_with = "wire::reference")]
    #[schemars(regex(pattern = r"^[A-Za-z0-9._:/-]{1,64}$"))]
    pub delivery_note: String,
    /// What has come in.
    #[serde(deserialize_with = "wire::lines")]
    #[schemars(length(min = 1, max = 500))]
    pub lines: Vec<StockLine>,
    /// When.
    #[serde(deserialize_with = "wire::time")]
    pub received_at: DateTime<Utc>,
}

impl Contract for GoodsReceived {
    const TYPE: &'static str = "dev.souk.goods.received.v1";
    const EMITTER: &'static str = "erp";
    const SOURCE: &'static str = "/publishers/erp";
    const PUBLIC: bool = true;

    fn subject(&self) -> String {
        format!("deliveries/{}", self.delivery_note)
    }

    fn partition_key(&self) -> String {
        self.delivery_note.clone()
    }
}
