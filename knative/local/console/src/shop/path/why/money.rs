//! Why the money of an order is where it is.

use chrono::TimeDelta;

use super::super::facts::{Facts, Order, Payment};
use super::{clock, held_up::cause, held_up::held_up, join, words};

/// The stock is there, and the order waits to be paid.
pub(super) fn pending(facts: &Facts, order: &Order) -> String {
    let end = end(facts, order);
    let Some(payment) = facts.payment.said() else {
        let held = held_up(facts, "payment.requested", "payments").unwrap_or_default();
        let waits = "It waits to be paid, and payments does not answer.".to_owned();
        return join(&[waits, held, end]);
    };
    let Some(payment) = payment else {
        let held = held_up(facts, "payment.requested", "payments");
        let on_its_way = || "Payments has not begun yet.".to_owned();
        return join(&[
            "It waits to be paid.".to_owned(),
            held.unwrap_or_else(on_its_way),
        ]);
    };
    match payment.status.as_str() {
        "pending" if payment.waits_for_customer => join(&[
            "It waits for its customer: the bank wants the payment confirmed on the provider's page.".to_owned(),
            end,
        ]),
        "pending" => join(&[for_provider(facts, payment), end]),
        "declined" => {
            let held = held_up(facts, "payment.declined", "orders").unwrap_or_default();
            let reason = reason(payment);
            join(&[format!("The payment was declined ({reason}), and orders is to cancel it."), held])
        }
        _ => {
            let held = held_up(facts, "payment.authorized", "orders").unwrap_or_default();
            join(&["The money is held, and orders is to confirm it.".to_owned(), held])
        }
    }
}

/// Asked, and without an answer.
fn for_provider(facts: &Facts, payment: &Payment) -> String {
    let cause = cause(facts, "payments");
    if let Some(waiting) = &payment.waiting {
        let since = clock(waiting.since);
        let tries = match waiting.attempts {
            0 => String::new(),
            1 => ", put off once".to_owned(),
            many => format!(", put off {many} times"),
        };
        let by_itself = "Payments asks again by itself.".to_owned();
        let moves = if cause.is_empty() { by_itself } else { cause };
        return join(&[
            format!(
                "It waits for the payment provider, which does not answer since {since}{tries}."
            ),
            moves,
        ]);
    }
    let asked = payment.ledger.iter().find(|entry| entry.status == "open");
    let what = match asked {
        Some(entry) => format!(
            "It waits for the payment provider, which was asked at {} and has not answered.",
            clock(entry.opened_at)
        ),
        None => "It waits to be paid.".to_owned(),
    };
    let held = held_up(facts, "payment.requested", "payments");
    join(&[what, held.unwrap_or(cause)])
}

/// Until when it may wait to be paid.
fn end(facts: &Facts, order: &Order) -> String {
    let Some(window) = facts.payment_window_seconds else {
        return String::new();
    };
    let end = order.placed_at + TimeDelta::seconds(window.into());
    format!(
        "Not paid by {}, it is cancelled with the next sweep.",
        clock(end)
    )
}

/// The parcel has left: is its money there?
pub(super) fn after_dispatch(facts: &Facts, order: &Order) -> String {
    if let Some(problem) = &order.payment_problem {
        return format!(
            "The provider refuses to hand over its money ({}): the merchant has to ask for it some other way.",
            words(&problem.reason)
        );
    }
    match facts.payment.said() {
        Some(Some(payment)) if payment.status == "authorized" => {
            let waits = "Its money is not taken yet.".to_owned();
            let held = held_up(facts, "shipment.dispatched", "payments").unwrap_or_default();
            let held = if held.is_empty() {
                provider_is_away(facts, payment)
            } else {
                held
            };
            join(&[waits, held])
        }
        _ => String::new(),
    }
}

fn provider_is_away(facts: &Facts, payment: &Payment) -> String {
    let Some(waiting) = &payment.waiting else {
        return String::new();
    };
    let since = clock(waiting.since);
    join(&[
        format!("The provider does not answer since {since}; payments asks again by itself."),
        cause(facts, "payments"),
    ])
}

/// Nothing will be shipped: is its money let go?
pub(super) fn after_cancellation(facts: &Facts) -> String {
    let done = "Nothing more will happen to it.".to_owned();
    let Some(Some(payment)) = facts.payment.said() else {
        return match facts.payment.silence() {
            Some(_) => "Payments does not answer, so nothing is known of its money.".to_owned(),
            None => done,
        };
    };
    let left = match payment.status.as_str() {
        "authorized" => "Its money is still held, and is to be let go.",
        "captured" => "Its money was taken, and is to be given back.",
        "refunded" => return "All of its money was given back.".to_owned(),
        "voided" => return "Its money was let go; nothing more will happen to it.".to_owned(),
        _ => return done,
    };
    let held = held_up(facts, "order.cancelled", "payments").unwrap_or_default();
    let held = if held.is_empty() {
        provider_is_away(facts, payment)
    } else {
        held
    };
    join(&[left.to_owned(), held])
}

/// Why it was not paid.
pub(super) fn declined(facts: &Facts) -> String {
    let of_payment = facts.payment.said().and_then(Option::as_ref).map(reason);
    let of_event = || {
        facts
            .event("payment.declined")
            .map(|event| words(event.text("reason")))
    };
    match of_payment.or_else(of_event) {
        Some(reason) => format!("The payment was declined ({reason})."),
        None => "The payment was declined.".to_owned(),
    }
}

fn reason(payment: &Payment) -> String {
    payment
        .decline_reason
        .as_deref()
        .map_or_else(|| "without a reason".to_owned(), words)
}

/// It was not paid in time.
pub(super) fn timed_out(facts: &Facts) -> String {
    let why = if facts.was_said("authentication.requested") {
        "its customer did not confirm the payment"
    } else if facts.was_said("payment.postponed") {
        "the payment provider did not answer"
    } else if !facts.events().is_empty() && !facts.was_said("stock.reserved") {
        "inventory did not say in time whether there is enough"
    } else {
        return "It was not paid in time.".to_owned();
    };
    format!("It was not paid in time: {why}.")
}
