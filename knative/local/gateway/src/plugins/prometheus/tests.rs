use super::super::{Setting, testing};
use super::*;
use crate::record::{Latency, RequestFacts};
use serde_json::{Value, json};
use souk_network::Spans;
use souk_plan::model::KongPlugin;
use std::time::Duration;

fn counted(config: Value, requests: &[Facts]) -> String {
    let shared = Arc::new(Shared::new(Spans::default()));
    let plugin = KongPlugin {
        name: "prometheus".to_owned(),
        enabled: true,
        service: None,
        route: None,
        consumer: None,
        config,
        at: String::new(),
    };
    let setting = Setting {
        plugin: &plugin,
        consumers: &Arc::default(),
        shared: &shared,
    };
    let plugin = build(&setting).unwrap();
    for facts in requests {
        plugin.log(facts);
    }
    shared.metrics.render()
}

fn facts(status: u16) -> Facts {
    Facts {
        service: "orders".into(),
        route: "place-order".into(),
        consumer: "erp".to_owned(),
        status,
        from_upstream: status < 400,
        request_bytes: 100,
        response_bytes: 50,
        total: Duration::from_millis(90),
        latency: Latency {
            own: Duration::from_micros(1500),
            upstream: (status < 400).then_some(Duration::from_millis(80)),
        },
        request: RequestFacts::default(),
        traced: None,
    }
}

#[test]
fn requests_bytes_and_latencies_have_kongs_names() {
    let config = json!({
        "status_code_metrics": true,
        "latency_metrics": true,
        "bandwidth_metrics": true,
        "per_consumer": true,
    });
    let text = counted(config, &[facts(200), facts(200), facts(429)]);
    let place = r#"service="orders",route="place-order",workspace="default""#;
    for line in [
        "# TYPE kong_http_requests_total counter".to_owned(),
        format!(
            r#"kong_http_requests_total{{{place},code="200",source="service",consumer="erp"}} 2"#
        ),
        format!(r#"kong_http_requests_total{{{place},code="429",source="kong",consumer="erp"}} 1"#),
        format!(r#"kong_bandwidth_bytes{{{place},direction="ingress",consumer="erp"}} 300"#),
        format!(r#"kong_bandwidth_bytes{{{place},direction="egress",consumer="erp"}} 150"#),
        format!(r#"kong_kong_latency_ms_bucket{{{place},le="1"}} 3"#),
        format!(r#"kong_upstream_latency_ms_bucket{{{place},le="50"}} 0"#),
        format!(r#"kong_upstream_latency_ms_bucket{{{place},le="80"}} 2"#),
        format!(r#"kong_request_latency_ms_bucket{{{place},le="+Inf"}} 3"#),
        format!(r#"kong_request_latency_ms_sum{{{place}}} 270"#),
    ] {
        assert!(
            text.lines().any(|found| found == line),
            "no {line} in\n{text}"
        );
    }
}

#[test]
fn what_is_not_asked_for_is_not_counted() {
    let text = counted(json!({}), &[facts(200)]);
    assert!(!text.contains("orders"), "{text}");
    let text = counted(json!({"status_code_metrics": true}), &[facts(200)]);
    assert!(text.contains(r#"consumer="""#), "{text}");
    assert!(!text.contains("latency_ms_bucket"), "{text}");
}

#[test]
fn ai_metrics_are_refused() {
    assert!(
        testing::refusal("prometheus", json!({"ai_metrics": true})).contains("config.ai_metrics")
    );
}
