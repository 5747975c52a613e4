//! An account as its owner sees it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use crate::domain::Account;

#[derive(Serialize)]
pub(crate) struct AccountView {
    account_id: Uuid,
    email: String,
    name: String,
    roles: [&'static str; 1],
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
