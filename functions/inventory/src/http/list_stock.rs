//! `GET /v1/stock?sku=a,b`: how many pieces of these articles there are. Anybody may ask.

use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use souk_kit::{
    Access, Answer, Caller, FieldError, Problem,
    api::Doc,
    http::{Json, Query},
};

use super::stock_view::StockView;
use crate::{app::App, store::stock};

const SKUS_MAX: usize = 100;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Wanted {
    /// The articles, 1 to 100 of them with commas between them, such as `MUG-BLUE,CUP-RED`.
    #[serde(default)]
    #[schemars(required)]
    sku: String,
}

/// What was found; articles that were never in the house are left out.
#[derive(Serialize, JsonSchema)]
pub(crate) struct StockList {
    /// Each of them.
    items: Vec<StockView>,
}

pub(crate) const LIST_STOCK: Doc = Doc::new("Read the stock of several articles", Access::public())
    .says(&[(200, "The stock of those that were ever in the house.")])
    .refuses(&[(
        422,
        "invalid",
        "No article is named, or more than 100; `errors` says so.",
    )]);

pub(crate) async fn list_stock(
    State(app): State<App>,
    // Nobody has to say who they are; a merchant who does finds what they have just counted.
    caller: Result<Caller, Problem>,
    Query(wanted): Query<Wanted>,
) -> Answer<Json<StockList>> {
    let skus = wanted.skus()?;
    let reader = caller.ok().map(|caller| caller.subject);
    let mut conn = app.outbox.read_as(reader).await?;
    let levels = stock::find(&mut conn, &skus).await?;
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
