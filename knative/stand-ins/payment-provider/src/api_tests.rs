//! The API, asked as payments asks it.

use serde_json::json;

use crate::testing::{Caller, ORDER};

#[tokio::test]
async fn money_is_held_taken_and_given_back() {
    let caller = Caller::new();
    let held = caller.post("/v1/payment_intents", ORDER, "k1").await;
    assert_eq!(held.status, 200, "{held:?}");
    assert_eq!(held.body["status"], "requires_capture");
    assert_eq!(held.body["metadata"]["order_id"], "o-1");
    let path = format!("/v1/payment_intents/{}", held.id());
    let taken = caller.post(&format!("{path}/capture"), "", "k2").await;
    assert_eq!(taken.body["status"], "succeeded");
    let refund = format!("payment_intent={}&amount=2000", held.id());
    assert_eq!(
        caller.post("/v1/refunds", &refund, "k3").await.body["amount"],
        2000
    );
    let too_much = caller.post("/v1/refunds", &refund, "k4").await;
    assert_eq!(too_much.status, 400);
    let rest = format!("payment_intent={}", held.id());
    assert_eq!(
        caller.post("/v1/refunds", &rest, "k5").await.body["amount"],
        500
    );
    let again = caller.post("/v1/refunds", &rest, "k6").await;
    assert_eq!(again.body["error"]["code"], "charge_already_refunded");
    let late = caller.post(&format!("{path}/cancel"), "", "k7").await;
    assert_eq!(
        late.body["error"]["code"],
        "payment_intent_unexpected_state"
    );
    assert_eq!(late.body["error"]["payment_intent"]["status"], "succeeded");
}

#[tokio::test]
async fn a_card_is_declined_as_its_name_says_and_the_intent_remembers_it() {
    let caller = Caller::new();
    let order = ORDER.replace("pm_card_visa", "pm_card_visa_chargeDeclined");
    let declined = caller.post("/v1/payment_intents", &order, "k1").await;
    assert_eq!(declined.status, 402);
    let error = &declined.body["error"];
    assert_eq!(
        (&error["type"], &error["code"], &error["decline_code"]),
        (
            &"card_error".into(),
            &"card_declined".into(),
            &"generic_decline".into()
        )
    );
    let id = error["payment_intent"]["id"].as_str().unwrap();
    let intent = caller.get(&format!("/v1/payment_intents/{id}")).await;
    assert_eq!(intent.body["status"], "requires_payment_method");
    assert_eq!(
        intent.body["last_payment_error"]["decline_code"],
        "generic_decline"
    );
}

#[tokio::test]
async fn the_same_key_is_answered_the_same_and_does_nothing_twice() {
    let caller = Caller::new();
    let first = caller.post("/v1/payment_intents", ORDER, "k1").await;
    let again = caller.post("/v1/payment_intents", ORDER, "k1").await;
    assert_eq!((first.status, &first.body), (again.status, &again.body));
    assert_eq!(first.headers.get("idempotent-replayed"), None);
    assert_eq!(again.headers["idempotent-replayed"], "true");
    let list = caller.get("/v1/payment_intents").await;
    assert_eq!(list.body["data"].as_array().unwrap().len(), 1);

    let other = ORDER.replace("2500", "2501");
    let reused = caller.post("/v1/payment_intents", &other, "k1").await;
    assert_eq!(reused.status, 400);
    assert_eq!(reused.body["error"]["type"], "idempotency_error");
}

#[tokio::test]
async fn a_key_is_not_used_up_by_parameters_that_are_wrong() {
    let caller = Caller::new();
    let unknown = ORDER.replace("pm_card_visa", "pm_nobody");
    let refused = caller.post("/v1/payment_intents", &unknown, "k1").await;
    assert_eq!(refused.body["error"]["code"], "resource_missing");
    let misspelt = format!("{ORDER}&capture_methode=manual");
    let refused = caller.post("/v1/payment_intents", &misspelt, "k1").await;
    assert_eq!(refused.body["error"]["code"], "parameter_unknown");
    let mended = caller.post("/v1/payment_intents", ORDER, "k1").await;
    assert_eq!(mended.status, 200, "{mended:?}");
}

#[tokio::test]
async fn a_key_that_is_in_use_is_refused_until_the_work_is_done() {
    let caller = Caller::new();
    caller
        .switch(r#"{"mode":"late","delay_ms":60000,"next":1}"#)
        .await;
    let waiting = tokio::spawn({
        let caller = caller.clone();
        async move { caller.post("/v1/payment_intents", ORDER, "k1").await }
    });
    // The switch goes back when the call is taken.
    while caller.get("/switches").await.body["mode"] != "normal" {
        tokio::task::yield_now().await;
    }
    let second = caller.post("/v1/payment_intents", ORDER, "k1").await;
    assert_eq!(second.status, 409);
    assert_eq!(second.body["error"]["code"], "idempotency_key_in_use");
    waiting.abort();
}

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    let caller = Caller::new();
    let held = caller.post("/v1/payment_intents", ORDER, "k1").await;
    let caller = caller.restarted();
    let path = format!("/v1/payment_intents/{}", held.id());
    assert_eq!(caller.get(&path).await.body, held.body);
    let again = caller.post("/v1/payment_intents", ORDER, "k1").await;
    assert_eq!(again.headers["idempotent-replayed"], "true");
}

#[tokio::test]
async fn a_provider_that_fails_has_done_nothing_and_one_that_hangs_has_done_its_work() {
    let caller = Caller::new();
    caller.switch(r#"{"mode":"fail","next":1}"#).await;
    assert_eq!(
        caller.post("/v1/payment_intents", ORDER, "k1").await.status,
        500
    );
    let none = caller.get("/v1/payment_intents").await;
    assert_eq!(none.body["data"], json!([]));

    caller.switch(r#"{"mode":"hang","next":1}"#).await;
    let hanging = tokio::spawn({
        let caller = caller.clone();
        async move { caller.post("/v1/payment_intents", ORDER, "k1").await }
    });
    while caller.get("/v1/payment_intents").await.body["data"] == json!([]) {
        tokio::task::yield_now().await;
    }
    assert!(!hanging.is_finished());
    hanging.abort();
    let again = caller.post("/v1/payment_intents", ORDER, "k1").await;
    assert_eq!(again.headers["idempotent-replayed"], "true");
}

#[tokio::test]
async fn nobody_gets_in_without_the_key() {
    let caller = Caller::new();
    let stranger = caller.with_key("sk_test_wrong");
    let refused = stranger.get("/v1/payment_intents").await;
    assert_eq!(refused.status, 401);
    assert_eq!(refused.body["error"]["type"], "invalid_request_error");
    assert_eq!(caller.get("/v1/nothing").await.status, 404);
}

#[tokio::test]
async fn a_list_goes_on_after_its_last_entry() {
    let caller = Caller::new();
    let mut made = Vec::new();
    for key in ["a", "b", "c"] {
        made.push(caller.post("/v1/payment_intents", ORDER, key).await.id());
    }
    let first = caller.get("/v1/payment_intents?limit=2").await.body;
    assert_eq!(first["has_more"], true);
    assert_eq!(first["data"][0]["id"], made[2]);
    let path = format!("/v1/payment_intents?starting_after={}", made[1]);
    let rest = caller.get(&path).await.body;
    assert_eq!(
        (&rest["data"][0]["id"], &rest["has_more"]),
        (&json!(made[0]), &json!(false))
    );
}
