//! The shop's side of the control API.

use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::{StatusCode, header};
use serde::Deserialize;
use souk_serving::TrafficChange;
use tokio::net::UnixListener;

use super::clock::Moving;
use crate::apply::Applier;
use crate::data_dir::DataDir;
use crate::stop::Stop;
use crate::view::{Parts, View};

const EVENT_BYTES: usize = 1024 * 1024;

#[derive(Clone)]
struct Control {
    view: Arc<View>,
    applier: Arc<Applier>,
    stop: Stop,
}

#[derive(Deserialize)]
struct ApplyQuery {
    #[serde(default)]
    build: bool,
}

#[derive(Deserialize)]
struct PromoteQuery {
    #[serde(default)]
    force: bool,
}

#[derive(Deserialize)]
struct EventsQuery {
    #[serde(default)]
    follow: bool,
}

/// Answers the other commands from now on, until this process ends.
pub(crate) fn serve(
    data_dir: &DataDir,
    view: Arc<View>,
    applier: Arc<Applier>,
    stop: Stop,
) -> io::Result<()> {
    let socket = data_dir.socket();
    // Left by a shop that was killed; the data directory's lock is ours.
    match std::fs::remove_file(&socket) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => (),
    }
    let listener = UnixListener::bind(&socket)?;
    std::fs::set_permissions(&socket, std::fs::Permissions::from_mode(0o600))?;
    let clock = super::clock::routes(Moving {
        clock: view.clock.clone(),
        broker: view.broker().clone(),
    });
    let faults = super::faults::routes(Arc::clone(&view.faults));
    let routes = Router::new()
        .route("/ps", get(ps))
        .route("/events", get(events))
        .route(
            "/send",
            post(send).layer(DefaultBodyLimit::max(EVENT_BYTES)),
        )
        .route("/apply", post(apply))
        .route("/traffic/{function}", post(traffic))
        .route("/traffic/{namespace}/{function}", post(traffic_within))
        .route("/promote", post(promote))
        .route("/down", post(down))
        .with_state(Control {
            view,
            applier,
            stop,
        })
        .merge(clock)
        .merge(faults);
    tokio::spawn(async move { axum::serve(listener, routes).await });
    Ok(())
}

async fn ps(State(control): State<Control>) -> Json<Parts> {
    Json(control.view.parts().await)
}

async fn events(State(control): State<Control>, Query(query): Query<EventsQuery>) -> Response {
    let lines = control.view.events(query.follow).await;
    (
        [(header::CONTENT_TYPE, "application/x-ndjson")],
        Body::from_stream(lines),
    )
        .into_response()
}

async fn send(State(control): State<Control>, event: Bytes) -> Response {
    control.view.send(event).await
}

async fn apply(State(control): State<Control>, Query(query): Query<ApplyQuery>) -> Response {
    // On a task of its own: whoever stops waiting leaves nothing half done.
    let applied = tokio::spawn(async move { control.applier.apply(query.build).await });
    match applied.await {
        Ok(Ok(applied)) => Json(applied).into_response(),
        Ok(Err(failure)) => (StatusCode::UNPROCESSABLE_ENTITY, failure.to_string()).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

async fn traffic(
    State(control): State<Control>,
    Path(function): Path<String>,
    Json(change): Json<TrafficChange>,
) -> Response {
    match control.view.set_traffic(&function, &change) {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(why) => (StatusCode::UNPROCESSABLE_ENTITY, why).into_response(),
    }
}

async fn traffic_within(
    control: State<Control>,
    Path((namespace, function)): Path<(String, String)>,
    change: Json<TrafficChange>,
) -> Response {
    traffic(control, Path(format!("{namespace}/{function}")), change).await
}

async fn promote(State(control): State<Control>, Query(query): Query<PromoteQuery>) -> Response {
    let Some(promoter) = control.view.promoter() else {
        let why = "this shop has no replica\n  Open it with one: souk up --replica";
        return (StatusCode::CONFLICT, why).into_response();
    };
    match promoter.promote(query.force).await {
        Ok(promotion) => Json(promotion).into_response(),
        Err(why) => (StatusCode::CONFLICT, why.to_string()).into_response(),
    }
}

async fn down(State(control): State<Control>) -> StatusCode {
    control.stop.ask();
    StatusCode::ACCEPTED
}
