//! `dev.souk.payment.captured.v1`.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Contract, Money};

/// The money held for an order was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentCaptured {
    /// The order.
    pub order_id: Uuid,
    /// The payment.
    pub payment_id: Uuid,
    /// How much was taken.
    pub amount: Money,
    /// When.
    pub captured_at: DateTime<Utc>,
}

impl Contract for PaymentCaptured {
    const TYPE: &'static str = "dev.souk.payment.captured.v1";
    const EMITTER: &'static str = "payments";
    const SOURCE: &'static str = "/functions/payments";

    fn subject(&self) -> String {
        format!("payments/{}", self.payment_id)
    }

    fn partition_key(&self) -> String {
        self.order_id.to_string()
    }
}
