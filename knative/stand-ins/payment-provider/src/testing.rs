//! Somebody who calls the provider.

use std::{path::PathBuf, sync::Arc};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, request::Builder},
};
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt;

use crate::{Desk, routes};

/// What payments asks for.
pub(crate) const ORDER: &str = "amount=2500&currency=eur&payment_method=pm_card_visa&capture_method=manual&confirm=true\
                                &error_on_requires_action=true&payment_method_types[]=card&metadata[order_id]=o-1";

#[derive(Clone)]
pub(crate) struct Caller {
    router: Router,
    key: String,
    desk: Arc<Desk>,
    folder: Arc<TempDir>,
}

#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answered {
    pub(crate) fn id(&self) -> String {
        self.body["id"].as_str().unwrap().to_owned()
    }
}

impl Caller {
    pub(crate) fn new() -> Self {
        Self::at(Arc::new(tempfile::tempdir().unwrap()))
    }

    pub(crate) fn desk(&self) -> Arc<Desk> {
        Arc::clone(&self.desk)
    }

    pub(crate) fn restarted(self) -> Self {
        Self::at(self.folder)
    }

    pub(crate) fn with_key(&self, key: &str) -> Self {
        let key = key.to_owned();
        Self {
            key,
            ..self.clone()
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answered {
        self.ask(Request::get(path), Body::empty()).await
    }

    pub(crate) async fn post(&self, path: &str, form: &str, key: &str) -> Answered {
        let request = Request::post(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("idempotency-key", key);
        self.ask(request, form.to_owned().into()).await
    }

    pub(crate) async fn switch(&self, switches: &str) {
        let request = Request::put("/switches").header("content-type", "application/json");
        let answered = self.ask(request, switches.to_owned().into()).await;
        assert_eq!(answered.status, 200, "{answered:?}");
    }

    pub(crate) async fn text(&self, path: &str) -> String {
        let (_, _, body) = self.send(Request::get(path), Body::empty()).await;
        String::from_utf8(body).unwrap()
    }

    fn at(folder: Arc<TempDir>) -> Self {
        let path: PathBuf = folder.path().into();
        let desk = Arc::new(Desk::open(&path, None).unwrap());
        Self {
            router: routes(Arc::clone(&desk)),
            key: desk.api_key().to_owned(),
            desk,
            folder,
        }
    }

    async fn ask(&self, request: Builder, body: Body) -> Answered {
        let (status, headers, body) = self.send(request, body).await;
        let body = serde_json::from_slice(&body)
            .unwrap_or_else(|_| String::from_utf8_lossy(&body).into_owned().into());
        Answered {
            status,
            headers,
            body,
        }
    }

    async fn send(&self, request: Builder, body: Body) -> (u16, HeaderMap, Vec<u8>) {
        let request = request.header("authorization", format!("Bearer {}", self.key));
        let request = request.body(body).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 1_000_000).await.unwrap().to_vec();
        (parts.status.as_u16(), parts.headers, body)
    }
}
