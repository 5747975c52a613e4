use super::super::testing::{exchange, plugin, refusal};
use super::*;
use serde_json::{Value, json};

const ASKS: (&str, &str) = ("access-control-request-method", "PUT");

fn headers_of(config: Value, origin: Option<&str>) -> HeaderMap {
    let headers: Vec<(&str, &str)> = origin
        .map(|origin| ("origin", origin))
        .into_iter()
        .collect();
    let mut answer = AnswerHead::default();
    plugin("cors", config).header_filter(&exchange("GET", "/", &headers), &mut answer);
    answer.headers
}

fn allowed_origin(config: Value, origin: Option<&str>) -> Option<String> {
    let headers = headers_of(config, origin);
    Some(
        headers
            .get(ACCESS_CONTROL_ALLOW_ORIGIN)?
            .to_str()
            .unwrap()
            .to_owned(),
    )
}

#[test]
fn the_allowed_origin_follows_the_configuration() {
    let two = json!({"origins": ["https://a.com", "http://b.com:80"]});
    let patterns = json!({"origins": ["^.*\\.shop\\.com$", "https://.*\\.x\\.com:8443"]});
    for (config, origin, expected) in [
        (json!({}), None, Some("*")),
        (json!({"origins": ["*"]}), Some("http://any"), Some("*")),
        (
            json!({"origins": ["http://one.com"]}),
            Some("http://other.com"),
            Some("http://one.com"),
        ),
        (
            json!({"origins": ["http://one.com"]}),
            None,
            Some("http://one.com"),
        ),
        (
            two.clone(),
            Some("https://a.com:443"),
            Some("https://a.com"),
        ),
        (two.clone(), Some("http://b.com"), Some("http://b.com")),
        (two.clone(), Some("http://a.com"), None),
        (two.clone(), Some(""), None),
        (two, None, None),
        (
            patterns.clone(),
            Some("http://a.shop.com:81"),
            Some("http://a.shop.com:81"),
        ),
        (patterns.clone(), Some("http://a.shop.com.evil.org"), None),
        (
            patterns.clone(),
            Some("https://a.x.com:8443"),
            Some("https://a.x.com:8443"),
        ),
        (patterns, Some("https://a.x.com"), None),
        (
            json!({"origins": ["http://a", "*"]}),
            Some("http://b"),
            Some("*"),
        ),
    ] {
        let allowed = allowed_origin(config.clone(), origin);
        assert_eq!(allowed.as_deref(), expected, "{config} {origin:?}");
    }
}

#[test]
fn an_answer_that_depends_on_the_origin_says_so() {
    assert!(!headers_of(json!({}), Some("http://a")).contains_key(VARY));
    let one = json!({"origins": ["http://one.com"]});
    assert_eq!(headers_of(one, None)[VARY], "Origin");
}

#[test]
fn credentials_name_the_origin_instead_of_a_star() {
    let headers = headers_of(json!({"credentials": true}), Some("http://a"));
    assert_eq!(headers[ACCESS_CONTROL_ALLOW_ORIGIN], "http://a");
    assert_eq!(headers[ACCESS_CONTROL_ALLOW_CREDENTIALS], "true");
    assert_eq!(headers[VARY], "Origin");
    let without = headers_of(json!({"credentials": true}), None);
    assert_eq!(without[ACCESS_CONTROL_ALLOW_ORIGIN], "*");
    assert!(!without.contains_key(ACCESS_CONTROL_ALLOW_CREDENTIALS));
}

#[test]
fn the_functions_own_allow_origin_is_lost() {
    let mut answer = AnswerHead::default();
    answer.headers.insert(
        ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("http://mine"),
    );
    let config =
        json!({"origins": ["http://a", "http://b"], "exposed_headers": ["ETag", "Location"]});
    plugin("cors", config).header_filter(&exchange("GET", "/", &[]), &mut answer);
    assert!(!answer.headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN));
    assert_eq!(
        answer.headers[ACCESS_CONTROL_EXPOSE_HEADERS],
        "ETag,Location"
    );
}

#[test]
fn a_preflight_is_answered_and_not_passed_on() {
    let cors = plugin(
        "cors",
        json!({"methods": ["GET", "PUT"], "headers": ["A", "B"], "max_age": 3600}),
    );
    let mut request = exchange("OPTIONS", "/", &[("origin", "http://a"), ASKS]);
    let exit = cors.access(&mut request).unwrap_err();
    assert_eq!(
        (exit.status, &exit.body),
        (StatusCode::OK, &crate::exit::ExitBody::Empty)
    );
    assert_eq!(exit.headers[ACCESS_CONTROL_ALLOW_ORIGIN], "*");
    assert_eq!(exit.headers[ACCESS_CONTROL_ALLOW_METHODS], "GET,PUT");
    assert_eq!(exit.headers[ACCESS_CONTROL_ALLOW_HEADERS], "A,B");
    assert_eq!(exit.headers[ACCESS_CONTROL_MAX_AGE], "3600");
}

#[test]
fn without_configured_headers_a_preflight_gets_those_it_asks_for() {
    let asks_for = ("access-control-request-headers", "X-A, X-B");
    let mut request = exchange("OPTIONS", "/", &[("origin", "http://a"), ASKS, asks_for]);
    let exit = plugin("cors", json!({})).access(&mut request).unwrap_err();
    assert_eq!(exit.headers[ACCESS_CONTROL_ALLOW_HEADERS], "X-A, X-B");
    let all = "GET,HEAD,PUT,PATCH,POST,DELETE,OPTIONS,TRACE,CONNECT";
    assert_eq!(exit.headers[ACCESS_CONTROL_ALLOW_METHODS], all);
}

#[test]
fn other_options_requests_go_on() {
    let cors = plugin("cors", json!({}));
    for headers in [&[("origin", "http://a")][..], &[ASKS], &[]] {
        assert!(cors.access(&mut exchange("OPTIONS", "/", headers)).is_ok());
    }
    let mut preflight = exchange("OPTIONS", "/", &[("origin", "http://a"), ASKS]);
    let through = plugin("cors", json!({"preflight_continue": true}));
    assert!(through.access(&mut preflight).is_ok());
}

#[test]
fn methods_and_patterns_are_checked() {
    assert!(refusal("cors", json!({"methods": ["FETCH"]})).contains("config.methods[0]"));
    assert!(refusal("cors", json!({"origins": ["("]})).contains("config.origins"));
}
