//! Who may do what in a shop, as `souk` writes it down and `SOUK_CREDENTIALS` names it.

use serde::Deserialize;

/// E-mail address and password of an account.
#[derive(Debug, Clone, Deserialize)]
pub struct Account {
    /// E-mail address.
    pub email: String,
    /// Password.
    pub password: String,
}

/// The accounts made at first start.
#[derive(Debug, Clone, Deserialize)]
pub struct Accounts {
    /// A customer.
    pub customer: Account,
    /// The merchant.
    pub merchant: Account,
}

/// The publishers' keys.
#[derive(Debug, Clone, Deserialize)]
pub struct ApiKeys {
    /// Reports goods received.
    pub erp: String,
    /// Reports where parcels are.
    pub carrier: String,
}

/// Who may do what in this shop.
#[derive(Debug, Clone, Deserialize)]
pub struct Credentials {
    /// Accounts.
    pub accounts: Accounts,
    /// API keys.
    pub api_keys: ApiKeys,
}
