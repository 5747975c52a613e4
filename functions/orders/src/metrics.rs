//! What the shop wants to know of its orders. Told once the transaction is committed: what was rolled back has not happened.

use souk_kit::metrics::{Counter, Histogram};

use crate::domain::{Heard, Milestone, Order};

static TRANSITIONS: Counter = Counter::new(
    "souk.orders.transitions",
    "{order}",
    "Orders that reached a state, by the reason where they are cancelled.",
);
static REVENUE: Counter = Counter::new(
    "souk.orders.revenue",
    "{minor_unit}",
    "What was sold, in minor units, when orders are confirmed.",
);
static SAGA: Histogram = Histogram::long(
    "souk.orders.saga.duration",
    "From placed to decided: confirmed, or cancelled instead.",
);

/// An order was placed, and that is committed.
pub(crate) fn placed() {
    tell(Milestone::placed());
}

/// An order has heard news, and what it made of them is committed.
pub(crate) fn heard(order: &Order, heard: Heard) {
    if let Heard::Moved(announcement) = heard
        && let Some(milestone) = Milestone::of(order, announcement)
    {
        tell(milestone);
    }
}

fn tell(milestone: Milestone) {
    let state = ("souk.order.state", milestone.state);
    match milestone.reason {
        Some(reason) => TRANSITIONS.add(1, &[state, ("souk.reason", reason)]),
        None => TRANSITIONS.add(1, &[state]),
    }
    if let Some(took) = milestone.saga {
        SAGA.record(took, &[state]);
    }
    if let Some(total) = milestone.revenue {
        let minor = total.amount_minor.try_into().unwrap_or_default();
        REVENUE.add(minor, &[("souk.currency", total.currency.as_str())]);
    }
}

#[cfg(test)]
mod tests {
    use souk_contracts::Contract;
    use souk_kit::metrics::Readout;
    use uuid::Uuid;

    use crate::testing::{Desk, order_of, payment_authorized};

    #[tokio::test]
    async fn an_order_earns_once_however_often_its_confirmation_is_heard_of() {
        let told = Readout::start();
        let desk = Desk::open().await;
        // No other test sells anything for this currency.
        let answered = desk.place("k1", &order_of("HAT", 1)).await;
        let order_id = answered.body["order_id"].as_str().unwrap().parse().unwrap();
        desk.hear(&desk.stock_reserved(order_id)).await;
        let currency = answered.body["total"]["currency"].as_str().unwrap();
        let revenue = || told.count("souk.orders.revenue", &[("souk.currency", currency)]);
        assert_eq!(revenue(), 0, "nothing is earned before it is confirmed");
        let authorized = payment_authorized(order_id);
        let event = authorized.event(Uuid::now_v7(), desk.now());
        desk.deliver(&event).await;
        desk.deliver(&event).await;
        desk.hear(&authorized).await;
        let total = answered.body["total"]["amount_minor"].as_u64().unwrap();
        assert_eq!(revenue(), total);
    }

    #[tokio::test]
    async fn each_way_that_an_order_goes_is_told() {
        let told = Readout::start();
        let state = |state| ("souk.order.state", state);
        let reached = |name| told.count("souk.orders.transitions", &[state(name)]);
        let states = ["placed", "confirmed", "shipped", "cancelled"];
        let before = states.map(reached);
        let decided = |name| told.count("souk.orders.saga.duration", &[state(name)]);
        let (kept, lost) = (decided("confirmed"), decided("cancelled"));
        let timed_out = [state("cancelled"), ("souk.reason", "payment_timed_out")];
        let unpaid = || told.count("souk.orders.transitions", &timed_out);
        let unpaid_before = unpaid();

        let mut desk = Desk::open().await;
        let order_id = desk.confirmed().await;
        desk.hear(&desk.dispatched(order_id)).await;
        assert_eq!(desk.next().await.0, "dev.souk.order.shipped.v1");
        desk.placed().await;
        desk.wait(chrono::TimeDelta::hours(1)).await;
        desk.sweep().await;

        for (name, before) in states.into_iter().zip(before) {
            assert!(reached(name) > before, "{name}");
        }
        assert!(unpaid() > unpaid_before, "the reason is told");
        assert!(decided("confirmed") > kept && decided("cancelled") > lost);
    }
}
