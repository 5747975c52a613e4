//! What spans tell of an order.

use serde_json::json;

use super::super::testing::{facts, span};
use super::*;

fn told(span: Span) -> Vec<String> {
    let mut facts = facts("pending");
    facts.spans = vec![span];
    let steps = steps(&facts);
    let line = |step: &Step| {
        format!(
            "{} {} | {} | {:?}",
            step.who, step.title, step.detail, step.status
        )
    };
    steps.iter().map(line).collect()
}

#[test]
fn a_request_that_changed_something_is_told_and_one_that_looked_is_not() {
    let asked = |method: &str| {
        let mut one = span("gateway", "server", "POST /v1/orders", 35_000);
        one.attributes
            .insert("http.request.method".to_owned(), json!(method));
        one.attributes
            .insert("url.path".to_owned(), json!("/v1/orders"));
        one.attributes
            .insert("http.response.status_code".to_owned(), 202.into());
        told(one)
    };
    assert_eq!(
        asked("POST"),
        ["gateway POST /v1/orders | answered 202 after 35 ms | Ok"]
    );
    assert_eq!(asked("GET"), [] as [String; 0]);
}

#[test]
fn a_function_without_an_instance_is_told_to_have_been_woken_or_not() {
    let waited = |cold: bool, why: &str| {
        let mut one = span("activator", "internal", "activate inventory", 52_000);
        one.attributes
            .insert("faas.coldstart".to_owned(), json!(cold));
        one.error = !why.is_empty();
        one.status = why.to_owned();
        told(one).remove(0)
    };
    for (cold, why, expected) in [
        (
            true,
            "",
            "inventory Woken from zero | It was at zero; an instance was ready after 52 ms. | Ok",
        ),
        (
            true,
            "it does not start",
            "inventory Not woken | It was at zero; there was no instance after 52 ms (it does not start). | Failed",
        ),
        (
            false,
            "",
            "inventory Waited for an instance | All its instances were busy; one had room after 52 ms. | Ok",
        ),
    ] {
        assert_eq!(waited(cold, why), expected);
    }
}

/// What is told of an event that notifications handled so, with or without a mail that was sent for it.
fn handled(outcome: &str, mailed: bool) -> String {
    let event = "process dev.souk.order.confirmed.v1";
    let mut one = span("notifications", "consumer", event, 1);
    one.span_id = [1; 8];
    one.attributes
        .insert("souk.outcome".to_owned(), json!(outcome));
    let mut mail = span("notifications", "client", "send mail", 1);
    mail.parent_id = Some([if mailed { 1 } else { 2 }; 8]);
    let mut facts = facts("pending");
    facts.spans = vec![one, mail];
    let steps = steps(&facts);
    assert_eq!(steps.len(), 1);
    format!("{}: {}", steps[0].title, steps[0].detail)
}

#[test]
fn a_letter_is_told_by_what_notifications_made_of_the_event() {
    assert_eq!(
        handled("done", true),
        "Letter about order.confirmed: Mailed."
    );
    assert!(handled("done", false).contains("mailed before"));
    assert!(handled("later", true).contains("mail server did not take it"));
    assert!(handled("later", false).contains("could not be mailed yet"));
    assert!(handled("never", true).contains("refused for good"));
}

#[test]
fn each_failed_attempt_of_a_delivery_is_a_step_with_its_reason() {
    let mut one = span(
        "broker",
        "producer",
        "deliver payments-on-payment-requested",
        1,
    );
    one.attributes.insert(
        "cloudevents.event_type".to_owned(),
        json!("dev.souk.payment.requested.v1"),
    );
    one.attributes.insert(
        "souk.trigger".to_owned(),
        json!("payments-on-payment-requested"),
    );
    one.events = vec![SpanEvent {
        name: "retry".to_owned(),
        attributes: [("souk.why".to_owned(), json!("503"))].into(),
        ..SpanEvent::default()
    }];
    assert_eq!(
        told(one),
        ["broker payment.requested was not taken | payments-on-payment-requested: 503 | Failed"]
    );
}

#[test]
fn durations_are_short() {
    let of = |milliseconds| duration(TimeDelta::milliseconds(milliseconds));
    assert_eq!(
        [5, 2_150, 65_000, 300_000, 10_800_000].map(of),
        ["5 ms", "2.1 s", "65 s", "5 min", "3 h"]
    );
}
