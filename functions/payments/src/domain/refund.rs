//! How much may be given back of a payment.

use souk_contracts::Money;
use thiserror::Error;

use super::{Payment, State};

/// Why nothing is given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NoRefund {
    /// No money was taken.
    #[error("no money was taken for this order")]
    NotCaptured,
    /// Everything was given back.
    #[error("all the money was given back already")]
    AllBack,
    /// That much is not left.
    #[error("only {left} of what was taken is left")]
    TooMuch {
        /// What is left.
        left: Money,
    },
    /// In another currency.
    #[error("the payment is in {0}")]
    OtherCurrency(souk_contracts::Currency),
}

impl Payment {
    /// How much would be given back: what is wanted, or all that is left.
    pub fn refund(&self, wanted: Option<Money>) -> Result<i64, NoRefund> {
        let currency = self.request.amount.currency;
        match self.standing.state {
            State::Captured => {}
            State::Refunded => return Err(NoRefund::AllBack),
            _ => return Err(NoRefund::NotCaptured),
        }
        match wanted {
            None => Ok(self.left()),
            Some(wanted) if wanted.currency != currency => Err(NoRefund::OtherCurrency(currency)),
            Some(wanted) if wanted.amount_minor > self.left() => Err(NoRefund::TooMuch {
                left: Money::new(self.left(), currency),
            }),
            Some(wanted) => Ok(wanted.amount_minor),
        }
    }
}
