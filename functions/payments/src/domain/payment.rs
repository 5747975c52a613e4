//! A payment with its amounts: how much is due, what may be given back, and what the provider's answers make of it.

use chrono::{DateTime, Utc};
use souk_contracts::Money;
use uuid::Uuid;

use super::{
    Authentication, Contradiction, Entry, Fact, Intent, Kind, Outcome, Reply, Standing, State,
    Wait, Wanted,
};

/// What an order has to be paid with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The order.
    pub order_id: Uuid,
    /// Who pays.
    pub account_id: Uuid,
    /// How much.
    pub amount: Money,
    /// The provider's name for the means of payment.
    pub payment_method: String,
}

/// A payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Which one it is.
    pub payment_id: Uuid,
    /// What was requested; never changes.
    pub request: Request,
    /// Where it stands.
    pub standing: Standing,
    /// How much was taken.
    pub captured_minor: i64,
    /// How much of that was given back.
    pub refunded_minor: i64,
    /// The provider's name for it, once the money is held or the customer has to confirm it.
    pub provider_reference: Option<String>,
    /// Why the provider will not pay.
    pub decline_reason: Option<String>,
    /// What it waits for.
    pub wait: Wait,
    /// When it was requested.
    pub requested_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// What there is to tell once an answer is taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Announcement {
    /// The money is held.
    Authorized,
    /// The money will not be held, for this reason.
    Declined(String),
    /// The customer has to confirm it.
    AuthenticationRequested,
    /// The money is taken.
    Captured,
    /// The money will not be taken, for this reason, though the parcel has left.
    CaptureRefused(String),
    /// The money is let go.
    Voided,
    /// Money is given back.
    Refunded,
}

/// What follows once an answer is taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// This is to be asked, about so much.
    Due(Kind, i64),
    /// The entry is still open, and is to be asked about again.
    Again,
    /// Nothing.
    Nothing,
    /// The provider will not do what the order wants, for this reason. That is not asked again by itself: somebody has to look.
    Stuck(String),
}

impl Payment {
    /// A new one.
    pub fn requested(payment_id: Uuid, request: Request, now: DateTime<Utc>) -> Self {
        Self {
            payment_id,
            request,
            standing: Standing::new(),
            captured_minor: 0,
            refunded_minor: 0,
            provider_reference: None,
            decline_reason: None,
            wait: Wait::default(),
            requested_at: now,
            updated_at: now,
        }
    }

    /// Takes a fact about its order in; whether that has changed anything.
    pub fn hear(&mut self, fact: Fact, now: DateTime<Utc>) -> Result<bool, Contradiction> {
        let heard = self.standing.hear(fact)?;
        let changed = heard != self.standing;
        if changed {
            self.standing = heard;
            self.updated_at = now;
        }
        Ok(changed)
    }

    /// What is to be asked of the provider now, and about how much.
    pub fn due(&self) -> Option<(Kind, i64)> {
        let kind = self.standing.due()?;
        let amount = match kind {
            Kind::Authorization | Kind::Capture | Kind::Void => self.request.amount.amount_minor,
            Kind::Refund => self.left(),
        };
        Some((kind, amount))
    }

    /// Takes in what the provider has said to an open entry, and says what there is to tell.
    pub fn conclude(
        &mut self,
        entry: &mut Entry,
        reply: &Reply,
        now: DateTime<Utc>,
    ) -> Option<Announcement> {
        entry.close(reply, now);
        self.wait.postponed = None;
        self.updated_at = now;
        if let Reply::NeedsCustomer { reference, url } = reply {
            return self.wait_for_customer(reference, url, now);
        }
        self.wait.authentication = None;
        match (entry.kind, reply) {
            (Kind::Authorization, Reply::Done(reference)) => {
                self.provider_reference = Some(reference.clone());
            }
            (Kind::Authorization, Reply::Refused(reason)) => {
                self.decline_reason = Some(reason.clone());
            }
            (Kind::Capture, Reply::Done(_)) => self.captured_minor = entry.amount_minor,
            (Kind::Refund, Reply::Done(_)) => self.refunded_minor += entry.amount_minor,
            _ => {}
        }
        let done = matches!(reply, Reply::Done(_));
        self.standing = self.standing.conclude(entry.kind, done, self.left() == 0);
        told(entry)
    }

    /// What follows from an entry that the provider has just spoken of.
    pub fn next(&self, entry: &Entry) -> Next {
        match (&entry.outcome, entry.kind) {
            // The order was cancelled while the provider was asked: the customer need not confirm anything.
            (Outcome::Open, _) if self.standing.wanted == Wanted::LetGo => Next::Again,
            (Outcome::Open, _) => Next::Nothing,
            (Outcome::Refused(reason), Kind::Capture | Kind::Void | Kind::Refund)
                if entry.asked_by.is_none() =>
            {
                let what = entry.kind.name();
                Next::Stuck(format!("the provider refuses the {what}: {reason}"))
            }
            _ => match self.due() {
                Some((kind, amount)) => Next::Due(kind, amount),
                None => Next::Nothing,
            },
        }
    }

    /// What it says about the open entry that the provider's payment stands so, unasked (a webhook) or not. None if it says
    /// nothing new, or is about another payment.
    pub fn shown(&self, open: &Entry, intent: &Intent) -> Option<Reply> {
        let known = self.provider_reference.as_deref();
        if known.is_some_and(|reference| reference != intent.reference) {
            return None;
        }
        let reply = intent.reply(open.kind)?;
        let waits = matches!(reply, Reply::NeedsCustomer { .. });
        (!waits || self.wait.authentication.is_none()).then_some(reply)
    }

    /// Whether its customer can confirm it now.
    pub fn authentication(&self) -> Option<&Authentication> {
        let is_wanted =
            self.standing.state == State::Pending && self.standing.wanted == Wanted::Hold;
        self.wait.authentication.as_ref().filter(|_| is_wanted)
    }

    fn wait_for_customer(
        &mut self,
        reference: &str,
        url: &str,
        now: DateTime<Utc>,
    ) -> Option<Announcement> {
        let before = self.wait.authentication.as_ref();
        let requested_at = before.map_or(now, |before| before.requested_at);
        let is_news = before.is_none() && self.standing.wanted != Wanted::LetGo;
        self.provider_reference = Some(reference.to_owned());
        self.wait.authentication = Some(Authentication {
            url: url.to_owned(),
            requested_at,
        });
        is_news.then_some(Announcement::AuthenticationRequested)
    }

    /// What was taken and not given back.
    pub(super) fn left(&self) -> i64 {
        self.captured_minor - self.refunded_minor
    }
}

/// What a closed entry tells. A refusal is news when it is the authorisation's, or the capture's.
fn told(entry: &Entry) -> Option<Announcement> {
    match (entry.kind, &entry.outcome) {
        (Kind::Authorization, Outcome::Done) => Some(Announcement::Authorized),
        (Kind::Authorization, Outcome::Refused(reason)) => {
            Some(Announcement::Declined(reason.clone()))
        }
        (Kind::Capture, Outcome::Done) => Some(Announcement::Captured),
        (Kind::Capture, Outcome::Refused(reason)) => {
            Some(Announcement::CaptureRefused(reason.clone()))
        }
        (Kind::Void, Outcome::Done) => Some(Announcement::Voided),
        (Kind::Refund, Outcome::Done) => Some(Announcement::Refunded),
        (Kind::Void | Kind::Refund, Outcome::Refused(_)) | (_, Outcome::Open) => None,
    }
}

#[cfg(test)]
#[path = "payment_tests.rs"]
mod tests;
