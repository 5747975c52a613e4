//! An identity that tells its state, and a Kong that takes configurations, both over real sockets.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::SOON;

const PEM: &str = "-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n";

/// A state as identity tells it.
pub(crate) fn state(keys: &[&str], clients: &[&str]) -> Value {
    let keys: Vec<Value> = keys
        .iter()
        .map(|kid| json!({ "kid": kid, "public_key_pem": PEM }))
        .collect();
    let clients: Vec<Value> = clients
        .iter()
        .map(|id| json!({ "client_id": id, "limit_per_minute": 60 }))
        .collect();
    json!({ "keys": keys, "clients": clients })
}

async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

/// Tells a state with an ETag, and nothing anew to who has it.
pub(crate) struct Identity {
    pub(crate) url: String,
    inner: Arc<IdentityInner>,
}

struct IdentityInner {
    state: Mutex<Value>,
    is_failing: AtomicBool,
    asked: watch::Sender<usize>,
}

impl Identity {
    pub(crate) async fn start(state: Value) -> Self {
        let inner = Arc::new(IdentityInner {
            state: Mutex::new(state),
            is_failing: AtomicBool::new(false),
            asked: watch::Sender::new(0),
        });
        let router = Router::new()
            .route("/v1/identity/gate", get(tell))
            .with_state(Arc::clone(&inner));
        Self {
            url: format!("{}/v1/identity/gate", serve(router).await),
            inner,
        }
    }

    pub(crate) fn tell(&self, state: Value) {
        *self.inner.state.lock().unwrap() = state;
    }

    pub(crate) fn fail(&self, is_failing: bool) {
        self.inner.is_failing.store(is_failing, Ordering::SeqCst);
    }

    pub(crate) async fn asked_again(&self) {
        let mut asked = self.inner.asked.subscribe();
        let before = *asked.borrow_and_update();
        let more = timeout(SOON, asked.wait_for(|count| *count > before)).await;
        more.expect("identity is asked again").unwrap();
    }
}

async fn tell(State(inner): State<Arc<IdentityInner>>, headers: HeaderMap) -> Response {
    inner.asked.send_modify(|count| *count += 1);
    if inner.is_failing.load(Ordering::SeqCst) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let state = inner.state.lock().unwrap().clone();
    let etag = format!(
        "\"{}\"",
        state.to_string().len() + state.to_string().matches("k2").count() * 1000
    );
    if headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|known| known == etag.as_str())
    {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    ([(header::ETAG, etag)], Json(state)).into_response()
}

/// `POST /config?check_hash=1` as Kong 3.9 answers it: 201 when the configuration is another, 304 when it has it, 400 when it refuses.
pub(crate) struct Kong {
    pub(crate) url: String,
    inner: Arc<KongInner>,
    asked: watch::Receiver<usize>,
}

struct KongInner {
    has: watch::Sender<Option<String>>,
    is_refusing: AtomicBool,
    asked: watch::Sender<usize>,
}

impl Kong {
    pub(crate) async fn start() -> Self {
        let inner = Arc::new(KongInner {
            has: watch::Sender::new(None),
            is_refusing: AtomicBool::new(false),
            asked: watch::Sender::new(0),
        });
        let router = Router::new()
            .route("/config", post(take))
            .with_state(Arc::clone(&inner));
        let asked = inner.asked.subscribe();
        Self {
            url: serve(router).await,
            inner,
            asked,
        }
    }

    pub(crate) fn refuse(&self, is_refusing: bool) {
        self.inner.is_refusing.store(is_refusing, Ordering::SeqCst);
    }

    pub(crate) fn forget(&self) {
        self.inner.has.send_replace(None);
    }

    pub(crate) fn has(&self) -> Option<String> {
        self.inner.has.borrow().clone()
    }

    /// Awaits a configuration, and gives it.
    pub(crate) async fn given_with(&mut self, is_meant: impl Fn(&str) -> bool) -> String {
        let mut has = self.inner.has.subscribe();
        let given = timeout(
            SOON,
            has.wait_for(|has| has.as_deref().is_some_and(&is_meant)),
        )
        .await;
        given.expect("Kong is given it").unwrap().clone().unwrap()
    }

    pub(crate) async fn asked_again(&mut self) {
        let before = *self.asked.borrow_and_update();
        let more = timeout(SOON, self.asked.wait_for(|count| *count > before)).await;
        more.expect("Kong is asked again").unwrap();
    }
}

#[derive(serde::Deserialize)]
struct CheckHash {
    check_hash: String,
}

async fn take(
    State(inner): State<Arc<KongInner>>,
    Query(query): Query<CheckHash>,
    Json(body): Json<Value>,
) -> Response {
    assert_eq!(query.check_hash, "1");
    let config = body["config"].as_str().unwrap().to_owned();
    let answer = if inner.has.borrow().as_deref() == Some(config.as_str()) {
        StatusCode::NOT_MODIFIED.into_response()
    } else if inner.is_refusing.load(Ordering::SeqCst) {
        (
            StatusCode::BAD_REQUEST,
            Json(json!({ "message": "declarative config is invalid" })),
        )
            .into_response()
    } else {
        inner.has.send_replace(Some(config));
        (StatusCode::CREATED, Json(json!({ "services": {} }))).into_response()
    };
    inner.asked.send_modify(|count| *count += 1);
    answer
}
