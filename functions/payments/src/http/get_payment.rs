//! `GET /v1/payments/{order_id}`: one payment with its ledger; one's own, any for a merchant.

use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;
use souk_kit::{
    Access, Answer, Caller, Problem, Role,
    api::Doc,
    http::{Json, Path},
};
use uuid::Uuid;

use super::{
    ORDER_ID,
    payment_view::{EntryView, NextAction, PaymentView, Waiting},
};
use crate::{
    app::App,
    domain::{Entry, Outcome, Payment},
    store::{ledger, payments},
};

/// A payment with its ledger.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PaymentWithLedger")]
pub(crate) struct Detailed {
    #[serde(flatten)]
    pub(super) payment: PaymentView,
    /// What the customer has to do before the money is held; null when there is nothing to do.
    next_action: Option<NextAction>,
    /// Since when the provider does not answer; null while it does. What is due is asked again by itself.
    waiting: Option<Waiting>,
    /// All that the provider was asked to do, oldest first.
    ledger: Vec<EntryView>,
}

pub(crate) const GET_PAYMENT: Doc = Doc::new(
    "Read an order's payment",
    Access::of(
        &[Role::Guest, Role::Customer, Role::Merchant, Role::Machine],
        "payments:read",
    ),
)
.about("With its ledger: all that the provider was asked to do. One's own; any for a merchant.")
.path(&[ORDER_ID])
.says(&[(200, "The payment.")]);

pub(crate) async fn get_payment(
    State(app): State<App>,
    caller: Caller,
    Path(order_id): Path<Uuid>,
) -> Answer<Json<Detailed>> {
    let own = |payment: &Payment| caller.sees(payment.request.account_id);
    detailed(&app, order_id, own).await.map(Json)
}

/// The payment of an order, if it is one that the caller may see.
pub(super) async fn detailed(
    app: &App,
    order_id: Uuid,
    may_see: impl Fn(&Payment) -> bool,
) -> Answer<Detailed> {
    let pool = app.outbox.pool();
    let payment = payments::find(pool, order_id)
        .await?
        .filter(may_see)
        .ok_or_else(|| Problem::not_found("payment for order", order_id))?;
    let entries = ledger::history(pool, order_id).await?;
    let is_open = |entry: &Entry| entry.outcome == Outcome::Open;
    let postponed = payment
        .wait
        .postponed
        .filter(|_| entries.iter().any(is_open));
    let entries = entries.into_iter();
    Ok(Detailed {
        next_action: payment.authentication().map(NextAction::of),
        waiting: postponed.map(Waiting::of),
        ledger: entries
            .map(|entry| EntryView::of(&payment, entry))
            .collect(),
        payment: PaymentView::of(payment),
    })
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use souk_kit::Role;
    use uuid::Uuid;

    use crate::testing::{ADA, Till};

    #[tokio::test]
    async fn a_payment_is_there_for_its_customer_and_for_merchants_only() {
        let mut till = Till::open().await;
        let path = format!("/v1/payments/{}", till.authorized().await);
        for (account_id, role, status) in [
            (ADA, Role::Customer, StatusCode::OK),
            (Uuid::from_u128(1), Role::Merchant, StatusCode::OK),
            (Uuid::from_u128(1), Role::Machine, StatusCode::OK),
            (Uuid::from_u128(1), Role::Operator, StatusCode::FORBIDDEN),
            (Uuid::from_u128(666), Role::Customer, StatusCode::NOT_FOUND),
            (Uuid::from_u128(666), Role::Guest, StatusCode::NOT_FOUND),
        ] {
            let answered = till.get(&path, &till.token(account_id, role)).await;
            assert_eq!(answered.status, status, "{role:?} {account_id}");
        }
        let nobody = till.get(&path, "no token").await;
        assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
    }

    #[tokio::test]
    async fn an_order_that_was_cancelled_before_it_was_to_be_paid_has_no_payment() {
        let till = Till::open().await;
        let order_id = Uuid::now_v7();
        till.hear(&till.cancelled(order_id)).await;
        let merchant = till.token(Uuid::from_u128(1), Role::Merchant);
        let one = till
            .get(&format!("/v1/payments/{order_id}"), &merchant)
            .await;
        let all = till.get("/v1/payments", &merchant).await;
        assert_eq!(one.status, StatusCode::NOT_FOUND);
        assert_eq!(all.body["items"], serde_json::json!([]));
    }
}
