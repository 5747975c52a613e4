//! An order's path: what happened to it, what it waits for, and why.

pub(super) mod facts;
mod of_events;
mod of_spans;
mod of_state;
mod step;
#[cfg(test)]
mod testing;
mod why;

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

use self::facts::Facts;
use self::step::Step;

/// `GET /api/orders/{order_id}/path`.
#[derive(Debug, Serialize)]
pub(super) struct Path {
    order_id: String,
    /// As clients see it; `cancelling` while shipping is asked, `unknown` when orders does not answer.
    state: String,
    /// One or two sentences: why it is where it is, and what would move it.
    why: String,
    /// Oldest first.
    steps: Vec<Step>,
    /// Ids of its traces.
    traces: Vec<String>,
    open: Open,
}

/// What is not done yet.
#[derive(Debug, Serialize)]
struct Open {
    retries: Vec<Value>,
    dead_letters: Vec<Value>,
}

/// Tells the path from what is known.
pub(super) fn tell(facts: &Facts) -> Path {
    let mut steps = of_spans::steps(facts);
    steps.extend(of_events::steps(facts));
    steps.extend(of_state::steps(facts));
    steps.sort_by_key(|step| step.at);
    let traces: BTreeSet<String> = facts
        .spans
        .iter()
        .map(|span| span.trace_id.clone())
        .collect();
    let mut ordered: Vec<String> = Vec::with_capacity(traces.len());
    for step in &steps {
        let Some(trace_id) = &step.trace_id else {
            continue;
        };
        if !ordered.contains(trace_id) {
            ordered.push(trace_id.clone());
        }
    }
    ordered.extend(
        traces
            .into_iter()
            .filter(|one| !ordered.contains(one))
            .collect::<Vec<_>>(),
    );
    Path {
        order_id: facts.order_id.clone(),
        state: state(facts),
        why: why::why(facts),
        steps,
        traces: ordered,
        open: Open {
            retries: of_state::open_retries(facts),
            dead_letters: of_state::open_dead_letters(facts),
        },
    }
}

fn state(facts: &Facts) -> String {
    match facts.order.said() {
        None => "unknown".to_owned(),
        Some(order) if order.state.status == "confirmed" && order.cancellation.is_some() => {
            "cancelling".to_owned()
        }
        Some(order) => order.state.status.clone(),
    }
}

#[cfg(test)]
mod tests;
