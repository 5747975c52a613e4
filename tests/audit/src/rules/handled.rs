//! Whoever is to hear of a fact has done something about it.
//!
//! `orders`, `inventory` and `shipping` keep an inbox. `payments` and `notifications` recognise a fact by what they have made of it. The
//! others leave no trace of every event, and nothing is said about them.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::TimeDelta;
use uuid::Uuid;

use super::{Findings, Rule};
use crate::books::{Books, Event, Trigger};

/// The inbox forgets after seven days.
const INBOX_KEPT: TimeDelta = TimeDelta::days(7);

/// At least once, or among the dead letters.
pub(super) const HANDLED: Rule = Rule {
    name: "events-handled",
    means: "each event was handled by every function that hears its type, or lies among the dead letters",
    needs: &[
        "broker",
        "orders",
        "inventory",
        "shipping",
        "payments",
        "deadletters",
        "dynamodb",
    ],
    check: handled,
};

struct Traces<'a> {
    books: &'a Books,
    letters: HashSet<(Uuid, &'a str, Option<Uuid>)>,
    dead: HashSet<(&'a str, &'a str, &'a str)>,
}

fn handled(books: &Books, findings: &mut Findings) {
    let mut hears: HashMap<&str, Vec<&Trigger>> = HashMap::new();
    for trigger in &books.triggers {
        hears.entry(&trigger.event_type).or_default().push(trigger);
    }
    let letters = books
        .letters
        .iter()
        .map(|letter| (letter.account_id, letter.kind.as_str(), letter.order_id));
    let dead = books.dead_letters.iter().map(|dead| {
        (
            dead.source.as_str(),
            dead.id.as_str(),
            dead.destination.as_str(),
        )
    });
    let traces = Traces {
        books,
        letters: letters.collect(),
        dead: dead.collect(),
    };
    let mut buried: BTreeMap<&str, usize> = BTreeMap::new();
    for event in &books.events {
        for trigger in hears.get(event.event_type.as_str()).into_iter().flatten() {
            let Some(is_handled) = traces.handled(&trigger.consumer, event) else {
                continue;
            };
            findings.look();
            if is_handled {
                continue;
            }
            let key = (
                event.source.as_str(),
                event.id.as_str(),
                trigger.consumer.as_str(),
            );
            if traces.dead.contains(&key) {
                *buried.entry(&trigger.name).or_default() += 1;
                continue;
            }
            let what = format!(
                "{} has not handled {} {} ({})",
                trigger.consumer, event.event_type, event.id, event.key
            );
            findings.wrong(
                what,
                format!(
                    "souk logs {}; sending the event again does no harm: souk events, souk send",
                    trigger.consumer
                ),
            );
        }
    }
    for (trigger, count) in buried {
        findings.note(format!(
            "{trigger}: {count} lie among the dead letters instead"
        ));
    }
}

impl Traces<'_> {
    /// Whether the consumer has handled the event; nothing where it would leave no trace.
    fn handled(&self, consumer: &str, event: &Event) -> Option<bool> {
        match consumer {
            // Prices are kept by their version, without an inbox.
            "orders" if event.fact().starts_with("product.") => None,
            "orders" | "inventory" | "shipping" => {
                if self.books.read_at - event.accepted_at > INBOX_KEPT - TimeDelta::hours(1) {
                    return None;
                }
                let inbox = self.books.inboxes.get(consumer)?;
                let key = (event.source.clone(), event.id.clone());
                Some(inbox.contains(&key) || self.is_kept_for_good(consumer, event))
            }
            "payments" => self.paid(event),
            "notifications" => self.written(event),
            _ => None,
        }
    }

    /// inventory keeps what is held for a confirmed order without an inbox: twice is the same.
    fn is_kept_for_good(&self, consumer: &str, event: &Event) -> bool {
        let reservation = event
            .order_id()
            .and_then(|id| self.books.reservations.get(&id));
        let is_kept = reservation.is_some_and(|one| one.expires_at.is_none());
        consumer == "inventory" && event.fact() == "order.confirmed" && is_kept
    }

    fn paid(&self, event: &Event) -> Option<bool> {
        let payment = self.books.payments.get(&event.order_id()?);
        match event.fact() {
            "payment.requested" => Some(payment.is_some_and(|payment| {
                payment.amount_minor.is_some() || payment.state == "unwanted"
            })),
            "order.cancelled" => {
                Some(payment.is_some_and(|payment| {
                    payment.wanted == "let_go" || payment.state == "unwanted"
                }))
            }
            "shipment.dispatched" => Some(payment.is_some_and(|payment| payment.wanted != "hold")),
            _ => None,
        }
    }

    fn written(&self, event: &Event) -> Option<bool> {
        let kind = event.fact();
        let is_known = matches!(
            kind,
            "account.registered"
                | "order.placed"
                | "order.confirmed"
                | "order.shipped"
                | "order.delivered"
                | "order.cancelled"
        );
        let account_id: Uuid = event.data["account_id"].as_str()?.parse().ok()?;
        if !is_known || self.books.erased.contains(&account_id) {
            return None;
        }
        Some(self.letters.contains(&(account_id, kind, event.order_id())))
    }
}

#[cfg(test)]
mod tests {
    use crate::books::DeadLetter;
    use crate::rules::testing::{CONFIRMED, breaks, healthy};

    fn unheard(books: &mut crate::Books) -> (String, String) {
        let event = books
            .events
            .iter()
            .find(|event| event.fact() == "order.placed" && event.order_id() == Some(CONFIRMED));
        let key = event
            .map(|event| (event.source.clone(), event.id.clone()))
            .unwrap();
        books.inboxes.get_mut("inventory").unwrap().remove(&key);
        key
    }

    #[test]
    fn a_fact_that_inventory_never_heard_is_found() {
        breaks("events-handled", |books| drop(unheard(books)));
    }

    #[test]
    fn a_fact_that_is_among_the_dead_letters_is_noted_as_such() {
        let mut books = healthy();
        let (source, id) = unheard(&mut books);
        books.dead_letters.push(DeadLetter {
            dead_letter_id: uuid::Uuid::nil(),
            event_type: "dev.souk.order.placed.v1".to_owned(),
            destination: "inventory".to_owned(),
            about: CONFIRMED.to_string(),
            status: None,
            source,
            id,
        });
        let report = crate::check(&books);
        assert!(report.is_kept, "{}", report.text(9));
        let handled = report
            .rules
            .iter()
            .find(|rule| rule.rule == "events-handled")
            .unwrap();
        assert_eq!(handled.notes.len(), 1);
    }

    #[test]
    fn a_letter_that_was_never_written_is_found() {
        breaks("events-handled", |books| {
            books.letters.retain(|letter| {
                !(letter.kind == "order.confirmed" && letter.order_id == Some(CONFIRMED))
            });
        });
    }
}
