//! A cart as clients see it: without prices, which are the shop's when it is ordered.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use souk_kit::{api::Tagged, etag::ETag, http::Json};
use uuid::Uuid;

use crate::domain::{Cart, LINES_MAX, Line, QUANTITY_MAX};

/// The cart and its tag.
pub(crate) type Shown = Tagged<Json<CartView>>;

/// A cart.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Cart")]
pub(crate) struct CartView {
    /// Which one it is.
    cart_id: Uuid,
    /// Whose it is.
    account_id: Uuid,
    /// What is in it: each article once, in the order in which they were put in.
    #[schemars(length(max = LINES_MAX))]
    lines: Vec<LineView>,
    /// Grows with every change.
    #[schemars(range(min = 1))]
    version: i64,
    /// Since when it is there.
    created_at: DateTime<Utc>,
    /// When it last changed.
    updated_at: DateTime<Utc>,
    /// From when it is there no more, if it does not change before.
    expires_at: DateTime<Utc>,
}

/// Some pieces of one article in a cart.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CartLine")]
struct LineView {
    /// The article.
    #[schemars(regex(pattern = r"^[A-Z0-9][A-Z0-9-]{1,31}$"))]
    sku: String,
    /// How many pieces.
    #[schemars(range(min = 1, max = QUANTITY_MAX))]
    quantity: u32,
}

impl CartView {
    pub(super) fn of(cart: Cart, account_id: Uuid) -> Self {
        let line = |Line { sku, quantity, .. }| LineView { sku, quantity };
        Self {
            cart_id: cart.cart_id,
            account_id,
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

pub(super) fn show(cart: Cart, account_id: Uuid) -> Shown {
    Tagged(tag(&cart), Json(CartView::of(cart, account_id)))
}

/// A cart for the document.
pub(super) fn example() -> Value {
    json!({
        "cart_id": "0192f0c1-6a5e-7b1c-9d3e-5f0a1b2c3d4e",
        "account_id": "0192f0c1-6a5e-7b1c-9d3e-5f0a1b2c3d4f",
        "lines": [{ "sku": "COF-ETH-250", "quantity": 2 }],
        "version": 2,
        "created_at": "2026-03-01T09:30:00.123456Z",
        "updated_at": "2026-03-01T09:31:00.123456Z",
        "expires_at": "2026-03-15T09:31:00Z",
    })
}
