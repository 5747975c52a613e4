//! `dev.souk.payment.authorized.v1`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Contract, Money};

/// The provider holds the money for an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentAuthorized {
    /// The order.
    pub order_id: Uuid,
    /// The payment.
    pub payment_id: Uuid,
    /// How much is held.
    pub amount: Money,
    /// The provider's name for it.
    pub provider_reference: String,
}

impl Contract for PaymentAuthorized {
    const TYPE: &'static str = "dev.souk.payment.authorized.v1";
    const EMITTER: &'static str = "payments";
    const SOURCE: &'static str = "/functions/payments";

    fn subject(&self) -> String {
        format!("payments/{}", self.payment_id)
    }

    fn partition_key(&self) -> String {
        self.order_id.to_string()
    }
}
