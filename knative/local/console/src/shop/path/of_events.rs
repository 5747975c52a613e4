//! What an event says of an order, in words.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::facts::{Event, Facts, Money, one_line};
use super::step::{Kind, Status, Step};

/// How long a text of somebody else may be.
const TEXT_MOST: usize = 200;

/// A step for each event about the order.
pub(super) fn steps(facts: &Facts) -> Vec<Step> {
    let step = |event: &Event| of(event).trace(facts.trace_of(&event.id));
    facts.events().iter().map(step).collect()
}

/// What an event says. One that is not known is told by its name.
fn of(event: &Event) -> Step {
    let step = |kind, title: &str| Step::new(event.at(), kind, event.who(), title);
    let amount = || money(&event.data["amount"]);
    let reason = || one_line(&event.text("reason").replace('_', " "), TEXT_MOST);
    match event.name() {
        "order.placed" => step(Kind::Saga, "Order placed").detail(format!(
            "{}, {}",
            lines(&event.data["lines"]),
            money(&event.data["total"])
        )),
        "order.confirmed" => {
            step(Kind::Saga, "Order confirmed").detail("Stock and money are there.")
        }
        "order.cancelled" => step(Kind::Saga, "Order cancelled")
            .detail(reason())
            .status(Status::Failed),
        "order.shipped" => step(Kind::Saga, "Order shipped").detail(parcel(event)),
        "order.delivered" => step(Kind::Saga, "Order delivered"),
        "cancellation.requested" => step(
            Kind::Saga,
            "Shipping is asked whether it can still be cancelled",
        )
        .detail(reason()),
        "stock.reserved" => step(Kind::Stock, "Stock set aside").detail(reserved(event)),
        "stock.rejected" => step(Kind::Stock, "Out of stock")
            .detail(shortages(&event.data["shortages"]))
            .status(Status::Failed),
        "payment.requested" => step(Kind::Money, "Payment asked for").detail(amount()),
        "authentication.requested" => step(Kind::Money, "The bank wants the customer to confirm"),
        "payment.authorized" => step(Kind::Money, "Money held").detail(amount()),
        "payment.declined" => step(Kind::Money, "Payment declined")
            .detail(reason())
            .status(Status::Failed),
        "payment.postponed" => step(Kind::Money, "Payment put off: the provider does not answer")
            .detail(attempt(&event.data))
            .status(Status::Waiting),
        "payment.captured" => step(Kind::Money, "Money taken").detail(amount()),
        "capture.refused" => step(Kind::Money, "The provider refuses to hand over the money")
            .detail(reason())
            .status(Status::Failed),
        "payment.voided" => step(Kind::Money, "Money let go").detail(amount()),
        "payment.refunded" => step(Kind::Money, "Money given back").detail(amount()),
        "shipment.booked" => {
            step(Kind::Shipment, "Shipment booked").detail("It waits to be packed.")
        }
        "shipment.cancelled" => step(Kind::Shipment, "Nothing will be packed"),
        "shipment.dispatched" => step(Kind::Shipment, "Parcel left").detail(parcel(event)),
        "shipment.delivered" => step(Kind::Shipment, "Parcel arrived"),
        other => step(Kind::Event, other),
    }
}

/// `12.50 EUR`; empty when it is no amount.
fn money(value: &Value) -> String {
    let money: Option<Money> = serde_json::from_value(value.clone()).ok();
    money.map(|money| money.to_string()).unwrap_or_default()
}

/// `1 line`, `3 lines`.
pub(super) fn lines(lines: &Value) -> String {
    match lines.as_array().map_or(0, Vec::len) {
        1 => "1 line".to_owned(),
        count => format!("{count} lines"),
    }
}

fn reserved(event: &Event) -> String {
    let lines = lines(&event.data["lines"]);
    match event.text("expires_at") {
        "" => lines,
        until => match until.parse::<DateTime<Utc>>() {
            Ok(until) => format!(
                "{lines}, until {} unless it is confirmed",
                near(until, event.at())
            ),
            Err(_) => lines,
        },
    }
}

