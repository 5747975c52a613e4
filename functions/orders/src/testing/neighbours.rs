//! Catalog and carts as far as orders asks them, over HTTP; they can fall silent.

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
    routing::get,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use url::Url;
use uuid::Uuid;

/// The one cart there is; whoever brings its owner's token may see it.
pub(crate) const CART: Uuid = Uuid::from_u128(0xca27);

/// Catalog and carts at one address.
pub(crate) struct Neighbours {
    pub(crate) url: Url,
    down: Arc<AtomicBool>,
    asked: Arc<AtomicUsize>,
}

#[derive(Clone)]
struct Doors {
    down: Arc<AtomicBool>,
    asked: Arc<AtomicUsize>,
}

impl Neighbours {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap())
            .parse()
            .unwrap();
        let doors = Doors {
            down: Arc::default(),
            asked: Arc::default(),
        };
        let (down, asked) = (Arc::clone(&doors.down), Arc::clone(&doors.asked));
        let routes = Router::new()
            .route("/v1/products", get(products))
            .route("/v1/carts/{cart_id}", get(cart))
            .with_state(doors);
        tokio::spawn(axum::serve(listener, routes).into_future());
        Self { url, down, asked }
    }

    /// From now on they answer 503, or no longer.
    pub(crate) fn fall_silent(&self, down: bool) {
        self.down.store(down, Ordering::SeqCst);
    }

    /// How often they were asked.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
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
    headers: HeaderMap,
) -> Result<Json<Value>, StatusCode> {
    doors.enter()?;
    if cart_id != CART || !headers.contains_key("authorization") {
        return Err(StatusCode::NOT_FOUND);
    }
    let lines = json!([{ "sku": "MUG-BLUE", "quantity": 1 }, { "sku": "CUP-RED", "quantity": 3 }]);
    Ok(Json(json!({ "cart_id": cart_id, "lines": lines })))
}
