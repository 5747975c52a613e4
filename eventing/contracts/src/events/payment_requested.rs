//! `dev.souk.payment.requested.v1`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Contract, Money};

/// An order is to be paid now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentRequested {
    /// The order.
    pub order_id: Uuid,
    /// Who pays.
    pub account_id: Uuid,
    /// How much.
    pub amount: Money,
    /// The provider's name for the means of payment.
    pub payment_method: String,
}

impl Contract for PaymentRequested {
    const TYPE: &'static str = "dev.souk.payment.requested.v1";
    const EMITTER: &'static str = "orders";
    const SOURCE: &'static str = "/functions/orders";

    fn subject(&self) -> String {
        format!("orders/{}", self.order_id)
    }

    fn partition_key(&self) -> String {
        self.order_id.to_string()
    }
}
