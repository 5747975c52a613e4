//! Every function beside the others: who is up, who is slow, who fails.

use super::function::{DURATION, FAILED, OURS};
use crate::dashboard::Dashboard;
use crate::panel::{Drawn, Panel, Unit};
use crate::queries::{quantile, rate, share};

pub(crate) fn board() -> Dashboard {
    Dashboard::new(
        "platform",
        "Souk: platform",
        "Every function beside the others: who is up, who is slow, who fails, \
             and what is switched on to fail.",
    )
    .link("FunctionNotReady", "docs/runbooks/FunctionNotReady.md")
    .row("Now", now())
    .row("Requests", requests())
    .row("Instances", instances())
    .row("What protects itself", protection())
    .row("What fails", vec![log()])
}

fn now() -> Vec<Panel> {
    let number = |title, unit, about| Panel::new(title, unit, about).drawn(Drawn::Number).wide(4);
    vec![
        number("Requests", Unit::RequestsPerSecond, "At the gateway.")
            .ask("sum(rate(kong_http_requests_total[5m]))", "requests"),
        number(
            "Failing requests",
            Unit::Share,
            "Answered 5xx by the gateway. The promise is 0.1 %.",
        )
        .ask(
            "(sum(rate(kong_http_requests_total{code=~\"5..\"}[5m])) or vector(0)) \
             / sum(rate(kong_http_requests_total[5m]))",
            "5xx",
        )
        .bad_from(0.001),
        number(
            "Functions awake",
            Unit::Count,
            "Functions with at least one instance.",
        )
        .ask(
            "count(sum by (kn_service_name) (kn_revision_pods_count) > 0) or \
             vector(0)",
            "awake",
        ),
        number(
            "Functions that do not come up",
            Unit::Count,
            "Wanted, and no instance is ready. See the runbook FunctionNotReady.",
        )
        .ask(NOT_READY, "not ready")
        .bad_from(1.0),
        number(
            "Open dead letters",
            Unit::Count,
            "Events that somebody has to decide about. See the runbook \
             DeadLettersOpen.",
        )
        .ask("max(souk_dead_letters_open)", "open")
        .bad_from(1.0),
        number(
            "Faults switched on",
            Unit::Count,
            "On purpose, for a demonstration: souk faults. Never in production.",
        )
        .ask("sum(souk_fault_active) or vector(0)", "on")
        .bad_from(1.0),
    ]
}

const NOT_READY: &str = "count(sum by (kn_service_name) (kn_revision_pods_desired) > 0 unless \
    sum by (kn_service_name) (kn_revision_pods_count - kn_revision_pods_not_ready_count) > 0) or vector(0)";

fn requests() -> Vec<Panel> {
    vec![
        Panel::new(
            "Requests by function",
            Unit::RequestsPerSecond,
            "What each function answers, its events among them.",
        )
        .ask(
            rate("service_name", &format!("{DURATION}_count"), OURS),
            "{{service_name}}",
        ),
        Panel::new(
            "Failing by function",
            Unit::Share,
            "The share of its answers that is 5xx; 503 is an answer too: come again \
             later.",
        )
        .ask(
            share("service_name", &format!("{DURATION}_count"), OURS, FAILED),
            "{{service_name}}",
        )
        .bad_from(0.01),
        Panel::new(
            "95th percentile by function",
            Unit::Seconds,
            "From a function's first byte in to its last byte out, without the wait \
             for an instance.",
        )
        .ask(
            quantile("0.95", DURATION, OURS, "service_name, "),
            "{{service_name}}",
        ),
    ]
}

fn instances() -> Vec<Panel> {
    let of = "kn_service_name";
    vec![
        Panel::new(
            "Instances",
            Unit::Count,
            "Instances of each function; none is the rule where nobody asks.",
        )
        .ask(
            format!("sum by ({of}) (kn_revision_pods_count)"),
            "{{kn_service_name}}",
        )
        .drawn(Drawn::Stacked),
        Panel::new(
            "Wanted and not there",
            Unit::Count,
            "Instances that the autoscaler wants and that are not ready. More than \
             a moment means that they do not start.",
        )
        .ask(
            format!(
                "clamp_min(sum by ({of}) (kn_revision_pods_desired) - sum by ({of}) \
             (kn_revision_pods_count - kn_revision_pods_not_ready_count), 0)"
            ),
            "{{kn_service_name}}",
        )
        .bad_from(1.0),
        Panel::new(
            "Requests at the activator",
            Unit::Count,
            "Requests under way through the activator, and those that wait for an \
             instance.",
        )
        .ask(
            format!("sum by ({of}) (kn_revision_request_concurrency)"),
            "{{kn_service_name}}",
        )
        .drawn(Drawn::Stacked),
    ]
}

fn protection() -> Vec<Panel> {
    vec![
        Panel::new(
            "Refused, as there was too much",
            Unit::RequestsPerSecond,
            "Requests that functions refused because what they already have takes \
             too long.",
        )
        .ask(
            rate("service_name", "souk_requests_shed_total", ""),
            "{{service_name}}",
        ),
        Panel::new(
            "Circuit breakers",
            Unit::Count,
            "0 closed, 1 half open, 2 open: nobody is asked for a while, as nobody \
             answered.",
        )
        .ask(
            "max by (service_name, peer_service) (souk_circuit_breaker_state)",
            "{{service_name}} {{peer_service}}",
        )
        .bad_from(2.0),
        Panel::new(
            "Old versions of the API",
            Unit::RequestsPerSecond,
            "Requests to what is deprecated. At zero for long enough, it can go.",
        )
        .ask(
            rate(
                "service_name, http_route",
                "souk_api_deprecated_requests_total",
                "",
            ),
            "{{service_name}} {{http_route}}",
        ),
    ]
}

fn log() -> Panel {
    Panel::new(
        "Errors in logs",
        Unit::Count,
        "Lines of level error of every function. A trace's id leads to its \
             spans.",
    )
    .ask(
        "{service_namespace=\"souk\"} | detected_level=\"error\"",
        "",
    )
    .drawn(Drawn::Log)
    .wide(24)
}
