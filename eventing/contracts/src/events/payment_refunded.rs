//! `dev.souk.payment.refunded.v1`.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Contract, Money};

/// Money taken for an order was given back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentRefunded {
    /// The order.
    pub order_id: Uuid,
    /// The payment.
    pub payment_id: Uuid,
    /// How much was given back.
    pub amount: Money,
    /// When.
    pub refunded_at: DateTime<Utc>,
}

impl Contract for PaymentRefunded {
    const TYPE: &'static str = "dev.souk.payment.refunded.v1";
    const EMITTER: &'static str = "payments";
    const SOURCE: &'static str = "/functions/payments";

    fn subject(&self) -> String {
        format!("payments/{}", self.payment_id)
    }

    fn partition_key(&self) -> String {
        self.order_id.to_string()
    }
}
