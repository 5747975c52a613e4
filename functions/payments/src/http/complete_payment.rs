//! `POST /v1/payments/{order_id}/complete`: the customer comes back from the provider's page; the provider is asked how the payment
//! stands. Its own notice may be faster, and says the same.

use axum::extract::State;
use souk_kit::{
    Access, Answer, Caller, Problem, Role,
    api::Doc,
    http::{Json, Path},
};
use uuid::Uuid;

use super::{
    ORDER_ID,
    get_payment::{Detailed, detailed},
};
use crate::{
    app::App,
    domain::{self, Payment},
    settle::{Halt, News, settle},
};

const ASK_AGAIN_AFTER_SECONDS: u32 = 2;

pub(crate) const COMPLETE_PAYMENT: Doc = Doc::new(
    "Complete a payment that had to be confirmed",
    Access::of(&[Role::Guest, Role::Customer], "orders:write"),
)
.about(
    "For a customer who comes back from the page of `next_action`: the provider is asked how the payment stands. It is answered as it \
     stands then; while the customer has done nothing it still has its `next_action`. Needs no body, and does no harm when nothing \
     was to be confirmed.",
)
.path(&[ORDER_ID])
.says(&[(200, "The payment as it stands now.")]);

pub(crate) async fn complete_payment(
    State(app): State<App>,
    caller: Caller,
    Path(order_id): Path<Uuid>,
) -> Answer<Json<Detailed>> {
    let own = |payment: &Payment| payment.request.account_id == caller.subject;
    let before = detailed(&app, order_id, own).await?;
    if before.payment.status != domain::State::Pending.name() {
        return Ok(Json(before));
    }
    match settle(&app, order_id, News::Nothing).await {
        Ok(()) => {}
        Err(Halt::Away(why)) => {
            tracing::warn!(%order_id, why, "a payment is not completed yet");
            let detail = "The payment provider does not answer. Ask again.";
            return Err(Problem::unavailable(detail, ASK_AGAIN_AFTER_SECONDS));
        }
        Err(Halt::Refused(refusal)) => return Err(refusal.into()),
    }
    detailed(&app, order_id, own).await.map(Json)
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use serde_json::Value;
    use souk_kit::Role;
    use uuid::Uuid;

    use crate::testing::{ADA, Till};

    #[tokio::test]
    async fn a_customer_who_has_confirmed_completes_the_payment_once() {
        let mut till = Till::open().await;
        let order_id = till.unconfirmed().await;
        let early = till.complete(order_id).await;
        assert_eq!(early.status, StatusCode::OK, "{early:?}");
        assert_eq!(early.body["status"], "pending");
        let next_action = &early.body["next_action"];
        assert_eq!(next_action["type"], "redirect_to_url");
        let url = next_action["url"].as_str().unwrap();
        assert!(
            url.starts_with("https://bank.example/authenticate/"),
            "{url}"
        );

        till.at_the_page("approve").await;
        let completed = till.complete(order_id).await;
        assert_eq!(completed.body["status"], "authorized");
        assert_eq!(completed.body["next_action"], Value::Null);
        assert_eq!(till.next().await.0, "dev.souk.payment.authorized.v1");
        let notice = till.newest_notice("evt_1").await;
        assert_eq!(till.notify(&notice).await.status, StatusCode::NO_CONTENT);
        assert_eq!(till.complete(order_id).await.body, completed.body);
        assert!(till.is_silent().await);
        let dispatched = till.hear(&till.dispatched(order_id)).await;
        assert_eq!(dispatched, StatusCode::ACCEPTED);
        assert_eq!(till.next().await.0, "dev.souk.payment.captured.v1");
    }

    #[tokio::test]
    async fn a_customer_who_has_refused_is_declined() {
        let mut till = Till::open().await;
        let order_id = till.unconfirmed().await;
        till.at_the_page("refuse").await;
        let completed = till.complete(order_id).await;
        assert_eq!(completed.body["status"], "declined");
        let (event_type, declined) = till.next().await;
        assert_eq!(event_type, "dev.souk.payment.declined.v1");
        assert_eq!(declined["reason"], "payment_intent_authentication_failure");
    }

    #[tokio::test]
    async fn only_its_customer_completes_a_payment() {
        let mut till = Till::open().await;
        let order_id = till.unconfirmed().await;
        for (account_id, role, status) in [
            (Uuid::from_u128(666), Role::Customer, StatusCode::NOT_FOUND),
            (Uuid::from_u128(666), Role::Guest, StatusCode::NOT_FOUND),
            (ADA, Role::Guest, StatusCode::OK),
            (Uuid::from_u128(1), Role::Merchant, StatusCode::FORBIDDEN),
            (Uuid::from_u128(1), Role::Machine, StatusCode::FORBIDDEN),
        ] {
            let token = till.token(account_id, role);
            let answered = till.complete_as(order_id, &token).await;
            assert_eq!(answered.status, status, "{role} {account_id}");
        }
    }

    #[tokio::test]
    async fn a_payment_that_is_never_confirmed_is_given_up_with_its_order() {
        let mut till = Till::open().await;
        let order_id = till.unconfirmed().await;
        let cancelled = till.cancelled(order_id);
        assert_eq!(till.hear(&cancelled).await, StatusCode::ACCEPTED);
        assert_eq!(till.intents().await[0]["status"], "canceled");
        let (event_type, declined) = till.next().await;
        assert_eq!(event_type, "dev.souk.payment.declined.v1");
        assert_eq!(declined["reason"], "canceled");
        let payment = till.complete(order_id).await.body;
        assert_eq!(
            (&payment["status"], &payment["next_action"]),
            (&"declined".into(), &Value::Null)
        );
        assert_eq!(till.hear(&cancelled).await, StatusCode::ACCEPTED);
        assert!(till.is_silent().await);
    }

    #[tokio::test]
    async fn a_sweep_finds_what_a_customer_has_confirmed_when_every_word_of_it_was_lost() {
        let mut till = Till::open().await;
        let order_id = till.unconfirmed().await;
        assert_eq!(till.sweep().await, StatusCode::ACCEPTED);
        assert!(till.is_silent().await);
        till.at_the_page("approve").await;
        assert_eq!(till.sweep().await, StatusCode::ACCEPTED);
        assert_eq!(till.next().await.0, "dev.souk.payment.authorized.v1");
        assert_eq!(till.payment(order_id).await["status"], "authorized");
    }

    #[tokio::test]
    async fn while_the_provider_is_away_the_customer_is_asked_to_come_again() {
        let mut till = Till::open().await;
        let order_id = till.unconfirmed().await;
        till.switch(r#"{"mode":"fail"}"#).await;
        let answered = till.complete(order_id).await;
        assert_eq!(answered.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(answered.headers.contains_key("retry-after"));
    }
}
