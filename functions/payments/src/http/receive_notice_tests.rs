//! The provider's notices: believed or not, and racing with whoever else asks.

use axum::http::StatusCode;
use uuid::Uuid;

use crate::testing::Till;

#[tokio::test]
async fn a_notice_that_is_faster_than_the_customer_completes_the_payment_once() {
    let mut till = Till::open().await;
    let order_id = till.unconfirmed().await;
    till.at_the_page("approve").await;
    let notice = till.newest_notice("evt_1").await;
    for _ in 0..2 {
        assert_eq!(till.notify(&notice).await.status, StatusCode::NO_CONTENT);
    }
    assert_eq!(till.complete(order_id).await.body["status"], "authorized");
    assert_eq!(till.next().await.0, "dev.souk.payment.authorized.v1");
    assert!(till.is_silent().await);
}

#[tokio::test]
async fn notices_and_completions_at_once_announce_one_authorisation() {
    let mut till = Till::open().await;
    for round in 0..5 {
        let order_id = till.unconfirmed().await;
        till.at_the_page("approve").await;
        let first = till.newest_notice(&format!("evt_{round}_1")).await;
        let second = till.newest_notice(&format!("evt_{round}_2")).await;
        let (one, two, three, four) = tokio::join!(
            till.notify(&first),
            till.complete(order_id),
            till.notify(&second),
            till.complete(order_id),
        );
        for noticed in [one, three] {
            assert_eq!(noticed.status, StatusCode::NO_CONTENT, "{noticed:?}");
        }
        for completed in [two, four] {
            let may_be = [StatusCode::OK, StatusCode::SERVICE_UNAVAILABLE];
            assert!(may_be.contains(&completed.status), "{completed:?}");
        }
        assert_eq!(till.payment(order_id).await["status"], "authorized");
        assert_eq!(till.next().await.0, "dev.souk.payment.authorized.v1");
        assert!(till.is_silent().await);
    }
}

#[tokio::test]
async fn what_the_provider_has_not_signed_now_is_not_believed() {
    let mut till = Till::open().await;
    let order_id = till.unconfirmed().await;
    till.at_the_page("approve").await;
    let notice = till.newest_notice("evt_1").await;
    let genuine = till.signature(&notice, "whsec_1", 0);
    let other_body = notice.replace("evt_1", "evt_2");
    for (body, signature) in [
        (&notice, None),
        (&notice, Some("t=1,v1=00".to_owned())),
        (&notice, Some(till.signature(&notice, "whsec_2", 0))),
        (&notice, Some(till.signature(&notice, "whsec_1", -301))),
        (&notice, Some(till.signature(&notice, "whsec_1", 301))),
        (&other_body, Some(genuine)),
    ] {
        let refused = till.notify_signed(body, signature.as_deref()).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{signature:?}");
        let problem = "https://souk.example/problems/signature-invalid";
        assert_eq!(refused.body["type"], problem);
    }
    assert_eq!(till.payment(order_id).await["status"], "pending");
    assert!(till.is_silent().await);
    let nonsense = till.notify("{}").await;
    assert_eq!(nonsense.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn an_answer_that_was_lost_is_made_good_by_a_notice() {
    let mut till = Till::open().await;
    let order_id = Uuid::now_v7();
    let requested = till.requested(order_id, "pm_card_visa");
    till.crash_while_asking(&requested).await;
    let notice = till.newest_notice("evt_1").await;
    assert_eq!(till.notify(&notice).await.status, StatusCode::NO_CONTENT);
    assert_eq!(till.next().await.0, "dev.souk.payment.authorized.v1");
    assert_eq!(till.hear(&requested).await, StatusCode::ACCEPTED);
    assert!(till.is_silent().await);
    assert_eq!(till.intents().await.len(), 1);
}

#[tokio::test]
async fn of_a_cancelled_order_a_notice_that_the_money_is_held_lets_it_go() {
    let mut till = Till::open().await;
    let order_id = Uuid::now_v7();
    till.crash_while_asking(&till.requested(order_id, "pm_card_visa"))
        .await;
    let cancelled = till.hear(&till.cancelled(order_id)).await;
    assert_eq!(cancelled, StatusCode::SERVICE_UNAVAILABLE);
    let notice = till.newest_notice("evt_1").await;
    assert_eq!(till.notify(&notice).await.status, StatusCode::NO_CONTENT);
    assert_eq!(till.next().await.0, "dev.souk.payment.authorized.v1");
    assert_eq!(till.next().await.0, "dev.souk.payment.voided.v1");
    assert_eq!(till.intents().await[0]["status"], "canceled");
}

#[tokio::test]
async fn a_notice_about_other_money_or_another_payment_says_nothing() {
    let mut till = Till::open().await;
    let order_id = till.unconfirmed().await;
    till.at_the_page("approve").await;
    let intent = till.intents().await[0].clone();
    let mut less = intent.clone();
    less["amount"] = 1.into();
    let mut other = intent.clone();
    other["metadata"]["payment_id"] = Uuid::nil().to_string().into();
    let mut unknown = intent.clone();
    unknown["metadata"]["order_id"] = Uuid::nil().to_string().into();
    let mut foreign = intent.clone();
    foreign["metadata"] = serde_json::json!({});
    for (number, odd) in [less, other, unknown, foreign].iter().enumerate() {
        let notice = Till::notice_of(&format!("evt_{number}"), odd);
        let answered = till.notify(&notice).await;
        assert_eq!(answered.status, StatusCode::NO_CONTENT, "{odd}");
    }
    assert_eq!(till.payment(order_id).await["status"], "pending");
    assert!(till.is_silent().await);
}
