//! The payment provider, as far as its API is used: intents that are held, confirmed, taken, let go, given back; keys under which
//! it knows a question again for a day; notices of every change.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use payments::domain::{Ask, Entry, Intent, IntentStatus, Kind, Payment, Reply};
use uuid::Uuid;

use crate::setup::{Card, Setup};

const KEYS_ARE_KNOWN_FOR: TimeDelta = TimeDelta::hours(24);

/// A payment at the provider.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    /// Whose.
    pub(crate) order: usize,
    /// The payment's id, in its metadata.
    payment_id: Uuid,
    /// How much it is about.
    pub(crate) amount: i64,
    /// Where it stands.
    pub(crate) status: IntentStatus,
    /// Why it was declined.
    reason: Option<String>,
    /// Taken.
    pub(crate) captured: i64,
    /// Given back.
    pub(crate) refunded: i64,
}

/// What the provider tells unasked.
#[derive(Clone, Debug)]
pub(crate) struct Notice {
    /// By which it is known again.
    pub(crate) id: u32,
    /// Whose payment it is.
    pub(crate) order: usize,
    /// Which payment, in its metadata.
    pub(crate) payment_id: Uuid,
    /// How it stood then.
    pub(crate) intent: Intent,
}

/// The provider.
#[derive(Clone, Debug, Default)]
pub(crate) struct Provider {
    /// Whether it answers nobody.
    pub(crate) is_away: bool,
    /// Its payments; the number of each is its name.
    pub(crate) held: Vec<Held>,
    /// What it has still to tell.
    pub(crate) notices: Vec<Notice>,
    keys: HashMap<Uuid, (Reply, DateTime<Utc>)>,
    told: u32,
}

impl Provider {
    /// Does what it is asked, and answers; nothing if it gives no clear answer.
    pub(crate) fn ask(
        &mut self,
        setup: &Setup,
        order: usize,
        (payment, entry): (&Payment, &Entry),
        now: DateTime<Utc>,
    ) -> Option<Reply> {
        let ask = payment.ask(entry, now);
        let known = match ask {
            Ask::FindOrAuthorize => self.find(payment).and_then(|n| self.shown(n, entry.kind)),
            Ask::FindOrRefund => self.find_refund(payment, entry),
            _ => None,
        };
        if known.is_some() {
            return known;
        }
        let number = reference(payment);
        match ask {
            Ask::Look => self.shown(number?, entry.kind),
            Ask::Authorize | Ask::FindOrAuthorize => {
                let card = setup.baskets[order].card;
                self.once(entry.idempotency_key(), now, |provider| {
                    provider.authorize(order, payment, card)
                })
            }
            // An authorisation has its order's id as key; to give it up is another question.
            Ask::Abandon => self.once(entry.entry_id, now, |provider| {
                provider.cancel(number?, entry.kind)
            }),
            Ask::Void => self.once(entry.entry_id, now, |provider| {
                provider.cancel(number?, entry.kind)
            }),
            Ask::Capture => {
                let card = setup.baskets[order].card;
                self.once(entry.entry_id, now, |provider| {
                    provider.capture(number?, entry, card)
                })
            }
            Ask::Refund | Ask::FindOrRefund => self.once(entry.entry_id, now, |provider| {
                provider.refund(number?, entry)
            }),
        }
    }

    /// Whether a customer has to confirm a payment on its page.
    pub(crate) fn waits_for_customer(&self, order: usize) -> bool {
        let mut own = self.held.iter().filter(|held| held.order == order);
        own.any(|held| held.status == IntentStatus::RequiresAction)
    }

    /// The customer has decided on the provider's page; whether there was anything to decide.
    pub(crate) fn decide(&mut self, order: usize, approves: bool) -> bool {
        let waits =
            |held: &Held| held.order == order && held.status == IntentStatus::RequiresAction;
        let Some(number) = self.held.iter().position(waits) else {
            return false;
        };
        if approves {
            self.becomes(number, IntentStatus::RequiresCapture);
        } else {
            self.held[number].reason = Some("authentication_failed".to_owned());
            self.becomes(number, IntentStatus::RequiresPaymentMethod);
        }
        true
    }

