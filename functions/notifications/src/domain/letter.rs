//! A letter to a customer. It is made of one fact and of nothing else: the same fact is the same letter, under the same id.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use uuid::Uuid;

/// What is written, and to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// What it is about.
    pub kind: Kind,
    /// Whom it is to.
    pub account_id: Uuid,
    /// Where its recipient is written to.
    pub recipient: String,
    /// The order it is about, if it is about one.
    pub order_id: Option<Uuid>,
    /// The subject line.
    pub subject: String,
    /// The text.
    pub text: String,
    /// When that has happened which it tells of.
    pub at: DateTime<Utc>,
}

/// What a letter is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename = "NotificationKind")]
pub enum Kind {
    /// An account that is new.
    #[schemars(rename = "account.registered")]
    AccountRegistered,
    /// An order that has come in.
    #[schemars(rename = "order.placed")]
    OrderPlaced,
    /// An order that will be shipped.
    #[schemars(rename = "order.confirmed")]
    OrderConfirmed,
    /// An order that is on its way.
    #[schemars(rename = "order.shipped")]
    OrderShipped,
    /// An order that has arrived.
    #[schemars(rename = "order.delivered")]
    OrderDelivered,
    /// An order that will not be shipped.
    #[schemars(rename = "order.cancelled")]
    OrderCancelled,
    /// A payment that its customer has to confirm. It is for the moment only, and in no list.
    #[schemars(skip)]
    AuthenticationRequested,
}

impl Letter {
    /// Its id: always the same for the same fact, so that a mail that is sent twice can be known by it.
    pub fn id(&self) -> Uuid {
        let about = self.order_id.unwrap_or(self.account_id);
        let name = format!("souk:{}:{about}", self.kind.name());
        Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes())
    }
}

impl Kind {
    /// Whether its owner finds it in the list of letters.
    pub fn is_listed(self) -> bool {
        self != Self::AuthenticationRequested
    }

    const ALL: [Self; 7] = [
        Self::AccountRegistered,
        Self::OrderPlaced,
        Self::OrderConfirmed,
        Self::OrderShipped,
        Self::OrderDelivered,
        Self::OrderCancelled,
        Self::AuthenticationRequested,
    ];

    /// Its name, in the store and for clients.
    pub fn name(self) -> &'static str {
        match self {
            Self::AccountRegistered => "account.registered",
            Self::OrderPlaced => "order.placed",
            Self::OrderConfirmed => "order.confirmed",
            Self::OrderShipped => "order.shipped",
            Self::OrderDelivered => "order.delivered",
            Self::OrderCancelled => "order.cancelled",
            Self::AuthenticationRequested => "authentication.requested",
        }
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let named = Self::ALL.into_iter().find(|kind| kind.name() == name);
        named.ok_or_else(|| format!("`{name}` is no kind of letter"))
    }
}
