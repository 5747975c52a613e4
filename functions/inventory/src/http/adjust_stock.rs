//! `POST /v1/stock/{sku}/adjustments`: a merchant has counted. Pieces that customers were promised cannot be counted away.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use souk_kit::{
    Access, Answer, Caller, FieldError, Problem, Role,
    api::{Doc, Once},
    http::{Json, Path},
    idempotency::IdempotencyKey,
    postgres::Tx,
};

use super::{
    SKU,
    stock_view::{StockView, example},
};
use crate::{
    app::App,
    domain::{Change, Level},
    store::stock::{self, Cause},
};

/// More than fits on any shelf.
const PIECES_MAX: i64 = 1_000_000;
const REASON_CHARS_MAX: usize = 200;

/// A correction of an article's stock.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "StockAdjustment")]
pub(crate) struct Adjustment {
    /// How many pieces more there are, or fewer; not 0.
    #[schemars(range(min = -PIECES_MAX, max = PIECES_MAX), extend("not" = { "const": 0 }))]
    quantity_delta: i64,
    /// Why, on one line.
    #[schemars(length(min = 1, max = REASON_CHARS_MAX))]
    reason: String,
}

pub(crate) const ADJUST_STOCK: Doc = Doc::new(
    "Correct an article's stock",
    Access::of(&[Role::Merchant, Role::Machine], "stock:write"),
)
.about("Somebody has counted. Pieces that customers were promised cannot be counted away.")
.path(&[SKU])
.says(&[(200, "The stock after it.")])
.refuses(&[(
    409,
    "stock-promised",
    "Fewer would be left than customers were promised.",
)])
.asks(|| json!({ "quantity_delta": 12, "reason": "found behind the shelf" }))
.shows(example);

pub(crate) async fn adjust_stock(
    State(app): State<App>,
    Path(sku): Path<String>,
    caller: Caller,
    key: IdempotencyKey,
    Json(adjustment): Json<Adjustment>,
) -> Answer<Once<Json<StockView>>> {
    adjustment.check(&sku)?;

    let key = key.scoped(caller.subject, "adjust_stock", &(&sku, &adjustment));
    let mut tx = app.outbox.begin().await?;
    if let Some(answer) = tx.recall(&key).await?.answered()? {
        return Ok(Once::Again(answer));
    }
    tx.on_behalf_of(caller.subject);
    let level = adjusted(&mut tx, &sku, &adjustment).await?;

    let cause = Cause::Adjusted {
        account_id: caller.subject,
        reason: &adjustment.reason,
    };
    let change = Change {
        sku: sku.clone(),
        on_hand: adjustment.quantity_delta,
        reserved: 0,
    };
    let now = tx.now();
    stock::transfer(tx.conn(), &[change], &cause, now).await?;
    let view = StockView::of(sku, level);
    tx.remember(&key, StatusCode::OK, &HeaderMap::new(), &view)?;
    tx.commit().await?;

    Ok(Once::First(Json(view)))
}

/// What there will be; the row is locked until then.
async fn adjusted(tx: &mut Tx, sku: &String, adjustment: &Adjustment) -> Answer<Level> {
    stock::list(tx.conn(), sku).await?;
    let level = stock::lock(tx.conn(), [sku])
        .await?
        .get(sku)
        .copied()
        .unwrap_or_default();
    let after = Level {
        on_hand: level.on_hand + adjustment.quantity_delta,
        ..level
    };
    if after.available() >= 0 {
        return Ok(after);
    }
    let Level { on_hand, reserved } = level;
    let detail =
        format!("Of {sku} there are {on_hand}, and {reserved} of them were promised to customers.");
    Err(Problem::conflict("stock-promised", detail)
        .with("on_hand", on_hand)
        .with("reserved", reserved))
}

