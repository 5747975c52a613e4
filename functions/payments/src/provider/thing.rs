//! The provider's things, as far as they are read: payments and refunds.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::domain::{Intent, IntentStatus, Payment};

/// A PaymentIntent.
#[derive(Deserialize)]
pub(crate) struct IntentThing {
    pub(crate) id: String,
    pub(super) status: String,
    amount: Option<i64>,
    currency: Option<String>,
    #[serde(default)]
    metadata: BTreeMap<String, String>,
    next_action: Option<NextAction>,
    last_payment_error: Option<LastError>,
}

/// A Refund.
#[derive(Deserialize)]
pub(super) struct RefundThing {
    pub(super) id: String,
    pub(super) status: Option<String>,
    #[serde(default)]
    pub(super) amount: i64,
}

/// A list of things, newest first.
#[derive(Deserialize)]
pub(super) struct List<T> {
    pub(super) data: Vec<T>,
}

#[derive(Deserialize)]
struct NextAction {
    redirect_to_url: Option<Redirect>,
}

#[derive(Deserialize)]
struct Redirect {
    url: Option<String>,
}

#[derive(Deserialize)]
struct LastError {
    code: Option<String>,
    decline_code: Option<String>,
}

impl IntentThing {
    /// Which order it is for, in the shop's own words.
    pub(crate) fn order_id(&self) -> Option<&str> {
        self.metadata.get("order_id").map(String::as_str)
    }

    /// Whether it is this payment's, and about the same money.
    pub(crate) fn is_of(&self, payment: &Payment) -> bool {
        let (wanted, id) = (&payment.request, payment.payment_id.to_string());
        let currency = wanted.amount.currency.as_str();
        let same = |other: &String| other.eq_ignore_ascii_case(currency);
        self.order_id() == Some(wanted.order_id.to_string().as_str())
            && self.metadata.get("payment_id") == Some(&id)
            && self.amount == Some(wanted.amount.amount_minor)
            && self.currency.as_ref().is_some_and(same)
    }

    /// The same in the words of the domain.
    pub(crate) fn intent(self) -> Intent {
        let redirect = self.next_action.and_then(|action| action.redirect_to_url);
        let error = self.last_payment_error;
        Intent {
            status: IntentStatus::named(&self.status),
            reference: self.id,
            reason: error.and_then(|error| error.decline_code.or(error.code)),
            url: redirect.and_then(|redirect| redirect.url),
        }
    }
}
