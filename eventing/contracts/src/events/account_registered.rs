//! `dev.souk.account.registered.v1`.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Contract;

/// A customer or merchant has an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountRegistered {
    /// The account.
    pub account_id: Uuid,
    /// Where its owner is written to.
    pub email: String,
    /// What its owner is called.
    pub name: String,
    /// When.
    pub registered_at: DateTime<Utc>,
}

impl Contract for AccountRegistered {
    const TYPE: &'static str = "dev.souk.account.registered.v1";
    const EMITTER: &'static str = "identity";
    const SOURCE: &'static str = "/functions/identity";

    fn subject(&self) -> String {
        format!("accounts/{}", self.account_id)
    }

    fn partition_key(&self) -> String {
        self.account_id.to_string()
    }
}
