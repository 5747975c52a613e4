//! Some thousands of schedules in each test run; `simulate` runs millions.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use orders::domain::{Fact, State, Verdict, step};
use proptest::{collection::vec, prelude::*};
use souk_contracts::CancellationReason;
use souk_simulation::{Function, NAMES, Schedule, Seen, What};

const TRIGGERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../eventing/base/triggers");

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    /// What fails is made smaller, and printed as a file of `tests/kept` is written.
    #[test]
    fn no_schedule_breaks_a_rule(seed in 0..10_000_u64, choices in vec(any::<u32>(), 0..150)) {
        let (schedule, outcome) = Schedule::chosen(seed, &choices);
        if let Err(broken) = outcome {
            return Err(TestCaseError::fail(format!("{broken}\n{schedule}")));
        }
    }
}

#[test]
fn the_first_thousands_of_seed_one_break_no_rule() {
    for number in 0..4000 {
        let (schedule, outcome) = Schedule::by_chance(1, number);
        if let Err(broken) = outcome {
            let shrunk = schedule.shrunk();
            panic!("schedule {number}: {broken}\n{shrunk}");
        }
    }
}

#[test]
fn the_same_number_is_the_same_schedule_and_reads_as_it_is_written() {
    for number in 0..200 {
        let (schedule, outcome) = Schedule::by_chance(7, number);
        assert_eq!(
            Schedule::by_chance(7, number),
            (schedule.clone(), outcome.clone())
        );
        let read: Schedule = schedule.to_string().parse().unwrap();
        assert_eq!(read, schedule);
        assert_eq!(read.run().is_ok(), outcome.is_ok());
    }
}

/// The schedules are worth something: all that can happen to an order happens.
#[test]
fn orders_are_sent_and_cancelled_and_hardly_a_parcel_has_to_be_counted() {
    let (mut sent, mut cancelled, mut oversold, mut refused) = (0, 0, 0, 0);
    for number in 0..2000 {
        let outcome = Schedule::by_chance(3, number).1.unwrap();
        sent += outcome.sent;
        cancelled += outcome.cancelled;
        oversold += outcome.oversold;
        refused += outcome.refused;
    }
    assert!(
        sent > 500 && cancelled > 500,
        "{sent} sent, {cancelled} cancelled"
    );
    assert!(refused > 0, "no bank has refused a capture");
    assert!(oversold < 20, "{oversold} parcels to be counted");
}

/// Every move of the table of `orders` happens, or the schedules would prove nothing about it. Two are for facts that nobody says
/// then: inventory rejects an order once, and shipping gives up only what it was asked to. One comes once in some hundred thousand.
#[test]
fn every_move_of_the_orders_table_happens() {
    let mut seen = Seen::default();
    for number in 0..20_000 {
        if let (_, Ok(outcome)) = Schedule::by_chance(5, number) {
            seen = seen.and(outcome.seen);
        }
    }
    let moves = |(state, fact): &(State, Fact)| step(*state, *fact) != Verdict::Absorbed;
    let missing = seen.missing().into_iter().filter(moves);
    let expected = [
        (State::AwaitingPayment, Fact::StockRejected),
        (State::Confirmed, Fact::ShipmentCancelled),
        (
            State::Cancelling(CancellationReason::NotFulfilled),
            Fact::StockRejected,
        ),
    ];
    let surprising: Vec<_> = missing.filter(|pair| !expected.contains(pair)).collect();
    assert_eq!(surprising, []);
}

/// Who hears what is what the Triggers say.
#[test]
fn the_model_hears_what_the_triggers_deliver() {
    let mut declared = Vec::new();
    for function in Function::ALL {
        let text = std::fs::read_to_string(format!("{TRIGGERS}/{}.yaml", function.name())).unwrap();
        let types = text
            .lines()
            .filter_map(|line| line.trim().strip_prefix("type: dev.souk."));
        for name in types.filter_map(|name| name.strip_suffix(".v1")) {
            if NAMES.contains(&name) {
                declared.push((name.to_owned(), function.name()));
            }
        }
    }
    let mut modelled: Vec<(String, &str)> = What::each()
        .into_iter()
        .flat_map(|what| {
            what.consumers()
                .iter()
                .map(move |to| (what.name().to_owned(), to.name()))
        })
        .collect();
    declared.sort();
    modelled.sort();
    assert_eq!(modelled, declared);
}
