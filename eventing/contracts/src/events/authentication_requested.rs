//! `dev.souk.authentication.requested.v1`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Contract;

/// The bank wants the customer to confirm a payment before it holds the money. Where, the payment says to its owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthenticationRequested {
    /// The order that is to be paid.
    pub order_id: Uuid,
    /// The payment that waits.
    pub payment_id: Uuid,
}

impl Contract for AuthenticationRequested {
    const TYPE: &'static str = "dev.souk.authentication.requested.v1";
    const EMITTER: &'static str = "payments";
    const SOURCE: &'static str = "/functions/payments";

    fn subject(&self) -> String {
        format!("orders/{}", self.order_id)
    }

    fn partition_key(&self) -> String {
        self.order_id.to_string()
    }
}
