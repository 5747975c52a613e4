//! The table of the saga in ARCHITECTURE.md is what the code does.
//!
//! `UPDATE_TABLES=1 cargo test -p orders --test saga_table` writes it; without the variable the test says what is wrong.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::{env, fmt::Write as _, fs, path::Path};

use orders::domain::{Fact, State, Verdict, step};
use souk_contracts::{CancelReason, CancellationReason};

const BEGIN: &str =
    "<!-- The table of the saga: made by functions/orders/tests/saga_table.rs. -->\n";
const END: &str = "<!-- End of the table. -->";

/// The columns: no fact asks for which reason an order was cancelled, and none asks for which it is wanted cancelled but for one.
fn states() -> [(&'static str, State); 8] {
    [
        ("awaiting stock", State::AwaitingStock),
        ("awaiting payment", State::AwaitingPayment),
        ("confirmed", State::Confirmed),
        (
            "cancelling",
            State::Cancelling(CancellationReason::RequestedByCustomer),
        ),
        (
            "cancelling, as not booked",
            State::Cancelling(CancellationReason::NotFulfilled),
        ),
        ("shipped", State::Shipped),
        ("delivered", State::Delivered),
        (
            "cancelled",
            State::Cancelled(CancelReason::RequestedByCustomer),
        ),
    ]
}

/// What is heard, in the words of the events where it is one.
fn name(fact: Fact) -> &'static str {
    match fact {
        Fact::StockReserved => "`stock.reserved`",
        Fact::StockRejected => "`stock.rejected`",
        Fact::PaymentAuthorized => "`payment.authorized`",
        Fact::PaymentDeclined => "`payment.declined`",
        Fact::PaymentWindowClosed => "not paid in time",
        Fact::CustomerCancelled => "cancelled by its customer",
        Fact::BookingWindowClosed => "not booked in time",
        Fact::ShipmentBooked => "`shipment.booked`",
        Fact::ShipmentCancelled => "`shipment.cancelled`",
        Fact::ShipmentDispatched => "`shipment.dispatched`",
        Fact::ShipmentDelivered => "`shipment.delivered`",
        Fact::CaptureRefused => "`capture.refused`",
    }
}

fn cell(state: State, fact: Fact) -> String {
    match step(state, fact) {
        Verdict::Moved(next, _) | Verdict::Resumed(next) => format!("**{}**", short(next)),
        Verdict::Absorbed => "·".to_owned(),
        Verdict::Refused(_) => "✗".to_owned(),
    }
}

fn short(state: State) -> &'static str {
    match state {
        State::AwaitingStock => "awaiting stock",
        State::AwaitingPayment => "awaiting payment",
        State::Cancelling(_) => "cancelling",
        state => state.status(),
    }
}

fn table() -> String {
    let mut table = String::from("| |");
    for (name, _) in states() {
        write!(table, " {name} |").unwrap();
    }
    table.push_str("\n|---|");
    table.push_str(&"---|".repeat(states().len()));
    for fact in Fact::ALL {
        write!(table, "\n| {} |", name(fact)).unwrap();
        for (_, state) in states() {
            write!(table, " {} |", cell(state, fact)).unwrap();
        }
    }
    table.push('\n');
    table
}

#[test]
fn the_table_in_the_architecture_is_what_the_saga_does() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ARCHITECTURE.md");
    let text = fs::read_to_string(&path).unwrap();
    let (before, rest) = text
        .split_once(BEGIN)
        .expect("ARCHITECTURE.md says where the table begins");
    let (written, after) = rest.split_once(END).expect("and where it ends");
    if env::var_os("UPDATE_TABLES").is_some() {
        fs::write(&path, format!("{before}{BEGIN}{}{END}{after}", table())).unwrap();
    } else {
        assert_eq!(
            written,
            table(),
            "type: UPDATE_TABLES=1 cargo test -p orders --test saga_table"
        );
    }
}

/// The columns stand for all states: a reason changes nothing but itself.
#[test]
fn a_reason_decides_nothing_but_what_is_said() {
    let cancelled = [
        CancelReason::OutOfStock,
        CancelReason::PaymentDeclined,
        CancelReason::PaymentTimedOut,
    ];
    let like = |one: State, other: State| {
        for fact in Fact::ALL {
            assert_eq!(cell(one, fact), cell(other, fact), "{fact:?} at {one:?}");
        }
    };
    for reason in cancelled {
        let other = State::Cancelled(CancelReason::RequestedByCustomer);
        like(State::Cancelled(reason), other);
    }
    like(
        State::Cancelling(CancellationReason::OutOfStock),
        State::Cancelling(CancellationReason::RequestedByCustomer),
    );
}
