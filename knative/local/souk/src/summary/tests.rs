//! What the text shows, of a small shop.

use std::collections::BTreeMap;

use serde_json::json;
use souk_plan::model::{KongPlugin, KongRoute, KongService};

use super::*;
use crate::credentials::Account;

fn route(name: &str, service: &str, methods: &[&str], path: &str) -> KongRoute {
    KongRoute {
        name: name.to_owned(),
        id: uuid::Uuid::nil(),
        service: service.to_owned(),
        protocols: vec!["http".to_owned()],
        methods: methods.iter().map(ToString::to_string).collect(),
        hosts: Vec::new(),
        paths: vec![path.to_owned()],
        headers: BTreeMap::new(),
        regex_priority: 0,
        strip_path: false,
        preserve_host: false,
        at: String::new(),
    }
}

fn service(name: &str) -> KongService {
    KongService {
        name: name.to_owned(),
        host: format!("{name}.souk.svc.cluster.local"),
        port: 80,
        path: None,
        retries: 2,
        connect_timeout_ms: 5000,
        read_timeout_ms: 65000,
        write_timeout_ms: 65000,
        enabled: true,
        at: String::new(),
    }
}

fn plugin(name: &str, route: &str) -> KongPlugin {
    KongPlugin {
        name: name.to_owned(),
        enabled: true,
        service: None,
        route: Some(route.to_owned()),
        consumer: None,
        config: json!({}),
        at: "kong.yaml:1".to_owned(),
    }
}

fn gateway() -> GatewayPlan {
    GatewayPlan {
        file: "kong.yaml".into(),
        services: vec![service("orders"), service("catalog")],
        routes: vec![
            route("orders", "orders", &["GET", "POST"], "/v1/orders"),
            route(
                "updates",
                "orders",
                &["GET"],
                r"~/v1/orders/[^/]+/updates\.txt$",
            ),
            route("browse", "catalog", &["GET"], "/v1/products"),
            route("preflight", "catalog", &["OPTIONS"], "/v1"),
        ],
        consumers: Vec::new(),
        keys_from: None,
        rendered: String::new(),
        plugins: vec![
            plugin("jwt", "orders"),
            plugin("request-termination", "preflight"),
        ],
    }
}

fn summary(to_try: Option<&str>) -> String {
    let account = Account {
        email: "customer@souk.example".to_owned(),
        password: "tovi-raka".to_owned(),
    };
    let erp = Client {
        client_id: "erp".to_owned(),
        client_secret: "s-1".to_owned(),
    };
    let credentials = Credentials {
        gateway: "http://127.0.0.1:8000".to_owned(),
        accounts: BTreeMap::from([("customer".to_owned(), account)]),
        clients: BTreeMap::from([("erp".to_owned(), erp)]),
    };
    text(&Opened {
        gateway: &gateway(),
        credentials: &credentials,
        pages: &[],
        console: "http://127.0.0.1:8002",
        to_try,
        seconds: 0.94,
        moved_seconds: 0,
        faults: false,
    })
}

#[test]
fn each_route_stands_with_its_function_and_what_it_asks_for() {
    let said = summary(None);
    let rows: Vec<Vec<&str>> = said
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert!(
        rows.contains(&vec!["GET", "POST", "/v1/orders", "orders", "token"]),
        "{said}"
    );
    assert!(
        rows.contains(&vec!["GET", "/v1/orders/*/updates.txt", "orders"]),
        "{said}"
    );
    assert!(!said.contains("OPTIONS"), "{said}");
}

#[test]
fn of_many_alternatives_the_first_two_are_shown() {
    for (path, shown) in [
        (
            "~/account/(login|consent|logout|sessions)$",
            "/account/(login|consent|...)",
        ),
        (
            "~/oauth2/(token|revoke|introspect)$",
            "/oauth2/(token|revoke|introspect)",
        ),
        ("~/docs(/[^/]+)?$", "/docs(/*)?"),
    ] {
        assert_eq!(routes::readable(path), shown);
    }
}

#[test]
fn the_page_to_see_the_shop_on_stands_at_the_top() {
    let said = summary(None);
    let mut lines = said.lines().filter(|line| !line.is_empty());
    assert_eq!(lines.nth(1), Some("See it at http://127.0.0.1:8002"));
}

#[test]
fn accounts_have_their_passwords_beside_them() {
    assert!(summary(None).contains("customer  customer@souk.example  tovi-raka"));
}

#[test]
fn clients_have_their_secrets_beside_them_and_the_way_to_a_token_below() {
    let said = summary(None);
    assert!(said.contains("erp     s-1"), "{said}");
    let hint =
        "curl -u erp:SECRET -d grant_type=client_credentials http://127.0.0.1:8000/oauth2/token";
    assert!(said.contains(hint), "{said}");
}

#[test]
fn a_route_for_some_says_for_whom() {
    let mut gateway = gateway();
    let mut acl = plugin("acl", "orders");
    acl.config = json!({ "allow": ["merchant", "machine"] });
    gateway.plugins.push(acl);
    let asked = |route: usize| asked_for(&gateway, &gateway.routes[route]);
    assert_eq!(asked(0).as_deref(), Some("token of merchant, machine"));
    assert_eq!(asked(2), None);
}

#[test]
fn the_line_to_try_needs_no_token() {
    assert!(summary(None).contains("Try:\n  curl http://127.0.0.1:8000/v1/products\n"));
}

#[test]
fn what_a_job_says_to_try_comes_first() {
    let said =
        "curl http://kong-kong-proxy.kong.svc.cluster.local/v1 <password of customer@souk.example>";
    let shown = "Try:\n  curl http://127.0.0.1:8000/v1 tovi-raka\n";
    assert!(summary(Some(said)).contains(shown));
}
