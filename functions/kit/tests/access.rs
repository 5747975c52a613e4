//! Who may ask for what: the check in front of each handler.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use axum::{Router, body::Body};
use http::{HeaderMap, Request};
use serde_json::Value;
use souk_kit::{
    Access, Answer, Caller, Clock, Role, Service, TokenVerifier,
    api::{Doc, Routes},
    auth::StreamCaller,
    http::Json,
};
use souk_testing::Tokens;
use tower::ServiceExt;
use uuid::Uuid;

const PLACE: Doc = Doc::new(
    "Place an order",
    Access::of(&[Role::Guest, Role::Customer], "orders:write"),
)
.unkept("it does nothing.");
const PUBLISH: Doc =
    Doc::new("Publish", Access::any_scope(&[Role::Machine], "publish:")).unkept("it does nothing.");
const FOLLOW: Doc = Doc::new("Follow", Access::of(&[Role::Customer], "orders:read"));
const SEE: Doc = Doc::new("See", Access::public());

/// It asks for nobody, and is guarded all the same.
async fn place(Json(_): Json<Value>) -> Answer<Json<&'static str>> {
    Ok(Json("placed"))
}

async fn publish(caller: Caller) -> Answer<Json<String>> {
    Ok(Json(caller.client))
}

async fn follow(StreamCaller(caller): StreamCaller) -> Answer<Json<Uuid>> {
    Ok(Json(caller.subject))
}

async fn see(caller: Option<Caller>) -> Answer<Json<&'static str>> {
    Ok(Json(caller.map_or("nobody", |caller| caller.role.name())))
}

fn routes() -> Routes<()> {
    Routes::new()
        .post("/orders", place, &PLACE)
        .post("/events", publish, &PUBLISH)
        .get("/updates", follow, &FOLLOW)
        .get("/things", see, &SEE)
}

fn service(verifier: TokenVerifier) -> Router {
    Service::new(routes().with_state(()))
        .auth(verifier)
        .into_router()
}

struct Shop {
    tokens: Tokens,
    router: Router,
}

impl Shop {
    fn open() -> Self {
        let tokens = Tokens::new(Clock::system());
        let router = service(tokens.verifier());
        Self { tokens, router }
    }

    fn token(&self, role: Role, scopes: &[&str]) -> String {
        self.tokens.token_with(Uuid::from_u128(7), role, scopes)
    }

    async fn ask(&self, method: &str, path: &str, token: Option<&str>) -> (u16, HeaderMap, Value) {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let request = request.header("content-type", "application/json");
        let request = request.body(Body::from("{}")).unwrap();
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let body = axum::body::to_bytes(body, 100_000).await.unwrap();
        let body = serde_json::from_slice(&body).unwrap_or_default();
        (parts.status.as_u16(), parts.headers, body)
    }

    async fn status(&self, method: &str, path: &str, token: &str) -> u16 {
        self.ask(method, path, Some(token)).await.0
    }
}

#[tokio::test]
async fn a_handler_that_forgets_to_ask_who_is_calling_is_guarded_all_the_same() {
    let shop = Shop::open();
    assert_eq!(shop.ask("POST", "/orders", None).await.0, 401);
    for (role, scopes, status) in [
        (Role::Guest, &["orders:write"][..], 200),
        (Role::Customer, &["openid", "orders:write"], 200),
        (Role::Customer, &["orders:read"], 403),
        (Role::Customer, &[], 403),
        (Role::Merchant, &["orders:write"], 403),
        (Role::Operator, &["orders:write"], 403),
        (Role::Machine, &["orders:write"], 403),
    ] {
        let token = shop.token(role, scopes);
        assert_eq!(
            shop.status("POST", "/orders", &token).await,
            status,
            "{role} {scopes:?}"
        );
    }
}

#[tokio::test]
async fn what_is_missing_is_said_in_the_words_of_oauth() {
    let shop = Shop::open();
    let (status, headers, body) = shop.ask("POST", "/orders", None).await;
    assert_eq!(
        (status, &headers["www-authenticate"]),
        (401, &"Bearer".parse().unwrap())
    );
    assert_eq!(body["type"], "https://souk.example/problems/unauthorized");

    let (status, headers, _) = shop.ask("POST", "/orders", Some("x.y.z")).await;
    assert_eq!(status, 401);
    assert_eq!(
        headers["www-authenticate"],
        "Bearer error=\"invalid_token\""
    );

    let token = shop.token(Role::Customer, &["orders:read"]);
    let (status, headers, body) = shop.ask("POST", "/orders", Some(&token)).await;
    let challenge = "Bearer error=\"insufficient_scope\", scope=\"orders:write\"";
    assert_eq!(
        (status, headers["www-authenticate"].to_str().unwrap()),
        (403, challenge)
    );
    assert_eq!(
        body["type"],
        "https://souk.example/problems/insufficient-scope"
    );

    let token = shop.token(Role::Merchant, &["orders:write"]);
    let (status, headers, body) = shop.ask("POST", "/orders", Some(&token)).await;
    assert_eq!((status, headers.get("www-authenticate")), (403, None));
    assert_eq!(body["type"], "https://souk.example/problems/forbidden");
}

