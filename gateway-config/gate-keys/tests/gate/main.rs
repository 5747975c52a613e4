//! `kong.yaml` against `docs/access.md`: who gets through the gate is who may do it.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod routes;
mod table;

use std::collections::BTreeSet;

use routes::Gate;
use table::Operation;

/// What the gate itself asks of a caller.
fn asked_by_the_gate(gate: &Gate, operation: &Operation) -> Result<(), String> {
    let route = gate
        .route(&operation.method, &operation.sample())
        .ok_or("has no route in kong.yaml")?;
    match (operation.needs_token, route.needs_token) {
        (true, false) => {
            return Err(format!(
                "needs a token, and route {} asks for none",
                route.name
            ));
        }
        (false, true) => {
            return Err(format!(
                "needs no token, and route {} asks for one",
                route.name
            ));
        }
        _ => (),
    }
    match &route.groups {
        Some(groups) if *groups != operation.roles => Err(format!(
            "is for {:?}, and route {} lets {groups:?} through",
            operation.roles, route.name
        )),
        _ => Ok(()),
    }
}

#[test]
fn every_operation_is_reached_by_those_who_may_and_by_the_operators_and_merchants_alone_where_only_they_may()
 {
    let gate = Gate::read();
    let mistakes: Vec<String> = table::read()
        .iter()
        .filter_map(|operation| {
            let what = asked_by_the_gate(&gate, operation).err()?;
            Some(format!("{} {} {what}", operation.method, operation.path))
        })
        .collect();
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}

#[test]
fn what_only_merchants_operators_and_machines_may_is_refused_to_others_at_the_gate() {
    let gate = Gate::read();
    let people = BTreeSet::from(["guest".to_owned(), "customer".to_owned()]);
    for operation in table::read() {
        if operation.needs_token && operation.roles.is_disjoint(&people) {
            let route = gate.route(&operation.method, &operation.sample()).unwrap();
            assert!(
                route.groups.is_some(),
                "route {} has no acl: {} {}",
                route.name,
                operation.method,
                operation.path
            );
        }
    }
}

#[test]
fn no_route_is_without_an_operation() {
    let gate = Gate::read();
    let operations = table::read();
    for route in gate.routes.iter().filter(|route| route.name != "preflight") {
        let used = operations.iter().any(|operation| {
            gate.route(&operation.method, &operation.sample())
                .is_some_and(|found| found.name == route.name)
        });
        assert!(
            used,
            "no operation of docs/access.md comes to route {}",
            route.name
        );
    }
}

#[test]
fn nothing_inside_the_shop_is_reached_from_outside() {
    let gate = Gate::read();
    let inside = [
        "/",
        "/events",
        "/readyz",
        "/livez",
        "/healthz",
        "/metrics",
        "/v1/identity/gate",
        "/v1/identity/gate/",
        "/v1/identity",
        "/v1/identity/keys/",
        "/v1",
        "/v1/",
        "/account/",
        "/account/login/x",
        "/oauth2",
        "/oauth2/",
        "/config",
        "/status",
    ];
    for path in inside {
        for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"] {
            let route = gate.route(method, path);
            assert!(
                route.is_none(),
                "{method} {path} comes to route {}",
                route.unwrap().name
            );
        }
    }
}

#[test]
fn every_people_s_limit_is_by_address() {
    for route in Gate::read()
        .routes
        .iter()
        .filter(|route| route.name != "preflight")
    {
        assert_eq!(
            route.limit_by.as_deref(),
            Some("ip"),
            "route {}",
            route.name
        );
    }
}

#[test]
fn whoever_logs_in_or_asks_for_tokens_has_less_than_a_visitor() {
    let gate = Gate::read();
    for (method, path, limit) in [
        ("POST", "/v1/sessions", "LOGIN"),
        ("POST", "/v1/accounts", "LOGIN"),
        ("POST", "/v1/guests", "LOGIN"),
        ("POST", "/v1/password-resets", "LOGIN"),
        ("POST", "/v1/password-resets/confirm", "LOGIN"),
        ("PUT", "/v1/accounts/me/password", "LOGIN"),
        ("POST", "/account/login", "LOGIN"),
        ("POST", "/oauth2/token", "TOKEN"),
        ("POST", "/oauth2/introspect", "TOKEN"),
        ("GET", "/v1/products", "VISITOR"),
    ] {
        let minute = &gate.route(method, path).unwrap().minute;
        assert!(
            minute.contains(&format!("DECK_GATEWAY_{limit}_LIMIT_PER_MINUTE")),
            "{method} {path}: {minute}"
        );
    }
}

#[test]
fn headers_of_events_are_let_through_at_the_publishers_door_and_nowhere_else() {
    let gate = Gate::read();
    let others: BTreeSet<String> = gate
        .removed
        .iter()
        .filter(|header| !header.starts_with("Ce-"))
        .cloned()
        .collect();
    assert!(others.len() < gate.removed.len());
    for route in &gate.routes {
        let expected = (route.name == "publish-events").then_some(&others);
        assert_eq!(route.removed.as_ref(), expected, "route {}", route.name);
    }
}

#[test]
fn both_who_follow_identity_ask_at_the_same_address() {
    let here = std::fs::read_to_string(routes::folder().join("gate-keys.yaml")).unwrap();
    let source = here
        .lines()
        .find_map(|line| line.strip_prefix("source: "))
        .unwrap();
    let cluster = std::fs::read_to_string(routes::folder().join("helm/values.yaml")).unwrap();
    assert!(
        cluster.contains(&format!("value: {source}\n")),
        "helm/values.yaml does not say {source}"
    );
}
