use super::*;
use http::HeaderValue;
use http::header::HeaderName;

/// A route without conditions, its id made from its name.
pub(crate) fn route(name: &str) -> KongRoute {
    KongRoute {
        name: name.to_owned(),
        id: Uuid::new_v5(&Uuid::NAMESPACE_DNS, name.as_bytes()),
        service: "service".to_owned(),
        protocols: vec!["http".to_owned(), "https".to_owned()],
        methods: vec![],
        hosts: vec![],
        paths: vec![],
        headers: Default::default(),
        regex_priority: 0,
        strip_path: true,
        preserve_host: false,
        at: "kong.yaml:1".to_owned(),
    }
}

fn strings(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

fn paths(name: &str, paths: &[&str]) -> KongRoute {
    KongRoute {
        paths: strings(paths),
        ..route(name)
    }
}

fn hosts(name: &str, hosts: &[&str]) -> KongRoute {
    KongRoute {
        hosts: strings(hosts),
        ..route(name)
    }
}

fn winner(
    routes: &[KongRoute],
    method: &str,
    host: &str,
    path: &str,
    headers: &[(&str, &str)],
) -> Option<String> {
    let headers: HeaderMap = headers
        .iter()
        .map(|(name, value)| {
            (
                name.parse::<HeaderName>().unwrap(),
                HeaderValue::from_str(value).unwrap(),
            )
        })
        .collect();
    let router = Router::new(routes).unwrap();
    let found = router.find(&Asked {
        method,
        host: Some(host),
        path: Some(path),
        headers: &headers,
        port: 8000,
    });
    found.map(|found| routes[found.route].name.clone())
}

fn by_path(routes: &[KongRoute], path: &str) -> Option<String> {
    winner(routes, "GET", "example.com", path, &[])
}

#[test]
fn a_plain_path_is_a_prefix_by_characters() {
    let routes = [paths("ab", &["/ab"])];
    for (path, expected) in [
        ("/ab", true),
        ("/ab/c", true),
        ("/abc", true),
        ("/a", false),
        ("/AB", false),
    ] {
        assert_eq!(by_path(&routes, path).is_some(), expected, "{path}");
    }
}

#[test]
fn the_longest_prefix_wins_and_any_regex_beats_it() {
    let routes = [
        paths("short", &["/v1"]),
        paths("long", &["/v1/orders"]),
        paths("regex", &["~/v1/orders/[^/]+/updates$"]),
    ];
    assert_eq!(by_path(&routes, "/v1/x").as_deref(), Some("short"));
    assert_eq!(by_path(&routes, "/v1/orders/7").as_deref(), Some("long"));
    assert_eq!(
        by_path(&routes, "/v1/orders/7/updates").as_deref(),
        Some("regex")
    );
    assert_eq!(
        by_path(&routes, "/v1/orders/7/updates/x").as_deref(),
        Some("long")
    );
}

#[test]
fn regex_priority_decides_between_regexes_and_a_negative_one_beats_zero() {
    let mut high = paths("high", &["~/x"]);
    high.regex_priority = 5;
    let mut negative = paths("negative", &["~/x"]);
    negative.regex_priority = -1;
    let plain = paths("plain", &["~/x.*"]);
    assert_eq!(
        by_path(&[plain.clone(), high], "/xyz").as_deref(),
        Some("high")
    );
    assert_eq!(
        by_path(&[plain, negative], "/xyz").as_deref(),
        Some("negative")
    );
}

#[test]
fn more_kinds_of_condition_beat_a_longer_path() {
    let mut narrow = paths("method", &["/"]);
    narrow.methods = strings(&["GET"]);
    let routes = [paths("long", &["/v1/orders"]), narrow];
    assert_eq!(by_path(&routes, "/v1/orders").as_deref(), Some("method"));
    assert_eq!(
        winner(&routes, "POST", "h", "/v1/orders", &[]).as_deref(),
        Some("long")
    );
}

#[test]
fn a_prefix_outranks_a_wildcard_host_but_not_a_plain_one() {
    let routes = [hosts("wildcard", &["*.example.com"]), paths("path", &["/"])];
    assert_eq!(
        winner(&routes, "GET", "a.example.com", "/x", &[]).as_deref(),
        Some("path")
    );
    let routes = [hosts("plain", &["a.example.com"]), paths("path", &["/x"])];
    assert_eq!(
        winner(&routes, "GET", "a.example.com", "/x", &[]).as_deref(),
        Some("plain")
    );
}

#[test]
fn hosts_are_compared_with_case_and_without_port() {
    let routes = [
        hosts("plain", &["example.com"]),
        hosts("left", &["*.left.com"]),
        hosts("right", &["right.*"]),
    ];
    for (host, expected) in [
        ("example.com", Some("plain")),
        ("example.com:1234", Some("plain")),
        ("EXAMPLE.com", None),
        ("a.left.com", Some("left")),
        ("left.com", None),
        ("right.org", Some("right")),
    ] {
        assert_eq!(
            winner(&routes, "GET", host, "/", &[]).as_deref(),
            expected,
            "{host}"
        );
    }
}

#[test]
fn a_port_in_a_host_is_the_port_listened_on() {
    let routes = [
        hosts("ours", &["example.com:8000"]),
        hosts("other", &["example.org:9000"]),
    ];
    assert_eq!(
        winner(&routes, "GET", "example.com:1", "/", &[]).as_deref(),
        Some("ours")
    );
    assert_eq!(winner(&routes, "GET", "example.org:9000", "/", &[]), None);
}

#[test]
fn every_header_must_match_in_any_case_and_underscores_are_dashes() {
    let mut one = route("one");
    one.headers
        .insert("x-ver".to_owned(), strings(&["One", "two"]));
    let mut both = one.clone();
    both.id = Uuid::nil();
    both.name = "both".to_owned();
    both.headers
        .insert("x-kind".to_owned(), strings(&["~*^b[0-9]$"]));
    let routes = [one, both];
    for (headers, expected) in [
        (vec![("x-ver", "ONE")], Some("one")),
        (vec![("x_ver", "two")], Some("one")),
        (vec![("x-ver", "three")], None),
        (vec![("x-ver", "three"), ("x-ver", "two")], Some("one")),
        (vec![("x-ver", "one"), ("x-kind", "B7")], Some("both")),
        (vec![], None),
    ] {
        assert_eq!(
            winner(&routes, "GET", "h", "/", &headers).as_deref(),
            expected,
            "{headers:?}"
        );
    }
}

#[test]
fn between_equals_the_greatest_id_wins_whatever_the_order() {
    let (mut small, mut great) = (paths("small", &["/x"]), paths("great", &["/x"]));
    small.id = Uuid::from_u128(1);
    great.id = Uuid::from_u128(2);
    assert_eq!(
        by_path(&[small.clone(), great.clone()], "/x").as_deref(),
        Some("great")
    );
    assert_eq!(by_path(&[great, small], "/x").as_deref(), Some("great"));
}

#[test]
fn head_is_not_get() {
    let mut get = route("get");
    get.methods = strings(&["GET"]);
    assert_eq!(winner(&[get], "HEAD", "h", "/", &[]), None);
}

#[test]
fn a_route_with_paths_of_many_kinds_ranks_by_the_one_that_matched() {
    let routes = [
        paths("mixed", &["/", "/v1/orders/long"]),
        paths("middle", &["/v1"]),
    ];
    assert_eq!(
        by_path(&routes, "/v1/orders/long").as_deref(),
        Some("mixed")
    );
    assert_eq!(by_path(&routes, "/v1/x").as_deref(), Some("middle"));
    assert_eq!(by_path(&routes, "/other").as_deref(), Some("mixed"));
}

#[test]
fn the_text_that_a_path_matched_is_known() {
    let router = Router::new(&[paths("r", &["~/v1/(?<kind>[a-z]+)/(\\d+)"])]).unwrap();
    let found = router
        .find(&Asked {
            method: "GET",
            host: None,
            path: Some("/v1/cats/12/tail"),
            headers: &HeaderMap::new(),
            port: 80,
        })
        .unwrap();
    assert_eq!(found.prefix.as_deref(), Some("/v1/cats/12"));
}

#[test]
fn a_regex_that_the_engine_cannot_read_is_refused() {
    let Err((index, error)) = Router::new(&[paths("fine", &["/"]), paths("look", &["~/a(?=b)"])])
    else {
        panic!("look-ahead was accepted");
    };
    assert_eq!(index, 1);
    assert!(error.contains("look-around"), "{error}");
}
