//! Money, as the provider has it.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::{Findings, Rule};
use crate::books::{Books, Intent, Payment};

const NEXT: &str = "compare: the provider's page (souk ps), select * from ledger where order_id = '...' (payments' database), souk logs payments";

/// The provider's books are the shop's.
pub(super) const SAME_BOOKS: Rule = Rule {
    name: "money-as-the-provider",
    means: "of each order, what is held, taken and given back is the same at the provider and in the shop",
    needs: &["payments", "provider"],
    check: same_books,
};

/// A customer pays once, and for something.
pub(super) const CHARGED_ONCE: Rule = Rule {
    name: "money-charged-once",
    means: "the provider holds or has money once for each order, and for no order that the shop does not know",
    needs: &["payments", "provider"],
    check: charged_once,
};

fn has_money(intent: &Intent) -> bool {
    matches!(intent.status.as_str(), "requires_capture" | "succeeded")
}

fn same_books(books: &Books, findings: &mut Findings) {
    let mut intents: BTreeMap<Uuid, Vec<&Intent>> = BTreeMap::new();
    for intent in &books.intents {
        if let Some(order_id) = intent.order_id {
            intents.entry(order_id).or_default().push(intent);
        }
    }
    for payment in books.payments.values() {
        findings.look();
        let of_it = intents.remove(&payment.order_id).unwrap_or_default();
        let live: Vec<_> = of_it
            .into_iter()
            .filter(|intent| has_money(intent))
            .collect();
        let Some(what) = differs(payment, &live) else {
            continue;
        };
        let id = payment.order_id;
        // The question is open: it may be answered at the provider, and the answer lost on its way.
        if books
            .ledger
            .iter()
            .any(|entry| entry.order_id == id && entry.outcome == "open")
        {
            findings.note(format!(
                "order {id}: {what}; the provider is to be asked again since {}",
                payment.updated_at
            ));
        } else {
            findings.wrong(format!("order {id}: {what}"), NEXT);
        }
    }
}

fn differs(payment: &Payment, live: &[&Intent]) -> Option<String> {
    let statuses: Vec<_> = live.iter().map(|intent| intent.status.as_str()).collect();
    let state = payment.state.as_str();
    let expected: &[&str] = match state {
        "authorized" => &["requires_capture"],
        "captured" | "refunded" => &["succeeded"],
        _ => &[],
    };
    if statuses != expected && payment.amount_minor != Some(0) {
        return Some(format!("it is {state} here, {statuses:?} at the provider"));
    }
    let received: i64 = live.iter().map(|intent| intent.received).sum();
    if received != payment.captured_minor {
        return Some(format!(
            "{} taken here, {received} at the provider",
            payment.captured_minor
        ));
    }
    let refunded = live
        .iter()
        .map(|intent| intent.refunded)
        .sum::<Option<i64>>()?;
    (refunded != payment.refunded_minor).then(|| {
        format!(
            "{} given back here, {refunded} at the provider",
            payment.refunded_minor
        )
    })
}

fn charged_once(books: &Books, findings: &mut Findings) {
    let mut live: BTreeMap<Option<Uuid>, Vec<&str>> = BTreeMap::new();
    for intent in books.intents.iter().filter(|intent| has_money(intent)) {
        findings.look();
        live.entry(intent.order_id).or_default().push(&intent.id);
    }
    for (order_id, intents) in live {
        let known = order_id.is_some_and(|id| books.payments.contains_key(&id));
        let named = order_id.map_or_else(|| "no order".to_owned(), |id| format!("order {id}"));
        findings.expect(
            known,
            || format!("{named}: the provider has money ({intents:?}) and the shop knows of none"),
            NEXT,
        );
        findings.expect(
            intents.len() == 1,
            || {
                format!(
                    "{named}: the provider has money {} times: {intents:?}",
                    intents.len()
                )
            },
            NEXT,
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{SHIPPED, breaks};

    #[test]
    fn a_refund_that_only_the_shop_knows_of_is_found() {
        breaks("money-as-the-provider", |books| {
            let intent = books
                .intents
                .iter_mut()
                .find(|one| one.order_id == Some(SHIPPED))
                .unwrap();
            intent.refunded = Some(0);
        });
    }

    #[test]
    fn money_for_an_order_that_nobody_knows_is_found() {
        breaks("money-charged-once", |books| {
            let mut intent = books
                .intents
                .iter()
                .find(|one| one.order_id == Some(SHIPPED))
                .unwrap()
                .clone();
            intent.id = "pi_of_nobody".to_owned();
            intent.order_id = Some(uuid::Uuid::from_u128(99));
            books.intents.push(intent);
        });
    }
}
