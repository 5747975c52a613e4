//! Money, by payments' own books.

use std::collections::HashMap;

use uuid::Uuid;

use super::{Findings, Rule};
use crate::books::{Books, Payment};

/// What a payment says is what its ledger says.
pub(super) const LEDGER: Rule = Rule {
    name: "money-ledger",
    means: "of each order, what was taken, given back and let go is what the ledger's entries make",
    needs: &["payments"],
    check: ledger,
};

/// Nothing of a customer's money stays with a shop that ships nothing.
pub(super) const NOTHING_HELD: Rule = Rule {
    name: "money-not-kept",
    means: "for a cancelled order no money is held, and all that was taken is given back",
    needs: &["orders", "payments"],
    check: nothing_held,
};

#[derive(Default)]
struct Sums {
    authorized: bool,
    refused: bool,
    captured: i64,
    refunded: i64,
    voided: bool,
}

fn ledger(books: &Books, findings: &mut Findings) {
    let mut sums: HashMap<Uuid, Sums> = HashMap::new();
    for entry in &books.ledger {
        let sum = sums.entry(entry.order_id).or_default();
        match (entry.kind.as_str(), entry.outcome.as_str()) {
            ("authorization", "done") => sum.authorized = true,
            ("authorization", "refused") => sum.refused = true,
            ("capture", "done") => sum.captured += entry.amount_minor,
            ("refund", "done") => sum.refunded += entry.amount_minor,
            ("void", "done") => sum.voided = true,
            _ => (),
        }
    }
    for payment in books.payments.values() {
        findings.look();
        let sum = sums.remove(&payment.order_id).unwrap_or_default();
        if let Some(what) = differs(payment, &sum) {
            let next = "look at both: select * from ledger where order_id = '...' (payments' database); souk logs payments";
            findings.wrong(format!("order {}: {what}", payment.order_id), next);
        }
    }
}

fn differs(payment: &Payment, sum: &Sums) -> Option<String> {
    let Payment {
        state,
        captured_minor: captured,
        refunded_minor: refunded,
        ..
    } = payment;
    if (*captured, *refunded) != (sum.captured, sum.refunded) {
        let entries = (sum.captured, sum.refunded);
        return Some(format!(
            "{captured} taken and {refunded} given back, the ledger makes {entries:?}"
        ));
    }
    let fits = match state.as_str() {
        "authorized" => sum.authorized && !sum.voided && sum.captured == 0,
        "captured" | "refunded" => {
            sum.authorized && !sum.voided && (state == "refunded") == (captured == refunded)
        }
        "voided" => sum.authorized && sum.voided && sum.captured == 0,
        "declined" => sum.refused && !sum.authorized,
        _ => !sum.authorized && !sum.voided && sum.captured == 0,
    };
    let free = payment.amount_minor == Some(0);
    (!fits && !free).then(|| format!("it is {state}, and the ledger's entries say otherwise"))
}

fn nothing_held(books: &Books, findings: &mut Findings) {
    for order in books
        .orders
        .values()
        .filter(|order| order.state == "cancelled")
    {
        findings.look();
        let id = order.order_id;
        let Some(payment) = books.payments.get(&id) else {
            continue;
        };
        let kept = payment.captured_minor - payment.refunded_minor;
        let is_free = kept == 0 && !matches!(payment.state.as_str(), "authorized" | "pending");
        if is_free {
            continue;
        }
        let is_asked = books
            .ledger
            .iter()
            .any(|entry| entry.order_id == id && entry.outcome == "open");
        if is_asked || books.is_among_dead_letters(id) {
            let since = payment.updated_at;
            findings.note(format!(
                "order {id}: cancelled, the payment is {} and waits for the provider since {since}",
                payment.state
            ));
            continue;
        }
        let next =
            "the event may lie among the dead letters: souk dead-letters list; souk logs payments";
        findings.wrong(
            format!(
                "order {id}: cancelled, the payment is {} and {kept} is kept",
                payment.state
            ),
            next,
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{CANCELLED, SHIPPED, breaks};

    #[test]
    fn money_that_was_taken_without_an_entry_is_found() {
        breaks("money-ledger", |books| {
            let entries = books
                .ledger
                .iter()
                .position(|one| one.order_id == SHIPPED && one.kind == "capture");
            books.ledger.remove(entries.unwrap());
        });
    }

    #[test]
    fn money_that_is_held_for_a_cancelled_order_is_found() {
        breaks("money-not-kept", |books| {
            books.payments.get_mut(&CANCELLED).unwrap().state = "authorized".to_owned();
            books
                .ledger
                .retain(|one| !(one.order_id == CANCELLED && one.kind == "void"));
            let intent = books
                .intents
                .iter_mut()
                .find(|one| one.order_id == Some(CANCELLED))
                .unwrap();
            intent.status = "requires_capture".to_owned();
        });
    }
}
