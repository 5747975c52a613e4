//! `GET /v1/stock?sku=a,b`: how many pieces of these articles there are. Anybody may ask.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use souk_kit::{
    Answer, FieldError, Problem,
    http::{Json, Query},
};

use super::stock_view::StockView;
use crate::{app::App, store::stock};

const SKUS_MAX: usize = 100;

#[derive(Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    sku: String,
}

/// What was found; articles that were never in the house are left out.
#[derive(Serialize)]
pub(crate) struct StockList {
    items: Vec<StockView>,
}

pub(crate) async fn list_stock(
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
) -> Answer<Json<StockList>> {
    let skus = wanted.skus()?;
    let levels = stock::find(app.outbox.pool(), &skus).await?;
    let items = levels
        .into_iter()
        .map(|(sku, level)| StockView::of(sku, level));
    Ok(Json(StockList {
        items: items.collect(),
    }))
}

impl Wanted {
    fn skus(&self) -> Answer<Vec<&str>> {
        let skus: Vec<_> = self.sku.split(',').filter(|sku| !sku.is_empty()).collect();
        if (1..=SKUS_MAX).contains(&skus.len()) {
            return Ok(skus);
        }
        let detail = format!(
            "names {} articles, allowed are 1 to {SKUS_MAX}, such as sku=MUG-BLUE,CUP-RED",
            skus.len()
        );
        Err(Problem::invalid(vec![FieldError::new("sku", detail)]))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use crate::testing::Stockroom;

    #[tokio::test]
    async fn articles_that_are_known_are_listed_in_their_order() {
        let room = Stockroom::with(&[("MUG", 10), ("CUP", 3), ("HAT", 1)]).await;
        let listed = room.get("/v1/stock?sku=MUG,NO-SUCH,CUP").await.body;
        let skus: Vec<_> = listed["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["sku"].as_str())
            .collect();
        assert_eq!(skus, [Some("CUP"), Some("MUG")]);
    }

    #[tokio::test]
    async fn somebody_who_names_nothing_or_too_much_is_told_so() {
        let room = Stockroom::with(&[]).await;
        for path in [
            "/v1/stock".to_owned(),
            format!("/v1/stock?sku={}", "MUG,".repeat(101)),
        ] {
            assert_eq!(
                room.get(&path).await.status,
                StatusCode::UNPROCESSABLE_ENTITY
            );
        }
    }
}
