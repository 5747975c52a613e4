//! What of a publisher reaches the broker, and what is refused.

use axum::http::{
    StatusCode,
    header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE},
};
use base64::{Engine, prelude::BASE64_STANDARD as BASE64};
use cloudevents::AttributesReader;
use serde_json::{Value, json};
use souk_kit::Role;

use crate::testing::{Door, GOODS, event};

const STRUCTURED: &str = "application/cloudevents+json";
const BATCH: &str = "application/cloudevents-batch+json";

#[tokio::test]
async fn each_of_the_three_modes_reaches_the_broker_in_binary_mode() {
    let mut door = Door::open().await;
    let structured = event("1");
    let mut base64 = event("2");
    let data = base64.as_object_mut().unwrap().remove("data").unwrap();
    base64["data_base64"] = BASE64.encode(data.to_string()).into();
    let batch = json!([event("3"), event("4")]);

    let binary = door.post_binary("0", &data).await;
    assert_eq!(binary.status, StatusCode::ACCEPTED, "{binary:?}");
    assert_eq!(binary.body, Value::Null, "it has a body");
    for (content_type, body) in [
        (STRUCTURED, &structured),
        ("Application/CloudEvents+JSON; charset=utf-8", &base64),
        (BATCH, &batch),
    ] {
        let answered = door.post(content_type, body.to_string()).await;
        assert_eq!(answered.status, StatusCode::ACCEPTED, "{answered:?}");
    }

    let mut ids = Vec::new();
    for _ in 0..5 {
        let sent = door.sent.next_sent().await;
        assert_eq!(sent.headers["content-type"], "application/json");
        assert_eq!(sent.headers["ce-partitionkey"], "DN-1");
        assert_eq!(
            Value::try_from(sent.event.data().unwrap().clone()).unwrap(),
            data
        );
        ids.push(sent.event.id().to_owned());
    }
    ids.sort();
    assert_eq!(ids, ["0", "1", "2", "3", "4"]);
}

#[tokio::test]
async fn one_mistake_in_a_batch_keeps_all_of_it_from_the_broker_and_is_named_by_index_and_path() {
    let mut door = Door::open().await;
    let mut wrong = event("2");
    wrong["data"]["lines"][0]["quantity"] = json!(0);
    let batch = json!([event("1"), wrong, event("3")]);
    let refused = door.post(BATCH, batch.to_string()).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    let expected = json!([{
        "index": 1, "field": "data.lines[0].quantity", "detail": "a quantity is at least 1"
    }]);
    assert_eq!(refused.body["errors"], expected);
    assert!(door.sent.waiting().is_empty(), "something was forwarded");
}

#[tokio::test]
async fn what_is_not_this_publishers_to_say_is_403_and_is_not_said() {
    let mut door = Door::open().await;
    let mut forged = event("1");
    forged["source"] = json!("/functions/inventory");
    let refused = door.post(STRUCTURED, forged.to_string()).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(refused.body["errors"][0]["field"], "source");
    assert!(door.sent.waiting().is_empty(), "it was forwarded");
}

#[tokio::test]
async fn nobody_publishes_without_a_token_that_says_so() {
    let mut door = Door::open().await;
    let event = event("1").to_string();
    let nobody = door.post_as(None, STRUCTURED, event.clone()).await;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
    let challenge = nobody.headers[WWW_AUTHENTICATE].to_str().unwrap();
    assert!(challenge.starts_with("Bearer"), "{challenge}");
    for token in [
        door.token("erp", Role::Machine, ""),
        door.token("erp", Role::Machine, "catalog:write publish:"),
        door.token("erp", Role::Machine, "publish:dev.souk.parcel.moved.v1"),
        door.token("carrier", Role::Machine, GOODS),
        door.token("erp", Role::Customer, GOODS),
        door.token("erp", Role::Merchant, GOODS),
    ] {
        let refused = door.post_as(Some(&token), STRUCTURED, event.clone()).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{refused:?}");
    }
    assert!(door.sent.waiting().is_empty(), "it was forwarded");
}

#[tokio::test]
async fn a_header_of_the_gateway_makes_nobody_a_publisher() {
    let door = Door::open().await;
    let answered = door.post_with_header("x-consumer-username", "erp").await;
    assert_eq!(answered.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn what_is_nested_too_deeply_is_refused() {
    let door = Door::open().await;
    let mut deep = event("1").to_string();
    let nested = format!("{}{}", "[".repeat(50_000), "]".repeat(50_000));
    deep.truncate(deep.len() - 1);
    let answered = door
        .post(STRUCTURED, format!("{deep},\"x\":{nested}}}"))
        .await;
    assert_eq!(answered.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_broker_that_is_away_or_busy_is_503_with_a_time_to_try_again() {
    let mut door = Door::open().await;
    door.sent.answer(StatusCode::SERVICE_UNAVAILABLE);
    let answered = door.post(STRUCTURED, event("1").to_string()).await;
    assert_eq!(answered.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answered.headers[RETRY_AFTER], "5");
    let nobody_there = Door::to("http://127.0.0.1:1/").await;
    let answered = nobody_there.post(STRUCTURED, event("1").to_string()).await;
    assert_eq!(answered.status, StatusCode::SERVICE_UNAVAILABLE);

    door.sent.answer(StatusCode::ACCEPTED);
    for _ in 0..2 {
        let again = door.post(STRUCTURED, event("1").to_string()).await;
        assert_eq!(
            again.status,
            StatusCode::ACCEPTED,
            "the same id is no mistake"
        );
    }
    assert_eq!(door.sent.waiting().len(), 2);
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_by_its_kind() {
    let door = Door::open().await;
    let large = |bytes| json!({ "x": "x".repeat(bytes) }).to_string();
    let crowd = json!((0..101).map(|n| event(&n.to_string())).collect::<Vec<_>>());
    for (content_type, body, status) in [
        (STRUCTURED, "{".to_owned(), 400),
        (STRUCTURED, "[]".to_owned(), 400),
        (BATCH, event("1").to_string(), 400),
        (BATCH, "[1]".to_owned(), 400),
        ("application/json", "{}".to_owned(), 400),
        ("text/plain", "hello".to_owned(), 415),
        ("application/cloudevents+avro", "x".to_owned(), 415),
        (BATCH, crowd.to_string(), 413),
        (STRUCTURED, large(1024 * 1024), 413),
    ] {
        let answered = door.post(content_type, body).await;
        assert_eq!(answered.status.as_u16(), status, "{content_type}");
        assert_eq!(answered.headers["content-type"], "application/problem+json");
    }
    let empty = door.post(BATCH, "[]".to_owned()).await;
    assert_eq!(empty.status, StatusCode::ACCEPTED, "a batch may be empty");
}

#[tokio::test]
async fn an_attribute_that_is_sent_twice_or_not_in_ascii_is_refused() {
    let door = Door::open().await;
    for extra in [("ce-id", &b"2"[..]), ("ce-subject", "caf\u{e9}".as_bytes())] {
        let answered = door.post_binary_with("1", &event("1")["data"], extra).await;
        assert_eq!(answered.status, StatusCode::BAD_REQUEST, "{extra:?}");
        assert_eq!(answered.body["errors"][0]["field"], extra.0[3..]);
    }
}

#[tokio::test]
async fn only_post_is_done_here() {
    let answered = Door::open().await.get("/v1/events").await;
    assert_eq!(answered.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answered.headers[ALLOW], "POST");
}
