//! The second version's view, as its clients see it.

use axum::http::{StatusCode, header::LOCATION};
use serde_json::json;
use souk_kit::Role;

use super::*;
use crate::testing::{ADA, Desk, order_of};

#[tokio::test]
async fn an_order_says_where_it_stands_what_it_costs_and_what_can_be_done() {
    let desk = Desk::open().await;
    let placed = desk
        .place_at("/v2/orders", "k1", &order_of("MUG-BLUE", 2))
        .await;
    assert_eq!(placed.status, StatusCode::ACCEPTED, "{placed:?}");
    let order_id = placed.body["order_id"].as_str().unwrap();
    let path = format!("/v2/orders/{order_id}");
    let eur = |amount_minor: i64| json!({ "amount_minor": amount_minor, "currency": "EUR" });
    let expected = json!({
        "order_id": order_id,
        "state": { "status": "pending", "reason": null, "detail": null, "since": "2025-06-15T15:06:40Z" },
        "cancellation": null,
        "lines": [{ "sku": "MUG-BLUE", "name": "Blue mug", "quantity": 2, "unit_price": eur(1250), "line_total": eur(2500) }],
        "amounts": { "goods": eur(2500), "shipping": eur(0), "total": eur(2500) },
        "shipping_address": order_of("MUG-BLUE", 2)["shipping_address"],
        "shipment": null,
        "placed_at": "2025-06-15T15:06:40Z",
        "links": {
            "self": path, "cancel": format!("{path}/cancel"), "updates": format!("/v1/orders/{order_id}/updates"),
        },
    });
    assert_eq!(placed.body, expected);
    assert_eq!(placed.headers[LOCATION], path);
    let token = desk.token(ADA, Role::Customer);
    assert_eq!(desk.get(&path, &token).await.body, expected);
    let page = desk.get("/v2/orders", &token).await.body;
    assert_eq!(page, json!({ "items": [expected], "next_cursor": null }));
}

#[tokio::test]
async fn cancelling_is_offered_to_its_customer_for_as_long_as_it_works() {
    let mut desk = Desk::open().await;
    let path = format!("/v2/orders/{}", desk.placed().await);
    let (own, merchant) = (
        desk.token(ADA, Role::Customer),
        desk.token(Uuid::from_u128(1), Role::Merchant),
    );
    let seen = desk.get(&path, &merchant).await.body;
    assert_eq!(
        seen["links"].get("cancel"),
        None,
        "it is not a merchant's to cancel"
    );
    let cancelled = desk.post(&format!("{path}/cancel"), &own).await;
    assert_eq!(cancelled.status, StatusCode::OK);
    assert_eq!(cancelled.body["state"]["reason"], "requested_by_customer");
    assert_eq!(cancelled.body["links"].get("cancel"), None);
}

#[tokio::test]
async fn both_versions_show_the_same_orders_and_only_the_old_one_says_that_it_ends() {
    let mut desk = Desk::open().await;
    let order_id = desk.placed().await;
    let token = desk.token(ADA, Role::Customer);
    let (v1, v2) = (
        desk.get(&format!("/v1/orders/{order_id}"), &token).await,
        desk.get(&format!("/v2/orders/{order_id}"), &token).await,
    );
    assert_eq!(v1.body["total"], v2.body["amounts"]["total"]);
    assert_eq!(v1.headers["deprecation"], "@1796083200");
    let successor = format!("</v2/orders/{order_id}>; rel=\"successor-version\"");
    assert!(v1.headers["link"].to_str().unwrap().contains(&successor));
    for name in ["deprecation", "sunset", "link"] {
        assert!(v1.headers.contains_key(name), "{name}");
        assert!(!v2.headers.contains_key(name), "{name}");
    }
    let unknown = desk.get("/v1/orders/none", &token).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert!(
        unknown.headers.contains_key("sunset"),
        "also where it refuses"
    );
}

#[tokio::test]
async fn a_key_gives_one_order_even_if_it_is_used_in_both_versions() {
    let mut desk = Desk::open().await;
    let order = order_of("MUG-BLUE", 2);
    assert_eq!(desk.place("k1", &order).await.status, StatusCode::ACCEPTED);
    let other = desk.place_at("/v2/orders", "k1", &order).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        other.body["type"],
        "https://souk.example/problems/idempotency-key-reused"
    );
    desk.next().await;
    assert!(desk.is_silent().await, "a second order was announced");
}
