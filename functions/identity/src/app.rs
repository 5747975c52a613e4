//! What every handler has at hand.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use souk_kit::postgres::Outbox;
use sqlx::PgPool;

use crate::{accounts, chance::Chance, gate::Gate, keys::Keys, passwords::Passwords};

/// The function's own things. Clones share them.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) outbox: Outbox,
    pub(crate) passwords: Passwords,
    /// The keys that sign tokens.
    pub(crate) keys: Keys,
    /// What the gate has to know.
    pub(crate) gate: Gate,
    pub(crate) chance: Chance,
    pub(crate) settings: Arc<Settings>,
    /// What only the accounts need.
    pub(crate) accounts: accounts::Parts,
}

/// What the function is told and never changes.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// The shop's address as its clients know it, without a slash at the end: `iss`.
    pub(crate) issuer: String,
    /// For whom access tokens are: `aud`.
    pub(crate) audience: String,
    /// How long an access token is good.
    pub(crate) token_life: TimeDelta,
    /// How long a session lasts that nobody uses.
    pub(crate) session_idle: TimeDelta,
    /// How long a session lasts at the most.
    pub(crate) session_life: TimeDelta,
}

impl App {
    /// The time, by the clock that was handed in.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.outbox.clock().now()
    }

    /// For reading outside a transaction.
    pub(crate) fn pool(&self) -> &PgPool {
        self.outbox.pool()
    }
}

impl Settings {
    /// Whether the shop is reached by TLS.
    pub(crate) fn is_secure(&self) -> bool {
        self.issuer.starts_with("https://")
    }

    /// A place at the shop's address; `path` begins with `/`.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.issuer)
    }
}
