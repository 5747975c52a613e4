//! What is printed in the end.

use std::time::Duration;

use crate::load::{Answered, Outcome};
use crate::memory::Most;

/// A row: what, how much, and what it should be.
pub(crate) type Row = (String, String, &'static str);

/// What was offered, taken and done.
pub(crate) fn rates(peak: f64, goodput: f64, outcome: &Outcome) -> Vec<Row> {
    let accepted = outcome
        .answers
        .iter()
        .filter(|one| one.status == 202)
        .count();
    let share = goodput / peak * 100.0;
    vec![
        (
            "orders confirmed a second, at the peak".to_owned(),
            format!("{peak:.1}"),
            "",
        ),
        (
            "orders offered, in all".to_owned(),
            format!(
                "{}, and {} that found no free connection",
                outcome.answers.len() + outcome.unanswered,
                outcome.unsent
            ),
            "",
        ),
        (
            "orders accepted, in all".to_owned(),
            accepted.to_string(),
            "",
        ),
        (
            "orders confirmed a second, meanwhile".to_owned(),
            format!("{goodput:.1}, {share:.0} % of the peak"),
            "at least 80 %",
        ),
    ]
}

/// How those were answered that were not accepted.
pub(crate) fn refusals(outcome: &Outcome) -> Vec<Row> {
    let is_refusal = |one: &&Answered| matches!(one.status, 429 | 503) && one.has_retry_after;
    let mut refused: Vec<_> = outcome
        .answers
        .iter()
        .filter(is_refusal)
        .map(|one| one.after)
        .collect();
    let is_other = |one: &&Answered| one.status != 202 && !is_refusal(one);
    let others: Vec<u16> = outcome
        .answers
        .iter()
        .filter(is_other)
        .map(|one| one.status)
        .collect();
    let mut accepted: Vec<_> = outcome
        .answers
        .iter()
        .filter(|one| one.status == 202)
        .map(|one| one.after)
        .collect();
    let in_time = refused
        .iter()
        .filter(|after| **after <= Duration::from_millis(100))
        .count();
    let share = 100.0 * in_time as f64 / refused.len().max(1) as f64;
    vec![
        (
            "refused with 429 or 503 and Retry-After".to_owned(),
            refused.len().to_string(),
            "",
        ),
        (
            "answered otherwise".to_owned(),
            format!("{}: {others:?}", others.len()),
            "0",
        ),
        (
            "not answered".to_owned(),
            outcome.unanswered.to_string(),
            "0",
        ),
        (
            "refusals came after".to_owned(),
            times(&mut refused),
            "within 100 ms",
        ),
        (
            "refusals within 100 ms".to_owned(),
            format!("{share:.2} %"),
            "",
        ),
        (
            "acceptances came after".to_owned(),
            times(&mut accepted),
            "",
        ),
    ]
}

fn times(times: &mut [Duration]) -> String {
    times.sort_unstable();
    if times.is_empty() {
        return "none".to_owned();
    }
    let at = |share: usize| times[(times.len() - 1) * share / 1000].as_secs_f64() * 1000.0;
    let (p50, p99, p999, most) = (at(500), at(990), at(999), at(1000));
    format!("p50 {p50:.1} ms, p99 {p99:.1} ms, p99.9 {p999:.1} ms, max {most:.1} ms")
}

/// What each part of the shop needed.
pub(crate) fn memories(before: &Most, during: &Most) -> Vec<Row> {
    let row = |(name, most): (&String, &u64)| {
        let before = before.get(name).copied().unwrap_or_default();
        let text = format!("{} MiB before, {} MiB at most", before / 1024, most / 1024);
        (format!("memory of {name}"), text, "")
    };
    during.iter().map(row).collect()
}

/// The table.
#[allow(clippy::print_stdout)]
pub(crate) fn print(rows: &[Row]) {
    println!("\n| measured, load on the same machine | | should be |\n|---|---|---|");
    for (what, how_much, should_be) in rows {
        println!("| {what} | {how_much} | {should_be} |");
    }
}
