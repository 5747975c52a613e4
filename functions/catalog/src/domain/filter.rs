//! Which products of a list are asked for.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Product, details::CATEGORY_PATTERN};

/// What a product must be like to be shown; all that is set must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
pub struct Filter {
    /// In this category.
    #[schemars(regex(pattern = CATEGORY_PATTERN))]
    pub category: Option<String>,
    /// For this price at least, in minor units.
    pub price_min_minor: Option<i64>,
    /// For this price at most, in minor units.
    pub price_max_minor: Option<i64>,
    /// With a name that begins like this, in capital letters or not.
    pub name_prefix: Option<String>,
}

impl Filter {
    /// Whether a product is shown.
    pub fn lets_through(&self, product: &Product) -> bool {
        let details = &product.details;
        let price = details.price.amount_minor;
        let is_in = |category: &String| *category == details.category;
        let begins = |prefix: &String| {
            let name = details.name.to_lowercase();
            name.starts_with(&prefix.to_lowercase())
        };
        self.category.as_ref().is_none_or(is_in)
            && self.price_min_minor.is_none_or(|least| least <= price)
            && self.price_max_minor.is_none_or(|most| price <= most)
            && self.name_prefix.as_ref().is_none_or(begins)
    }

    /// Whether it may let through few of many, even within its category.
    pub fn is_narrow(&self) -> bool {
        self.price_min_minor.is_some()
            || self.price_max_minor.is_some()
            || self.name_prefix.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::mug;

    fn shows(filter: Filter) -> bool {
        filter.lets_through(&mug(1250))
    }

    #[test]
    fn everything_that_is_set_must_hold() {
        let fits = Filter {
            category: Some("mugs".into()),
            price_min_minor: Some(1250),
            price_max_minor: Some(1250),
            name_prefix: Some("BLUE".into()),
        };
        assert!(shows(Filter::default()));
        assert!(shows(fits.clone()));
        let category = Some("cups".into());
        assert!(!shows(Filter {
            category,
            ..fits.clone()
        }));
        let price_min_minor = Some(1251);
        assert!(!shows(Filter {
            price_min_minor,
            ..fits.clone()
        }));
        let price_max_minor = Some(1249);
        assert!(!shows(Filter {
            price_max_minor,
            ..fits.clone()
        }));
        let name_prefix = Some("mug".into());
        assert!(!shows(Filter {
            name_prefix,
            ..fits
        }));
    }
}
