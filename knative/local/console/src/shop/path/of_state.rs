//! What is not among the events, or not any more: the broker forgets after an hour, and what waits has not been said yet.

use serde_json::json;

use super::facts::{DeadLetter, Entry, Facts, Retry, Shipment, Trigger, one_line, short};
use super::of_events;
use super::step::{Kind, Status, Step, time};

/// How long a text of somebody else may be.
const TEXT_MOST: usize = 200;

/// The steps that the owners' answers tell.
pub(super) fn steps(facts: &Facts) -> Vec<Step> {
    let mut steps = of_order(facts);
    steps.extend(of_payment(facts));
    steps.extend(of_shipment(facts));
    let letters = facts.dead_letters.said().map_or(&[][..], Vec::as_slice);
    steps.extend(letters.iter().flat_map(|letter| dead_letter(facts, letter)));
    steps.extend(
        facts
            .retries()
            .map(|(trigger, next)| retry(facts, trigger, next)),
    );
    steps.extend(silent(facts));
    steps
}

fn of_order(facts: &Facts) -> Vec<Step> {
    let Some(order) = facts.order.said() else {
        return Vec::new();
    };
    let mut steps = Vec::new();
    if !facts.was_said("order.placed") {
        let lines = of_events::lines(&json!(order.lines));
        let step = Step::new(order.placed_at, Kind::Saga, "orders", "Order placed");
        steps.push(step.detail(format!("{lines}, {}", order.amounts.total)));
    }
    let status = order.state.status.as_str();
    if status != "pending" && !facts.was_said(&format!("order.{status}")) {
        let step = Step::new(
            order.state.since,
            Kind::Saga,
            "orders",
            format!("Order {status}"),
        );
        let why = order
            .state
            .reason
            .as_deref()
            .unwrap_or_default()
            .replace('_', " ");
        let ended = if status == "cancelled" {
            Status::Failed
        } else {
            Status::Ok
        };
        steps.push(step.detail(why).status(ended));
    }
    steps
}

/// Ledger entries that no event has told of.
fn of_payment(facts: &Facts) -> Vec<Step> {
    let payment = facts.payment.said().and_then(Option::as_ref);
    let entries = payment.map_or(&[][..], |payment| payment.ledger.as_slice());
    entries
        .iter()
        .filter(|entry| !is_told(facts, entry))
        .map(of_entry)
        .collect()
}

fn is_told(facts: &Facts, entry: &Entry) -> bool {
    let name = match (entry.kind.as_str(), entry.status.as_str()) {
        ("authorization", "done") => "payment.authorized",
        ("authorization", "refused") => "payment.declined",
        ("capture", "done") => "payment.captured",
        ("capture", "refused") => "capture.refused",
        ("void", "done") => "payment.voided",
        ("refund", "done") => "payment.refunded",
        _ => return false,
    };
    facts.was_said(name)
}

fn of_entry(entry: &Entry) -> Step {
    let asked = match entry.kind.as_str() {
        "authorization" => "hold",
        "capture" => "take",
        "void" => "let go of",
        "refund" => "give back",
        other => other,
    };
    let title = format!("The provider is asked to {asked} {}", entry.amount);
    let at = entry.closed_at.unwrap_or(entry.opened_at);
    let step = Step::new(at, Kind::Money, "payments", title);
    match entry.status.as_str() {
        "done" => step.detail("It has."),
        "refused" => step.detail(refused(entry)).status(Status::Failed),
        _ => step
            .detail("No answer is known yet.")
            .status(Status::Waiting),
    }
}

fn refused(entry: &Entry) -> String {
    let reason = entry.reason.as_deref().unwrap_or("without a reason");
    format!(
        "It refuses: {}",
        one_line(&reason.replace('_', " "), TEXT_MOST)
    )
}

