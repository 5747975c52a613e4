//! What an account is, and what may become one. Pure: nothing here waits, stores, or knows what time it is.

mod account;
mod email;
mod password;

pub use account::{Account, Role, check_name};
pub use email::{Email, EmailError};
pub use password::{Password, PasswordError};
