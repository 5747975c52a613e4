//! A letter as its item, and back.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use souk_kit::dynamodb::{DynamoError, EXPIRES_AT, Item, SK, key, number, read, read_maybe, text};
use uuid::Uuid;

use super::{expiry, sortable};
use crate::domain::Letter;

const ACCOUNT_ID: &str = "account_id";
const KIND: &str = "kind";
pub(super) const RECIPIENT: &str = "recipient";
const ORDER_ID: &str = "order_id";
pub(super) const SUBJECT: &str = "subject";
pub(super) const TEXT: &str = "text";
const HAPPENED_AT: &str = "happened_at";
pub(super) const STATE: &str = "state";
pub(super) const CLAIMED_UNTIL: &str = "claimed_until";
pub(super) const SENT_AT: &str = "sent_at";
pub(super) const REFUSAL: &str = "refusal";

/// What has become of a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "snake_case", rename = "NotificationStatus")]
pub(crate) enum State {
    /// It is being mailed, or will be.
    Pending,
    /// The mail server has taken it.
    Sent,
    /// The mail server will not take it.
    Refused,
}

/// A letter, and what has become of it.
#[derive(Clone, Debug)]
pub(crate) struct Filed {
    pub(crate) letter: Letter,
    pub(crate) state: State,
    pub(crate) sent_at: Option<DateTime<Utc>>,
    /// Where it stands in its owner's list.
    pub(crate) position: String,
}

pub(super) fn account_key(account_id: Uuid) -> String {
    format!("account#{account_id}")
}

/// Where a letter is kept: in its owner's list, or beside the order that it is about.
pub(super) fn key_of(letter: &Letter) -> Item {
    let (at, kind, id) = (sortable(letter.at), letter.kind.name(), letter.id());
    match letter.order_id {
        Some(order_id) if !letter.kind.is_listed() => {
            key(format!("order#{order_id}"), format!("letter#{kind}"))
        }
        _ => key(account_key(letter.account_id), format!("{at}#{kind}#{id}")),
    }
}

pub(super) fn claimed(letter: &Letter, until: DateTime<Utc>) -> Item {
    let mut item = key_of(letter);
    let mut set = |name: &str, value| item.insert(name.to_owned(), value);
    set(ACCOUNT_ID, text(letter.account_id));
    set(KIND, text(letter.kind.name()));
    // What nobody reads again is not kept.
    if letter.kind.is_listed() {
        set(RECIPIENT, text(&letter.recipient));
        set(SUBJECT, text(&letter.subject));
        set(TEXT, text(&letter.text));
    }
    set(HAPPENED_AT, text(sortable(letter.at)));
    set(STATE, text(State::Pending.name()));
    set(CLAIMED_UNTIL, number(until.timestamp_millis()));
    set(EXPIRES_AT, number(expiry(letter.at)));
    if let Some(order_id) = letter.order_id {
        set(ORDER_ID, text(order_id));
    }
    item
}

pub(super) fn filed(item: &Item) -> Result<Filed, DynamoError> {
    let letter = Letter {
        kind: read(item, KIND)?,
        account_id: read(item, ACCOUNT_ID)?,
        recipient: read(item, RECIPIENT)?,
        order_id: read_maybe(item, ORDER_ID)?,
        subject: read(item, SUBJECT)?,
        text: read(item, TEXT)?,
        at: read(item, HAPPENED_AT)?,
    };
    Ok(Filed {
        letter,
        state: read(item, STATE)?,
        sent_at: read_maybe(item, SENT_AT)?,
        position: read(item, SK)?,
    })
}

impl State {
    /// Its name, in the store and for clients.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Sent => "sent",
            Self::Refused => "refused",
        }
    }
}

impl FromStr for State {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let all = [Self::Pending, Self::Sent, Self::Refused];
        let named = all.into_iter().find(|state| state.name() == name);
        named.ok_or_else(|| format!("`{name}` is no state of a letter"))
    }
}
