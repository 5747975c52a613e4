//! Which question an open entry is, at this time.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Entry, Kind, Payment, Wanted};

/// The provider forgets keys after a day. A question that is older may do the same thing twice, so the provider is searched first.
const KEYS_ARE_KNOWN_FOR: TimeDelta = TimeDelta::hours(23);

/// What the provider is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// To hold the money.
    Authorize,
    /// To hold the money, unless it knows a payment of this order: then how that stands.
    FindOrAuthorize,
    /// How the payment stands that the customer has to confirm.
    Look,
    /// To give up the payment that the customer has to confirm.
    Abandon,
    /// To take the money.
    Capture,
    /// To let the money go.
    Void,
    /// To give money back.
    Refund,
    /// To give money back, unless so much was given back that this refund must be among it.
    FindOrRefund,
}

impl Payment {
    /// What the provider is asked about an open entry of this payment.
    pub fn ask(&self, entry: &Entry, now: DateTime<Utc>) -> Ask {
        let is_old = now.signed_duration_since(entry.opened_at) > KEYS_ARE_KNOWN_FOR;
        match entry.kind {
            Kind::Authorization if self.provider_reference.is_some() => {
                match self.standing.wanted {
                    Wanted::LetGo => Ask::Abandon,
                    Wanted::Hold | Wanted::Take => Ask::Look,
                }
            }
            Kind::Authorization if is_old => Ask::FindOrAuthorize,
            Kind::Authorization => Ask::Authorize,
            // Done again, these are refused with the payment as it stands, which says that they were done.
            Kind::Capture => Ask::Capture,
            Kind::Void => Ask::Void,
            Kind::Refund if is_old => Ask::FindOrRefund,
            Kind::Refund => Ask::Refund,
        }
    }
}
