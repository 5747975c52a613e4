//! An account.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use uuid::Uuid;

use super::Email;

/// The longest name.
pub const NAME_CHARS_MAX: usize = 100;

/// Somebody the shop knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Which one it is; the `sub` of its tokens.
    pub account_id: Uuid,
    /// Where its owner is written to.
    pub email: Email,
    /// What its owner is called.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// When it was made.
    pub registered_at: DateTime<Utc>,
}

/// What an account may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "snake_case")]
pub enum Role {
    /// Buy.
    Customer,
    /// Run the shop.
    Merchant,
}

impl Role {
    /// Its name in the store, in tokens, and for clients.
    pub fn name(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Merchant => "merchant",
        }
    }

    /// The role of that name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "customer" => Some(Self::Customer),
            "merchant" => Some(Self::Merchant),
            _ => None,
        }
    }
}

/// The name without blanks around it, or what is wrong with it.
pub fn check_name(name: &str) -> Result<String, String> {
    let name = name.trim();
    if name.is_empty() {
        return Err("is empty".to_owned());
    }
    if name.chars().count() > NAME_CHARS_MAX {
        return Err(format!("is longer than {NAME_CHARS_MAX} characters"));
    }
    if name.chars().any(char::is_control) {
        return Err("contains control characters".to_owned());
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_something_that_can_be_written_on_a_parcel() {
        assert_eq!(check_name("  Ada Lovelace "), Ok("Ada Lovelace".to_owned()));
        for wrong in ["", "   ", "Ada\u{7}", &"x".repeat(101)] {
            assert!(check_name(wrong).is_err(), "{wrong:?}");
        }
    }
}