/// What a shipment has come to, where no event has told it.
fn of_shipment(facts: &Facts) -> Vec<Step> {
    let Some(Some(shipment)) = facts.shipment.said() else {
        return Vec::new();
    };
    let Shipment {
        booked_at,
        dispatched_at,
        delivered_at,
        cancelled_at,
        ..
    } = shipment;
    let moments = [
        ("shipment.booked", "Shipment booked", Some(*booked_at)),
        ("shipment.dispatched", "Parcel left", *dispatched_at),
        ("shipment.delivered", "Parcel arrived", *delivered_at),
        (
            "shipment.cancelled",
            "Nothing will be packed",
            *cancelled_at,
        ),
    ];
    let untold = moments
        .into_iter()
        .filter(|(name, ..)| !facts.was_said(name));
    let step = |(_, title, at): (_, &str, Option<_>)| {
        let step = Step::new(at?, Kind::Shipment, "shipping", title);
        Some(step.link("shipment", &shipment.shipment_id))
    };
    untold.filter_map(step).collect()
}

fn dead_letter(facts: &Facts, letter: &DeadLetter) -> Vec<Step> {
    let name = short(letter.event_type.as_deref().unwrap_or("an event")).to_owned();
    let who = letter.destination.as_deref().unwrap_or("somebody");
    let of = |at, title: String| {
        let step = Step::new(at, Kind::DeadLetter, who, title);
        let path = format!("/api/dead-letters/{}", letter.dead_letter_id);
        step.link("dead_letter", path).trace(trace(facts, &name))
    };
    let is_open = letter.status == "open";
    let arrived = of(letter.arrived_at, format!("{name} was given up"))
        .detail(letter.error.told())
        .status(Status::Failed);
    let settled = letter.settled_at.filter(|_| !is_open).map(|at| {
        let step = of(at, format!("{name} was {}", letter.status));
        let why = letter.discard_reason.as_deref().unwrap_or_default();
        step.detail(one_line(why, TEXT_MOST))
    });
    [Some(arrived), settled].into_iter().flatten().collect()
}

fn trace(facts: &Facts, name: &str) -> Option<String> {
    facts.trace_of(&facts.event(name)?.id)
}

/// The next attempt.
fn retry(facts: &Facts, trigger: &Trigger, next: &Retry) -> Step {
    let title = format!("{} is delivered again", short(&next.event_type));
    let at = next.next_at.unwrap_or(facts.now);
    let attempts = match next.attempt {
        0 | 1 => "1 attempt has failed".to_owned(),
        count => format!("{count} attempts have failed"),
    };
    let detail = format!("{attempts}: {}", one_line(&next.why, TEXT_MOST));
    let step = Step::new(at, Kind::Retry, trigger.function(), title).detail(detail);
    step.status(Status::Waiting)
        .trace(facts.trace_of(&next.event_id))
        .link("trigger", &trigger.name)
}

/// Who was asked and did not answer.
fn silent(facts: &Facts) -> Vec<Step> {
    let parts = [
        (Kind::Saga, "orders", facts.order.silence()),
        (Kind::Money, "payments", facts.payment.silence()),
        (Kind::Shipment, "shipping", facts.shipment.silence()),
        (Kind::Event, "broker", facts.events.silence()),
        (
            Kind::DeadLetter,
            "deadletters",
            facts.dead_letters.silence(),
        ),
    ];
    let step = |(kind, who, why): (Kind, &str, Option<&str>)| {
        let step = Step::new(facts.now, kind, who, format!("{who} does not answer"));
        Some(
            step.detail(one_line(why?, TEXT_MOST))
                .status(Status::Unknown),
        )
    };
    parts.into_iter().filter_map(step).collect()
}

/// For `open`: what waits and what lies there, as a program reads it.
pub(super) fn open_retries(facts: &Facts) -> Vec<serde_json::Value> {
    let one = |(trigger, next): (&Trigger, &Retry)| {
        json!({
            "trigger": trigger.name, "function": trigger.function(), "event_id": next.event_id,
            "type": next.event_type, "attempt": next.attempt, "next_at": next.next_at.map(time),
            "why": one_line(&next.why, TEXT_MOST),
        })
    };
    facts.retries().map(one).collect()
}

/// The order's dead letters that nobody has dealt with.
pub(super) fn open_dead_letters(facts: &Facts) -> Vec<serde_json::Value> {
    let one = |letter: &DeadLetter| {
        json!({
            "dead_letter_id": letter.dead_letter_id, "type": letter.event_type,
            "destination": letter.destination, "arrived_at": time(letter.arrived_at),
            "why": letter.error.told(),
        })
    };
    facts.open_letters().map(one).collect()
}
