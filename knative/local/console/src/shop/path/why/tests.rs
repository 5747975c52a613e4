//! Each reason, once.

use serde_json::{Value, json};

use super::super::facts::{Asked, Cancellation, Parcel, PaymentProblem};
use super::super::testing::{at, event, facts};
use super::*;

fn payment(status: &str, more: Value) -> Value {
    let mut payment = json!({ "status": status, "ledger": [] });
    for (name, value) in more.as_object().into_iter().flatten() {
        payment[name] = value.clone();
    }
    payment
}

/// Says that the sentences hold each of these.
#[track_caller]
fn says(facts: &Facts, parts: &[&str]) {
    let said = why(facts);
    for part in parts {
        assert!(said.contains(part), "`{part}` is not in: {said}");
    }
    assert!(!said.contains("  ") && !said.contains("Secret"), "{said}");
}

#[test]
fn a_fresh_order_waits_for_stock() {
    says(
        &facts("pending").said(&["order.placed"]),
        &["waits for stock", "inventory has not said yet"],
    );
}

#[test]
fn an_event_that_is_tried_again_names_who_when_and_why() {
    let waits = facts("pending")
        .said(&["order.placed"])
        .retrying("order.placed", "inventory");
    says(
        &waits,
        &[
            "Inventory was given order.placed 2 times",
            "(503)",
            "at 09:00:24 UTC",
        ],
    );
}

#[test]
fn a_dead_letter_says_what_was_answered_and_what_to_type() {
    let stuck = facts("pending")
        .said(&["order.placed"])
        .dead_letter("order.placed", "inventory");
    says(
        &stuck,
        &[
            "Inventory did not take order.placed",
            "400: it is nonsense",
            "souk dead-letters redrive letter-1",
        ],
    );
}

#[test]
fn a_dead_letter_that_was_dealt_with_is_no_reason() {
    let mut settled = facts("pending")
        .said(&["order.placed"])
        .dead_letter("order.placed", "inventory");
    if let Asked::Said(letters) = &mut settled.dead_letters {
        letters[0].status = "redriven".to_owned();
    }
    assert!(!why(&settled).contains("redrive"));
}

#[test]
fn a_function_that_is_dead_on_purpose_is_named_with_what_revives_it() {
    let dead = facts("pending")
        .said(&["order.placed"])
        .faults(json!({ "functions": ["inventory"] }));
    says(
        &dead,
        &[
            "Inventory is dead on purpose",
            "souk faults function inventory alive",
        ],
    );
}

#[test]
fn a_function_that_does_not_come_up_is_named_with_its_reason() {
    let down = facts("pending")
        .said(&["order.placed"])
        .failing("inventory");
    says(
        &down,
        &[
            "Inventory does not come up (it ends with 1)",
            "souk logs inventory",
        ],
    );
}

#[test]
fn an_event_that_waits_in_its_outbox_is_told_and_so_is_a_full_disk() {
    says(
        &facts("pending"),
        &["Order.placed has not reached the broker yet", "outbox"],
    );
    let full = facts("pending").faults(json!({ "broker_disk": "full" }));
    says(
        &full,
        &["disk is full on purpose", "souk faults broker-disk ok"],
    );
}

#[test]
fn of_an_old_order_nothing_is_concluded_from_what_the_log_has_forgotten() {
    let mut old = facts("pending");
    old.now = at("12:00:00");
    assert!(!why(&old).contains("not reached"), "{}", why(&old));
}

#[test]
fn a_trigger_that_lags_says_by_how_much() {
    let behind = facts("pending")
        .said(&["order.placed"])
        .lagging("order.placed", "inventory", 40);
    says(&behind, &["inventory-on-order-placed has 40 events"]);
}

#[test]
fn stock_that_was_rejected_waits_for_orders_to_hear_it() {
    says(
        &facts("pending").said(&["order.placed", "stock.rejected"]),
        &["too little stock"],
    );
}

#[test]
fn stock_that_is_set_aside_waits_for_the_payment_to_be_asked_for() {
    let reserved = facts("pending").said(&["order.placed", "stock.reserved"]);
    says(&reserved, &["orders is to ask for the money"]);
    says(
        &reserved.retrying("stock.reserved", "orders"),
        &["Orders was given stock.reserved"],
    );
}

