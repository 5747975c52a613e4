//! Some pieces of one article in a cart.

use chrono::{DateTime, Utc};
use souk_kit::FieldError;

/// The most pieces of one article: as many as can be ordered at once.
pub const QUANTITY_MAX: u32 = 99;

/// Some pieces of one article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The article. Whether it is sold is asked when it is ordered.
    pub sku: String,
    /// How many pieces.
    pub quantity: u32,
    /// When its owner last said so.
    pub set_at: DateTime<Utc>,
}

/// Everything that keeps so many pieces of an article from being a line.
pub fn line_mistakes(sku: &str, quantity: u32) -> Vec<FieldError> {
    let mut mistakes = Vec::new();
    if !is_sku(sku) {
        let detail = "is not 2 to 32 of A-Z, 0-9 and -, or starts with -";
        mistakes.push(FieldError::new("sku", detail));
    }
    if !(1..=QUANTITY_MAX).contains(&quantity) {
        let detail = format!("is {quantity}, allowed are 1 to {QUANTITY_MAX}");
        mistakes.push(FieldError::new("quantity", detail));
    }
    mistakes
}

/// As the contracts have it.
fn is_sku(text: &str) -> bool {
    let letters = text
        .bytes()
        .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-');
    letters && !text.starts_with('-') && (2..=32).contains(&text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_ordered_is_no_line() {
        for (sku, quantity, mistakes) in [
            ("MUG", 1, 0),
            ("MUG", 99, 0),
            ("MUG", 0, 1),
            ("MUG", 100, 1),
            ("mug", 1, 1),
            ("-", 0, 2),
        ] {
            let found = line_mistakes(sku, quantity);
            assert_eq!(found.len(), mistakes, "{quantity} of {sku}: {found:?}");
        }
    }
}
