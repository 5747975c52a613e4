//! The shop's side of the control API.

use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::{StatusCode, header};
use serde::Deserialize;
use tokio::net::UnixListener;

use crate::data_dir::DataDir;
use crate::stop::Stop;
use crate::view::{Parts, View};

const EVENT_BYTES: usize = 1024 * 1024;

#[derive(Clone)]
struct Control {
    view: Arc<View>,
    stop: Stop,
}

#[derive(Deserialize)]
struct EventsQuery {
    #[serde(default)]
    follow: bool,
}

/// Answers the other commands from now on, until this process ends.
pub(crate) fn serve(data_dir: &DataDir, view: Arc<View>, stop: Stop) -> io::Result<()> {
    let socket = data_dir.socket();
    // Left by a shop that was killed; the data directory's lock is ours.
    match std::fs::remove_file(&socket) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => (),
    }
    let listener = UnixListener::bind(&socket)?;
    std::fs::set_permissions(&socket, std::fs::Permissions::from_mode(0o600))?;
    let routes = Router::new()
        .route("/ps", get(ps))
        .route("/events", get(events))
        .route(
            "/send",
            post(send).layer(DefaultBodyLimit::max(EVENT_BYTES)),
        )
        .route("/down", post(down))
        .with_state(Control { view, stop });
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

async fn down(State(control): State<Control>) -> StatusCode {
    control.stop.ask();
    StatusCode::ACCEPTED
}
