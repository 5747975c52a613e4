//! What is shown, made of what the console answered. Pure.

use std::cmp::Reverse;
use std::collections::HashMap;

use serde_json::Value;

use super::answers::Answers;
use super::functions::{Function, functions};
use super::words;
use crate::command::faults;

/// Everything on the screen.
#[derive(Debug, Clone, Default)]
pub(super) struct Screen {
    pub(super) version: String,
    pub(super) gateway: String,
    /// How long the shop has been open: `1 h 5 min`.
    pub(super) open_for: String,
    pub(super) rates: Rates,
    pub(super) functions: Vec<Function>,
    pub(super) triggers: Vec<Trigger>,
    pub(super) orders: Vec<Order>,
    pub(super) errors: Vec<Failed>,
    /// What the last audit said, and whether that is bad.
    pub(super) audit: (String, bool),
    /// What goes wrong on purpose.
    pub(super) faults: Option<String>,
}

/// A second, over the last moments.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Rates {
    pub(super) requests: f64,
    pub(super) errors: f64,
    pub(super) events: f64,
}

/// A trigger.
#[derive(Debug, Clone)]
pub(super) struct Trigger {
    pub(super) name: String,
    pub(super) lag: u64,
    pub(super) retrying: u64,
    pub(super) dead_letters: u64,
    /// How many events its function has taken since the shop was opened.
    pub(super) delivered: u64,
}

impl Trigger {
    /// It has nothing to do, and nothing goes wrong.
    pub(super) fn is_at_rest(&self) -> bool {
        self.lag == 0 && self.retrying == 0 && self.dead_letters == 0
    }
}

/// An order.
#[derive(Debug, Clone)]
pub(super) struct Order {
    pub(super) id: String,
    pub(super) state: String,
    /// How long ago.
    pub(super) placed: String,
    pub(super) total: String,
}

/// A trace with an error.
#[derive(Debug, Clone)]
pub(super) struct Failed {
    pub(super) trace_id: String,
    pub(super) name: String,
    /// How long ago.
    pub(super) started: String,
    pub(super) errors: u64,
}

impl Screen {
    /// From what was answered; what is missing is left empty.
    pub(super) fn of(answers: &Answers) -> Self {
        let overview = &answers.overview;
        let now = &overview["now"];
        let parts = &overview["parts"];
        Self {
            version: words::text(&overview["version"]),
            gateway: words::text(&overview["gateway"]),
            open_for: words::between(&overview["opened_at"], now),
            rates: rates(&overview["rates"]),
            functions: functions(&parts["functions"], answers),
            triggers: triggers(&parts["triggers"], &answers.triggers["triggers"]),
            orders: list(&answers.orders["orders"], |one| order(one, now)),
            errors: list(&answers.errors["traces"], |one| failed(one, now)),
            audit: audit(&answers.audit, now),
            faults: faults::in_short(&answers.faults),
        }
    }
}

pub(super) fn list<T>(values: &Value, of: impl Fn(&Value) -> T) -> Vec<T> {
    values.as_array().into_iter().flatten().map(of).collect()
}

fn rates(said: &Value) -> Rates {
    let rate = |name: &str| said[name].as_f64().unwrap_or(0.0);
    Rates {
        requests: rate("requests_per_second"),
        errors: rate("errors_per_second"),
        events: rate("events_per_second"),
    }
}

/// Those in trouble first, then those that have had most to do. How many dead letters are open is another function's to say.
fn triggers(said: &Value, with_letters: &Value) -> Vec<Trigger> {
    let letters: HashMap<&str, u64> = with_letters
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|one| {
            Some((
                one["name"].as_str()?,
                words::count(&one["dead_letters_open"]),
            ))
        })
        .collect();
    let mut triggers = list(said, |one| {
        let name = words::text(&one["name"]);
        Trigger {
            lag: words::count(&one["lag"]),
            retrying: words::count(&one["retrying"]),
            dead_letters: letters.get(name.as_str()).copied().unwrap_or(0),
            delivered: words::count(&one["delivered"]),
            name,
        }
    });
    triggers.sort_by_key(|one| {
        let delivered = Reverse(one.delivered);
        (
            one.dead_letters == 0,
            one.is_at_rest(),
            delivered,
            one.name.clone(),
        )
    });
    triggers
}

fn order(one: &Value, now: &Value) -> Order {
    Order {
        id: words::text(&one["order_id"]),
        state: words::text(&one["state"]),
        placed: words::between(&one["placed_at"], now),
        total: words::money(&one["total"]),
    }
}

fn failed(one: &Value, now: &Value) -> Failed {
    Failed {
        trace_id: words::text(&one["trace_id"]),
        name: format!(
            "{} {}",
            words::text(&one["service"]),
            words::text(&one["name"])
        ),
        started: words::between(&one["started_at"], now),
        errors: words::count(&one["errors"]),
    }
}

/// In one sentence, and whether it is a bad one.
fn audit(said: &Value, now: &Value) -> (String, bool) {
    if said["running"] == true {
        return ("the books are being checked".to_owned(), false);
    }
    let Some(rules) = said["rules"].as_array() else {
        let unknown = "the books have not been checked since the shop was opened: a";
        return (unknown.to_owned(), false);
    };
    let when = words::between(&said["ended_at"], now);
    let broken = rules.iter().map(|rule| words::count(&rule["violations"]));
    match broken.sum::<u64>() {
        0 => (
            format!(
                "the books were right {when} ago: {} rules hold",
                rules.len()
            ),
            false,
        ),
        broken => {
            let said =
                format!("the books were wrong {when} ago: {broken} broken; souk audit says which");
            (said, true)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trigger_in_trouble_stands_first_with_its_retries_and_dead_letters() {
        let screen = Screen::of(&Answers::of_a_busy_shop());
        let first = &screen.triggers[0];
        assert_eq!(first.name, "payments-on-payment-requested");
        assert_eq!((first.lag, first.retrying, first.dead_letters), (4, 1, 2));
        assert!(screen.triggers[1].is_at_rest());
    }

    #[test]
    fn the_books_are_right_wrong_being_checked_or_unknown() {
        let screen = Screen::of(&Answers::of_a_busy_shop());
        assert!(screen.audit.1 && screen.audit.0.contains("2 broken"));
        let now = serde_json::json!("2030-01-01T00:02:00Z");
        let right = serde_json::json!({ "rules": [{ "violations": [] }], "ended_at": "2030-01-01T00:00:00Z" });
        let right = audit(&right, &now);
        assert_eq!(
            right,
            (
                "the books were right 2 min ago: 1 rules hold".to_owned(),
                false
            )
        );
        let running = audit(&serde_json::json!({ "running": true }), &now);
        assert!(running.0.contains("being checked"));
        let never = audit(&serde_json::json!({ "running": false }), &now);
        assert!(never.0.contains("not been checked"));
    }

    #[test]
    fn nothing_answered_is_an_empty_screen() {
        let screen = Screen::of(&Answers::default());
        assert!(screen.functions.is_empty() && screen.faults.is_none());
    }
}
