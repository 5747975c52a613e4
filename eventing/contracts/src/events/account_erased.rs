//! `dev.souk.account.erased.v1`.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Contract;

/// The owner of an account wants to be forgotten.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountErased {
    /// The account.
    pub account_id: Uuid,
    /// When.
    pub erased_at: DateTime<Utc>,
}

impl Contract for AccountErased {
    const TYPE: &'static str = "dev.souk.account.erased.v1";
    const EMITTER: &'static str = "identity";
    const SOURCE: &'static str = "/functions/identity";

    fn subject(&self) -> String {
        format!("accounts/{}", self.account_id)
    }

    fn partition_key(&self) -> String {
        self.account_id.to_string()
    }
}
