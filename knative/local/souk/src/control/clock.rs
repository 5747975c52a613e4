//! `GET /clock`, `POST /clock {"advance_seconds": 1800}`.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::StatusCode;
use serde::Deserialize;
use souk_broker::Broker;

use crate::clock::{Clock, NotMoved, Status};

/// The clock, and who has to look at it when it was moved.
#[derive(Clone)]
pub(super) struct Moving {
    pub(super) clock: Clock,
    pub(super) broker: Broker,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance_seconds: u64,
}

pub(super) fn routes(moving: Moving) -> Router {
    Router::new()
        .route("/clock", get(show).post(advance))
        .with_state(moving)
}

async fn show(State(moving): State<Moving>) -> Json<Status> {
    Json(moving.clock.status())
}

async fn advance(State(moving): State<Moving>, Json(advance): Json<Advance>) -> Response {
    match moving.clock.advance(advance.advance_seconds) {
        Ok(()) => {
            let seconds = advance.advance_seconds;
            tracing::info!(seconds, "the clock was moved forward");
            moving.broker.look_at_the_clock().await;
            Json(moving.clock.status()).into_response()
        }
        Err(NotMoved::NotMovable) => (StatusCode::CONFLICT, NOT_MOVABLE).into_response(),
        Err(NotMoved::Wrong(why)) => (StatusCode::UNPROCESSABLE_ENTITY, why).into_response(),
    }
}

const NOT_MOVABLE: &str = "this shop's clock is this machine's: open it with `up --movable-clock`";
