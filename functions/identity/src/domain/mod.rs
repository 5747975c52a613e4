//! What accounts and clients are, and what may become one. Pure: nothing here waits, stores, or knows what time it is.

mod account;
mod client;
mod email;
mod password;
mod scope;

pub use account::{ACCOUNT_ROLES, Account, NAME_CHARS_MAX, account_role, check_name};
pub use client::{CLIENT_ID_PATTERN, CLIENT_NAME_CHARS_MAX, Client, ClientKind, is_client_id};
pub use email::{ADDRESS_BYTES_MAX, Email, EmailError};
pub use password::{
    CHARS_MAX as PASSWORD_CHARS_MAX, CHARS_MIN as PASSWORD_CHARS_MIN, Password, PasswordError,
};
pub use scope::{PUBLISH, SCOPE_BYTES_MAX, Scope, ScopeError, is_for_machines};
pub use souk_kit::auth::Role;
