//! What the shop wants to know of its money. Told once the transaction is committed: what was rolled back has not happened.

use souk_kit::metrics::Counter;

use crate::domain::{Kind, Operation};

static OPERATIONS: Counter = Counter::new(
    "souk.payments.operations",
    "{operation}",
    "What the provider was asked for, by what came of it.",
);
static AMOUNT: Counter = Counter::new(
    "souk.payments.amount",
    "{minor_unit}",
    "How much was authorized, captured, voided or refunded, in minor units.",
);
static POSTPONED: Counter = Counter::new(
    "souk.payments.postponed",
    "{payment}",
    "How often a payment was put off as the provider was away.",
);

/// The provider has answered, and that is committed.
pub(crate) fn concluded(operation: Operation) {
    let name = ("souk.payment.operation", operation.name);
    OPERATIONS.add(1, &[name, ("souk.outcome", operation.outcome)]);
    if let Some(amount) = operation.amount {
        let minor = amount.amount_minor.try_into().unwrap_or_default();
        AMOUNT.add(minor, &[name, ("souk.currency", amount.currency.as_str())]);
    }
}

/// The provider gave no clear answer.
pub(crate) fn away(kind: Kind) {
    let name = ("souk.payment.operation", kind.operation());
    OPERATIONS.add(1, &[name, ("souk.outcome", "away")]);
}

/// A payment was put off, and that is committed.
pub(crate) fn postponed() {
    POSTPONED.add(1, &[]);
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use chrono::TimeDelta;
    use souk_kit::metrics::Readout;
    use uuid::Uuid;

    use crate::testing::Till;

    /// No other test pays with it.
    const YEN: (&str, &str) = ("souk.currency", "JPY");

    #[tokio::test]
    async fn money_is_counted_once_for_each_thing_that_is_done_with_it() {
        let told = Readout::start();
        let amount = |operation| {
            let operation = ("souk.payment.operation", operation);
            told.count("souk.payments.amount", &[operation, YEN])
        };
        let till = Till::open().await;
        let order_id = Uuid::now_v7();
        let mut requested = till.requested(order_id, "pm_card_visa");
        requested.amount.currency = "JPY".parse().unwrap();
        for _ in 0..2 {
            assert_eq!(till.hear(&requested).await, StatusCode::ACCEPTED);
        }
        assert_eq!((amount("authorize"), amount("capture")), (2500, 0));
        for _ in 0..2 {
            till.hear(&till.dispatched(order_id)).await;
        }
        let part = r#"{"amount":{"amount_minor":500,"currency":"JPY"}}"#;
        for _ in 0..2 {
            let refunded = till.refund(order_id, "k1", part).await;
            assert_eq!(refunded.status, StatusCode::CREATED, "{refunded:?}");
        }
        let moved = ["authorize", "capture", "refund", "void"].map(amount);
        assert_eq!(moved, [2500, 2500, 500, 0]);
    }

    #[tokio::test]
    async fn a_decline_an_absence_and_a_payment_that_is_put_off_are_told() {
        let told = Readout::start();
        let authorize = |outcome| {
            let operation = ("souk.payment.operation", "authorize");
            let outcome = ("souk.outcome", outcome);
            told.count("souk.payments.operations", &[operation, outcome])
        };
        let postponed = || told.count("souk.payments.postponed", &[]);
        let before = (authorize("declined"), authorize("away"), postponed());
        let till = Till::open().await;
        let declined = till.requested(Uuid::now_v7(), "pm_card_chargeDeclinedExpiredCard");
        till.hear(&declined).await;
        till.switch(r#"{"mode":"fail"}"#).await;
        let requested = till.requested(Uuid::now_v7(), "pm_card_visa");
        till.hear_late(&requested, TimeDelta::seconds(15)).await;
        assert!(authorize("declined") > before.0);
        assert!(authorize("away") > before.1);
        assert!(postponed() > before.2);
    }
}
