//! The table of who may do what, against the code.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::collections::BTreeSet;

use serde_json::Value;
use souk_api::{
    access::{self, Need, Reach, Row},
    document,
};
use souk_kit::Role;

/// An operation of the document, as far as it says who may.
struct Said {
    id: String,
    route: (String, String),
    scopes: BTreeSet<String>,
    roles: Vec<Role>,
    is_public: bool,
}

fn said() -> Vec<Said> {
    let document = document().unwrap_or_else(|error| panic!("{error}"));
    let paths = document["paths"].as_object().unwrap().iter();
    let operations = paths.flat_map(|(path, methods)| {
        let methods = methods.as_object().unwrap().iter();
        methods.map(move |(method, operation)| read(method, path, operation))
    });
    operations.collect()
}

fn read(method: &str, path: &str, operation: &Value) -> Said {
    let ways = operation["security"].as_array().unwrap();
    let bearers = ways.iter().filter_map(|way| way["bearer"].as_array());
    let is_optional = ways.iter().any(|way| way.as_object().unwrap().is_empty());
    let scopes: BTreeSet<_> = bearers
        .flatten()
        .map(|scope| scope.as_str().unwrap().to_owned())
        .collect();
    let roles = operation["x-roles"].as_array().into_iter().flatten();
    Said {
        id: operation["operationId"].as_str().unwrap().to_owned(),
        route: (method.to_ascii_uppercase(), path.to_owned()),
        is_public: scopes.is_empty()
            && (is_optional || ways.iter().all(|way| way.get("bearer").is_none())),
        scopes,
        roles: roles
            .map(|name| Role::named(name.as_str().unwrap()).unwrap())
            .collect(),
    }
}

fn complaints(rows: &[Row], said: &[Said]) -> Vec<String> {
    let mut found = Vec::new();
    for one in said {
        let rows: Vec<_> = rows.iter().filter(|row| row.operation == one.id).collect();
        match rows.as_slice() {
            [row] => found.extend(disagreements(row, one)),
            [] => found.push(format!("{} has no row", one.id)),
            _ => found.push(format!("{} has {} rows", one.id, rows.len())),
        }
    }
    for row in rows {
        if !said.iter().any(|one| one.id == row.operation) {
            found.push(format!("the row {} is of no operation", row.operation));
        }
    }
    found
}

fn disagreements(row: &Row, said: &Said) -> Vec<String> {
    let mut found = Vec::new();
    let mut compare = |what: &str, row_has: String, code_has: String| {
        if row_has != code_has {
            let id = &said.id;
            found.push(format!(
                "{id}: {what} is {row_has} in the table, {code_has} in the code"
            ));
        }
    };
    let route = (row.method.clone(), row.path.clone());
    compare(
        "the route",
        format!("{route:?}"),
        format!("{:?}", said.route),
    );
    let scopes: BTreeSet<_> = match &row.need {
        Need::Scope(scope) => BTreeSet::from([scope.clone()]),
        Need::Nothing | Need::Client => BTreeSet::new(),
    };
    compare(
        "the scope",
        format!("{scopes:?}"),
        format!("{:?}", said.scopes),
    );
    let everybody = Role::ALL.to_vec();
    let roles = if said.is_public {
        &everybody
    } else {
        &said.roles
    };
    let mut roles = roles.clone();
    roles.sort();
    compare(
        "who may",
        format!("{:?}", row.roles()),
        format!("{roles:?}"),
    );
    let nobody_may = row.reach(None) != Reach::Nothing;
    compare(
        "that nobody may",
        nobody_may.to_string(),
        said.is_public.to_string(),
    );
    found
}

#[test]
fn every_operation_has_one_row_which_is_what_its_handler_says() {
    let found = complaints(&access::table(), &said());
    assert!(found.is_empty(), "docs/access.md:\n{}", found.join("\n"));
}

#[test]
fn a_row_that_is_missing_doubled_or_wrong_is_noticed() {
    let (rows, said) = (access::table(), said());
    assert_eq!(complaints(&rows[1..], &said).len(), 1, "one is missing");
    let doubled: Vec<_> = rows.iter().chain(&rows[..1]).cloned().collect();
    assert_eq!(complaints(&doubled, &said).len(), 1, "one is doubled");
    let text = std::fs::read_to_string(access::file()).unwrap();
    for (from, to) in [
        ("`orders:write`", "`orders:read`"),
        ("| own | own | - | - | - |", "| own | own | all | - | - |"),
        ("POST /v1/orders`", "PUT /v1/orders`"),
        ("`stock:write` | - |", "`stock:write` | all |"),
        ("| `place_order` |", "| `order_place` |"),
    ] {
        assert!(text.contains(from), "{from}");
        let rows = access::read(&text.replacen(from, to, 1)).unwrap();
        assert!(!complaints(&rows, &said).is_empty(), "{from} to {to}");
    }
    assert!(access::read("| `a` | `GET /` | - | all | all | all | all | all |").is_err());
    assert!(access::read("| `a` | `GET /` | - | all | all | all | all | all | most |").is_err());
}

#[test]
fn what_needs_no_token_is_open_to_everybody_and_the_rest_to_nobody() {
    for row in access::table() {
        let open = matches!(row.need, Need::Nothing | Need::Client);
        let everybody = row.roles().len() == Role::ALL.len();
        assert_eq!(open, row.reach(None) != Reach::Nothing, "{}", row.operation);
        assert!(!open || everybody, "{}", row.operation);
    }
}

#[test]
fn whoever_may_can_be_given_the_scope_that_it_takes() {
    for row in access::table() {
        let Need::Scope(scope) = &row.need else {
            continue;
        };
        let roles = row.roles().into_iter();
        for role in roles.filter(|_| !scope.ends_with('*')) {
            let can_have = identity::domain::Scope::of_role(role);
            assert!(can_have.has(scope), "{}: {role} and {scope}", row.operation);
        }
    }
}
