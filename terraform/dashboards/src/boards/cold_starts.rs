//! What it costs to be at zero.

use super::function::{DURATION, OURS};
use crate::dashboard::Dashboard;
use crate::panel::{Drawn, Panel, Unit};
use crate::queries::{quantile, rate};

/// Knative counts its own requests under the same name as the functions theirs; these labels tell them apart.
const KNATIVE: &str = "kn_service_name!=\"\"";

pub(crate) fn board() -> Dashboard {
    Dashboard::new(
        "cold-starts",
        "Souk: cold starts",
        "What it costs to be at zero: how often functions start, how long that \
             takes, and who waits for it.",
    )
    .link("FunctionNotReady", "docs/runbooks/FunctionNotReady.md")
    .row("How often", often())
    .row("How long", long())
    .row("What it is good for", good_for())
}

fn often() -> Vec<Panel> {
    vec![
        Panel::new(
            "Cold starts",
            Unit::PerSecond,
            "Instances that were started. Many of one function that is always busy: \
             raise its min-scale.",
        )
        .ask(
            rate("service_name", "faas_coldstarts_total", ""),
            "{{service_name}}",
        )
        .drawn(Drawn::Stacked)
        .wide(12),
        Panel::new(
            "Cold starts for each hundred requests",
            Unit::Count,
            "How many requests share a start. Near 100: every request is a cold \
             one.",
        )
        .ask(
            format!(
                "100 * {} / {}",
                rate("service_name", "faas_coldstarts_total", ""),
                rate("service_name", &format!("{DURATION}_count"), OURS)
            ),
            "{{service_name}}",
        )
        .wide(12),
    ]
}

fn long() -> Vec<Panel> {
    vec![
        Panel::new(
            "From start to ready, 95th percentile",
            Unit::Seconds,
            "The function's own part: stores, keys, caches. The image and the pod \
             come on top.",
        )
        .ask(
            quantile("0.95", "faas_init_duration_seconds", "", "service_name, "),
            "{{service_name}}",
        ),
        Panel::new(
            "From start to ready, all functions",
            Unit::Seconds,
            "The same, of all functions together.",
        )
        .quantiles("faas_init_duration_seconds", ""),
        Panel::new(
            "Waiting for an instance, 95th percentile",
            Unit::Seconds,
            "What Knative adds to a request: the whole of it without the function's \
             part.",
        )
        .ask(
            format!(
                "clamp_min({} - {}, 0)",
                quantile("0.95", DURATION, KNATIVE, "kn_service_name, "),
                quantile(
                    "0.95",
                    "kn_serving_invocation_duration_seconds",
                    "",
                    "kn_service_name, "
                )
            ),
            "{{kn_service_name}}",
        ),
    ]
}

fn good_for() -> Vec<Panel> {
    vec![
        Panel::new(
            "Instances",
            Unit::Count,
            "What is paid for. The area between the steps is what being at zero \
             saves.",
        )
        .ask(
            "sum by (kn_service_name) (kn_revision_pods_count)",
            "{{kn_service_name}}",
        )
        .drawn(Drawn::Stacked)
        .wide(24),
    ]
}
