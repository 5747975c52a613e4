use super::super::identity::identify;
use super::super::testing::{NOW, consumer, exchange, message, plugin, refusal};
use super::*;
use chrono::DateTime;
use serde_json::{Value, json};

/// A request at so many seconds after `NOW`, which is 20 seconds into its minute.
fn at(seconds: i64, headers: &[(&str, &str)]) -> Exchange {
    let mut request = exchange("GET", "/a", headers);
    request.now = DateTime::from_timestamp(NOW + seconds, 0).unwrap();
    request
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().unwrap())
}

#[test]
fn every_limit_and_the_tightest_are_told() {
    let limit = plugin("rate-limiting", json!({"second": 2, "minute": 10}));
    let mut request = at(0, &[]);
    limit.access(&mut request).unwrap();
    for (name, expected) in [
        ("X-RateLimit-Limit-Second", "2"),
        ("X-RateLimit-Remaining-Second", "1"),
        ("X-RateLimit-Limit-Minute", "10"),
        ("X-RateLimit-Remaining-Minute", "9"),
        ("RateLimit-Limit", "2"),
        ("RateLimit-Remaining", "1"),
        ("RateLimit-Reset", "1"),
    ] {
        assert_eq!(
            header(&request.answer_headers, name),
            Some(expected),
            "{name}"
        );
    }
    assert_eq!(header(&request.answer_headers, "Retry-After"), None);
}

#[test]
fn of_equally_tight_limits_the_longer_window_is_told() {
    let limit = plugin("rate-limiting", json!({"second": 5, "minute": 5}));
    let mut request = at(0, &[]);
    limit.access(&mut request).unwrap();
    assert_eq!(
        header(&request.answer_headers, "RateLimit-Reset"),
        Some("40")
    );
}

#[test]
fn a_used_up_limit_refuses_until_its_window_ends() {
    let limit = plugin("rate-limiting", json!({"minute": 2}));
    assert!(limit.access(&mut at(0, &[])).is_ok());
    assert!(limit.access(&mut at(1, &[])).is_ok());
    let exit = limit.access(&mut at(2, &[])).unwrap_err();
    assert_eq!(
        (exit.status.as_u16(), message(&exit).as_str()),
        (429, "API rate limit exceeded")
    );
    for (name, expected) in [
        ("X-RateLimit-Limit-Minute", "2"),
        ("X-RateLimit-Remaining-Minute", "0"),
        ("RateLimit-Remaining", "0"),
        ("RateLimit-Reset", "38"),
        ("Retry-After", "38"),
    ] {
        assert_eq!(header(&exit.headers, name), Some(expected), "{name}");
    }
    assert!(limit.access(&mut at(40, &[])).is_ok());
}

#[test]
fn a_refused_request_moves_no_counter() {
    let limit = plugin("rate-limiting", json!({"second": 1, "minute": 3}));
    assert!(limit.access(&mut at(0, &[])).is_ok());
    for _ in 0..5 {
        assert!(limit.access(&mut at(0, &[])).is_err());
    }
    let mut later = at(1, &[]);
    limit.access(&mut later).unwrap();
    assert_eq!(
        header(&later.answer_headers, "X-RateLimit-Remaining-Minute"),
        Some("1")
    );
}

/// Whether a second request is counted with the first.
fn share(config: Value, mut one: Exchange, mut other: Exchange) -> bool {
    let mut config = config;
    config["minute"] = json!(1);
    let limit = plugin("rate-limiting", config);
    limit.access(&mut one).unwrap();
    limit.access(&mut other).is_err()
}

fn from(address: [u8; 4]) -> Exchange {
    let mut request = at(0, &[]);
    request.client = address.into();
    request
}

fn of(username: &str, id: u128, credential: &str) -> Exchange {
    let mut consumer = Arc::into_inner(consumer(username, &[])).unwrap();
    consumer.id = uuid::Uuid::from_u128(id);
    let mut request = at(0, &[]);
    identify(&mut request, &Arc::new(consumer), Some(credential));
    request
}

#[test]
fn callers_are_told_apart_as_configured() {
    let header = |value| at(0, &[("authorization", value)]);
    let by_header = json!({"limit_by": "header", "header_name": "Authorization"});
    let by_path = json!({"limit_by": "path", "path": "/a"});
    let path = |path, address: [u8; 4]| {
        let mut request = exchange("GET", path, &[]);
        request.client = address.into();
        request
    };
    let (one, two) = ([10, 0, 0, 1], [10, 0, 0, 2]);
    for (name, shared, expected) in [
        (
            "ip",
            share(json!({"limit_by": "ip"}), from(one), from(one)),
            true,
        ),
        (
            "other ip",
            share(json!({"limit_by": "ip"}), from(one), from(two)),
            false,
        ),
        (
            "nobody is told by ip",
            share(json!({}), from(one), from(one)),
            true,
        ),
        (
            "consumer",
            share(json!({}), of("a", 1, "x"), of("a", 1, "y")),
            true,
        ),
        (
            "other consumer",
            share(json!({}), of("a", 1, "x"), of("b", 2, "x")),
            false,
        ),
        (
            "credential",
            share(
                json!({"limit_by": "credential"}),
                of("a", 1, "x"),
                of("a", 1, "y"),
            ),
            false,
        ),
        (
            "header",
            share(by_header.clone(), header("t"), header("t")),
            true,
        ),
        (
            "other header",
            share(by_header.clone(), header("t"), header("u")),
            false,
        ),
        (
            "no header is told by ip",
            share(by_header, from(one), from(two)),
            false,
        ),
        (
            "path",
            share(by_path.clone(), path("/a", one), path("/a", two)),
            true,
        ),
        (
            "another path is told by ip",
            share(by_path, path("/b", one), path("/c", one)),
            true,
        ),
    ] {
        assert_eq!(shared, expected, "{name}");
    }
}

#[test]
fn headers_can_be_hidden_and_the_refusal_worded() {
    let config = json!({"minute": 1, "hide_client_headers": true, "error_code": 420, "error_message": "Calm"});
    let limit = plugin("rate-limiting", config);
    let mut first = at(0, &[]);
    limit.access(&mut first).unwrap();
    assert!(first.answer_headers.is_empty());
    let exit = limit.access(&mut at(0, &[])).unwrap_err();
    assert_eq!(
        (exit.status.as_u16(), message(&exit).as_str()),
        (420, "Calm")
    );
    assert!(exit.headers.is_empty());
}

#[test]
fn what_kong_refuses_is_refused_by_name() {
    for (config, expected) in [
        (json!({}), "at least one of second"),
        (
            json!({"minute": 0}),
            "config.minute: must be greater than 0",
        ),
        (
            json!({"minute": 5, "hour": 4}),
            "the limit for hour (4) cannot be lower",
        ),
        (
            json!({"minute": 5, "policy": "redis"}),
            "config.policy: `redis`",
        ),
        (
            json!({"minute": 5, "limit_by": "header"}),
            "config.header_name",
        ),
        (
            json!({"minute": 5, "limit_by": "path", "path": "a"}),
            "config.path: `a`",
        ),
        (json!({"minute": 5, "redis": {}}), "unknown field `redis`"),
    ] {
        let error = refusal("rate-limiting", config);
        assert!(error.contains(expected), "{error}");
    }
}
