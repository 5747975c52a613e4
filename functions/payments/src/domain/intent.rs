//! The provider's payment as it shows it, asked or unasked, and what that says about the question that is open.

use super::{Kind, Reply};

/// Where the provider's payment stands. Its words are those of Stripe's PaymentIntents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntentStatus {
    /// It was declined: another means of payment is needed.
    RequiresPaymentMethod,
    /// The customer has to confirm it.
    RequiresAction,
    /// The money is held.
    RequiresCapture,
    /// The money was let go, or will not be held.
    Canceled,
    /// The money is taken.
    Succeeded,
    /// Something that says nothing yet.
    Other,
}

/// The provider's payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// What the provider calls it.
    pub reference: String,
    /// Where it stands.
    pub status: IntentStatus,
    /// Why it was declined, in the provider's own code.
    pub reason: Option<String>,
    /// Where the customer can confirm it.
    pub url: Option<String>,
}

impl IntentStatus {
    /// The status of that name.
    pub fn named(name: &str) -> Self {
        match name {
            "requires_payment_method" => Self::RequiresPaymentMethod,
            "requires_action" => Self::RequiresAction,
            "requires_capture" => Self::RequiresCapture,
            "canceled" => Self::Canceled,
            "succeeded" => Self::Succeeded,
            _ => Self::Other,
        }
    }
}

impl Intent {
    /// What it says about an open entry of this kind; none if nothing.
    pub fn reply(&self, kind: Kind) -> Option<Reply> {
        use IntentStatus::*;
        let done = || Some(Reply::Done(self.reference.clone()));
        let refused = |reason: &str| Some(Reply::Refused(reason.to_owned()));
        match (kind, self.status) {
            // Taken means that it was held: somebody has taken it at the provider's own desk.
            (Kind::Authorization, RequiresCapture | Succeeded)
            | (Kind::Capture, Succeeded)
            | (Kind::Void, Canceled) => done(),
            (Kind::Authorization, RequiresAction) => match &self.url {
                Some(url) => Some(Reply::NeedsCustomer {
                    reference: self.reference.clone(),
                    url: url.clone(),
                }),
                // Nobody can be sent anywhere.
                None => refused("authentication_required"),
            },
            (Kind::Authorization, RequiresPaymentMethod) => {
                refused(self.reason.as_deref().unwrap_or("requires_payment_method"))
            }
            (Kind::Authorization, Canceled) => refused("canceled"),
            (Kind::Authorization, Other)
            | (Kind::Capture, RequiresPaymentMethod | RequiresAction | RequiresCapture)
            | (Kind::Capture, Canceled | Other)
            | (Kind::Void, RequiresPaymentMethod | RequiresAction | RequiresCapture)
            | (Kind::Void, Succeeded | Other)
            | (Kind::Refund, _) => None,
        }
    }
}
