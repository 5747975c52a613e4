//! An account as its owner sees it.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::domain::{Account, Role};

/// An account.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Account")]
pub(crate) struct AccountView {
    /// Which one it is.
    account_id: Uuid,
    /// Where its owner is written to.
    #[schemars(extend("format" = "email"))]
    email: String,
    /// What its owner is called.
    name: String,
    /// What it may do.
    #[schemars(with = "[Role; 1]")]
    roles: [&'static str; 1],
    /// When it was made.
    registered_at: DateTime<Utc>,
}

impl AccountView {
    pub(super) fn of(account: Account) -> Self {
        Self {
            account_id: account.account_id,
            email: account.email.to_string(),
            name: account.name,
            roles: [account.role.name()],
            registered_at: account.registered_at,
        }
    }
}

/// An account for the document.
pub(super) fn example() -> Value {
    json!({
        "account_id": "0192f0c1-6a5e-7b1c-9d3e-5f0a1b2c3d4e",
        "email": "ada@souk.example",
        "name": "Ada",
        "roles": ["customer"],
        "registered_at": "2026-03-01T09:30:00.123456Z",
    })
}
