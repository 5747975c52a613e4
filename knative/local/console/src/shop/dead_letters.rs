//! The shop's own dead letters, passed on: `deadletters` decides, and the operator asks.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use http::Method;

use super::passed_on::{Answered, document};
use crate::console::Console;
use crate::problem::Problem;

pub(super) async fn list(State(console): State<Console>, RawQuery(query): RawQuery) -> Answered {
    let path = query.map(|query| format!("?{query}")).unwrap_or_default();
    pass(&console, Method::GET, &path, &[]).await
}

pub(super) async fn show(State(console): State<Console>, Path(id): Path<String>) -> Answered {
    pass(&console, Method::GET, &one(&id, "")?, &[]).await
}

pub(super) async fn redrive(
    State(console): State<Console>,
    Path(id): Path<String>,
    body: Bytes,
) -> Answered {
    pass(&console, Method::POST, &one(&id, "/redrive")?, &body).await
}

pub(super) async fn discard(
    State(console): State<Console>,
    Path(id): Path<String>,
    body: Bytes,
) -> Answered {
    pass(&console, Method::POST, &one(&id, "/discard")?, &body).await
}

pub(super) async fn redrive_many(State(console): State<Console>, body: Bytes) -> Answered {
    pass(&console, Method::POST, "/redrive", &body).await
}

pub(super) async fn discard_many(State(console): State<Console>, body: Bytes) -> Answered {
    pass(&console, Method::POST, "/discard", &body).await
}

async fn pass(console: &Console, method: Method, path: &str, body: &[u8]) -> Answered {
    let body = document(body)?;
    console
        .shop
        .dead_letters(method, path, body)
        .await
        .map(Json)
}

/// An id stays one segment of a path.
fn one(id: &str, action: &str) -> Result<String, Problem> {
    match is_id(id) {
        true => Ok(format!("/{id}{action}")),
        false => Err(Problem::not_found(format!("there is no dead letter {id}"))),
    }
}

/// Whether it can be the id of something in the shop.
pub(super) fn is_id(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_hexdigit() || byte == b'-';
    text.len() == 36 && text.bytes().all(fits)
}
