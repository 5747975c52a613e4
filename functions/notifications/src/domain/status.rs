//! The status of an order, as its customer follows it.
//!
//! The facts come in any order. Each status has a rank, and a follower is told those of a higher rank than the last one only:
//! so the history never goes backwards, and whoever comes later sees it whole and in order.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use uuid::Uuid;

/// Where an order stands. In the order of their ranks; no order has both of the last two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, JsonSchema)]
#[schemars(rename_all = "snake_case", rename = "OrderUpdateStatus")]
pub enum Status {
    /// Placed; nothing is promised yet.
    Pending,
    /// It has its stock and its money.
    Confirmed,
    /// On its way.
    Shipped,
    /// With the customer.
    Delivered,
    /// Will not be shipped.
    Cancelled,
}

/// A status that an order has reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// The order.
    pub order_id: Uuid,
    /// Whose order it is.
    pub account_id: Uuid,
    /// The status.
    pub status: Status,
    /// Why, if it was cancelled.
    pub reason: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

impl Status {
    const ALL: [Self; 5] = [
        Self::Pending,
        Self::Confirmed,
        Self::Shipped,
        Self::Delivered,
        Self::Cancelled,
    ];

    /// Its place in the history of an order, from 1.
    pub fn rank(self) -> u8 {
        self as u8 + 1
    }

    /// Whether nothing comes after it.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Delivered | Self::Cancelled)
    }

    /// Its name, in the store and for clients.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Confirmed => "confirmed",
            Self::Shipped => "shipped",
            Self::Delivered => "delivered",
            Self::Cancelled => "cancelled",
        }
    }
}

impl FromStr for Status {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let named = Self::ALL.into_iter().find(|status| status.name() == name);
        named.ok_or_else(|| format!("`{name}` is no status of an order"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_follow_the_life_of_an_order_and_both_ends_are_final() {
        let ranks = Status::ALL.map(Status::rank);
        assert_eq!(ranks, [1, 2, 3, 4, 5]);
        let ends = Status::ALL.map(Status::is_final);
        assert_eq!(ends, [false, false, false, true, true]);
    }

    #[test]
    fn a_status_keeps_its_name() {
        for status in Status::ALL {
            assert_eq!(status.name().parse(), Ok(status));
        }
        assert!("lost".parse::<Status>().is_err());
    }
}