#[tokio::test]
async fn where_any_scope_of_a_kind_will_do_there_has_to_be_one() {
    let shop = Shop::open();
    for (scopes, status) in [
        (&["publish:x.v1"][..], 200),
        (&["publish:"], 403),
        (&[], 403),
    ] {
        let token = shop.tokens.machine("erp", scopes);
        assert_eq!(
            shop.status("POST", "/events", &token).await,
            status,
            "{scopes:?}"
        );
    }
}

#[tokio::test]
async fn a_token_in_the_query_counts_for_a_stream_and_for_nothing_else() {
    let shop = Shop::open();
    let token = shop.token(Role::Customer, &["orders:read", "orders:write"]);
    let at = |path: &str| format!("{path}?access_token={token}");
    assert_eq!(shop.ask("GET", &at("/updates"), None).await.0, 200);
    assert_eq!(shop.ask("POST", &at("/orders"), None).await.0, 401);
    assert_eq!(shop.ask("GET", &at("/things"), None).await.2, "nobody");
    let other = shop.token(Role::Merchant, &["orders:read"]);
    let path = format!("/updates?access_token={other}");
    assert_eq!(shop.ask("GET", &path, None).await.0, 403);
}

#[tokio::test]
async fn what_is_open_to_all_knows_a_caller_who_says_so_and_refuses_a_bad_token() {
    let shop = Shop::open();
    assert_eq!(shop.ask("GET", "/things", None).await.2, "nobody");
    let token = shop.token(Role::Guest, &[]);
    assert_eq!(shop.ask("GET", "/things", Some(&token)).await.2, "guest");
    assert_eq!(shop.status("GET", "/things", "x.y.z").await, 401);
}

#[tokio::test]
async fn another_method_is_405_and_not_a_question_of_rights() {
    let shop = Shop::open();
    assert_eq!(shop.ask("DELETE", "/orders", None).await.0, 405);
    assert_eq!(shop.ask("GET", "/nothing", None).await.0, 404);
    assert_eq!(shop.ask("HEAD", "/updates", None).await.0, 401);
}

#[tokio::test]
async fn without_the_keys_it_is_503_with_a_time_and_never_401() {
    let nobody_there = "http://127.0.0.1:1/jwks.json".parse().unwrap();
    let (tokens, issuer) = (Tokens::new(Clock::system()), "https://souk.example");
    let verifier = TokenVerifier::fetching(issuer, "souk", nobody_there, Clock::system());
    let router = service(verifier.unwrap());
    let shop = Shop { tokens, router };
    let token = shop.token(Role::Customer, &["orders:write"]);
    let (status, headers, _) = shop.ask("POST", "/orders", Some(&token)).await;
    assert_eq!((status, headers.contains_key("retry-after")), (503, true));
}

#[test]
#[should_panic(expected = "is open to all")]
fn a_route_that_is_open_to_all_and_needs_a_caller_is_a_mistake() {
    let _ = Routes::<()>::new().post("/events", publish, &SEE);
}

#[test]
fn the_document_says_who_may() {
    let document = routes().api("A shop.").document("shop");
    let of = |path: &str, method: &str| document["paths"][path][method].clone();
    let place = of("/orders", "post");
    assert_eq!(
        place["security"],
        serde_json::json!([{ "bearer": ["orders:write"] }])
    );
    assert_eq!(place["x-roles"], serde_json::json!(["guest", "customer"]));
    assert_eq!(
        place["responses"]["403"]["x-problems"][1],
        "insufficient-scope"
    );
    assert!(place["responses"]["401"].is_object());
    let publish = of("/events", "post");
    assert_eq!(
        publish["security"],
        serde_json::json!([{ "bearer": ["publish:*"] }])
    );
    let follow =
        serde_json::json!([{ "bearer": ["orders:read"] }, { "streamToken": ["orders:read"] }]);
    assert_eq!(of("/updates", "get")["security"], follow);
    let see = of("/things", "get");
    assert_eq!(see["security"], serde_json::json!([{}, { "bearer": [] }]));
    assert_eq!(see["x-roles"], Value::Null);
}
