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
    /// Runs the shop.
    pub merchant: Account,
    /// Runs the platform.
    pub operator: Account,
}

/// What a machine client gets its tokens with.
#[derive(Debug, Clone, Deserialize)]
pub struct ClientSecret {
    /// Its name.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
}

/// The publishers.
#[derive(Debug, Clone, Deserialize)]
pub struct Clients {
    /// Reports goods received.
    pub erp: ClientSecret,
    /// Reports where parcels are.
    pub carrier: ClientSecret,
}

/// Who may do what in this shop.
#[derive(Debug, Clone, Deserialize)]
pub struct Credentials {
    /// Accounts.
    pub accounts: Accounts,
    /// Machine clients.
    pub clients: Clients,
}
