//! Why an event has not had its effect at a function yet.

use chrono::TimeDelta;

use super::super::facts::{DeadLetter, Facts, Function, Retry, Trigger, one_line, short};
use super::{TEXT_MOST, clock, join};

/// What keeps `event` (`order.placed`), which must have been said by now, from what `function` makes of it, and what would move it.
/// None: nothing that is known; it is on its way.
pub(super) fn held_up(facts: &Facts, event: &str, function: &str) -> Option<String> {
    let what = given_up(facts, event, function)
        .or_else(|| tried_again(facts, event, function))
        .or_else(|| not_said(facts, event))
        .or_else(|| behind_others(facts, event, function));
    let cause = cause(facts, function);
    match what {
        None if cause.is_empty() => None,
        what => Some(join(&[what.unwrap_or_default(), cause])),
    }
}

fn given_up(facts: &Facts, event: &str, function: &str) -> Option<String> {
    let is_it = |letter: &&DeadLetter| {
        let name = short(letter.event_type.as_deref().unwrap_or_default());
        name == event && letter.destination.as_deref() == Some(function)
    };
    let letter = facts.open_letters().find(is_it)?;
    Some(format!(
        "{} did not take {event} ({}), and it lies among the dead letters since {}: mend the cause, then \
         `souk dead-letters redrive {}`.",
        capital(function),
        letter.error.told(),
        clock(letter.arrived_at),
        letter.dead_letter_id
    ))
}

fn tried_again(facts: &Facts, event: &str, function: &str) -> Option<String> {
    let is_it = |(trigger, next): &(&Trigger, &Retry)| {
        short(&next.event_type) == event && trigger.function() == function
    };
    let (_, next) = facts.retries().find(is_it)?;
    let why = one_line(&next.why, TEXT_MOST);
    let when = next
        .next_at
        .map_or_else(|| "soon".to_owned(), |at| format!("at {}", clock(at)));
    let attempts = next.attempt.max(1);
    let tried = if attempts == 1 {
        "once".to_owned()
    } else {
        format!("{attempts} times")
    };
    Some(format!(
        "{} was given {event} {tried} and did not take it ({why}); it is delivered again {when}.",
        capital(function)
    ))
}

/// It is not in the log, although what it tells has happened: it waits in its sender's outbox.
fn not_said(facts: &Facts, event: &str) -> Option<String> {
    if facts.events.said().is_none() || facts.was_said(event) || may_be_forgotten(facts) {
        return None;
    }
    let full = is_set(
        facts
            .faults
            .as_ref()
            .and_then(|faults| faults.broker_disk.as_deref()),
        "ok",
    );
    let why = if full {
        "The broker's disk is full on purpose; it has room again with `souk faults broker-disk ok`."
    } else {
        "Its sender's outbox sends it by itself, at the latest with the next sweep."
    };
    Some(format!(
        "{} has not reached the broker yet. {why}",
        capital(event)
    ))
}

/// The log keeps an hour: of an older order nothing can be said by what is missing.
fn may_be_forgotten(facts: &Facts) -> bool {
    let age = facts.order.said().map(|order| facts.now - order.placed_at);
    age.is_none_or(|age| age > TimeDelta::hours(1))
}

fn behind_others(facts: &Facts, event: &str, function: &str) -> Option<String> {
    let ending = format!("-on-{}", event.replace('.', "-"));
    let is_it =
        |trigger: &&Trigger| trigger.function() == function && trigger.name.ends_with(&ending);
    let trigger = facts.triggers.iter().find(is_it)?;
    let events = match trigger.lag {
        0 => return None,
        1 => "an event".to_owned(),
        many => format!("{many} events"),
    };
    let name = &trigger.name;
    Some(format!(
        "The trigger {name} has {events} of the broker still to go through."
    ))
}

/// What is wrong with a function, or with what it needs; empty when nothing is known to be.
pub(super) fn cause(facts: &Facts, function: &str) -> String {
    if let Some(faults) = &facts.faults {
        if faults.functions.iter().any(|dead| dead == function) {
            return format!(
                "{} is dead on purpose; it lives again with `souk faults function {function} alive`.",
                capital(function)
            );
        }
        match function {
            "payments" if is_set(faults.provider.as_deref(), "normal") => {
                let mood = faults.provider.as_deref().unwrap_or_default();
                return format!(
                    "The payment provider is switched to `{mood}` on purpose; it goes on with `souk faults provider normal`."
                );
            }
            "notifications" if is_set(faults.mails.as_deref(), "normal") => {
                return "The mail server takes no mails on purpose; it goes on with `souk faults mails normal`."
                    .to_owned();
            }
            _ => {}
        }
    }
    let is_it = |one: &&Function| one.name == function;
    let failing = facts
        .functions
        .iter()
        .find(is_it)
        .and_then(|one| one.failing.as_deref());
    failing.map_or_else(String::new, |why| {
        let why = one_line(why, TEXT_MOST);
        format!(
            "{} does not come up ({why}); look: `souk logs {function}`.",
            capital(function)
        )
    })
}

/// Whether a switch says something else than that all is well.
fn is_set(switch: Option<&str>, well: &str) -> bool {
    switch.is_some_and(|switch| switch != well)
}

/// For the beginning of a sentence.
fn capital(name: &str) -> String {
    let mut chars = name.chars();
    let first = chars.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}
