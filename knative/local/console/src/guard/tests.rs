//! Who comes in and who does not.

use super::*;

fn headers(all: &[(&str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in all {
        headers.append(
            HeaderName::try_from(*name).unwrap(),
            HeaderValue::try_from(*value).unwrap(),
        );
    }
    headers
}

fn status(token: Option<&str>, method: Method, uri: &str, with: &[(&str, &str)]) -> u16 {
    let guard = Guard {
        token: token.map(str::to_owned),
    };
    match guard.judge(&method, &uri.parse().unwrap(), &headers(with)) {
        Verdict::Enter => 200,
        Verdict::Remember { .. } => 303,
        Verdict::Refuse(problem) => problem.status.as_u16(),
    }
}

#[test]
fn a_name_of_another_machine_is_refused_because_it_may_point_here() {
    for (host, expected) in [
        ("127.0.0.1:8002", 200),
        ("127.9.9.9", 200),
        ("localhost:1", 200),
        ("LOCALHOST.", 200),
        ("souk.localhost", 200),
        ("[::1]:8002", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("localhost.evil.example", 421),
        ("192.168.0.1", 421),
        ("0.0.0.0", 421),
    ] {
        let found = status(None, Method::GET, "/api/overview", &[("host", host)]);
        assert_eq!(found, expected, "{host}");
    }
    assert_eq!(status(None, Method::GET, "/", &[]), 421);
}

#[test]
fn a_page_of_another_site_changes_nothing() {
    let here = ("host", "127.0.0.1:8002");
    for (with, expected) in [
        (&[][..], 200),
        (
            &[
                ("origin", "http://127.0.0.1:8002"),
                ("sec-fetch-site", "same-origin"),
            ],
            200,
        ),
        (&[("sec-fetch-site", "none")], 200),
        (&[("origin", "http://127.0.0.1:8000")], 403),
        (&[("origin", "https://evil.example")], 403),
        (&[("origin", "null")], 403),
        (&[("sec-fetch-site", "cross-site")], 403),
        (&[("sec-fetch-site", "same-site")], 403),
    ] {
        let with = [&[here], with].concat();
        for method in [Method::POST, Method::PUT, Method::DELETE] {
            assert_eq!(
                status(None, method, "/api/faults", &with),
                expected,
                "{with:?}"
            );
        }
        assert_eq!(status(None, Method::GET, "/api/faults", &with), 200);
    }
}

#[test]
fn where_others_can_reach_the_port_every_request_brings_the_token() {
    let host = ("host", "shop.example:8002");
    let token = Some("s3cret");
    for (uri, with, expected) in [
        ("/", &[][..], 401),
        ("/v1/traces", &[], 401),
        ("/", &[("authorization", "Bearer s3cret")], 200),
        ("/", &[("authorization", "bearer s3cret")], 200),
        ("/", &[("authorization", "Basic s3cret")], 401),
        ("/", &[("authorization", "Bearer s3cre")], 401),
        ("/", &[("cookie", "a=b; souk_console=s3cret")], 200),
        ("/", &[("cookie", "souk_console_x=s3cret")], 401),
        ("/?token=s3cret", &[], 303),
        ("/?token=other", &[], 401),
        ("/?token=", &[], 401),
    ] {
        let with = [&[host], with].concat();
        assert_eq!(
            status(token, Method::GET, uri, &with),
            expected,
            "{uri} {with:?}"
        );
    }
    let with = [host];
    assert_eq!(
        status(token, Method::POST, "/api/audit?token=s3cret", &with),
        401
    );
    let with = [
        host,
        ("authorization", "Bearer s3cret"),
        ("origin", "https://evil.example"),
    ];
    assert_eq!(status(token, Method::POST, "/api/audit", &with), 403);
}

#[test]
fn who_brought_the_token_in_the_address_is_sent_on_without_it_and_not_elsewhere() {
    let location = |uri: &str| without_token(&uri.parse().unwrap());
    assert_eq!(location("/?token=a"), "/");
    assert_eq!(location("/x?b=1&token=a&c=2"), "/x?b=1&c=2");
    assert_eq!(location("//evil.example/?token=a"), "/evil.example/");
}
