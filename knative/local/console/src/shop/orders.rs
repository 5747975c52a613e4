//! Orders, and the path of one.

use axum::Json;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use serde_json::Value;

use super::dead_letters::is_id;
use super::passed_on::Answered;
use super::path::{self, facts::Facts};
use super::spans;
use crate::console::Console;
use crate::problem::Problem;

/// How many orders are told at once, at most: a page of the shop's own API.
const ORDERS_MOST: usize = 100;
/// How many, when nobody says.
const ORDERS: usize = 50;

/// How many orders are wanted.
#[derive(Debug, Deserialize)]
pub(super) struct OrdersQuery {
    limit: Option<usize>,
}

pub(super) async fn list(
    State(console): State<Console>,
    Query(query): Query<OrdersQuery>,
) -> Answered {
    let limit = query.limit.unwrap_or(ORDERS).clamp(1, ORDERS_MOST);
    console.shop.orders(limit).await.map(Json)
}

/// What the shop says and what the spans say are asked for at the same time.
pub(super) async fn path(State(console): State<Console>, Path(order_id): Path<String>) -> Answered {
    if !is_id(&order_id) {
        return Err(Problem::not_found(format!(
            "there is no order {order_id}: an order's id is a UUID"
        )));
    }
    let order_id = order_id.to_ascii_lowercase();
    let (facts, spans) = tokio::join!(
        console.shop.order_facts(&order_id),
        spans::of_order(&console.telemetry, &order_id)
    );
    let facts: Result<Facts, _> = serde_json::from_value(facts?);
    let mut facts = facts.map_err(|error| not_understood(&error))?;
    facts.spans = spans;
    let told: Result<Value, _> = serde_json::to_value(path::tell(&facts));
    told.map(Json).map_err(|error| not_understood(&error))
}

fn not_understood(error: &serde_json::Error) -> Problem {
    let detail = format!("what is known of the order is not understood: {error}");
    Problem::new(http::StatusCode::INTERNAL_SERVER_ERROR, detail)
}
