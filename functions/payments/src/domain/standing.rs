//! Where a payment stands: what the provider has confirmed, and what its order wants.
//!
//! The two are kept apart. Facts about the order only change what is wanted, the provider's answers only what is confirmed,
//! and [`Standing::due`] says what is to be asked so that the one becomes the other. So it does not matter in which order
//! facts and answers come, nor how often.

use schemars::JsonSchema;
use thiserror::Error;

use super::Kind;

/// What the provider has confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "snake_case", rename = "PaymentStatus")]
pub enum State {
    /// Nothing yet; it may have been asked.
    Pending,
    /// It holds the money.
    Authorized,
    /// It will not pay.
    Declined,
    /// It has taken the money.
    Captured,
    /// All that was taken is given back.
    Refunded,
    /// It has let the money go.
    Voided,
}

/// What the order wants of the money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// To be held until the parcel leaves.
    Hold,
    /// To be taken: the parcel has left.
    Take,
    /// To be let go: the order was cancelled. Nothing else is wanted after that.
    LetGo,
}

/// What can happen to the order of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// The parcel has left the house.
    ShipmentDispatched,
    /// The order will not be shipped.
    OrderCancelled,
}

/// A fact that contradicts what is known: somebody has to look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Contradiction {
    /// A parcel for which no money was ever held.
    #[error("no money is held for it")]
    NotHeld,
    /// A parcel of an order that was cancelled.
    #[error("the order was cancelled, and yet its parcel has left")]
    LetGo,
}

/// Both together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What is confirmed.
    pub state: State,
    /// What is wanted.
    pub wanted: Wanted,
}

impl State {
    /// Its name in the store, and for clients.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Authorized => "authorized",
            Self::Declined => "declined",
            Self::Captured => "captured",
            Self::Refunded => "refunded",
            Self::Voided => "voided",
        }
    }

    /// The state of that name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "pending" => Some(Self::Pending),
            "authorized" => Some(Self::Authorized),
            "declined" => Some(Self::Declined),
            "captured" => Some(Self::Captured),
            "refunded" => Some(Self::Refunded),
            "voided" => Some(Self::Voided),
            _ => None,
        }
    }
}

impl Wanted {
    /// Its name in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hold => "hold",
            Self::Take => "take",
            Self::LetGo => "let_go",
        }
    }

    /// What is wanted, by its name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "hold" => Some(Self::Hold),
            "take" => Some(Self::Take),
            "let_go" => Some(Self::LetGo),
            _ => None,
        }
    }
}

impl Standing {
    /// Of a payment that was just requested.
    pub fn new() -> Self {
        Self {
            state: State::Pending,
            wanted: Wanted::Hold,
        }
    }

    /// Takes a fact in. Every pair is spelled out, so that a new state or fact does not compile until it is decided.
    pub fn hear(self, fact: Fact) -> Result<Self, Contradiction> {
        use {Fact::*, State::*, Wanted::*};
        let wanted = match (self.state, self.wanted, fact) {
            (_, _, OrderCancelled) => LetGo,
            // Said again: the money was taken for this very parcel, whatever became of it since.
            (Captured | Refunded, wanted, ShipmentDispatched) => wanted,
            (Authorized, Hold | Take, ShipmentDispatched) => Take,
            (Pending | Authorized | Voided, LetGo, ShipmentDispatched) => {
                return Err(Contradiction::LetGo);
            }
            (Pending | Voided, Hold | Take, ShipmentDispatched)
            | (Declined, _, ShipmentDispatched) => return Err(Contradiction::NotHeld),
        };
        Ok(Self { wanted, ..self })
    }

    /// What is to be asked of the provider now, if anything.
    pub fn due(self) -> Option<Kind> {
        use {State::*, Wanted::*};
        match (self.state, self.wanted) {
            // Also for a cancelled order: the provider may have been asked before, and only the same question under the same
            // key tells whether it holds the money that is to be let go.
            (Pending, _) => Some(Kind::Authorization),
            (Authorized, Take) => Some(Kind::Capture),
            (Authorized, LetGo) => Some(Kind::Void),
            (Captured, LetGo) => Some(Kind::Refund),
            (Authorized, Hold)
            | (Captured, Hold | Take)
            | (Declined | Refunded | Voided, Hold | Take | LetGo) => None,
        }
    }

    /// Takes in that the provider has done what it was asked for, or will not. `all_back`: nothing taken is left.
    pub fn conclude(self, kind: Kind, done: bool, all_back: bool) -> Self {
        let state = match (kind, done) {
            (Kind::Authorization, true) => State::Authorized,
            (Kind::Authorization, false) => State::Declined,
            (Kind::Capture, true) => State::Captured,
            (Kind::Void, true) => State::Voided,
            (Kind::Refund, true) if all_back => State::Refunded,
            (Kind::Refund, true) | (Kind::Capture | Kind::Void | Kind::Refund, false) => self.state,
        };
        Self { state, ..self }
    }
}

impl Default for Standing {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
#[path = "standing_tests.rs"]
mod tests;
