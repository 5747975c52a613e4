//! `GET /v1/stock/{sku}`: how many pieces of an article there are. Anybody may ask.

use axum::extract::State;
use souk_kit::{
    Access, Answer, Problem,
    api::Doc,
    http::{Json, Path},
};

use super::{
    SKU,
    stock_view::{StockView, example},
};
use crate::{app::App, store::stock};

pub(crate) const GET_STOCK: Doc = Doc::new("Read an article's stock", Access::public())
    .path(&[SKU])
    .says(&[(200, "The stock.")])
    .shows(example);

pub(crate) async fn get_stock(
    State(app): State<App>,
    Path(sku): Path<String>,
) -> Answer<Json<StockView>> {
    let mut conn = app.outbox.pool().acquire().await?;
    let levels = stock::find(&mut conn, &[&sku]).await?;
    let level = levels
        .get(&sku)
        .ok_or_else(|| Problem::not_found("stock of", &sku))?;
    Ok(Json(StockView::of(sku, *level)))
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use serde_json::json;

    use crate::testing::Stockroom;

    #[tokio::test]
    async fn stock_is_what_there_is_and_what_of_it_is_free() {
        let mut room = Stockroom::with(&[("MUG", 10)]).await;
        room.reserved(&[("MUG", 4)]).await;
        let expected = json!({ "sku": "MUG", "on_hand": 10, "reserved": 4, "available": 6 });
        assert_eq!(room.get("/v1/stock/MUG").await.body, expected);
    }

    #[tokio::test]
    async fn an_article_that_was_never_in_the_house_is_not_found() {
        let room = Stockroom::with(&[]).await;
        assert_eq!(
            room.get("/v1/stock/MUG").await.status,
            StatusCode::NOT_FOUND
        );
    }
}
