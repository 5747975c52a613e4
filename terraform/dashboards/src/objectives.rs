//! What the shop promises, and the rules that say how fast the promises are used up.

/// A promise over 28 days.
#[derive(Debug, Clone, Copy)]
pub struct Objective {
    /// Its name, the label `slo`.
    pub name: &'static str,
    /// The alert that tells of it.
    pub alert: &'static str,
    /// The share that may go wrong: 0.001 for 99.9 %.
    pub budget: f64,
    /// What is promised, as a sentence.
    pub promise: &'static str,
    /// What goes wrong, in a second; `WINDOW` stands for how long to look back. 0 where nothing does.
    bad: &'static str,
    /// All that is promised, in a second.
    all: &'static str,
}

/// How fast a budget is burnt: times the pace that would just use it up, seen over two windows.
#[derive(Debug, Clone, Copy)]
pub struct Burn {
    /// Times the pace.
    pub factor: f64,
    /// The window that says that it matters.
    pub long: &'static str,
    /// The window that says that it still goes on.
    pub short: &'static str,
    /// `page`: now; `ticket`: on a working day.
    pub severity: &'static str,
}

/// The windows over which shares are recorded.
pub const WINDOWS: [&str; 7] = ["5m", "30m", "1h", "2h", "6h", "1d", "3d"];

/// Below so many failures nobody is told: one customer at night is no emergency.
const FAILURES_AT_LEAST: u32 = 5;

/// The four, in the order in which customers notice them.
pub const OBJECTIVES: [Objective; 4] = [
    Objective {
        name: "availability",
        alert: "AvailabilityBudgetBurns",
        budget: 0.001,
        promise: "99.9 % of the requests at the gateway are not answered 5xx",
        bad: r#"sum(rate(kong_http_requests_total{code=~"5.."}[WINDOW])) or vector(0)"#,
        all: "sum(rate(kong_http_requests_total[WINDOW]))",
    },
    Objective {
        name: "latency",
        alert: "LatencyBudgetBurns",
        budget: 0.01,
        promise: "99 % of the requests at the gateway are answered within 400 ms (a \
             bucket of Kong), functions included",
        // Updates of an order are answered as long as somebody looks.
        bad: "sum(rate(kong_request_latency_ms_count{route!=\"order-updates\"}[WINDOW])) - \
              sum(rate(kong_request_latency_ms_bucket{route!=\"order-updates\",le=~\"400([.]0)?\"}[WINDOW]))",
        all: "sum(rate(kong_request_latency_ms_count{route!=\"order-updates\"}[WINDOW]))",
    },
    Objective {
        name: "order-completion",
        alert: "OrderCompletionBudgetBurns",
        budget: 0.01,
        promise: "99 % of the placed orders are confirmed or cancelled within 60 s",
        // The orders placed in a window that ended two minutes ago, without those that came to their end in time: one minute is what was
        // promised, the other is for what is told, scraped and rounded.
        bad: "clamp_min(sum(rate(souk_orders_transitions_total{souk_order_state=\"placed\"}[WINDOW] offset 2m)) - \
              (sum(rate(souk_orders_saga_duration_seconds_bucket{le=~\"60([.]0)?\"}[WINDOW])) or vector(0)), 0)",
        all: "sum(rate(souk_orders_transitions_total{souk_order_state=\"placed\"}[WINDOW] \
             offset 2m))",
    },
    Objective {
        name: "event-freshness",
        alert: "EventFreshnessBudgetBurns",
        budget: 0.01,
        promise: "99 % of the events are handled within 30 s of being said",
        bad: "sum(rate(souk_event_freshness_seconds_count[WINDOW])) - \
              sum(rate(souk_event_freshness_seconds_bucket{le=~\"30([.]0)?\"}[WINDOW]))",
        all: "sum(rate(souk_event_freshness_seconds_count[WINDOW]))",
    },
];

/// Two that wake somebody, two that wait for the morning.
pub const fn burns() -> [Burn; 4] {
    const fn burn(factor: f64, long: &'static str, short: &'static str, page: bool) -> Burn {
        let severity = if page { "page" } else { "ticket" };
        Burn {
            factor,
            long,
            short,
            severity,
        }
    }
    [
        burn(14.4, "1h", "5m", true),
        burn(6.0, "6h", "30m", true),
        burn(3.0, "1d", "2h", false),
        burn(1.0, "3d", "6h", false),
    ]
}

