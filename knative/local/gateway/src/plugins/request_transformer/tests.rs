use super::super::testing::{exchange, plugin, refusal};
use super::*;
use serde_json::json;

fn changed(config: Value, path: &str, headers: &[(&str, &str)]) -> Exchange {
    let mut request = exchange("GET", path, headers);
    plugin("request-transformer", config)
        .access(&mut request)
        .unwrap();
    request
}

fn values<'a>(request: &'a Exchange, name: &str) -> Vec<&'a str> {
    request
        .headers
        .get_all(name)
        .iter()
        .map(|value| value.to_str().unwrap())
        .collect()
}

#[test]
fn headers_are_removed_renamed_replaced_added_and_appended() {
    let config = json!({
        "remove": {"headers": ["K-Network-Hash", "Absent"]},
        "rename": {"headers": ["Old:New"]},
        "replace": {"headers": ["Present:changed", "Missing:never"]},
        "add": {"headers": ["Present:never", "Fresh:added"]},
        "append": {"headers": ["Present:more:1", "Other:first"]},
    });
    let request = changed(
        config,
        "/",
        &[
            ("k-network-hash", "x"),
            ("old", "1"),
            ("old", "2"),
            ("present", "was"),
        ],
    );
    assert_eq!(values(&request, "k-network-hash"), [""; 0]);
    assert_eq!(values(&request, "old"), [""; 0]);
    assert_eq!(values(&request, "new"), ["1", "2"]);
    assert_eq!(values(&request, "present"), ["changed", "more:1"]);
    assert_eq!(values(&request, "missing"), [""; 0]);
    assert_eq!(values(&request, "fresh"), ["added"]);
    assert_eq!(values(&request, "other"), ["first"]);
}

#[test]
fn host_can_be_replaced_and_nothing_else() {
    let config = json!({"remove": {"headers": ["Host"]}, "append": {"headers": ["Host:b"]}});
    let request = changed(config, "/", &[("host", "shop.com")]);
    assert_eq!(values(&request, "host"), ["shop.com"]);
    assert_eq!(request.upstream_host, None);
    let request = changed(json!({"replace": {"headers": ["Host:other"]}}), "/", &[]);
    assert_eq!(request.upstream_host.unwrap(), "other");
}

#[test]
fn the_query_is_changed_in_the_same_order() {
    let config = json!({
        "remove": {"querystring": ["gone"]},
        "rename": {"querystring": ["old:new"]},
        "replace": {"querystring": ["a:2", "none:never"]},
        "add": {"querystring": ["a:never", "b:1"]},
        "append": {"querystring": ["b:2"]},
    });
    let request = changed(config, "/?gone=1&old=x&a=1", &[]);
    assert_eq!(request.query.as_deref(), Some("new=x&a=2&b=1&b=2"));
    let only = json!({"remove": {"querystring": ["gone"]}});
    assert_eq!(changed(only, "/?gone=1", &[]).query, None);
    let untouched = json!({"remove": {"headers": ["x"]}});
    assert_eq!(
        changed(untouched, "/?a=+%7e&", &[]).query.as_deref(),
        Some("a=+%7e&")
    );
}

#[test]
fn what_is_not_supported_is_refused_by_name() {
    for (config, expected) in [
        (json!({"http_method": "POST"}), "config.http_method"),
        (json!({"add": {"body": ["a:b"]}}), "config.add.body"),
        (json!({"replace": {"uri": "/x"}}), "config.replace.uri"),
        (
            json!({"add": {"headers": ["a:$(headers.b)"]}}),
            "templates are not supported",
        ),
        (
            json!({"add": {"headers": ["a"]}}),
            "must be written as name:value",
        ),
        (
            json!({"remove": {"headers": ["a b"]}}),
            "is not a header's name",
        ),
        (json!({"delete": {}}), "unknown field `delete`"),
    ] {
        let error = refusal("request-transformer", config);
        assert!(error.contains(expected), "{error}");
    }
}
