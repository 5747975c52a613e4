//! One function: what it is asked, what it hears and says, how its stores and neighbours answer. The same for all.

mod around;

use crate::dashboard::Dashboard;
use crate::functions::Function;
use crate::panel::{Drawn, Panel, Unit};
use crate::queries::{quantile, rate, share};

/// What functions count of their requests. Knative counts under this name too.
pub(crate) const DURATION: &str = "http_server_request_duration_seconds";
/// Tells what functions count from what Knative counts.
pub(crate) const OURS: &str = "service_namespace=\"souk\"";
/// Answers that are somebody's failure.
pub(crate) const FAILED: &str = "http_response_status_code=~\"5..\"";

/// The dashboard of a function.
pub(crate) fn board(function: &Function) -> Dashboard {
    let name = &function.name;
    let of = format!("service_name=\"{name}\"");
    let mut dashboard = Dashboard::new(
        &format!("function-{name}"),
        &format!("Souk: {name}"),
        &format!(
            "The function {name}: what it is asked, what it hears and says, how its \
             stores and neighbours answer."
        ),
    )
    .link("Its traces", &traces(name))
    .row("Requests", requests(name, &of))
    .row("Instances", instances(name, &of));
    if function.hears {
        dashboard = dashboard.row("Events that it hears", hears(&of));
    }
    if function.stores {
        dashboard = dashboard.row("Its stores, and what it says", around::stores(&of));
    }
    dashboard
        .row("Whom it asks", around::neighbours(&of))
        .row("What it writes", vec![log(name)])
}

/// Tempo's search in Grafana's Explore.
fn traces(name: &str) -> String {
    let query = format!("%7Bresource.service.name%3D%5C%22{name}%5C%22%7D");
    format!(
        "/explore?schemaVersion=1&panes=%7B%22a%22:%7B%22datasource%22:%22tempo%22,%22queries%22:%5B%7B%22refId%22:%22A%22,\
         %22datasource%22:%7B%22type%22:%22tempo%22,%22uid%22:%22tempo%22%7D,%22queryType%22:%22traceql%22,%22query%22:%22{query}%22%7D%5D%7D%7D"
    )
}

fn requests(name: &str, of: &str) -> Vec<Panel> {
    let ours = format!("{of},{OURS}");
    let count = format!("{DURATION}_count");
    vec![
        Panel::new(
            "Requests by route",
            Unit::RequestsPerSecond,
            "POST /events is what the broker delivers.",
        )
        .ask(
            rate("http_request_method, http_route", &count, &ours),
            "{{http_request_method}} {{http_route}}",
        ),
        Panel::new(
            "Failing by route",
            Unit::Share,
            "The share that is answered 5xx. 503 says: come again, and those who \
             ask do.",
        )
        .ask(share("http_route", &count, &ours, FAILED), "{{http_route}}")
        .bad_from(0.01),
        Panel::new(
            "How long",
            Unit::Seconds,
            "From its first byte in to its last byte out.",
        )
        .quantiles(DURATION, &ours),
        Panel::new("Answers by status", Unit::RequestsPerSecond, "All answers.")
            .ask(
                rate("http_response_status_code", &count, &ours),
                "{{http_response_status_code}}",
            )
            .drawn(Drawn::Stacked),
        Panel::new(
            "Under way",
            Unit::Count,
            "Requests that it works on, all instances together.",
        )
        .ask(format!("sum(http_server_active_requests{{{of}}})"), name),
        Panel::new(
            "Refused, as there was too much",
            Unit::RequestsPerSecond,
            "Answered 503 before they cost anything.",
        )
        .ask(
            format!("sum(rate(souk_requests_shed_total{{{of}}}[$__rate_interval]))"),
            "refused",
        ),
    ]
}

fn instances(name: &str, of: &str) -> Vec<Panel> {
    let knative = format!("kn_service_name=\"{name}\"");
    vec![
        Panel::new(
            "Instances",
            Unit::Count,
            "By revision. Wanted and not there for more than a moment: the runbook \
             FunctionNotReady.",
        )
        .ask(
            format!("sum by (kn_revision_name) (kn_revision_pods_count{{{knative}}})"),
            "{{kn_revision_name}}",
        )
        .ask(
            format!("sum(kn_revision_pods_desired{{{knative}}})"),
            "wanted",
        ),
        Panel::new("Cold starts", Unit::Count, "Instances that were started.").ask(
            format!("sum(increase(faas_coldstarts_total{{{of}}}[$__rate_interval]))"),
            "starts",
        ),
        Panel::new(
            "From start to ready",
            Unit::Seconds,
            "Its own part of a cold start.",
        )
        .quantiles("faas_init_duration_seconds", of),
    ]
}

fn hears(of: &str) -> Vec<Panel> {
    let process = "messaging_process_duration_seconds";
    vec![
        Panel::new(
            "Events by outcome",
            Unit::PerSecond,
            "done; again: had been done before; later: come again; never: a dead \
             letter.",
        )
        .ask(
            rate("souk_outcome", &format!("{process}_count"), of),
            "{{souk_outcome}}",
        )
        .drawn(Drawn::Stacked),
        Panel::new(
            "How long it works on one, 95th percentile",
            Unit::Seconds,
            "By type.",
        )
        .ask(
            quantile("0.95", process, of, "cloudevents_event_type, "),
            "{{cloudevents_event_type}}",
        ),
        Panel::new(
            "From said to handled, 95th percentile",
            Unit::Seconds,
            "How old news are when they have had their effect.",
        )
        .ask(
            quantile(
                "0.95",
                "souk_event_freshness_seconds",
                of,
                "cloudevents_event_type, ",
            ),
            "{{cloudevents_event_type}}",
        )
        .bad_from(30.0),
    ]
}

fn log(name: &str) -> Panel {
    Panel::new(
        "Log",
        Unit::Count,
        "Its lines, the newest first. A trace's id leads to its spans.",
    )
    .ask(format!("{{service_name=\"{name}\"}}"), "")
    .drawn(Drawn::Log)
    .wide(24)
}
