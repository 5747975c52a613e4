//! The stock of an article as clients see it.

use serde::Serialize;

use crate::domain::Level;

#[derive(Serialize)]
pub(crate) struct StockView {
    sku: String,
    on_hand: i64,
    reserved: i64,
    available: i64,
}

impl StockView {
    pub(super) fn of(sku: String, level: Level) -> Self {
        Self {
            sku,
            on_hand: level.on_hand,
            reserved: level.reserved,
            available: level.available(),
        }
    }
}
