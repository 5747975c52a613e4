//! What an order is told, and what that has done to it.

use super::{
    facts::{Announcement, Fact},
    order::Parcel,
};

/// Why an order was cancelled that nobody has packed, for people.
const NOT_PACKED: &str = "it was not packed in time";

/// A fact with its particulars.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    pub(super) fact: Fact,
    pub(super) detail: Option<String>,
    pub(super) parcel: Option<Parcel>,
}

/// What news has done to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// It has moved, and this is to be said.
    Moved(Announcement),
    /// A particular was added that had been missing, or what was wanted of it is wanted no more. Nothing is to be said.
    Noted,
    /// Nothing.
    Nothing,
}

impl News {
    /// Shipping has not said in time that it will pack an order.
    pub fn not_booked() -> Self {
        Self::of(Fact::BookingWindowClosed).because(NOT_PACKED)
    }

    /// A fact without particulars.
    pub fn of(fact: Fact) -> Self {
        Self {
            fact,
            detail: None,
            parcel: None,
        }
    }

    /// Says why.
    pub fn because(self, detail: impl Into<String>) -> Self {
        Self {
            detail: Some(detail.into()),
            ..self
        }
    }

    /// Says how it travels.
    pub fn by(self, parcel: Parcel) -> Self {
        Self {
            parcel: Some(parcel),
            ..self
        }
    }
}
