//! `dev.souk.capture.refused.v1`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Contract, Money};

/// The provider will not take the money that was held for an order, though its parcel has left: somebody has to look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CaptureRefused {
    /// The order that was shipped.
    pub order_id: Uuid,
    /// Its payment.
    pub payment_id: Uuid,
    /// How much was to be taken.
    pub amount: Money,
    /// Why not, in the provider's own code.
    pub reason: String,
}

impl Contract for CaptureRefused {
    const TYPE: &'static str = "dev.souk.capture.refused.v1";
    const EMITTER: &'static str = "payments";
    const SOURCE: &'static str = "/functions/payments";

    fn subject(&self) -> String {
        format!("orders/{}", self.order_id)
    }

    fn partition_key(&self) -> String {
        self.order_id.to_string()
    }
}
