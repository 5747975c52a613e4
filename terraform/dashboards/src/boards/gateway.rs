//! What the public asks, and what it gets.

use crate::dashboard::Dashboard;
use crate::panel::{Drawn, Panel, Unit};
use crate::queries::{quantile, rate, share};

/// An order's updates are answered as long as somebody looks; how long says nothing.
const WHOLE: &str = "route!=\"order-updates\"";

pub(crate) fn board() -> Dashboard {
    Dashboard::new(
        "gateway",
        "Souk: gateway",
        "What the public asks at Kong, what it gets, and how long that takes.",
    )
    .link(
        "AvailabilityBudgetBurns",
        "docs/runbooks/AvailabilityBudgetBurns.md",
    )
    .link("LatencyBudgetBurns", "docs/runbooks/LatencyBudgetBurns.md")
    .row("Requests", requests())
    .row("How long", latency())
    .row("Who", who())
}

fn requests() -> Vec<Panel> {
    let total = "kong_http_requests_total";
    vec![
        Panel::new(
            "Requests by route",
            Unit::RequestsPerSecond,
            "By Kong's route.",
        )
        .ask(rate("route", total, ""), "{{route}}")
        .drawn(Drawn::Stacked),
        Panel::new(
            "Answers by status",
            Unit::RequestsPerSecond,
            "All answers, those of the gateway itself among them.",
        )
        .ask(rate("code", total, ""), "{{code}}")
        .drawn(Drawn::Stacked),
        Panel::new(
            "Failing by service",
            Unit::Share,
            "The share that is answered 5xx. 502 to 504 come from the gateway: \
             nobody answered it.",
        )
        .ask(share("service", total, "", "code=~\"5..\""), "{{service}}")
        .bad_from(0.001),
    ]
}

fn latency() -> Vec<Panel> {
    let of = "kong_request_latency_ms";
    vec![
        Panel::new(
            "From first to last byte",
            Unit::Milliseconds,
            "As the caller sees it, cold starts among them; without an order's \
             updates, which last as long as somebody looks.",
        )
        .quantiles(of, WHOLE)
        .bad_from(400.0),
        Panel::new(
            "Of which the functions, 95th percentile",
            Unit::Milliseconds,
            "From Kong to a function and back, by service.",
        )
        .ask(
            quantile("0.95", "kong_upstream_latency_ms", WHOLE, "service, "),
            "{{service}}",
        ),
        Panel::new(
            "Of which Kong itself",
            Unit::Milliseconds,
            "Tokens, limits, routes. Above 10 ms Kong wants more processor.",
        )
        .quantiles("kong_kong_latency_ms", "")
        .bad_from(50.0),
    ]
}

fn who() -> Vec<Panel> {
    let total = "kong_http_requests_total";
    vec![
        Panel::new(
            "Refused at the gate",
            Unit::RequestsPerSecond,
            "What no function has seen: 401 no token, 403 not this role, 413 too \
             big, 429 too often.",
        )
        .ask(rate("code", total, "source=\"kong\""), "{{code}}")
        .drawn(Drawn::Stacked),
        Panel::new(
            "Consumers",
            Unit::RequestsPerSecond,
            "The ten that ask most. Nobody is whoever has no token.",
        )
        .ask(
            format!("topk(10, {})", rate("consumer", total, "")),
            "{{consumer}}",
        )
        .drawn(Drawn::Bars),
        Panel::new("Bytes", Unit::BytesPerSecond, "In and out.").ask(
            rate("direction", "kong_bandwidth_bytes", ""),
            "{{direction}}",
        ),
    ]
}
