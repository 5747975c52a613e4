//! An account.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Email, Role};

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
    /// What it may do: never a guest, never a machine.
    pub role: Role,
    /// When its owner has shown that the mailbox is theirs, if they have.
    pub email_verified_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub registered_at: DateTime<Utc>,
}

/// The roles that an account can have.
pub const ACCOUNT_ROLES: [Role; 3] = [Role::Customer, Role::Merchant, Role::Operator];

/// The role of an account by its name.
pub fn account_role(name: &str) -> Option<Role> {
    Role::named(name).filter(|role| ACCOUNT_ROLES.contains(role))
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
    fn no_account_is_a_guest_or_a_machine() {
        assert_eq!(account_role("operator"), Some(Role::Operator));
        for wrong in ["guest", "machine", "admin", ""] {
            assert_eq!(account_role(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_name_is_something_that_can_be_written_on_a_parcel() {
        assert_eq!(check_name("  Ada Lovelace "), Ok("Ada Lovelace".to_owned()));
        for wrong in ["", "   ", "Ada\u{7}", &"x".repeat(101)] {
            assert!(check_name(wrong).is_err(), "{wrong:?}");
        }
    }
}
