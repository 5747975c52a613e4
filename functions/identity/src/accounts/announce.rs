//! Accounts as events: in the words of the contracts.

use chrono::{DateTime, Utc};
use souk_contracts::{AccountErased, AccountRegistered, Contract};
use souk_kit::events::RawEvent;
use uuid::Uuid;

use crate::domain::Account;

/// `account.registered`
pub(super) fn registered(account: &Account, id: Uuid) -> RawEvent {
    let fact = AccountRegistered {
        account_id: account.account_id,
        email: account.email.to_string(),
        name: account.name.clone(),
        registered_at: account.registered_at,
    };
    fact.event(id, account.registered_at)
}

/// `account.erased`
pub(super) fn erased(account_id: Uuid, erased_at: DateTime<Utc>, id: Uuid) -> RawEvent {
    let fact = AccountErased {
        account_id,
        erased_at,
    };
    fact.event(id, erased_at)
}
