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
    let mails = spans.iter().filter_map(|span| mail(span, spans));
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

/// A function that had no instance for a request.
fn woken(span: &Span) -> Option<Step> {
    let function = span.name.strip_prefix("activate ")?;
    let was = match span.is("faas.coldstart") {
        true => "It was at zero",
        false => "All its instances were busy",
    };
    let (title, became) = match (span.error, span.is("faas.coldstart")) {
        (false, true) => ("Woken from zero", "an instance was ready after"),
        (false, false) => ("Waited for an instance", "one had room after"),
        (true, true) => ("Not woken", "there was no instance after"),
        (true, false) => ("Waited in vain", "none had room after"),
    };
    let why = match span.status.as_str() {
        "" => String::new(),
        why => format!(" ({})", one_line(why, TEXT_MOST)),
    };
    let detail = format!("{was}; {became} {}{why}.", took(span));
    let step = Step {
        who: function.to_owned(),
        ..of(span, Kind::Delivery, title)
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

/// A letter to the customer, as far as it is known here: what was made of an event, and the mail that was sent for it.
fn mail(span: &Span, all: &[Span]) -> Option<Step> {
    if span.service != "notifications" || span.kind != "consumer" {
        return None;
    }
    let about = event_name(span);
    let sent = all
        .iter()
        .find(|other| other.name == "send mail" && other.is_below(span));
    let step = |title: String, detail: &str| of(span, Kind::Mail, title).detail(detail);
    Some(match (span.text("souk.outcome"), sent) {
        (Some("done"), Some(_)) => step(format!("Letter about {about}"), "Mailed."),
        (Some("done"), None) => step(
            format!("No letter about {about} now"),
            "It was mailed before, or need not be any more.",
        ),
        (Some("never"), _) => step(
            format!("No letter about {about}"),
            "It is refused for good.",
        )
        .status(Status::Failed),
        (_, sent) => {
            let why = match sent {
                Some(_) => "The mail server did not take it; it is tried again.",
                None => "It could not be mailed yet; it is tried again.",
            };
            step(format!("No letter about {about} yet"), why).status(Status::Failed)
        }
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
mod tests;
