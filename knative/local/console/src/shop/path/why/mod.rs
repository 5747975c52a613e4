//! Why an order is where it is, and what would move it: one or two sentences, for whoever is asked by a customer.

mod held_up;
mod money;

use chrono::{DateTime, Utc};

use self::held_up::held_up;
use super::facts::{DeadLetter, Facts, Order, one_line, short};
use super::of_events;

/// How long a text of somebody else may be.
const TEXT_MOST: usize = 200;

/// The sentences.
pub(super) fn why(facts: &Facts) -> String {
    let Some(order) = facts.order.said() else {
        return join(&[silent_orders(facts), letters(facts)]);
    };
    let main = match order.state.status.as_str() {
        "pending" => pending(facts, order),
        "confirmed" => confirmed(facts, order),
        "shipped" => shipped(facts, order),
        "delivered" => delivered(facts),
        "cancelled" => cancelled(facts, order),
        other => format!("It is {}.", one_line(other, TEXT_MOST)),
    };
    join(&[main, letters(facts)])
}

/// Sentences one after the other, without those that are not there.
fn join(sentences: &[String]) -> String {
    let said: Vec<&str> = sentences
        .iter()
        .map(String::as_str)
        .filter(|text| !text.is_empty())
        .collect();
    said.join(" ")
}

/// A time of day, as logs have it.
fn clock(at: DateTime<Utc>) -> String {
    at.format("%H:%M:%S UTC").to_string()
}

/// A code of others in words: `insufficient_funds`.
fn words(code: &str) -> String {
    one_line(&code.replace('_', " "), TEXT_MOST)
}

/// Where it stands is known to orders alone; the broker may have heard more.
fn silent_orders(facts: &Facts) -> String {
    let why = facts.order.silence().unwrap_or_default();
    let newest = facts.events().last().map_or_else(String::new, |event| {
        format!(
            " The last that was heard of it: {} at {}.",
            event.name(),
            clock(event.at())
        )
    });
    let cause = held_up::cause(facts, "orders");
    let why = one_line(why, TEXT_MOST);
    join(&[
        format!("Orders does not answer ({why}), so its state is not known.{newest}"),
        cause,
    ])
}

/// Placed; stock and money are not both there.
fn pending(facts: &Facts, order: &Order) -> String {
    if facts.was_said("stock.rejected") {
        let waiting = "There is too little stock, and orders is to cancel it.";
        return held_up(facts, "stock.rejected", "orders").unwrap_or_else(|| waiting.to_owned());
    }
    let is_money_known = facts.payment.said().is_some_and(Option::is_some);
    if is_money_known || facts.was_said("payment.requested") {
        return money::pending(facts, order);
    }
    if facts.was_said("stock.reserved") {
        let waiting = "Its stock is set aside, and orders is to ask for the money.";
        return held_up(facts, "stock.reserved", "orders").unwrap_or_else(|| waiting.to_owned());
    }
    let waiting = "It waits for stock: inventory has not said yet whether there is enough.";
    match held_up(facts, "order.placed", "inventory") {
        Some(reason) => format!("It waits for stock. {reason}"),
        None => waiting.to_owned(),
    }
}

/// Stock and money are there.
fn confirmed(facts: &Facts, order: &Order) -> String {
    if let Some(wanted) = &order.cancellation {
        let since = clock(wanted.requested_at);
        let reason = words(&wanted.reason);
        let (event, hears) = match facts.was_said("shipment.cancelled") {
            true => ("shipment.cancelled", "orders"),
            false => ("cancellation.requested", "shipping"),
        };
        let waiting = "Shipping has not answered yet whether the parcel has left.";
        let answer = held_up(facts, event, hears).unwrap_or_else(|| waiting.to_owned());
        return format!("It is being cancelled since {since} ({reason}). {answer}");
    }
    match facts.shipment.said() {
        None => "It is confirmed; shipping does not answer, so nothing is known of its parcel."
            .to_owned(),
        Some(None) => {
            let waiting = "Shipping has not booked a shipment for it yet.";
            let held = held_up(facts, "order.confirmed", "shipping");
            format!(
                "It is confirmed. {}",
                held.unwrap_or_else(|| waiting.to_owned())
            )
        }
        Some(Some(shipment)) if shipment.status == "booked" => format!(
            "It is confirmed and waits to be packed: somebody dispatches it \
             (`POST /v1/shipments/{}/dispatch`).",
            shipment.shipment_id
        ),
        Some(Some(shipment)) => {
            let waiting = "Orders has not heard it yet.";
            let held = held_up(facts, &format!("shipment.{}", shipment.status), "orders");
            let held = held.unwrap_or_else(|| waiting.to_owned());
            format!("Its shipment is {}. {held}", shipment.status)
        }
    }
}

