//! Kafka and the triggers: how far everybody is behind, and what did not arrive.

use crate::dashboard::Dashboard;
use crate::panel::{Drawn, Panel, Unit};
use crate::queries::{grown, quantile, rate};

pub(crate) fn board() -> Dashboard {
    Dashboard::new(
        "events",
        "Souk: events",
        "Kafka and the triggers: what is said, how far each trigger is behind, \
             what did not arrive.",
    )
    .link("TriggerLagGrows", "docs/runbooks/TriggerLagGrows.md")
    .link("DeadLettersOpen", "docs/runbooks/DeadLettersOpen.md")
    .link("OutboxLags", "docs/runbooks/OutboxLags.md")
    .row("Behind", behind())
    .row("Through the broker", through())
    .row("From a commit to its effect", ends())
    .row("Given up", given_up())
}

fn behind() -> Vec<Panel> {
    vec![
        Panel::new(
            "Older than a minute, by trigger",
            Unit::Count,
            "Events that were written more than a minute ago and that a trigger has not finished. \
             More than a moment of it is the runbook TriggerLagGrows.",
        )
        .ask(OLD, "{{consumergroup}}")
        .bad_from(1.0),
        Panel::new(
            "Lag by trigger",
            Unit::Count,
            "From a trigger's offset to the end of the topic. One event that is tried again for \
             half a minute holds the offset back, so some is nothing.",
        )
        .ask(
            "sum by (consumergroup) (kafka_consumergroup_lag)",
            "{{consumergroup}}",
        ),
        Panel::new(
            "Delivered by trigger",
            Unit::PerSecond,
            "How fast each trigger's offset moves. Level while its lag grows: nobody takes its \
             events.",
        )
        .ask(
            rate("consumergroup", "kafka_consumergroup_current_offset", ""),
            "{{consumergroup}}",
        ),
    ]
}

/// As the alert TriggerLagGrows asks.
const OLD: &str = "sum by (consumergroup) (clamp_min(max by (topic, partition) \
    (kafka_topic_partition_current_offset offset 1m) - on (topic, partition) group_right () \
    (kafka_consumergroup_current_offset >= 0), 0))";

fn through() -> Vec<Panel> {
    let trigger = "kn_trigger_name!=\"\"";
    let failed = format!("{trigger},http_response_status_code!~\"2..\"");
    vec![
        Panel::new(
            "Taken by the broker",
            Unit::PerSecond,
            "What its emitters and publishers were answered. 503: they send it \
             again.",
        )
        .ask(
            rate(
                "http_response_status_code",
                &format!("{DISPATCH}_count"),
                "kn_broker_name!=\"\"",
            ),
            "{{http_response_status_code}}",
        )
        .drawn(Drawn::Stacked),
        Panel::new(
            "Written to topics",
            Unit::PerSecond,
            "How fast the broker's topic grows.",
        )
        .ask(
            rate("topic", "kafka_topic_partition_current_offset", ""),
            "{{topic}}",
        ),
        Panel::new(
            "Attempts that failed, by trigger",
            Unit::PerSecond,
            "5xx and no answer are tried again, 4xx goes to the dead letters at \
             once.",
        )
        .ask(
            rate(
                "kn_trigger_name, http_response_status_code",
                &format!("{DISPATCH}_count"),
                &failed,
            ),
            "{{kn_trigger_name}} {{http_response_status_code}}",
        ),
        Panel::new(
            "One attempt, 95th percentile",
            Unit::Milliseconds,
            "How long a subscriber takes to answer, a cold start among it.",
        )
        .ask(
            quantile("0.95", DISPATCH, trigger, "kn_trigger_name, "),
            "{{kn_trigger_name}}",
        )
        .wide(12),
        Panel::new(
            "Before the first attempt, 95th percentile",
            Unit::Milliseconds,
            "From reading an event to sending it: the dispatcher's own part.",
        )
        .ask(
            quantile(
                "0.95",
                "kn_eventing_process_latency_ms",
                "",
                "kn_trigger_name, ",
            ),
            "{{kn_trigger_name}}",
        )
        .wide(12),
    ]
}

/// What the Kafka broker's receiver (to Kafka) and dispatcher (to subscribers) count since Knative 1.21, in milliseconds.
const DISPATCH: &str = "kn_eventing_dispatch_latency_ms";

fn ends() -> Vec<Panel> {
    vec![
        Panel::new(
            "From commit to broker, 95th percentile",
            Unit::Seconds,
            "How long events wait in the outbox of who says them. Minutes: the \
             broker does not answer, see OutboxLags.",
        )
        .ask(
            quantile("0.95", "souk_outbox_lag_seconds", "", "service_name, "),
            "{{service_name}}",
        )
        .bad_from(10.0),
        Panel::new(
            "Sent by a sweep",
            Unit::Count,
            "Events that a function left behind when it ended, and that its next \
             start or a sweep has sent.",
        )
        .ask(
            grown("service_name", "souk_outbox_recovered_total", ""),
            "{{service_name}}",
        ),
        Panel::new(
            "From said to handled, 95th percentile",
            Unit::Seconds,
            "How old news are when they have had their effect. The promise: 99 % \
             within 30 s.",
        )
        .ask(
            quantile(
                "0.95",
                "souk_event_freshness_seconds",
                "",
                "cloudevents_event_type, ",
            ),
            "{{cloudevents_event_type}}",
        )
        .bad_from(30.0),
    ]
}

fn given_up() -> Vec<Panel> {
    vec![
        Panel::new(
            "Open dead letters",
            Unit::Count,
            "Events that were given up and that nobody has settled.",
        )
        .ask("max(souk_dead_letters_open)", "open")
        .bad_from(1.0),
        Panel::new(
            "Received, by who did not take them",
            Unit::Count,
            "Which function gave events up.",
        )
        .ask(
            grown("souk_destination", "souk_dead_letters_received_total", ""),
            "{{souk_destination}}",
        )
        .drawn(Drawn::Stacked),
        Panel::new(
            "Settled",
            Unit::Count,
            "Sent again, or discarded with a reason.",
        )
        .ask(
            grown("souk_outcome", "souk_dead_letters_settled_total", ""),
            "{{souk_outcome}}",
        )
        .drawn(Drawn::Stacked),
    ]
}