impl Adjustment {
    fn check(&self, sku: &str) -> Answer<()> {
        let mut errors = Vec::new();
        if self.quantity_delta == 0 || !(-PIECES_MAX..=PIECES_MAX).contains(&self.quantity_delta) {
            let detail = format!(
                "is {}, allowed are 1 to {PIECES_MAX} more or fewer",
                self.quantity_delta
            );
            errors.push(FieldError::new("quantity_delta", detail));
        }
        let fits = (1..=REASON_CHARS_MAX).contains(&self.reason.trim().chars().count());
        if !fits || self.reason.chars().any(char::is_control) {
            let detail = format!("is not 1 to {REASON_CHARS_MAX} characters on one line");
            errors.push(FieldError::new("reason", detail));
        }
        errors.extend(check_sku(sku));
        if errors.is_empty() {
            Ok(())
        } else {
            Err(Problem::invalid(errors))
        }
    }
}

/// As contracts has it, for the articles that are named in a path.
fn check_sku(sku: &str) -> Option<FieldError> {
    let letters = sku
        .bytes()
        .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-');
    let fits = letters && !sku.starts_with('-') && (2..=32).contains(&sku.len());
    let detail = "is not 2 to 32 of A-Z, 0-9 and -, or starts with -";
    (!fits).then(|| FieldError::new("sku", detail))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Answered, Stockroom};

    async fn adjust(room: &Stockroom, key: &str, sku: &str, quantity_delta: i64) -> Answered {
        let body = json!({ "quantity_delta": quantity_delta, "reason": "counted" });
        room.adjust(key, sku, Role::Merchant, &body).await
    }

    #[tokio::test]
    async fn a_count_changes_the_stock_once_per_key_and_is_written_down() {
        let room = Stockroom::with(&[("MUG", 10)]).await;
        let first = adjust(&room, "k1", "MUG", -3).await;
        assert_eq!(
            (first.status, &first.body["on_hand"]),
            (StatusCode::OK, &json!(7))
        );
        assert_eq!(adjust(&room, "k1", "MUG", -3).await.body, first.body);
        assert_eq!(
            adjust(&room, "k1", "CUP", -3).await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        assert_eq!(
            room.moved("MUG").await,
            [("received".into(), 10), ("adjusted".into(), -3)]
        );
    }

    #[tokio::test]
    async fn an_article_that_was_never_in_the_house_can_be_found_there() {
        let room = Stockroom::with(&[]).await;
        assert_eq!(adjust(&room, "k1", "MUG", 4).await.body["available"], 4);
    }

    #[tokio::test]
    async fn what_was_promised_cannot_be_counted_away() {
        let mut room = Stockroom::with(&[("MUG", 10)]).await;
        room.reserved(&[("MUG", 4)]).await;
        let refused = adjust(&room, "k1", "MUG", -7).await;
        assert_eq!(
            (refused.status, &refused.body["reserved"]),
            (StatusCode::CONFLICT, &json!(4))
        );
        assert_eq!(
            adjust(&room, "k2", "NO-SUCH", -1).await.status,
            StatusCode::CONFLICT
        );
        assert_eq!(adjust(&room, "k3", "MUG", -6).await.status, StatusCode::OK);
    }

    #[tokio::test]
    async fn only_merchants_count_and_only_what_can_be_counted() {
        let room = Stockroom::with(&[("MUG", 10)]).await;
        let body = json!({ "quantity_delta": 1, "reason": "counted" });
        for role in [Role::Guest, Role::Customer, Role::Operator] {
            let refused = room.adjust("k1", "MUG", role, &body).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{role:?}");
        }
        for (sku, delta) in [
            ("MUG", 0),
            ("MUG", 1_000_001),
            ("MUG", i64::MIN),
            ("MUG", i64::MAX),
            ("mug", 1),
        ] {
            let refused = adjust(&room, "k1", sku, delta).await;
            assert_eq!(
                refused.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{sku} {delta}"
            );
        }
        let body = json!({ "quantity_delta": 1, "reason": "coun\0ted" });
        let refused = room.adjust("k1", "MUG", Role::Merchant, &body).await;
        assert_eq!(refused.body["errors"][0]["field"], "reason");
    }
}
