//! What must not be left when nothing moves any more.

use super::Rule;

/// Nothing moved while the books were read.
pub(super) const QUIET: Rule = Rule {
    name: "quiet",
    means: "nothing was under way while the books were read, so that they belong together",
    needs: &[],
    check: |books, findings| {
        findings.look();
        for what in &books.moving {
            findings.wrong(
                what.clone(),
                "wait longer: --wait 300; or see who is slow: souk ps",
            );
        }
    },
};

/// Whoever was told that it has an order has one.
pub(super) const PROMISES: Rule = Rule {
    name: "orders-promised",
    means: "each order that a client was told of exists (where such a list was given)",
    needs: &["orders"],
    check: |books, findings| {
        findings.look();
        for id in &books.promised {
            findings.look();
            let next = "was the database restored from an older copy? souk logs orders";
            findings.expect(
                books.orders.contains_key(id),
                || format!("order {id}: accepted, and not there"),
                next,
            );
        }
    },
};

/// No event waits to be sent.
pub(super) const OUTBOXES: Rule = Rule {
    name: "outboxes-empty",
    means: "no event that was committed waits to be sent",
    needs: &["orders", "inventory", "payments", "shipping"],
    check: |books, findings| {
        findings.look();
        for (function, id) in &books.outboxes {
            findings.wrong(
                format!("event {id} lies in the outbox of {function}"),
                "its next sweep sends it, twice an hour; is the broker's disk full: souk ps",
            );
        }
    },
};

/// No key is in flight for ever.
pub(super) const KEYS: Rule = Rule {
    name: "keys-answered",
    means: "no request with an Idempotency-Key is in flight for ever",
    needs: &["orders", "inventory", "payments", "shipping"],
    check: |books, findings| {
        findings.look();
        for key in &books.unanswered {
            let what = format!("{}: key {} of {}", key.function, key.key, key.operation);
            // Its holder has died, and whoever asks again under it is served: nothing waits for it.
            match key.is_free {
                true => findings.note(format!("{what} was never answered and is free again")),
                false => findings.wrong(
                    format!("{what} is in flight"),
                    "ask again under the same key; it is free once its holder's claim is over",
                ),
            }
        }
    },
};

/// Nobody overlooks a dead letter.
pub(super) const DEAD_LETTERS: Rule = Rule {
    name: "dead-letters",
    means: "how many events nobody took (they are named here, and break no rule)",
    needs: &["deadletters"],
    check: |books, findings| {
        findings.look();
        for letter in &books.dead_letters {
            findings.look();
            if letter.is_open() {
                let (event_type, to, about) =
                    (&letter.event_type, &letter.destination, &letter.about);
                findings.note(format!(
                    "{event_type} for {to} about {about}: souk dead-letters show {}",
                    letter.dead_letter_id
                ));
            }
        }
    },
};

#[cfg(test)]
mod tests {
    use crate::books::Unanswered;
    use crate::rules::testing::breaks;

    #[test]
    fn whatever_still_moves_is_told() {
        breaks("quiet", |books| {
            books
                .moving
                .push("orders-on-stock-reserved is 3 events behind".to_owned())
        });
    }

    #[test]
    fn a_promise_that_is_no_order_is_found() {
        breaks("orders-promised", |books| {
            books.promised.push(uuid::Uuid::from_u128(99))
        });
    }

    #[test]
    fn an_event_that_was_never_sent_is_found() {
        breaks("outboxes-empty", |books| {
            books.outboxes.push(("orders".to_owned(), "1".to_owned()))
        });
    }

    #[test]
    fn a_key_in_flight_is_found() {
        breaks("keys-answered", |books| {
            books.unanswered.push(Unanswered {
                function: "orders".to_owned(),
                operation: "orders.place".to_owned(),
                key: "k".to_owned(),
                is_free: false,
            });
        });
    }
}
