//! A cart as clients see it: without prices, which are the shop's when it is ordered.

use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::Serialize;
use souk_kit::{etag::ETag, http::Json};
use uuid::Uuid;

use crate::domain::{Cart, Line};

#[derive(Serialize)]
pub(crate) struct CartView {
    cart_id: Uuid,
    lines: Vec<LineView>,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

#[derive(Serialize)]
struct LineView {
    sku: String,
    quantity: u32,
}

impl CartView {
    pub(super) fn of(cart: Cart) -> Self {
        let line = |Line { sku, quantity, .. }| LineView { sku, quantity };
        Self {
            cart_id: cart.cart_id,
            lines: cart.lines.into_iter().map(line).collect(),
            version: cart.version,
            created_at: cart.created_at,
            updated_at: cart.updated_at,
            expires_at: cart.expires_at,
        }
    }
}

/// The tag of a cart: its version, which grows with every change.
pub(super) fn tag(cart: &Cart) -> ETag {
    ETag::of(cart.version)
}

/// The cart and its tag.
pub(super) fn show(cart: Cart) -> Response {
    (tag(&cart), Json(CartView::of(cart))).into_response()
}