#[test]
fn a_payment_waits_for_its_customer_until_the_window_ends() {
    let mut waits = facts("pending").payment(payment(
        "pending",
        json!({ "next_action": { "url": "http://Secret" } }),
    ));
    waits.payment_window_seconds = Some(900);
    says(
        &waits,
        &["waits for its customer", "Not paid by 09:15:00 UTC"],
    );
}

#[test]
fn a_payment_waits_for_a_provider_that_does_not_answer_since_then() {
    let waiting = json!({ "waiting": { "since": at("09:00:12"), "attempts": 3 } });
    let waits = facts("pending").payment(payment("pending", waiting));
    says(
        &waits,
        &[
            "waits for the payment provider",
            "since 09:00:12 UTC",
            "put off 3 times",
            "by itself",
        ],
    );
    let switched = waits.faults(json!({ "provider": "fail" }));
    says(
        &switched,
        &[
            "switched to `fail` on purpose",
            "souk faults provider normal",
        ],
    );
}

#[test]
fn a_payment_that_was_just_asked_for_says_since_when() {
    let entry = json!({
        "kind": "authorization", "amount": { "amount_minor": 1, "currency": "EUR" }, "status": "open",
        "opened_at": at("09:00:03"),
    });
    let asked = payment("pending", json!({ "ledger": [entry] }));
    let names = ["order.placed", "stock.reserved", "payment.requested"];
    let asked = facts("pending").said(&names).payment(asked);
    says(&asked, &["asked at 09:00:03 UTC"]);
    says(
        &asked.retrying("payment.requested", "payments"),
        &["Payments was given payment.requested"],
    );
}

#[test]
fn payments_that_do_not_answer_are_told_with_the_reason_that_is_known() {
    let names = ["order.placed", "stock.reserved", "payment.requested"];
    let mut silent = facts("pending")
        .said(&names)
        .faults(json!({ "functions": ["payments"] }));
    silent.payment = Asked::Silent("504".to_owned());
    says(
        &silent,
        &["payments does not answer", "Payments is dead on purpose"],
    );
}

#[test]
fn an_answer_of_payments_that_orders_has_not_heard_is_told() {
    let names = [
        "order.placed",
        "stock.reserved",
        "payment.requested",
        "payment.authorized",
    ];
    let held = facts("pending")
        .said(&names)
        .payment(payment("authorized", json!({})));
    says(
        &held.retrying("payment.authorized", "orders"),
        &["money is held", "Orders was given payment.authorized"],
    );
}

#[test]
fn a_confirmed_order_waits_for_shipping_and_then_to_be_packed() {
    let names = ["order.placed", "order.confirmed"];
    says(
        &facts("confirmed").said(&names),
        &["Shipping has not booked"],
    );
    says(
        &facts("confirmed").said(&names).shipment("booked"),
        &["waits to be packed", "/v1/shipments/ship-1/dispatch"],
    );
    let unheard = facts("confirmed")
        .said(&["shipment.dispatched"])
        .shipment("dispatched");
    says(
        &unheard,
        &["Its shipment is dispatched", "Orders has not heard it"],
    );
}

#[test]
fn an_order_that_is_being_cancelled_waits_for_shippings_word() {
    let wanted = Cancellation {
        reason: "requested_by_customer".to_owned(),
        requested_at: at("09:00:15"),
    };
    let asked = facts("confirmed")
        .said(&["cancellation.requested"])
        .order_has(|order| order.cancellation = Some(wanted));
    says(
        &asked,
        &[
            "being cancelled since 09:00:15 UTC (requested by customer)",
            "Shipping has not answered",
        ],
    );
}

#[test]
fn a_shipped_order_waits_for_the_carrier() {
    let parcel = Parcel {
        carrier: "DHL".to_owned(),
        tracking_number: "12".to_owned(),
    };
    let shipped = facts("shipped")
        .shipment("dispatched")
        .order_has(|order| order.shipment = Some(parcel));
    says(&shipped, &["on its way with DHL, 12", "parcel.moved"]);
    assert!(!why(&shipped).contains("not reached the broker"));
}