impl Objective {
    fn bad(&self, window: &str) -> String {
        self.bad.replace("WINDOW", window)
    }

    fn share(&self, window: &str) -> String {
        let all = self.all.replace("WINDOW", window);
        format!("({}) / ({all})", self.bad(window))
    }

    /// What a window's share is recorded as.
    pub fn recorded(&self, window: &str) -> String {
        format!("{}{{slo=\"{}\"}}", record(window), self.name)
    }

    fn recording(&self, window: &str) -> String {
        RECORDING
            .replace("RECORD", &record(window))
            .replace("NAME", self.name)
            .replace("EXPRESSION", &self.share(window))
    }

    fn told(&self, burn: Burn) -> String {
        ALERT
            .replace("EXPRESSION", &self.burns(burn))
            .replace("ALERT", self.alert)
            .replace("SEVERITY", burn.severity)
            .replace("PROMISE", self.promise)
            .replace("FACTOR", &burn.factor.to_string())
            .replace("LONG", burn.long)
            .replace("SHORT", burn.short)
    }

    fn burns(&self, burn: Burn) -> String {
        let limit = significant(burn.factor * self.budget);
        let seconds = seconds(burn.long);
        format!(
            "{} > {limit} and {} > {limit} and on () (({}) * {seconds} >= \
             {FAILURES_AT_LEAST})",
            self.recorded(burn.long),
            self.recorded(burn.short),
            self.bad(burn.long),
        )
    }
}

/// Of all objectives, told apart by the label `slo`.
fn record(window: &str) -> String {
    format!("souk:slo_errors:ratio_rate{window}")
}

/// Without what floating point adds: 0.0144, not 0.014400000000000001.
fn significant(number: f64) -> String {
    let text = format!("{number:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn seconds(window: &str) -> u32 {
    let (number, unit) = window.split_at(window.len() - 1);
    let of = match unit {
        "d" => 86_400,
        "h" => 3_600,
        _ => 60,
    };
    number.parse::<u32>().unwrap_or_default() * of
}

const HEAD: &str = "# Shares of what is promised (docs/observability.md) that went wrong, and alerts \
    when they use up the budget too fast.\n\
    # Made by terraform/dashboards: cargo run --bin dashboards.\ngroups:\n";

const GROUP: &str = "  - name: GROUP
    rules:
";

const RECORDING: &str = "      - record: RECORD
        expr: >-
          EXPRESSION
        labels:
          slo: NAME
";

const ALERT: &str = r#"      - alert: ALERT
        expr: >-
          EXPRESSION
        labels:
          severity: SEVERITY
          window: LONG
        annotations:
          summary: "PROMISE. FACTOR times as much fails as may in 28 days (over LONG, and still over SHORT)"
          description: "{{ $value | humanizePercentage }} failed in the last LONG."
          runbook_url: docs/runbooks/ALERT.md
"#;

/// The file of rules.
pub(crate) fn text() -> String {
    let mut text = HEAD.to_owned();
    for objective in OBJECTIVES {
        text += &format!("  # {}.\n", objective.promise);
        text += &GROUP.replace("GROUP", objective.name);
        for window in WINDOWS {
            text += &objective.recording(window);
        }
    }
    for objective in OBJECTIVES {
        let group = format!("{}-alerts", objective.name);
        text += &GROUP.replace("GROUP", &group);
        for burn in burns() {
            text += &objective.told(burn);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_written_as_people_write_them() {
        assert_eq!(significant(14.4 * 0.001), "0.0144");
        assert_eq!(significant(6.0 * 0.01), "0.06");
        assert_eq!(significant(1.0), "1");
    }

    #[test]
    fn every_window_of_an_alert_is_recorded() {
        for burn in burns() {
            assert!(
                WINDOWS.contains(&burn.long) && WINDOWS.contains(&burn.short),
                "{burn:?}"
            );
        }
        assert_eq!(seconds("3d"), 3 * 86_400);
        assert_eq!(seconds("30m"), 1_800);
    }
}
