//! What an account is, and what may become one. Pure: nothing here waits, stores, or knows what time it is.

mod account;
mod email;
mod password;

pub use account::{Account, NAME_CHARS_MAX, Role, check_name};
pub use email::{ADDRESS_BYTES_MAX, Email, EmailError};
pub use password::{
    CHARS_MAX as PASSWORD_CHARS_MAX, CHARS_MIN as PASSWORD_CHARS_MIN, Password, PasswordError,
};
