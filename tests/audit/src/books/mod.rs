//! What the stores say, read at one moment in which nothing moved. Rules look at nothing else.

mod broker;
mod dynamodb;
mod mails;
mod postgres;
mod provider;
mod read;
mod rows;
mod told;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};
use uuid::Uuid;

pub(crate) use read::{moving, read};
pub use rows::{
    DeadLetter, Entry, Intent, Letter, Line, MailSeen, Movement, Order, Payment, Pulse,
    Reservation, Shipment, Stock, Unanswered,
};
pub use told::{Event, Trigger};

/// Everything that was read. What could not be read is named in `missing`, and rules that need it are left out.
#[derive(Debug, Default, Clone)]
pub struct Books {
    /// When it was read, by this machine's clock.
    pub read_at: DateTime<Utc>,
    /// What the shop was told to be: each must be an order.
    pub promised: Vec<Uuid>,
    /// Stores that nobody has named, such as `payments`, `broker`, `provider`, `dynamodb`, `mails`.
    pub missing: BTreeSet<String>,
    /// Whatever still moved when waiting ended, in words.
    pub moving: Vec<String>,
    /// orders' `orders`.
    pub orders: BTreeMap<Uuid, Order>,
    /// Orders whose customer, or the shop, wants them to be given up, and which shipping has not answered: `order_notes`.
    pub wishes: HashSet<Uuid>,
    /// inventory's `stock`, by SKU.
    pub stock: BTreeMap<String, Stock>,
    /// inventory's `reservations`, by order.
    pub reservations: BTreeMap<Uuid, Reservation>,
    /// inventory's `movements`.
    pub movements: Vec<Movement>,
    /// payments' `payments`, by order.
    pub payments: BTreeMap<Uuid, Payment>,
    /// payments' `ledger`.
    pub ledger: Vec<Entry>,
    /// shipping's `shipments`.
    pub shipments: Vec<Shipment>,
    /// deadletters' `dead_letters`.
    pub dead_letters: Vec<DeadLetter>,
    /// The provider's PaymentIntents.
    pub intents: Vec<Intent>,
    /// notifications' letters.
    pub letters: Vec<Letter>,
    /// Accounts whose owners want to be forgotten: no letter of theirs is kept.
    pub erased: HashSet<Uuid>,
    /// Mails that the mail server shows, the newest only.
    pub mails: Vec<MailSeen>,
    /// The broker's log.
    pub events: Vec<Event>,
    /// Since when the log is whole, if its beginning is gone.
    pub log_begins: Option<DateTime<Utc>>,
    /// Who hears what.
    pub triggers: Vec<Trigger>,
    /// What each function with an inbox has handled: source and id.
    pub inboxes: HashMap<String, HashSet<(String, String)>>,
    /// Events that lie in an outbox: function and id.
    pub outboxes: Vec<(String, String)>,
    /// Idempotency keys without an answer.
    pub unanswered: Vec<Unanswered>,
}

impl Books {
    /// Whether all of these stores were read.
    #[must_use]
    pub fn has(&self, stores: &[&str]) -> bool {
        stores.iter().all(|store| !self.missing.contains(*store))
    }

    /// The shipment of an order that is not cancelled, else the cancelled one.
    #[must_use]
    pub fn shipment_of(&self, order_id: Uuid) -> Option<&Shipment> {
        let all = || self.shipments.iter().filter(|one| one.order_id == order_id);
        all()
            .find(|one| one.state != "cancelled")
            .or_else(|| all().next())
    }

    /// Whether an event that names the order lies among the dead letters and waits for somebody.
    #[must_use]
    pub fn is_among_dead_letters(&self, order_id: Uuid) -> bool {
        let id = order_id.to_string();
        let open = self.dead_letters.iter().filter(|letter| letter.is_open());
        open.into_iter().any(|letter| letter.about == id)
    }
}
