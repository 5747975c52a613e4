//! What a merchant says about a product.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use souk_contracts::Money;
use souk_kit::FieldError;

const NAME_CHARS_MAX: usize = 120;
const DESCRIPTION_CHARS_MAX: usize = 4_000;
/// [`is_category`] as a regular expression.
pub(super) const CATEGORY_PATTERN: &str = "^[a-z0-9][a-z0-9-]{0,39}$";
const CATEGORY_CHARS_MAX: usize = 40;
/// More than anything in a shop costs, and far from where sums overflow.
const PRICE_MINOR_MAX: i64 = 1_000_000_000;

/// What a product is called, where it is found, what it costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ProductDetails")]
pub struct Details {
    /// What it is called, on one line.
    #[schemars(length(min = 1, max = NAME_CHARS_MAX))]
    pub name: String,
    /// A few sentences; may be empty.
    #[serde(default)]
    #[schemars(length(max = DESCRIPTION_CHARS_MAX))]
    pub description: String,
    /// Where shoppers find it: `coffee`, `table-ware`.
    #[schemars(regex(pattern = CATEGORY_PATTERN))]
    pub category: String,
    /// What one piece costs.
    #[schemars(schema_with = "price")]
    pub price: Money,
}

impl Details {
    /// Everything about them that cannot be accepted.
    pub fn mistakes(&self) -> Vec<FieldError> {
        let name_fits = self.name.trim() == self.name && is_text(&self.name, 1..=NAME_CHARS_MAX);
        let description = self.description.replace(['\n', '\r', '\t'], " ");
        let checks = [
            (
                name_fits,
                "name",
                "is not 1 to 120 characters on one line, without spaces around",
            ),
            (
                is_text(&description, 0..=DESCRIPTION_CHARS_MAX),
                "description",
                "is longer than 4000 characters, or has control characters",
            ),
            (
                is_category(&self.category),
                "category",
                "is not 1 to 40 of a-z, 0-9 and -, or starts with -",
            ),
            (
                (1..=PRICE_MINOR_MAX).contains(&self.price.amount_minor),
                "price.amount_minor",
                "is not 1 to 1000000000",
            ),
        ];
        checks
            .into_iter()
            .filter(|(fits, ..)| !fits)
            .map(|(_, field, detail)| FieldError::new(field, detail))
            .collect()
    }
}

/// Money within the bounds of [`Details::mistakes`].
fn price(generator: &mut SchemaGenerator) -> Schema {
    let mut schema = Money::json_schema(generator);
    if let Some(amount) = schema.pointer_mut("/properties/amount_minor") {
        amount["minimum"] = 1.into();
        amount["maximum"] = PRICE_MINOR_MAX.into();
    }
    schema
}

/// Whether a text can be the name of a category.
pub fn is_category(text: &str) -> bool {
    let letters = text
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    letters && !text.starts_with('-') && (1..=CATEGORY_CHARS_MAX).contains(&text.len())
}

fn is_text(text: &str, chars: std::ops::RangeInclusive<usize>) -> bool {
    chars.contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use souk_contracts::Currency;

    use super::*;

    fn details(name: &str, description: &str, category: &str, price_minor: i64) -> Details {
        Details {
            name: name.into(),
            description: description.into(),
            category: category.into(),
            price: Money::new(price_minor, Currency::EUR),
        }
    }

    #[test]
    fn every_field_that_does_not_fit_is_named() {
        let mistakes = details(" \u{7}", "\u{0}", "Table Ware", 0).mistakes();
        let fields: Vec<_> = mistakes.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(
            fields,
            ["name", "description", "category", "price.amount_minor"]
        );
    }

    #[test]
    fn a_description_may_have_lines_and_a_name_may_not() {
        let two_lines = "one\ntwo";
        assert!(details("Mug", two_lines, "mugs", 1).mistakes().is_empty());
        assert_eq!(details(two_lines, "", "mugs", 1).mistakes().len(), 1);
    }
}