#[test]
fn money_that_the_provider_will_not_hand_over_is_told() {
    let problem = PaymentProblem {
        reason: "charge_expired".to_owned(),
    };
    let refused = facts("shipped").order_has(|order| order.payment_problem = Some(problem));
    says(
        &refused,
        &["refuses to hand over its money (charge expired)"],
    );
}

#[test]
fn money_that_is_not_taken_yet_is_told() {
    let untaken = facts("shipped")
        .said(&["shipment.dispatched"])
        .payment(payment("authorized", json!({})));
    says(
        &untaken.retrying("shipment.dispatched", "payments"),
        &["not taken yet", "Payments was given shipment.dispatched"],
    );
}

#[test]
fn a_delivered_order_is_over() {
    says(&facts("delivered"), &["nothing more will happen"]);
}

fn cancelled(reason: &str) -> Facts {
    facts("cancelled").order_has(|order| order.state.reason = Some(reason.to_owned()))
}

#[test]
fn a_cancelled_order_says_why_it_was() {
    let declined = payment(
        "declined",
        json!({ "decline_reason": "insufficient_funds" }),
    );
    says(
        &cancelled("payment_declined").payment(declined),
        &["declined (insufficient funds)", "Nothing more"],
    );
    says(
        &cancelled("requested_by_customer"),
        &["customer did not want it"],
    );
    let data = json!({ "shortages": [{ "sku": "MUG", "requested": 3, "available": 1 }] });
    let mut short = cancelled("out_of_stock");
    short.events = Asked::Said(vec![event("stock.rejected", "2026-03-14T09:00:01Z", data)]);
    says(&short, &["MUG: 3 wanted, 1 there"]);
    let late = |names| cancelled("payment_timed_out").said(names);
    says(
        &late(&["stock.reserved", "authentication.requested"]),
        &["did not confirm"],
    );
    says(
        &late(&["stock.reserved", "payment.postponed"]),
        &["provider did not answer"],
    );
    says(&late(&["order.placed"]), &["inventory did not say in time"]);
}

#[test]
fn a_cancelled_order_whose_money_is_still_held_says_so() {
    let held = cancelled("requested_by_customer")
        .said(&["order.cancelled"])
        .payment(payment("authorized", json!({})));
    says(
        &held.retrying("order.cancelled", "payments"),
        &["still held", "Payments was given order.cancelled"],
    );
    says(
        &cancelled("requested_by_customer").payment(payment("refunded", json!({}))),
        &["given back"],
    );
}

#[test]
fn a_letter_that_could_not_be_sent_is_told_beside_what_the_order_waits_for() {
    let lost = facts("confirmed")
        .said(&["order.confirmed"])
        .shipment("booked")
        .dead_letter("order.confirmed", "notifications");
    says(
        &lost,
        &[
            "waits to be packed",
            "The letter about order.confirmed could not be sent",
            "redrive letter-1",
        ],
    );
    let later = facts("confirmed")
        .said(&["order.confirmed"])
        .shipment("booked")
        .retrying("order.confirmed", "notifications");
    says(
        &later.faults(json!({ "mails": "fail" })),
        &["has not gone out", "souk faults mails normal"],
    );
}

#[test]
fn orders_that_does_not_answer_is_told_with_what_was_heard_last() {
    let mut silent = facts("pending").said(&["order.placed", "stock.reserved"]);
    silent.order = Asked::Silent("503".to_owned());
    says(
        &silent,
        &[
            "Orders does not answer (503)",
            "stock.reserved at 09:00:01 UTC",
        ],
    );
}

#[test]
fn several_letters_are_sent_again_by_one_command() {
    let mut lost = facts("confirmed")
        .said(&["order.placed", "order.confirmed"])
        .shipment("booked")
        .dead_letter("order.placed", "notifications");
    if let Asked::Said(letters) = &mut lost.dead_letters {
        letters.push(letters[0].clone());
    }
    says(
        &lost,
        &[
            "order.placed and 1 more",
            "redrive --all --destination notifications`",
        ],
    );
}
