//! What identifies an article.

use std::fmt;

use serde::{Deserialize, Serialize};

/// 2 to 32 of A-Z, 0-9 and -, not starting with -; as the contracts have it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Sku(String);

impl Sku {
    /// What one looks like, as a regular expression.
    pub const PATTERN: &'static str = r"^[A-Z0-9][A-Z0-9-]{1,31}$";
    /// What is wrong with a text that is none.
    pub const RULE: &'static str = "is not 2 to 32 of A-Z, 0-9 and -, or starts with -";

    /// Reads one; anything else names no article.
    pub fn parse(text: &str) -> Option<Self> {
        let letters = text
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-');
        let fits = letters && !text.starts_with('-') && (2..=32).contains(&text.len());
        fits.then(|| Self(text.to_owned()))
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Sku {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("`{text}` {}", Self::RULE))
    }
}

impl fmt::Display for Sku {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_contracts_let_through_is_a_sku() {
        for good in ["MUG-BLUE", "A1", "9-"] {
            assert!(Sku::parse(good).is_some(), "{good}");
        }
        for bad in ["", "M", "mug", "-MUG", "MUG BLUE", "MÜG", &"A".repeat(33)] {
            assert!(Sku::parse(bad).is_none(), "{bad}");
        }
    }
}
