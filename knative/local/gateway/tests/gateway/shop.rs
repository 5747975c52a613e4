//! The shapes of `gateway-config/kong.yaml`: which path reaches which function, and what stands in between.

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::{Request, StatusCode};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use souk_plan::model::{JwtSecret, KongConsumer};

use crate::support::{Plan, client_address, echo, echoed, gateway, request};

/// Signs as identity does.
pub(crate) struct Identity(EcdsaKeyPair);

impl Identity {
    pub(crate) fn new() -> Self {
        let (algorithm, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        Self(EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random).unwrap())
    }

    /// A customer's token.
    pub(crate) fn token(&self, exp: i64) -> String {
        self.token_of("customers", exp)
    }

    /// A token of one of the gate's consumers. Its claim `kid` names the consumer, its header the key alone.
    fn token_of(&self, consumer: &str, exp: i64) -> String {
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let header = part(json!({"alg": "ES256", "kid": "k1"}));
        let claims =
            part(json!({"sub": "someone", "kid": format!("k1.{consumer}"), "exp": exp, "nbf": 0}));
        let signed = format!("{header}.{claims}");
        let signature = self
            .0
            .sign(&SystemRandom::new(), signed.as_bytes())
            .unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn public_pem(&self) -> String {
        // SubjectPublicKeyInfo of a P-256 key, up to the point itself.
        let mut der = b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01".to_vec();
        der.extend(b"\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00");
        der.extend(self.0.public_key().as_ref());
        let base64 = STANDARD.encode(der);
        format!("-----BEGIN PUBLIC KEY-----\n{base64}\n-----END PUBLIC KEY-----\n")
    }
}

pub(crate) fn in_an_hour() -> i64 {
    chrono::Utc::now().timestamp() + 3600
}

fn jwt(uri_param_names: &[&str]) -> Value {
    json!({
        "key_claim_name": "kid",
        "claims_to_verify": ["exp", "nbf"],
        "uri_param_names": uri_param_names,
    })
}

/// The shop's plan, shortened.
pub(crate) fn plan(identity: &Identity) -> Plan {
    let by_address = json!({"minute": 1200, "limit_by": "ip", "policy": "local"});
    let holder = |name: &str, group: &str| {
        let key = format!("k1.{name}");
        let group = group.to_owned();
        move |consumer: &mut KongConsumer| {
            consumer.acl_groups = vec![group];
            consumer.jwt_secrets.push(JwtSecret {
                key,
                algorithm: "ES256".to_owned(),
                secret: None,
                rsa_public_key: Some(identity.public_pem()),
            });
        }
    };
    let own_limit = json!({"minute": 2, "limit_by": "consumer", "policy": "local"});
    Plan::empty()
        .consumer("customers", holder("customers", "customer"))
        .consumer("erp", holder("erp", "machine"))
        .on_consumer("erp", "rate-limiting", own_limit)
        .plugin("correlation-id", json!({"header_name": "X-Correlation-ID", "generator": "uuid", "echo_downstream": true}))
        .plugin("cors", json!({"origins": ["*"], "methods": ["GET", "POST"], "headers": ["Authorization"], "exposed_headers": ["ETag"], "max_age": 3600, "credentials": false}))
        .plugin("request-size-limiting", json!({"allowed_payload_size": 64, "size_unit": "kilobytes"}))
        .plugin("request-transformer", json!({"remove": {"headers": ["K-Original-Host", "X-Consumer-Username"]}}))
        .plugin("prometheus", json!({"status_code_metrics": true, "latency_metrics": true, "bandwidth_metrics": true}))
        .service("identity")
        .route("register-account", "identity", &["POST"], &["~/v1/accounts$"])
        .route("identity-keys", "identity", &["GET", "HEAD"], &[r"~/v1/identity/jwks\.json$"])
        .service("catalog")
        .route("browse-catalog", "catalog", &["GET", "HEAD"], &["/v1/products", "/v1/categories"])
        .on_route(Some("browse-catalog"), "rate-limiting", json!({"second": 5_000_000, "minute": 200_000_000, "limit_by": "ip", "policy": "local"}))
        .service("orders")
        .route("orders", "orders", &["GET", "POST"], &["/v1/orders"])
        .on_route(Some("orders"), "jwt", jwt(&[]))
        .on_route(Some("orders"), "rate-limiting", by_address.clone())
        .service("notifications")
        .route("order-updates", "notifications", &["GET"], &["~/v1/orders/[^/]+/updates$"])
        .on_route(Some("order-updates"), "jwt", jwt(&["access_token"]))
        .service("intake")
        .route("publish-events", "intake", &["POST"], &["~/v1/events$"])
        .on_route(Some("publish-events"), "jwt", jwt(&[]))
        .on_route(Some("publish-events"), "acl", json!({"allow": ["machine"], "hide_groups_header": true}))
        .on_route(Some("publish-events"), "rate-limiting", by_address)
        .service("preflight")
        .with_service(|service| service.host = "catalog.souk.svc.cluster.local".to_owned())
        .route("preflight", "preflight", &["OPTIONS"], &["/v1"])
        .on_route(Some("preflight"), "request-termination", json!({"status_code": 405, "message": "OPTIONS is answered for CORS preflights only"}))
}

/// The host that a request reaches, or the status that refuses it.
async fn reached(plan: &Plan, request: Request<Body>) -> Result<String, StatusCode> {
    let response = gateway(plan, echo())
        .answer(request, client_address())
        .await;
    if response.status() != StatusCode::OK {
        return Err(response.status());
    }
    let seen = echoed(response).await;
    Ok(seen["headers"]["host"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn every_path_reaches_its_function_or_is_refused() {
    let identity = Identity::new();
    let plan = plan(&identity);
    let bearer = format!("Bearer {}", identity.token(in_an_hour()));
    let machine = format!("Bearer {}", identity.token_of("erp", in_an_hour()));
    let expired = format!("Bearer {}", identity.token(1));
    let in_query = format!(
        "/v1/orders/7/updates?access_token={}",
        identity.token(in_an_hour())
    );
    let [token, old, erp] =
        [&bearer, &expired, &machine].map(|value| ("authorization", value.as_str()));
    for (method, path, headers, expected) in [
        ("POST", "/v1/accounts", &[][..], Ok("identity")),
        ("GET", "/v1/accounts", &[], Err(404)),
        ("POST", "/v1/accounts/me", &[], Err(404)),
        ("GET", "/v1/identity/jwks.json", &[], Ok("identity")),
        ("GET", "/v1/identity/jwksxjson", &[], Err(404)),
        ("GET", "/v1/products?q=a", &[], Ok("catalog")),
        ("GET", "/v1/categories/7", &[], Ok("catalog")),
        ("GET", "/v1/orders", &[], Err(401)),
        ("GET", "/v1/orders", &[old], Err(401)),
        ("GET", "/v1/orders", &[token], Ok("orders")),
        ("GET", "/v1/orders/7/updates", &[token], Ok("notifications")),
        ("GET", in_query.as_str(), &[], Ok("notifications")),
        ("POST", "/v1/orders/7/cancel", &[token], Ok("orders")),
        ("POST", "/v1/events", &[erp], Ok("intake")),
        ("POST", "/v1/events", &[token], Err(403)),
        ("POST", "/v1/events", &[], Err(401)),
        ("OPTIONS", "/v1/orders", &[], Err(405)),
        ("GET", "/events", &[token], Err(404)),
        ("GET", "/healthz", &[], Err(404)),
    ] {
        let found = reached(&plan, request(method, path, headers)).await;
        let expected = expected
            .map(|function| format!("{function}.souk.svc.cluster.local"))
            .map_err(|status| StatusCode::from_u16(status).unwrap());
        assert_eq!(found, expected, "{method} {path}");
    }
}

#[tokio::test]
async fn a_preflight_is_answered_before_anything_else_runs() {
    let headers = [
        ("origin", "https://a.shop"),
        ("access-control-request-method", "POST"),
    ];
    let response = gateway(&plan(&Identity::new()), echo())
        .answer(request("OPTIONS", "/v1/orders", &headers), client_address())
        .await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["content-length"], "0");
    assert_eq!(
        response.headers()["access-control-allow-methods"],
        "GET,POST"
    );
    assert!(response.headers().contains_key("x-correlation-id"));
    assert!(!response.headers().contains_key("ratelimit-limit"));
}

#[tokio::test]
async fn a_function_sees_who_calls_and_nothing_forged() {
    let identity = Identity::new();
    let bearer = format!("Bearer {}", identity.token_of("erp", in_an_hour()));
    let headers = [
        ("authorization", bearer.as_str()),
        ("x-consumer-username", "forged"),
        ("k-original-host", "orders.souk.svc.cluster.local"),
    ];
    let response = gateway(&plan(&identity), echo())
        .answer(request("POST", "/v1/events", &headers), client_address())
        .await;
    let headers = &echoed(response).await["headers"];
    assert_eq!(headers["authorization"], bearer);
    assert_eq!(headers["x-consumer-username"], Value::Null);
    assert_eq!(headers["k-original-host"], Value::Null);
    assert_eq!(headers["x-correlation-id"].as_str().unwrap().len(), 36);
}

#[tokio::test]
async fn a_machines_own_limit_counts_in_place_of_the_routes_and_over_all_routes() {
    let identity = Identity::new();
    let gateway = gateway(&plan(&identity), echo());
    let ask = |path: &'static str, method: &'static str, consumer: &str| {
        let bearer = format!("Bearer {}", identity.token_of(consumer, in_an_hour()));
        let request = request(method, path, &[("authorization", &bearer)]);
        gateway.answer(request, client_address())
    };
    let first = ask("/v1/events", "POST", "erp").await;
    assert_eq!(first.headers()["ratelimit-limit"], "2");
    assert_eq!(
        ask("/v1/orders", "GET", "erp").await.status(),
        StatusCode::OK
    );
    let third = ask("/v1/events", "POST", "erp").await;
    assert_eq!(third.status(), StatusCode::TOO_MANY_REQUESTS);
    let other = ask("/v1/orders", "GET", "customers").await;
    assert_eq!(other.headers()["ratelimit-limit"], "1200");
}
