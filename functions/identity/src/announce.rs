//! Accounts as events: in the words of the contracts.

use souk_contracts::{AccountRegistered, Contract};
use souk_kit::events::RawEvent;
use uuid::Uuid;

use crate::domain::Account;

/// `account.registered`
pub(crate) fn registered(account: &Account, id: Uuid) -> RawEvent {
    let fact = AccountRegistered {
        account_id: account.account_id,
        email: account.email.to_string(),
        name: account.name.clone(),
        registered_at: account.registered_at,
    };
    fact.event(id, account.registered_at)
}
