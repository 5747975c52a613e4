//! The functions: who is awake, and how their requests fare.

use std::collections::BTreeMap;

use serde_json::Value;

use super::answers::Answers;
use super::screen::list;
use super::words;

/// A function.
#[derive(Debug, Clone)]
pub(super) struct Function {
    pub(super) name: String,
    /// `ready 2`, `asleep`, `failing: exit code 1`.
    pub(super) state: String,
    pub(super) is_failing: bool,
    pub(super) is_asleep: bool,
    pub(super) in_flight: u64,
    /// Requests a second; none: nothing is known.
    pub(super) requests: Option<f64>,
    /// In seconds.
    pub(super) p95: Option<f64>,
    /// Answers of 500 and more a second.
    pub(super) errors: Option<f64>,
}

/// Those that fail first, then those that are awake.
pub(super) fn functions(said: &Value, answers: &Answers) -> Vec<Function> {
    let all = sums(&answers.requests, |_| true);
    let errors = sums(&answers.requests, |status| status.starts_with('5'));
    let p95 = sums(&answers.p95, |_| true);
    let mut functions = list(said, |one| {
        let mut function = function(one);
        let of = |known: &BTreeMap<String, f64>| known.get(&function.name).copied();
        (function.requests, function.errors, function.p95) = (of(&all), of(&errors), of(&p95));
        function
    });
    functions.sort_by_key(|one| (!one.is_failing, one.is_asleep, one.name.clone()));
    functions
}

fn function(one: &Value) -> Function {
    let instances: Vec<&Value> = one["instances"].as_array().into_iter().flatten().collect();
    let mut states: BTreeMap<&str, usize> = BTreeMap::new();
    for instance in &instances {
        *states
            .entry(instance["state"].as_str().unwrap_or("?"))
            .or_default() += 1;
    }
    let awake: Vec<String> = states
        .iter()
        .map(|(state, count)| format!("{state} {count}"))
        .collect();
    let failing = one["failing"].as_str();
    let state = match (awake.is_empty(), failing) {
        (true, Some(why)) => format!("failing: {why}"),
        (true, None) => "asleep".to_owned(),
        (false, _) => awake.join(", "),
    };
    Function {
        name: words::text(&one["name"]),
        state,
        is_failing: failing.is_some(),
        is_asleep: instances.is_empty(),
        in_flight: instances
            .iter()
            .filter_map(|one| one["in_flight"].as_u64())
            .sum(),
        requests: None,
        p95: None,
        errors: None,
    }
}

/// The last number of each series whose status is wanted, added up by function.
fn sums(said: &Value, is_wanted: impl Fn(&str) -> bool) -> BTreeMap<String, f64> {
    let mut sums = BTreeMap::new();
    for series in said["series"].as_array().into_iter().flatten() {
        let labels = &series["labels"];
        let status = words::text(&labels["http_response_status_code"]);
        let points = series["points"].as_array().into_iter().flatten();
        let last = points.filter_map(|point| point[1].as_f64()).next_back();
        if let (Some(function), Some(last), true) =
            (labels["service_name"].as_str(), last, is_wanted(&status))
        {
            *sums.entry(function.to_owned()).or_insert(0.0) += last;
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::super::screen::Screen;
    use super::*;

    #[test]
    fn who_fails_stands_before_who_is_awake_and_who_sleeps_is_last() {
        let screen = Screen::of(&Answers::of_a_busy_shop());
        let names: Vec<&str> = screen
            .functions
            .iter()
            .map(|one| one.name.as_str())
            .collect();
        assert_eq!(names, ["payments", "orders", "carts"]);
        assert_eq!(screen.functions[1].state, "ready 2");
        assert_eq!(screen.functions[1].in_flight, 1);
    }

    #[test]
    fn a_functions_rates_are_the_last_known_numbers_of_all_its_series() {
        let screen = Screen::of(&Answers::of_a_busy_shop());
        let orders = &screen.functions[1];
        assert_eq!((orders.requests, orders.errors), (Some(12.5), Some(0.5)));
        assert_eq!(orders.p95, Some(0.34));
        assert_eq!(
            screen.functions[2].requests, None,
            "nothing is known of carts"
        );
    }
}
