//! What is known of one order, as its owners say it: the shop's REST API, the broker, the runtime, and the spans that were kept.
//!
//! Only what the path tells is read. Names, addresses, e-mail addresses and the provider's pages are not among it, so no sentence can
//! hold them.

mod events;
mod owners;
mod runtime;
mod spans;

use chrono::{DateTime, Utc};
use serde::Deserialize;

pub(crate) use self::events::{DeadLetter, Event, short};
#[cfg(test)]
pub(crate) use self::owners::{Cancellation, Parcel, PaymentProblem};
pub(crate) use self::owners::{Entry, Money, Order, Payment, Shipment};
pub(crate) use self::runtime::{Faults, Function, Retry, Trigger};
pub(crate) use self::spans::{Span, SpanEvent};

/// An answer, or why there is none: a part that is away does not keep the others from being told.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Asked<T> {
    /// It answered.
    Said(T),
    /// It did not; the sentence says why.
    Silent(String),
}

impl<T> Asked<T> {
    /// The answer, if there is one.
    pub(crate) fn said(&self) -> Option<&T> {
        match self {
            Self::Said(said) => Some(said),
            Self::Silent(_) => None,
        }
    }

    /// Why there is no answer.
    pub(crate) fn silence(&self) -> Option<&str> {
        match self {
            Self::Said(_) => None,
            Self::Silent(why) => Some(why),
        }
    }
}

/// Everything that was gathered about one order, at one moment: what [`Shop::order_facts`](crate::Shop::order_facts) answers, and the
/// spans that were kept. What is asked of somebody is `{"said": <answer>}` or `{"silent": "<why>"}`.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Facts {
    /// The shop's time of day.
    pub(crate) now: DateTime<Utc>,
    pub(crate) order_id: String,
    /// `GET /v2/orders/{order_id}`.
    pub(crate) order: Asked<Order>,
    /// `GET /v1/payments/{order_id}`; none: nothing was asked of payments yet.
    pub(crate) payment: Asked<Option<Payment>>,
    /// `GET /v1/shipments?order_id=`.
    pub(crate) shipment: Asked<Option<Shipment>>,
    /// The broker's events about the order, oldest first.
    pub(crate) events: Asked<Vec<Event>>,
    /// `GET /v1/dead-letters`, those about the order.
    pub(crate) dead_letters: Asked<Vec<DeadLetter>>,
    #[serde(default)]
    pub(crate) functions: Vec<Function>,
    #[serde(default)]
    pub(crate) triggers: Vec<Trigger>,
    /// What goes wrong on purpose.
    #[serde(default)]
    pub(crate) faults: Option<Faults>,
    /// How long an order may wait to be paid, if the manifests say so.
    #[serde(default)]
    pub(crate) payment_window_seconds: Option<u32>,
    /// Spans of the order's traces, by their start.
    #[serde(skip)]
    pub(crate) spans: Vec<Span>,
}

impl Facts {
    /// The broker's events; none when it does not answer.
    pub(crate) fn events(&self) -> &[Event] {
        self.events.said().map_or(&[], Vec::as_slice)
    }

    /// The newest event whose type has this name: `payment.requested` for `dev.souk.payment.requested.v1`.
    pub(crate) fn event(&self, name: &str) -> Option<&Event> {
        self.events()
            .iter()
            .rev()
            .find(|event| event.name() == name)
    }

    /// Whether an event of this name was said.
    pub(crate) fn was_said(&self, name: &str) -> bool {
        self.event(name).is_some()
    }

    /// The order's dead letters that nobody has dealt with.
    pub(crate) fn open_letters(&self) -> impl Iterator<Item = &DeadLetter> {
        let letters = self.dead_letters.said().map_or(&[][..], Vec::as_slice);
        letters.iter().filter(|letter| letter.status == "open")
    }

    /// The order's deliveries that wait for their next attempt, with the function that is to take them.
    pub(crate) fn retries(&self) -> impl Iterator<Item = (&Trigger, &Retry)> {
        let of_order = |retry: &Retry| self.events().iter().any(|event| event.id == retry.event_id);
        let all = self.triggers.iter();
        all.flat_map(|trigger| trigger.retrying.iter().map(move |retry| (trigger, retry)))
            .filter(move |(_, retry)| of_order(retry))
    }

    /// The trace in which an event was sent or handled.
    pub(crate) fn trace_of(&self, event_id: &str) -> Option<String> {
        let about = |span: &&Span| span.text("cloudevents.event_id") == Some(event_id);
        let span = self.spans.iter().find(about);
        span.map(|span| span.trace_id.clone())
    }
}

/// Text of others on one line, without what a terminal could obey, and not endless.
pub(crate) fn one_line(text: &str, most: usize) -> String {
    let plain = |char: char| if char.is_control() { ' ' } else { char };
    let mut line: String = text.chars().take(most).map(plain).collect();
    if text.chars().nth(most).is_some() {
        line.push('…');
    }
    line
}
