use super::super::testing::{exchange, plugin, refusal};
use super::*;
use serde_json::json;

const CALLERS: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

fn config(more: Value) -> Value {
    let mut config = json!({
        "traces_endpoint": "http://127.0.0.1:4318/v1/traces",
        "sampling_rate": 1,
        "propagation": {"extract": ["w3c"], "inject": ["w3c"], "default_format": "w3c"},
    });
    if let (Some(config), Value::Object(more)) = (config.as_object_mut(), more) {
        config.extend(more);
    }
    config
}

fn traceparent_after(config: Value, headers: &[(&str, &str)]) -> String {
    let mut request = exchange("GET", "/", headers);
    plugin("opentelemetry", config)
        .access(&mut request)
        .unwrap();
    request.header("traceparent").unwrap_or_default().to_owned()
}

#[test]
fn a_callers_trace_goes_on_with_what_the_caller_decided() {
    let seen = traceparent_after(config(json!({})), &[("traceparent", CALLERS)]);
    assert!(
        seen.starts_with("00-0af7651916cd43dd8448eb211c80319c-") && seen.ends_with("-00"),
        "{seen}"
    );
    assert_ne!(seen, CALLERS);
}

#[test]
fn a_request_without_a_trace_begins_one() {
    for headers in [&[][..], &[("traceparent", "nonsense")]] {
        let seen = traceparent_after(config(json!({})), headers);
        assert!(seen.len() == 55 && seen.ends_with("-01"), "{seen}");
    }
    let never = traceparent_after(config(json!({"sampling_rate": 0})), &[]);
    assert!(never.ends_with("-00"), "{never}");
}

#[test]
fn who_asks_is_told_the_traces_id_where_the_file_says_so() {
    let answering = config(json!({"http_response_header_for_traceid": "X-Trace-Id"}));
    let mut request = exchange("GET", "/", &[("traceparent", CALLERS)]);
    plugin("opentelemetry", answering)
        .access(&mut request)
        .unwrap();
    assert_eq!(
        request.answer_headers["x-trace-id"],
        "0af7651916cd43dd8448eb211c80319c"
    );
}

#[test]
fn other_headers_are_cleared_where_the_file_says_so() {
    let clearing = config(json!({"propagation": {
        "extract": [], "inject": ["w3c"], "default_format": "w3c", "clear": ["tracestate", "baggage"],
    }}));
    let headers = [
        ("traceparent", CALLERS),
        ("tracestate", "a=b"),
        ("baggage", "who=me"),
    ];
    let mut request = exchange("GET", "/", &headers);
    plugin("opentelemetry", clearing)
        .access(&mut request)
        .unwrap();
    assert_eq!(
        (request.header("tracestate"), request.header("baggage")),
        (None, None)
    );
    let seen = request.header("traceparent").unwrap();
    assert!(!seen.contains("0af7651916cd43dd8448eb211c80319c"), "{seen}");
}

#[test]
fn headers_of_other_systems_are_refused_as_is_leaving_them_open() {
    for (more, expected) in [
        (json!({"propagation": null}), "missing field `propagation`"),
        (
            json!({"propagation": {"extract": ["b3"], "inject": ["w3c"], "default_format": "w3c"}}),
            "config.propagation.extract[0]: unknown variant `b3`, expected `w3c`",
        ),
        (
            json!({"propagation": {"extract": ["w3c"], "inject": ["w3c"]}}),
            "missing field `default_format`",
        ),
        (json!({"header_type": "w3c"}), "unknown field `header_type`"),
    ] {
        let error = refusal("opentelemetry", config(more));
        assert!(error.contains(expected), "{error}");
    }
}
