use axum::{
    Json, Router,
    body::{Body, to_bytes},
    extract::{Query, State},
    http::{HeaderMap, Request, Uri},
    routing::get,
};
use serde_json::json;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};
use tokio::net::TcpListener;
use tower::ServiceExt;

use super::*;
use crate::testing::Desk;

/// The tokens that the neighbours were shown.
type Shown = Arc<Mutex<Vec<String>>>;

/// Says what it was asked for: three pages of orders, endless payments, one thing of everything else.
async fn answer(
    State(shown): State<Shown>,
    uri: Uri,
    Query(query): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
) -> Json<Value> {
    let token = headers["authorization"].to_str().unwrap();
    shown.lock().unwrap().push(token.replace("Bearer ", ""));
    let page: u32 = query
        .get("cursor")
        .map_or(0, |cursor| cursor.parse().unwrap());
    let is_last = match uri.path() {
        "/v2/orders" => page == 2,
        "/v1/payments" => false,
        "/v1/carts" => return Json(json!({ "items": [{ "cart_id": "c" }] })),
        _ => true,
    };
    let next = (!is_last).then(|| (page + 1).to_string());
    Json(json!({ "items": [{ "at": uri.path(), "page": page }], "next_cursor": next }))
}

async fn neighbours(shown: &Shown) -> (Neighbours, String) {
    let router = Router::new()
        .fallback(get(answer))
        .with_state(shown.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(axum::serve(listener, router).into_future());
    (at(&url), url)
}

fn at(url: &str) -> Neighbours {
    let settings = LISTS.map(|(_, setting, _)| (setting, url));
    let env = souk_kit::Env::of(&settings);
    Neighbours::from_env(&mut Reader::new(&env)).unwrap()
}

async fn account(desk: &Desk, role: Role) -> Account {
    desk.register("ada@souk.example", "correct horse").await;
    let email = "ada@souk.example".parse().unwrap();
    let stored = crate::accounts::store::find_by_email(desk.app.pool(), &email).await;
    Account {
        role,
        ..stored.unwrap().unwrap().account
    }
}

#[tokio::test]
async fn every_page_is_fetched_and_what_does_not_end_is_not_called_complete() {
    let (desk, shown) = (Desk::open().await, Shown::default());
    let account = account(&desk, Role::Customer).await;
    let mut app = desk.app.clone();
    app.accounts.neighbours = neighbours(&shown).await.0;
    let lists = collect(&app, &account).await.unwrap();
    let sizes = lists
        .each_ref()
        .map(|list| (list.items.len(), list.is_complete));
    assert_eq!(
        sizes,
        [
            (1, true),
            (3, true),
            (PAGES_MAX, false),
            (1, true),
            (1, true)
        ]
    );
    assert_eq!(lists[1].items[2]["page"], 2);
    assert_eq!(lists[4].items[0]["at"], "/v1/notifications");
}

#[tokio::test]
async fn the_others_are_shown_a_token_that_only_reads_what_is_the_owners() {
    let (desk, shown) = (Desk::open().await, Shown::default());
    let merchant = account(&desk, Role::Merchant).await;
    let mut app = desk.app.clone();
    app.accounts.neighbours = neighbours(&shown).await.0;
    collect(&app, &merchant).await.unwrap();
    let token = shown.lock().unwrap()[0].clone();
    let caller = desk.verifier().verify(&token).await.unwrap();
    assert_eq!(
        (caller.role, caller.subject),
        (Role::Customer, merchant.account_id)
    );
    assert!(caller.scopes().iter().all(|scope| scope.ends_with(":read")));
    assert!(caller.has_scope("orders:read") && caller.has_scope("shipments:read"));
    let life = caller.expires_at - app.now();
    assert!(life <= TimeDelta::seconds(60), "{life}");
}

#[tokio::test]
async fn half_an_export_is_none() {
    let (desk, shown) = (Desk::open().await, Shown::default());
    let account = account(&desk, Role::Customer).await;
    let mut app = desk.app.clone();
    let (mut all, _) = neighbours(&shown).await;
    all.0[4] = at("http://127.0.0.1:1").0.remove(4);
    app.accounts.neighbours = all;
    let problem = collect(&app, &account).await.err().unwrap();
    assert_eq!(problem.status().as_u16(), 503);
}

#[tokio::test]
async fn everything_is_in_one_document_for_its_owner_only() {
    let (desk, shown) = (Desk::open().await, Shown::default());
    let account = account(&desk, Role::Customer).await;
    let mut app = desk.app.clone();
    app.accounts.neighbours = neighbours(&shown).await.0;
    let token = desk.token("ada@souk.example", "correct horse").await;
    let request = Request::get("/v1/accounts/me/export")
        .header("authorization", format!("Bearer {token}"))
        .body(Body::empty())
        .unwrap();
    let response = crate::service(app)
        .into_router()
        .oneshot(request)
        .await
        .unwrap();
    assert_eq!(response.headers()["cache-control"], "no-store");
    let body = to_bytes(response.into_body(), 1_000_000).await.unwrap();
    let export: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(
        export["account"]["account_id"],
        account.account_id.to_string()
    );
    assert_eq!(export["sessions"].as_array().unwrap().len(), 1);
    assert_eq!(export["orders"].as_array().unwrap().len(), 3);
    assert_eq!(export["carts"][0]["cart_id"], "c");
    assert_eq!(export["complete"], false, "{export}");
    let nobody = desk.get("/v1/accounts/me/export", "").await;
    assert_eq!(nobody.status.as_u16(), 401);
}
