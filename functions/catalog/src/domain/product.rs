//! A product, and what is on record of its SKU. Versions grow over withdrawals, so that whoever hears of them late can tell.

use chrono::{DateTime, Utc};

use super::{Details, Sku};

/// A product that is sold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// What identifies it.
    pub sku: Sku,
    /// What the merchant says about it.
    pub details: Details,
    /// Grows with every change.
    pub version: i64,
    /// The tag of its picture, if it has one.
    pub picture: Option<String>,
    /// Since when it is sold.
    pub published_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// What is on record of an SKU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// There never was such a product.
    Never,
    /// It is sold.
    Sold(Product),
    /// It was sold once.
    Withdrawn {
        /// The version of the withdrawal.
        version: i64,
    },
}

impl Entry {
    /// The product, if it is sold.
    pub fn product(&self) -> Option<&Product> {
        match self {
            Self::Sold(product) => Some(product),
            Self::Never | Self::Withdrawn { .. } => None,
        }
    }

    /// The version on record.
    pub fn version(&self) -> Option<i64> {
        match self {
            Self::Never => None,
            Self::Sold(product) => Some(product.version),
            Self::Withdrawn { version } => Some(*version),
        }
    }

    /// The product with these details from now on; none if it is sold with just these already.
    pub fn publish(&self, sku: &Sku, details: &Details, now: DateTime<Utc>) -> Option<Product> {
        let before = self.product();
        if before.is_some_and(|product| product.details == *details) {
            return None;
        }
        Some(Product {
            sku: sku.clone(),
            details: details.clone(),
            version: self.version().unwrap_or(0) + 1,
            picture: before.and_then(|product| product.picture.clone()),
            published_at: before.map_or(now, |product| product.published_at),
            updated_at: now,
        })
    }
}

impl Product {
    /// The product with another picture.
    pub fn pictured(&self, tag: String, now: DateTime<Utc>) -> Self {
        Self {
            version: self.version + 1,
            picture: Some(tag),
            updated_at: now,
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::testing::mug;

    #[test]
    fn versions_grow_even_over_a_withdrawal() {
        let (mug, now) = (mug(1250), DateTime::UNIX_EPOCH);
        let new = Entry::Never.publish(&mug.sku, &mug.details, now).unwrap();
        assert_eq!(new.version, 1);
        let again = Entry::Withdrawn { version: 2 }.publish(&mug.sku, &mug.details, now);
        assert_eq!(again.unwrap().version, 3);
    }

    #[test]
    fn a_change_keeps_the_picture_and_since_when_it_is_sold() {
        let (mug, later) = (mug(1250), DateTime::UNIX_EPOCH + TimeDelta::days(1));
        let pictured = mug.pictured("tag".into(), later);
        let mut dearer = mug.details.clone();
        dearer.price.amount_minor += 1;
        let changed = Entry::Sold(pictured.clone())
            .publish(&mug.sku, &dearer, later)
            .unwrap();
        assert_eq!(changed.version, mug.version + 2);
        assert_eq!(
            (changed.picture, changed.published_at, changed.updated_at),
            (Some("tag".into()), mug.published_at, later)
        );
    }

    #[test]
    fn saying_the_same_again_is_no_change() {
        let mug = mug(1250);
        let same = Entry::Sold(mug.clone()).publish(&mug.sku, &mug.details, DateTime::UNIX_EPOCH);
        assert_eq!(same, None);
    }
}
