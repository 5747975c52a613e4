//! `GET /v1/payments?status=&limit=&cursor=`: one's own payments, newest first; everybody's for a merchant.

use axum::extract::State;
use schemars::JsonSchema;
use serde::Deserialize;
use souk_kit::{
    Access, Answer, Caller, FieldError, Problem, Role,
    api::Doc,
    http::{Json, Query},
    page::{Page, PageQuery},
};

use super::payment_view::PaymentView;
use crate::{
    app::App,
    domain::{Payment, State as Status},
    store::payments::{self, Filter, Position},
};

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Wanted {
    /// Only payments of this status.
    #[schemars(with = "Option<Status>")]
    status: Option<String>,
}

pub(crate) const LIST_PAYMENTS: Doc = Doc::new(
    "List payments, newest first",
    Access::of(
        &[Role::Guest, Role::Customer, Role::Merchant, Role::Machine],
        "payments:read",
    ),
)
.about("One's own; everybody's for a merchant.")
.says(&[(200, "A page of payments.")]);

pub(crate) async fn list_payments(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
    page: PageQuery,
) -> Answer<Json<Page<PaymentView>>> {
    let filter = Filter {
        account_id: (!caller.sees_all()).then_some(caller.subject),
        state: wanted.status.as_deref().map(status_named).transpose()?,
    };
    let after: Option<Position> = page.after()?;
    let mut conn = app.outbox.read_as(Some(caller.subject)).await?;
    let found = payments::list(&mut conn, &filter, after, &page).await?;
    let position = |last: &Payment| (last.requested_at, last.request.order_id);
    Ok(Json(Page::cut(found, &page, position).map(PaymentView::of)))
}

fn status_named(name: &str) -> Answer<Status> {
    let detail = "is none of pending, authorized, declined, captured, refunded, voided";
    Status::named(name).ok_or_else(|| Problem::invalid(vec![FieldError::new("status", detail)]))
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use serde_json::Value;
    use souk_kit::Role;
    use uuid::Uuid;

    use crate::testing::{ADA, Till};

    fn ids(body: &Value) -> Vec<Uuid> {
        let items = body["items"].as_array().unwrap().iter();
        items
            .map(|item| item["order_id"].as_str().unwrap().parse().unwrap())
            .collect()
    }

    #[tokio::test]
    async fn pages_show_every_payment_once_newest_first_and_only_ones_own() {
        let mut till = Till::open().await;
        let mut paid = Vec::new();
        for _ in 0..3 {
            paid.push(till.authorized().await);
        }
        paid.reverse();
        let (token, mut seen) = (till.token(ADA, Role::Customer), Vec::new());
        let mut path = "/v1/payments?limit=2".to_owned();
        loop {
            let page = till.get(&path, &token).await.body;
            seen.extend(ids(&page));
            let Some(cursor) = page["next_cursor"].as_str() else {
                break;
            };
            path = format!("/v1/payments?limit=2&cursor={cursor}");
        }
        assert_eq!(seen, paid);
        let stranger = till.token(Uuid::from_u128(666), Role::Customer);
        assert!(ids(&till.get("/v1/payments", &stranger).await.body).is_empty());
        let merchant = till.token(Uuid::from_u128(1), Role::Merchant);
        assert_eq!(ids(&till.get("/v1/payments", &merchant).await.body), paid);
    }

    #[tokio::test]
    async fn a_status_shows_only_its_own() {
        let mut till = Till::open().await;
        let (captured, authorized) = (till.captured().await, till.authorized().await);
        let token = till.token(ADA, Role::Customer);
        for (status, expected) in [("captured", captured), ("authorized", authorized)] {
            let path = format!("/v1/payments?status={status}");
            assert_eq!(ids(&till.get(&path, &token).await.body), [expected]);
        }
        let lost = till.get("/v1/payments?status=lost", &token).await;
        assert_eq!(lost.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}
