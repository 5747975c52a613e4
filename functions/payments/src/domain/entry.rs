//! The ledger: what was asked of the provider, and what came of it.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use uuid::Uuid;

/// What the provider is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "snake_case", rename = "LedgerEntryKind")]
pub enum Kind {
    /// Hold the money.
    Authorization,
    /// Take what is held.
    Capture,
    /// Let go of what is held.
    Void,
    /// Give back what was taken.
    Refund,
}

/// What has come of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// That is not known.
    Open,
    /// The provider has done it.
    Done,
    /// The provider will not, for this reason in its own code.
    Refused(String),
}

/// What the provider says. That it says nothing is no reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// It is done, under the provider's name for it.
    Done(String),
    /// It will not be done, for this reason in the provider's code.
    Refused(String),
    /// An authorisation that the customer has to confirm first.
    NeedsCustomer {
        /// The provider's name for the payment.
        reference: String,
        /// The page where the customer does that.
        url: String,
    },
}

/// One line of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Which one it is.
    pub entry_id: Uuid,
    /// Whose payment it is about.
    pub order_id: Uuid,
    /// What is asked.
    pub kind: Kind,
    /// How much it is about, in minor units.
    pub amount_minor: i64,
    /// What has come of it.
    pub outcome: Outcome,
    /// The provider's name for what it has done.
    pub provider_reference: Option<String>,
    /// The merchant who wants it; the order itself without.
    pub asked_by: Option<Uuid>,
    /// Until when somebody is asking.
    pub claimed_until: Option<DateTime<Utc>>,
    /// When it was written.
    pub opened_at: DateTime<Utc>,
    /// When the answer was known.
    pub closed_at: Option<DateTime<Utc>>,
}

impl Kind {
    /// Its name in the store, and for clients.
    pub fn name(self) -> &'static str {
        match self {
            Self::Authorization => "authorization",
            Self::Capture => "capture",
            Self::Void => "void",
            Self::Refund => "refund",
        }
    }

    /// The kind of that name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "authorization" => Some(Self::Authorization),
            "capture" => Some(Self::Capture),
            "void" => Some(Self::Void),
            "refund" => Some(Self::Refund),
            _ => None,
        }
    }
}

impl Outcome {
    /// Its name in the store, and for clients.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Done => "done",
            Self::Refused(_) => "refused",
        }
    }

    /// Why the provider will not.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Refused(reason) => Some(reason),
            Self::Open | Self::Done => None,
        }
    }

    /// The outcome of that name; a refused entry has a reason, and no other has one.
    pub fn named(name: &str, reason: Option<String>) -> Option<Self> {
        match (name, reason) {
            ("open", None) => Some(Self::Open),
            ("done", None) => Some(Self::Done),
            ("refused", Some(reason)) => Some(Self::Refused(reason)),
            _ => None,
        }
    }
}

impl Entry {
    /// A new one, to be asked.
    pub fn open(
        entry_id: Uuid,
        order_id: Uuid,
        kind: Kind,
        amount_minor: i64,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            entry_id,
            order_id,
            kind,
            amount_minor,
            outcome: Outcome::Open,
            provider_reference: None,
            asked_by: None,
            claimed_until: None,
            opened_at: now,
            closed_at: None,
        }
    }

    /// The same, wanted by a merchant.
    pub fn by(self, merchant: Uuid) -> Self {
        Self {
            asked_by: Some(merchant),
            ..self
        }
    }

    /// The same, which nobody else asks about until then.
    pub fn claimed(self, until: DateTime<Utc>) -> Self {
        Self {
            claimed_until: Some(until),
            ..self
        }
    }

    /// Whether somebody is asking at this time.
    pub fn is_claimed(&self, now: DateTime<Utc>) -> bool {
        self.claimed_until.is_some_and(|until| now < until)
    }

    /// The key under which the provider recognises the same question. An order is authorised once, so its id is the key.
    pub fn idempotency_key(&self) -> Uuid {
        match self.kind {
            Kind::Authorization => self.order_id,
            Kind::Capture | Kind::Void | Kind::Refund => self.entry_id,
        }
    }

    /// Takes in what the provider has said. It stays open, and nobody's, while the customer is waited for.
    pub fn close(&mut self, reply: &Reply, now: DateTime<Utc>) {
        self.claimed_until = None;
        match reply {
            Reply::Done(reference) => {
                self.outcome = Outcome::Done;
                self.provider_reference = Some(reference.clone());
            }
            Reply::Refused(reason) => self.outcome = Outcome::Refused(reason.clone()),
            Reply::NeedsCustomer { .. } => return,
        }
        self.closed_at = Some(now);
    }
}
