//! `dev.souk.payment.declined.v1`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Contract;

/// The provider refuses to pay for an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentDeclined {
    /// The order.
    pub order_id: Uuid,
    /// The payment.
    pub payment_id: Uuid,
    /// The provider's decline code.
    pub reason: String,
}

impl Contract for PaymentDeclined {
    const TYPE: &'static str = "dev.souk.payment.declined.v1";
    const EMITTER: &'static str = "payments";
    const SOURCE: &'static str = "/functions/payments";

    fn subject(&self) -> String {
        format!("payments/{}", self.payment_id)
    }

    fn partition_key(&self) -> String {
        self.order_id.to_string()
    }
}