fn shipped(facts: &Facts, order: &Order) -> String {
    let parcel = order.shipment.as_ref().map_or_else(String::new, |parcel| {
        let carrier = one_line(&parcel.carrier, TEXT_MOST);
        format!(
            " with {carrier}, {}",
            one_line(&parcel.tracking_number, TEXT_MOST)
        )
    });
    let has_arrived = facts.shipment.said().and_then(Option::as_ref);
    let has_arrived = has_arrived.is_some_and(|shipment| shipment.status == "delivered");
    let held = has_arrived
        .then(|| held_up(facts, "shipment.delivered", "orders"))
        .flatten();
    let moves = held.unwrap_or_else(|| {
        "The carrier's word that it has arrived (parcel.moved), or the merchant's, moves it."
            .to_owned()
    });
    join(&[
        format!("It is on its way{parcel}. {moves}"),
        money::after_dispatch(facts, order),
    ])
}

fn delivered(facts: &Facts) -> String {
    let done = "It has arrived; nothing more will happen to it.".to_owned();
    let Some(order) = facts.order.said() else {
        return done;
    };
    match money::after_dispatch(facts, order) {
        open if open.is_empty() => done,
        open => format!("It has arrived. {open}"),
    }
}

fn cancelled(facts: &Facts, order: &Order) -> String {
    let reason = match order.state.reason.as_deref().unwrap_or_default() {
        "out_of_stock" => out_of_stock(facts, order),
        "payment_declined" => money::declined(facts),
        "payment_timed_out" => money::timed_out(facts),
        "requested_by_customer" => "Its customer did not want it any more.".to_owned(),
        other => format!("The reason: {}.", words(other)),
    };
    let moves = money::after_cancellation(facts);
    format!("It is cancelled. {reason} {moves}")
}

fn out_of_stock(facts: &Facts, order: &Order) -> String {
    if let Some(event) = facts.event("stock.rejected") {
        let short = of_events::shortages(&event.data["shortages"]);
        return format!("There was less than was ordered ({short}).");
    }
    match order.state.detail.as_deref() {
        Some(detail) => format!("The reason: {}.", one_line(detail, TEXT_MOST)),
        None => "There was less than was ordered.".to_owned(),
    }
}

/// What keeps its customer from being written to. It moves nothing, and somebody has to know.
fn letters(facts: &Facts) -> String {
    let is_mail = |one: &&DeadLetter| one.destination.as_deref() == Some("notifications");
    let mut letters = facts.open_letters().filter(is_mail);
    if let Some(letter) = letters.next() {
        let about = short(letter.event_type.as_deref().unwrap_or_default());
        let (more, which) = match letters.count() {
            0 => (String::new(), letter.dead_letter_id.clone()),
            more => (
                format!(" and {more} more"),
                "--all --destination notifications".to_owned(),
            ),
        };
        return join(&[
            format!(
                "The letter about {about}{more} could not be sent ({}); once mails go out again: \
                 `souk dead-letters redrive {which}`.",
                letter.error.told(),
            ),
            held_up::cause(facts, "notifications"),
        ]);
    }
    let mut retries = facts.retries();
    let Some((_, next)) = retries.find(|(trigger, _)| trigger.function() == "notifications") else {
        return String::new();
    };
    let when = next
        .next_at
        .map(|at| format!(" at {}", clock(at)))
        .unwrap_or_default();
    let about = short(&next.event_type);
    join(&[
        format!("The letter about {about} has not gone out; it is tried again{when}."),
        held_up::cause(facts, "notifications"),
    ])
}

#[cfg(test)]
mod tests;
