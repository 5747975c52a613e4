//! What is around a function: its stores, the broker that takes its events, whom it asks.

use crate::panel::{Panel, Unit};
use crate::queries::{grown, quantile, rate};

/// Its tables, and the events that leave them.
pub(super) fn stores(of: &str) -> Vec<Panel> {
    let database = "db_client_operation_duration_seconds";
    vec![
        Panel::new(
            "Operations",
            Unit::PerSecond,
            "Transactions, or operations of DynamoDB.",
        )
        .ask(
            rate("db_operation_name", &format!("{database}_count"), of),
            "{{db_operation_name}}",
        ),
        Panel::new(
            "How long they take, 95th percentile",
            Unit::Seconds,
            "From the question to the answer.",
        )
        .ask(
            quantile("0.95", database, of, "db_operation_name, "),
            "{{db_operation_name}}",
        ),
        Panel::new("Failing operations", Unit::PerSecond, "By what went wrong.").ask(
            rate(
                "error_type",
                &format!("{database}_count"),
                &format!("{of},error_type!=\"\""),
            ),
            "{{error_type}}",
        ),
        Panel::new(
            "Events that it says",
            Unit::PerSecond,
            "By type, those that the broker did not take among them.",
        )
        .ask(
            rate(
                "cloudevents_event_type, error_type",
                "messaging_client_sent_messages_total",
                of,
            ),
            "{{cloudevents_event_type}} {{error_type}}",
        ),
        Panel::new(
            "From commit to broker",
            Unit::Seconds,
            "How long its events wait in its outbox.",
        )
        .quantiles("souk_outbox_lag_seconds", of)
        .bad_from(10.0),
        Panel::new(
            "Sent by a sweep",
            Unit::Count,
            "What an instance left behind when it ended.",
        )
        .ask(
            format!("sum(increase(souk_outbox_recovered_total{{{of}}}[$__rate_interval]))"),
            "recovered",
        ),
    ]
}

/// Who is asked by it.
pub(super) fn neighbours(of: &str) -> Vec<Panel> {
    let client = "http_client_request_duration_seconds";
    let breaker = "peer_service";
    vec![
        Panel::new(
            "Questions, by whom it asks",
            Unit::RequestsPerSecond,
            "By status; without one, nobody answered.",
        )
        .ask(
            rate(
                "peer_service, http_response_status_code",
                &format!("{client}_count"),
                of,
            ),
            "{{peer_service}} {{http_response_status_code}}",
        ),
        Panel::new(
            "How long the answers take, 95th percentile",
            Unit::Seconds,
            "Each attempt by itself.",
        )
        .ask(
            quantile("0.95", client, of, "peer_service, "),
            "{{peer_service}}",
        ),
        Panel::new(
            "Circuit breakers",
            Unit::Count,
            "State: 0 closed, 1 half open, 2 open. Trips: how often one opened. \
             Refusals: what was not even asked.",
        )
        .ask(
            format!("max by ({breaker}) (souk_circuit_breaker_state{{{of}}})"),
            "{{peer_service}}",
        )
        .ask(
            grown(breaker, "souk_circuit_breaker_trips_total", of),
            "trips {{peer_service}}",
        )
        .ask(
            grown(breaker, "souk_circuit_breaker_refusals_total", of),
            "refusals {{peer_service}}",
        ),
    ]
}
