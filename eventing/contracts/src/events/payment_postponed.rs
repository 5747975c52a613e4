//! `dev.souk.payment.postponed.v1`.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Contract;

/// The provider does not answer: what is due about a payment is asked again. Its emitter hears it, and nobody else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentPostponed {
    /// The order that is paid for.
    pub order_id: Uuid,
    /// Its payment.
    pub payment_id: Uuid,
    /// How often it was put off since it began to wait, this time included.
    #[schemars(range(min = 1))]
    pub attempt: u32,
    /// When it was put off this time.
    pub postponed_at: DateTime<Utc>,
}

impl Contract for PaymentPostponed {
    const TYPE: &'static str = "dev.souk.payment.postponed.v1";
    const EMITTER: &'static str = "payments";
    const SOURCE: &'static str = "/functions/payments";

    fn subject(&self) -> String {
        format!("orders/{}", self.order_id)
    }

    fn partition_key(&self) -> String {
        self.order_id.to_string()
    }
}