/// `06:50 UTC`, with the date when it is not the day of `from`.
fn near(time: DateTime<Utc>, from: DateTime<Utc>) -> String {
    let format = match time.date_naive() == from.date_naive() {
        true => "%H:%M UTC",
        false => "%Y-%m-%d %H:%M UTC",
    };
    time.format(format).to_string()
}

/// `MUG-BLUE: 3 wanted, 1 there`.
pub(super) fn shortages(shortages: &Value) -> String {
    let one = |short: &Value| {
        let sku = one_line(short["sku"].as_str().unwrap_or_default(), TEXT_MOST);
        let wanted = &short["requested"];
        let there = &short["available"];
        format!("{sku}: {wanted} wanted, {there} there")
    };
    let all: Vec<String> = shortages
        .as_array()
        .into_iter()
        .flatten()
        .map(one)
        .collect();
    all.join("; ")
}

fn parcel(event: &Event) -> String {
    let carrier = one_line(event.text("carrier"), TEXT_MOST);
    let number = one_line(event.text("tracking_number"), TEXT_MOST);
    format!("{carrier} {number}").trim().to_owned()
}

fn attempt(data: &Value) -> String {
    data["attempt"]
        .as_u64()
        .map_or_else(String::new, |attempt| {
            format!("for the {} time", ordinal(attempt))
        })
}

/// `1st`, `2nd`, `11th`.
fn ordinal(number: u64) -> String {
    let ending = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::event;
    use super::*;

    #[test]
    fn an_event_is_told_in_words_with_its_amount_and_reason() {
        let told = |name: &str, data: Value| {
            let step = of(&event(name, "2026-03-14T09:00:00Z", data));
            format!(
                "{:?} {:?} {}: {}",
                step.kind, step.status, step.title, step.detail
            )
        };
        let eur = json!({ "amount_minor": 1250, "currency": "EUR" });
        assert_eq!(
            told("payment.authorized", json!({ "amount": eur })),
            "Money Ok Money held: 12.50 EUR"
        );
        assert_eq!(
            told(
                "payment.declined",
                json!({ "reason": "insufficient_funds" })
            ),
            "Money Failed Payment declined: insufficient funds"
        );
        assert_eq!(
            told(
                "stock.rejected",
                json!({ "shortages": [{ "sku": "MUG", "requested": 3, "available": 1 }] })
            ),
            "Stock Failed Out of stock: MUG: 3 wanted, 1 there"
        );
        assert_eq!(
            told("payment.postponed", json!({ "attempt": 2 })),
            "Money Waiting Payment put off: the provider does not answer: for the 2nd time"
        );
    }

    #[test]
    fn how_long_stock_is_set_aside_is_a_short_time_with_its_date_when_that_is_another() {
        let told = |until: &str| {
            let data = json!({ "lines": [1], "expires_at": until });
            of(&event("stock.reserved", "2026-03-14T23:35:00Z", data)).detail
        };
        assert_eq!(
            told("2026-03-14T23:50:03.225816Z"),
            "1 line, until 23:50 UTC unless it is confirmed"
        );
        assert_eq!(
            told("2026-03-15T00:05:03Z"),
            "1 line, until 2026-03-15 00:05 UTC unless it is confirmed"
        );
        assert_eq!(told("soon"), "1 line");
    }

    #[test]
    fn neither_address_nor_e_mail_of_an_event_is_told() {
        let data = json!({
            "email": "c@souk.example", "shipping_address": { "name": "Ada", "line1": "Street 1" }, "lines": [1, 2],
            "total": { "amount_minor": 1, "currency": "EUR" },
        });
        for name in [
            "order.placed",
            "order.confirmed",
            "order.shipped",
            "something.else",
        ] {
            let step = of(&event(name, "2026-03-14T09:00:00Z", data.clone()));
            let told = serde_json::to_string(&step).unwrap();
            assert!(
                !told.contains("souk.example") && !told.contains("Ada"),
                "{told}"
            );
        }
    }

    #[test]
    fn numbers_are_counted_as_people_do() {
        assert_eq!(
            [1, 2, 3, 4, 11, 12, 21, 113].map(ordinal),
            ["1st", "2nd", "3rd", "4th", "11th", "12th", "21st", "113th"]
        );
    }
}
