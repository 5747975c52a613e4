//! An account as its owner and operators see it.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::domain::{Account, Role};

/// What an account may do.
#[derive(Clone, Copy, Debug, serde::Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "Role")]
pub(super) enum RoleName {
    /// Buy.
    Customer,
    /// Run the shop.
    Merchant,
    /// Run the platform.
    Operator,
}

/// An account.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Account")]
pub(in crate::accounts) struct AccountView {
    /// Which one it is.
    account_id: Uuid,
    /// Where its owner is written to.
    #[schemars(extend("format" = "email"))]
    email: String,
    /// Whether its owner has shown that the mailbox is theirs.
    email_verified: bool,
    /// What its owner is called.
    name: String,
    /// What it may do.
    #[schemars(with = "[RoleName; 1]")]
    roles: [&'static str; 1],
    /// When it was made.
    registered_at: DateTime<Utc>,
}

impl AccountView {
    pub(in crate::accounts) fn of(account: Account) -> Self {
        Self {
            account_id: account.account_id,
            email: account.email.to_string(),
            email_verified: account.email_verified_at.is_some(),
            name: account.name,
            roles: [account.role.name()],
            registered_at: account.registered_at,
        }
    }
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Customer => Self::Customer,
            RoleName::Merchant => Self::Merchant,
            RoleName::Operator => Self::Operator,
        }
    }
}

/// An account for the document.
pub(super) fn example() -> Value {
    json!({
        "account_id": "0192f0c1-6a5e-7b1c-9d3e-5f0a1b2c3d4e",
        "email": "ada@souk.example",
        "email_verified": true,
        "name": "Ada",
        "roles": ["customer"],
        "registered_at": "2026-03-01T09:30:00.123456Z",
    })
}
