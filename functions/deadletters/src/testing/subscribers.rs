//! Functions that hear events, as far as a courier sees them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    routing::post,
};
use tokio::net::TcpListener;
use url::Url;

/// Who heard it, with which headers and data.
pub(crate) type Heard = (String, HashMap<String, String>, Vec<u8>);

/// All of them, at one address.
#[derive(Clone, Default)]
pub(crate) struct Subscribers {
    address: String,
    answers: Arc<Mutex<HashMap<String, (u16, String)>>>,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl Subscribers {
    /// They take everything until they are told otherwise.
    pub(crate) async fn listen() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let subscribers = Self {
            address: format!("http://{}", listener.local_addr().unwrap()),
            ..Self::default()
        };
        let router = Router::new()
            .route("/{function}/events", post(hear))
            .with_state(subscribers.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        subscribers
    }

    /// Where a subscriber of a cluster is found here.
    pub(crate) fn reached(&self, address: &Url) -> Url {
        let host = address.host_str().unwrap();
        let function = host.split('.').next().unwrap();
        format!("{}/{function}/events", self.address)
            .parse()
            .unwrap()
    }

    pub(crate) fn answer(&self, function: &str, status: u16, body: &str) {
        let mut answers = self.answers.lock().unwrap();
        answers.insert(function.to_owned(), (status, body.to_owned()));
    }

    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }
}

async fn hear(
    State(subscribers): State<Subscribers>,
    Path(function): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, String) {
    let headers = headers.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.to_string(), value)
    });
    let heard = (function.clone(), headers.collect(), body.to_vec());
    subscribers.heard.lock().unwrap().push(heard);
    let answers = subscribers.answers.lock().unwrap();
    let (status, body) = answers
        .get(&function)
        .cloned()
        .unwrap_or((202, String::new()));
    (StatusCode::from_u16(status).unwrap(), body)
}
