//! `dev.souk.link.requested.v1`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Contract;

/// A one-time link is to be mailed to the owner of an account. It carries no secret: only its emitter can make the link of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkRequested {
    /// The link.
    pub link_id: Uuid,
    /// Whose account it is about. For an address that nobody has: an id that nobody has, so that asking takes the same time.
    pub account_id: Uuid,
    /// What it is good for.
    pub purpose: LinkPurpose,
}

/// What a one-time link is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LinkPurpose {
    /// To show that the address is its owner's.
    EmailVerification,
    /// To choose another password.
    PasswordReset,
}

impl Contract for LinkRequested {
    const TYPE: &'static str = "dev.souk.link.requested.v1";
    const EMITTER: &'static str = "identity";
    const SOURCE: &'static str = "/functions/identity";

    fn subject(&self) -> String {
        format!("links/{}", self.link_id)
    }

    fn partition_key(&self) -> String {
        self.account_id.to_string()
    }
}
