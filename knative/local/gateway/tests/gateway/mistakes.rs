//! Plans that are refused: everything at once, each with its place.

use std::sync::Arc;

use serde_json::json;
use souk_gateway::Gateway;

use crate::support::{Plan, echo};

fn mistakes(plan: &Plan) -> Vec<String> {
    let mistakes = Gateway::new(&plan.0, Arc::new(echo())).err().unwrap();
    mistakes.iter().map(ToString::to_string).collect()
}

#[test]
fn all_mistakes_of_a_plan_are_told_with_their_places() {
    let plan = Plan::orders()
        .plugin("proxy-cache", json!({"strategy": "memory"}))
        .plugin("cors", json!({"origin": "*"}))
        .on_route(Some("nowhere"), "rate-limiting", json!({"minute": 5}))
        .route("bad", "orders", &["get"], &["v1"])
        .route("orders", "unknown", &[], &["~/a(?=b)"]);
    let told = mistakes(&plan);
    for expected in [
        "kong.yaml:1: plugin `proxy-cache` is not supported here; supported are correlation-id, cors",
        "kong.yaml:2: plugin `cors`: config.origin: unknown field `origin`",
        "kong.yaml:3: there is no route `nowhere`",
        "kong.yaml:8: route `bad`: methods: `get` must be in capital letters",
        "kong.yaml:8: route `bad`: paths: `v1` must begin with `/`",
        "kong.yaml:8: route `orders`: there are two of this name",
        "kong.yaml:8: route `orders`: there is no service `unknown`",
    ] {
        assert!(
            told.iter().any(|mistake| mistake.starts_with(expected)),
            "{expected}\n{told:#?}"
        );
    }
}

#[test]
fn two_routes_that_one_request_fits_equally_well_are_refused() {
    let plan = Plan::orders()
        .route("one", "orders", &["GET"], &["~/v1/[^/]+$"])
        .route("other", "orders", &["GET"], &["~/v1/me$"]);
    let told = mistakes(&plan);
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(
        told[0].starts_with("kong.yaml:8: route `one`: ties with route `other`"),
        "{told:#?}"
    );
}

#[test]
fn a_plugin_that_is_disabled_is_not_looked_at() {
    let mut plan = Plan::orders().plugin("proxy-cache", json!({}));
    plan.0.plugins[0].enabled = false;
    assert!(Gateway::new(&plan.0, Arc::new(echo())).is_ok());
}

#[test]
fn a_public_key_that_cannot_be_read_is_a_mistake_of_its_consumer() {
    let plan = Plan::orders().consumer("people", |consumer| {
        consumer.jwt_secrets.push(souk_plan::model::JwtSecret {
            key: "k1".to_owned(),
            algorithm: "ES256".to_owned(),
            secret: None,
            rsa_public_key: Some("nothing".to_owned()),
        });
    });
    let told = mistakes(&plan);
    assert_eq!(
        told,
        ["kong.yaml:9: consumer `people`: jwt_secrets: rsa_public_key is no PEM"]
    );
}
