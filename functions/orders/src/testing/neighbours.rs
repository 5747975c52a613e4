//! Catalog, carts and the token endpoint as far as orders asks them, over HTTP; they can fall silent.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    routing::{get, post},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use souk_kit::auth::MachineToken;
use tokio::net::TcpListener;
use url::Url;
use uuid::Uuid;

use super::ADA;

/// The one cart there is. It is Ada's.
pub(crate) const CART: Uuid = Uuid::from_u128(0xca27);
/// A cart that carts shows to whoever asks, as it must not.
pub(crate) const CART_OF_ANOTHER: Uuid = Uuid::from_u128(0xbad);
const CLIENT: (&str, &str) = ("orders", "a secret");

/// All of them at one address.
pub(crate) struct Neighbours {
    pub(crate) url: Url,
    doors: Doors,
}

#[derive(Clone, Default)]
struct Doors {
    down: Arc<AtomicBool>,
    asked: Arc<AtomicUsize>,
    /// How many tokens were given. Only the newest is good.
    tokens: Arc<AtomicUsize>,
}

impl Neighbours {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap())
            .parse()
            .unwrap();
        let doors = Doors::default();
        let routes = Router::new()
            .route("/v1/products", get(products))
            .route("/v1/carts/{cart_id}", get(cart))
            .route("/oauth2/token", post(token))
            .with_state(doors.clone());
        tokio::spawn(axum::serve(listener, routes).into_future());
        Self { url, doors }
    }

    /// What a function needs to ask as a client of its own.
    pub(crate) fn machine(&self) -> MachineToken {
        let url = self.url.join("/oauth2/token").unwrap();
        MachineToken::new(url, CLIENT.0, CLIENT.1.to_owned()).unwrap()
    }

    /// Every token that was given so far is refused from now on.
    pub(crate) fn refuse_tokens(&self) {
        self.doors.tokens.fetch_add(1, Ordering::SeqCst);
    }

    /// From now on they answer 503, or no longer.
    pub(crate) fn fall_silent(&self, down: bool) {
        self.doors.down.store(down, Ordering::SeqCst);
    }

    /// How often they were asked.
    pub(crate) fn asked(&self) -> usize {
        self.doors.asked.load(Ordering::SeqCst)
    }
}

impl Doors {
    fn enter(&self) -> Result<(), StatusCode> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        if self.down.load(Ordering::SeqCst) {
            Err(StatusCode::SERVICE_UNAVAILABLE)
        } else {
            Ok(())
        }
    }
}

async fn products(
    State(doors): State<Doors>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Json<Value>, StatusCode> {
    doors.enter()?;
    let sold = [
        ("MUG-BLUE", "Blue mug", 1250, "EUR"),
        ("CUP-RED", "Red cup", 400, "EUR"),
        ("HAT", "Hat", 900, "USD"),
    ];
    let asked: Vec<_> = query["sku"].split(',').collect();
    let product = |(sku, name, minor, currency)| json!({ "sku": sku, "name": name, "price": { "amount_minor": minor, "currency": currency }, "version": 1 });
    let items: Vec<_> = sold
        .into_iter()
        .filter(|sold| asked.contains(&sold.0))
        .map(product)
        .collect();
    Ok(Json(json!({ "items": items, "next_cursor": null })))
}

async fn cart(
    State(doors): State<Doors>,
    Path(cart_id): Path<Uuid>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Result<Json<Value>, StatusCode> {
    doors.enter()?;
    let good = format!("Bearer token-{}", doors.tokens.load(Ordering::SeqCst));
    if headers
        .get("authorization")
        .is_none_or(|sent| *sent != *good)
    {
        return Err(StatusCode::UNAUTHORIZED);
    }
    let (owner, asked_for) = (ADA.to_string(), query["account_id"].clone());
    if cart_id != CART_OF_ANOTHER && (cart_id != CART || asked_for != owner) {
        return Err(StatusCode::NOT_FOUND);
    }
    let lines = json!([{ "sku": "MUG-BLUE", "quantity": 1 }, { "sku": "CUP-RED", "quantity": 3 }]);
    let owner = if cart_id == CART { ADA } else { Uuid::nil() };
    Ok(Json(
        json!({ "cart_id": cart_id, "account_id": owner, "lines": lines }),
    ))
}

async fn token(
    State(doors): State<Doors>,
    headers: HeaderMap,
    body: String,
) -> Result<Json<Value>, StatusCode> {
    doors.enter()?;
    let known = format!("{}:a+secret", CLIENT.0);
    let basic = format!("Basic {}", BASE64_STANDARD.encode(known));
    let asked = (headers["authorization"].to_str().unwrap(), body.as_str());
    if asked != (basic.as_str(), "grant_type=client_credentials") {
        return Err(StatusCode::UNAUTHORIZED);
    }
    let number = doors.tokens.fetch_add(1, Ordering::SeqCst) + 1;
    let token = format!("token-{number}");
    Ok(Json(
        json!({ "access_token": token, "token_type": "Bearer", "expires_in": 900 }),
    ))
}
