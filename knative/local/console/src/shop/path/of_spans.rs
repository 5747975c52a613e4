//! What only spans know: the requests that came, who was woken, which attempts failed, which letters went out.

use chrono::TimeDelta;

use super::facts::{Facts, Span, SpanEvent, one_line, short};
use super::step::{Kind, Status, Step};

/// Failed attempts beyond this are not told one by one.
const RETRIES_MOST: usize = 30;
/// How long a text of somebody else may be.
const TEXT_MOST: usize = 200;

/// The steps that spans tell.
pub(super) fn steps(facts: &Facts) -> Vec<Step> {
    let spans = &facts.spans;
    let requests = spans.iter().filter_map(request);
    let woken = spans.iter().filter_map(woken);
    let late = spans.iter().filter_map(sent_late);
    let mails = spans.iter().filter_map(mail);
    let attempts = spans.iter().flat_map(failed_attempts).take(RETRIES_MOST);
    requests
        .chain(woken)
        .chain(late)
        .chain(mails)
        .chain(attempts)
        .collect()
}

fn of(span: &Span, kind: Kind, title: impl Into<String>) -> Step {
    Step::new(span.started_at, kind, &span.service, title).trace(Some(span.trace_id.clone()))
}

/// What the gateway passed on. Whoever only looks changes nothing.
fn request(span: &Span) -> Option<Step> {
    let method = span.text("http.request.method")?;
    let is_request = span.service == "gateway" && span.kind == "server";
    if !is_request || ["GET", "HEAD", "OPTIONS"].contains(&method) {
        return None;
    }
    let path = span.text("url.path").unwrap_or(&span.name);
    let answered = match span.attributes.get("http.response.status_code") {
        Some(status) => format!("answered {status} after {}", took(span)),
        None => format!("took {}", took(span)),
    };
    let title = format!("{method} {}", one_line(path, TEXT_MOST));
    Some(
        of(span, Kind::Request, title)
            .detail(answered)
            .status(state(span)),
    )
}

/// A function that was at zero.
fn woken(span: &Span) -> Option<Step> {
    let function = span.name.strip_prefix("activate ")?;
    let detail = format!(
        "It was at zero; an instance was ready after {}.",
        took(span)
    );
    let step = Step {
        who: function.to_owned(),
        ..of(span, Kind::Delivery, "Woken from zero")
    };
    Some(step.detail(detail).status(state(span)))
}

/// An event that a crash, or a broker that was away, had left in the outbox.
fn sent_late(span: &Span) -> Option<Step> {
    if !span.is("souk.outbox.recovered") {
        return None;
    }
    let title = format!("{} was left in the outbox, and sent now", event_name(span));
    Some(of(span, Kind::Event, title).detail("A crash had left it, or the broker was away."))
}

/// A letter to the customer, as far as it is known here.
fn mail(span: &Span) -> Option<Step> {
    if span.service != "notifications" || span.kind != "consumer" {
        return None;
    }
    let about = event_name(span);
    Some(match span.text("souk.outcome") {
        Some("done") => of(span, Kind::Mail, format!("Letter about {about}"))
            .detail("Handled: mailed, or mailed before."),
        Some("never") => of(span, Kind::Mail, format!("No letter about {about}"))
            .detail("It is refused for good.")
            .status(Status::Failed),
        _ => of(span, Kind::Mail, format!("No letter about {about} yet"))
            .detail("The mail server did not take it; it is tried again.")
            .status(Status::Failed),
    })
}

/// Each attempt of a delivery that failed.
fn failed_attempts(span: &Span) -> Vec<Step> {
    let is_retry = |event: &&SpanEvent| event.name == "retry";
    let failed = |event: &SpanEvent| {
        let trigger = span.text("souk.trigger").unwrap_or(&span.name);
        let why = ["souk.why", "http.response.status_code"];
        let why = why.iter().find_map(|name| event.attributes.get(*name));
        let why = why.map(|why| why.as_str().map_or_else(|| why.to_string(), str::to_owned));
        let step = of(
            span,
            Kind::Retry,
            format!("{} was not taken", event_name(span)),
        );
        let detail = format!(
            "{trigger}: {}",
            why.unwrap_or_else(|| "no answer".to_owned())
        );
        Step {
            at: event.at,
            ..step
                .detail(one_line(&detail, TEXT_MOST))
                .status(Status::Failed)
        }
    };
    span.events.iter().filter(is_retry).map(failed).collect()
}

fn event_name(span: &Span) -> String {
    let event_type = span.text("cloudevents.event_type");
    let event_type = event_type.or_else(|| span.name.split_once(' ').map(|(_, name)| name));
    short(event_type.unwrap_or_default()).to_owned()
}

fn state(span: &Span) -> Status {
    if span.error {
        Status::Failed
    } else {
        Status::Ok
    }
}

/// `35 ms`, `2.1 s`.
fn took(span: &Span) -> String {
    duration(TimeDelta::microseconds(span.duration_us))
}

/// `35 ms`, `2.1 s`, `5 min`, `3 h`.
pub(super) fn duration(time: TimeDelta) -> String {
    let milliseconds = time.num_milliseconds().max(0);
    match milliseconds {
        0..1_000 => format!("{milliseconds} ms"),
        1_000..10_000 => format!("{}.{} s", milliseconds / 1_000, milliseconds % 1_000 / 100),
        10_000..120_000 => format!("{} s", milliseconds / 1_000),
        120_000..7_200_000 => format!("{} min", milliseconds / 60_000),
        _ => format!("{} h", milliseconds / 3_600_000),
    }
}

#[cfg(test)]
mod tests {
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
    fn a_function_that_was_at_zero_is_told_to_have_been_woken() {
        let lines = told(span("activator", "internal", "activate inventory", 52_000));
        assert_eq!(
            lines,
            ["inventory Woken from zero | It was at zero; an instance was ready after 52 ms. | Ok"]
        );
    }

    #[test]
    fn a_letter_is_told_by_what_notifications_made_of_the_event() {
        let handled = |outcome: &str| {
            let mut one = span(
                "notifications",
                "consumer",
                "process dev.souk.order.confirmed.v1",
                1,
            );
            one.attributes
                .insert("souk.outcome".to_owned(), json!(outcome));
            told(one).remove(0)
        };
        assert!(handled("done").starts_with("notifications Letter about order.confirmed"));
        assert!(handled("later").contains("tried again"));
        assert!(handled("never").contains("refused for good"));
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
            [
                "broker payment.requested was not taken | payments-on-payment-requested: 503 | Failed"
            ]
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
}
