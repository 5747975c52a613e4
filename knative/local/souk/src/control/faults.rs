//! `GET /faults`, `PUT /faults {"deliveries": {...}, "broker_disk": "full", "provider": "slow", "mails": "fail",
//! "functions": {"payments": "dead"}, "poison": "inventory"}`.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::StatusCode;

use crate::faults::{Change, Faults, NotChanged, Status};

pub(super) fn routes(faults: Arc<Faults>) -> Router {
    Router::new()
        .route("/faults", get(show).put(change))
        .with_state(faults)
}

async fn show(State(faults): State<Arc<Faults>>) -> Json<Status> {
    Json(faults.status().await)
}

async fn change(State(faults): State<Arc<Faults>>, Json(change): Json<Change>) -> Response {
    // On a task of its own: whoever stops waiting leaves nothing half done.
    let changed = tokio::spawn(async move {
        let changed = faults.change(change).await;
        changed.map(|()| faults)
    });
    match changed.await {
        Ok(Ok(faults)) => Json(faults.status().await).into_response(),
        Ok(Err(NotChanged::NotAllowed)) => (StatusCode::CONFLICT, NOT_ALLOWED).into_response(),
        Ok(Err(NotChanged::Wrong(why))) => (StatusCode::UNPROCESSABLE_ENTITY, why).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

const NOT_ALLOWED: &str = "nothing goes wrong on purpose in this shop: open it with `up --faults`";