    /// The same key is the same question, for a day.
    fn once(
        &mut self,
        key: Uuid,
        now: DateTime<Utc>,
        act: impl FnOnce(&mut Self) -> Option<Reply>,
    ) -> Option<Reply> {
        if let Some((reply, at)) = self.keys.get(&key)
            && now - *at < KEYS_ARE_KNOWN_FOR
        {
            return Some(reply.clone());
        }
        let reply = act(self)?;
        self.keys.insert(key, (reply.clone(), now));
        Some(reply)
    }

    fn authorize(&mut self, order: usize, payment: &Payment, card: Card) -> Option<Reply> {
        let status = match card {
            Card::Good | Card::Refused => IntentStatus::RequiresCapture,
            Card::Declined => IntentStatus::RequiresPaymentMethod,
            Card::Confirmed => IntentStatus::RequiresAction,
        };
        self.held.push(Held {
            order,
            payment_id: payment.payment_id,
            amount: payment.request.amount.amount_minor,
            status,
            reason: (card == Card::Declined).then(|| "card_declined".to_owned()),
            captured: 0,
            refunded: 0,
        });
        let number = self.held.len() - 1;
        self.becomes(number, status);
        self.shown(number, Kind::Authorization)
    }

    fn cancel(&mut self, number: usize, kind: Kind) -> Option<Reply> {
        use IntentStatus::*;
        if matches!(
            self.held[number].status,
            RequiresAction | RequiresCapture | RequiresPaymentMethod
        ) {
            self.becomes(number, Canceled);
        }
        let shown = self.shown(number, kind);
        shown.or_else(|| Some(Reply::Refused("payment_intent_unexpected_state".to_owned())))
    }

    fn capture(&mut self, number: usize, entry: &Entry, card: Card) -> Option<Reply> {
        let held = &mut self.held[number];
        if held.status == IntentStatus::RequiresCapture {
            if card == Card::Refused {
                return Some(Reply::Refused("card_declined".to_owned()));
            }
            held.captured = entry.amount_minor;
            self.becomes(number, IntentStatus::Succeeded);
        }
        let shown = self.shown(number, entry.kind);
        shown.or_else(|| Some(Reply::Refused("payment_intent_unexpected_state".to_owned())))
    }

    fn refund(&mut self, number: usize, entry: &Entry) -> Option<Reply> {
        let held = &mut self.held[number];
        if held.refunded + entry.amount_minor > held.captured {
            return Some(Reply::Refused("charge_already_refunded".to_owned()));
        }
        held.refunded += entry.amount_minor;
        Some(Reply::Done(format!("refund of {number}")))
    }

    fn find(&self, payment: &Payment) -> Option<usize> {
        let is_its = |held: &Held| held.payment_id == payment.payment_id;
        self.held.iter().position(is_its)
    }

    fn find_refund(&self, payment: &Payment, entry: &Entry) -> Option<Reply> {
        let number = reference(payment)?;
        let is_done = self.held[number].refunded >= payment.refunded_minor + entry.amount_minor;
        is_done.then(|| Reply::Done(format!("refund of {number}")))
    }

    fn shown(&self, number: usize, kind: Kind) -> Option<Reply> {
        self.intent(number).reply(kind)
    }

    fn becomes(&mut self, number: usize, status: IntentStatus) {
        self.held[number].status = status;
        self.told += 1;
        self.notices.push(Notice {
            id: self.told,
            order: self.held[number].order,
            payment_id: self.held[number].payment_id,
            intent: self.intent(number),
        });
    }

    fn intent(&self, number: usize) -> Intent {
        let held = &self.held[number];
        let waits = held.status == IntentStatus::RequiresAction;
        Intent {
            reference: number.to_string(),
            status: held.status,
            reason: held.reason.clone(),
            url: waits.then(|| "https://bank.example/confirm".to_owned()),
        }
    }
}

/// The number that a payment knows.
fn reference(payment: &Payment) -> Option<usize> {
    payment.provider_reference.as_ref()?.parse().ok()
}
