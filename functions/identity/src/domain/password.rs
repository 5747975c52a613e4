//! A password in clear text, for as short as possible: it is never shown, and wiped when it is dropped.

use std::{fmt, str::FromStr};

use thiserror::Error;
use zeroize::Zeroizing;

/// The shortest password.
pub const CHARS_MIN: usize = 8;
/// The longest password: enough for any sentence.
pub const CHARS_MAX: usize = 128;

/// A password that may be chosen.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(Zeroizing<String>);

/// Why a password may not be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PasswordError {
    /// It can be guessed.
    #[error("is shorter than {CHARS_MIN} characters")]
    TooShort,
    /// Nobody types that.
    #[error("is longer than {CHARS_MAX} characters")]
    TooLong,
}

impl Password {
    /// What was given at the desk, to be compared: whatever it is, it may be wrong.
    pub fn offered(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// What is hashed.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl FromStr for Password {
    type Err = PasswordError;

    fn from_str(text: &str) -> Result<Self, PasswordError> {
        match text.chars().count() {
            count if count < CHARS_MIN => Err(PasswordError::TooShort),
            count if count > CHARS_MAX => Err(PasswordError::TooLong),
            _ => Ok(Self::offered(text.to_owned())),
        }
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(not shown)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_has_8_to_128_characters_of_any_kind() {
        assert!("1234567".parse::<Password>().is_err());
        assert!("x".repeat(129).parse::<Password>().is_err());
        for good in [
            "12345678",
            "\u{1f511}\u{1f511}\u{1f511}\u{1f511}\u{1f511}\u{1f511}\u{1f511}\u{1f511}",
            &"ä".repeat(128),
        ] {
            assert!(good.parse::<Password>().is_ok(), "{good}");
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        let shown = format!("{:?}", Password::offered("correct horse".to_owned()));
        assert!(!shown.contains("horse"));
    }
}
