//! Who places orders, and what of a request is refused.

use axum::http::{StatusCode, header::LOCATION};
use serde_json::json;
use souk_kit::Role;
use uuid::Uuid;

use crate::testing::{ADA, CART, CART_OF_ANOTHER, Desk, order_from, order_of};

#[tokio::test]
async fn a_quantity_is_a_whole_number_from_1_to_99() {
    let desk = Desk::open().await;
    for quantity in [
        json!(0),
        json!(-1),
        json!(100),
        json!(1.5),
        json!(i64::MAX),
        json!(u64::MAX),
        json!(1e300),
        json!("1"),
        json!(null),
    ] {
        let mut order = order_of("MUG-BLUE", 1);
        order["lines"][0]["quantity"] = quantity;
        let refused = desk.place("k1", &order).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{order}");
    }
}

#[tokio::test]
async fn what_only_the_shop_says_of_an_order_is_refused_in_a_request() {
    let desk = Desk::open().await;
    for (field, value) in [
        ("total", json!({ "amount_minor": 1, "currency": "EUR" })),
        ("currency", json!("JPY")),
        ("status", json!("confirmed")),
        ("account_id", json!(Uuid::nil())),
        ("email", json!("somebody@souk.example")),
        ("roles", json!(["merchant"])),
    ] {
        let mut order = order_of("MUG-BLUE", 1);
        order[field] = value;
        let refused = desk.place("k1", &order).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
    }
}

#[tokio::test]
async fn a_body_that_is_nested_deeply_is_refused() {
    let desk = Desk::open().await;
    let mut deep = "[".repeat(50_000);
    for body in [format!("{{\"lines\":{deep}"), format!("{{\"x\":{deep}"), {
        deep.push_str(&"]".repeat(50_000));
        deep
    }] {
        let refused = desk.place_text("k1", body).await;
        assert!(refused.status.is_client_error(), "{refused:?}");
    }
}

#[tokio::test]
async fn a_guest_orders_with_an_address_and_the_letters_go_there() {
    let mut desk = Desk::open().await;
    let guest = desk.token(Uuid::from_u128(9), Role::Guest);
    let mut order = order_of("MUG-BLUE", 1);
    let refused = desk.place_as(&guest, "/v2/orders", "k1", &order).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused.body["errors"][0]["field"], "email");
    order["email"] = json!("grace@souk.example");
    let taken = desk.place_as(&guest, "/v2/orders", "k1", &order).await;
    assert_eq!(taken.status, StatusCode::ACCEPTED, "{taken:?}");
    assert_eq!(desk.next().await.1["email"], "grace@souk.example");
    let path = taken.headers[LOCATION].to_str().unwrap();
    assert_eq!(desk.get(path, &guest).await.body, taken.body);
    let customer = desk.token(Uuid::from_u128(9), Role::Customer);
    let kept = desk.get(path, &customer).await;
    assert_eq!(kept.body, taken.body, "a guest has become a customer");
    let other = desk.token(Uuid::from_u128(10), Role::Guest);
    assert_eq!(desk.get(path, &other).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn only_who_buys_places_orders() {
    let desk = Desk::open().await;
    for role in [Role::Merchant, Role::Operator, Role::Machine] {
        let token = desk.token(ADA, role);
        let order = order_of("MUG-BLUE", 1);
        let refused = desk.place_as(&token, "/v2/orders", "k1", &order).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{role}");
    }
}

#[tokio::test]
async fn a_cart_that_is_unknown_or_somebody_elses_is_named() {
    let desk = Desk::open().await;
    let stranger = desk.token(Uuid::from_u128(666), Role::Customer);
    let ada = desk.token(ADA, Role::Customer);
    for (token, cart_id) in [
        (&ada, Uuid::nil()),
        (&ada, CART_OF_ANOTHER),
        (&stranger, CART),
    ] {
        let order = order_from(cart_id);
        let answered = desk.place_as(token, "/v2/orders", "k1", &order).await;
        assert_eq!(answered.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(answered.body["errors"][0]["field"], "cart_id");
    }
}

#[tokio::test]
async fn a_token_of_the_functions_own_that_is_refused_is_asked_for_anew() {
    let desk = Desk::open().await;
    let first = desk.place("k1", &order_from(CART)).await;
    assert_eq!(first.status, StatusCode::ACCEPTED, "{first:?}");
    desk.neighbours.refuse_tokens();
    let second = desk.place("k2", &order_from(CART)).await;
    assert_eq!(second.status, StatusCode::ACCEPTED, "{second:?}");
}
