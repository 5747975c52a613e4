//! Two versions of the API side by side: the same orders, shown in two ways.

use journeys::order_of;
use journeys::{Shop, eventually};
use uuid::Uuid;

#[tokio::test]
async fn an_order_placed_in_the_new_version_walks_on_and_is_the_same_in_the_old_one() {
    let shop = Shop::shared().await;
    let customer = shop.customer().await;
    let (key, order) = (
        Uuid::new_v4().to_string(),
        order_of("COF-ETH-250", 2, "pm_card_visa"),
    );
    let placed = customer
        .post_once("/v2/orders", &key, order)
        .await
        .expect(202);
    let path = placed.text("/links/self").to_owned();
    assert_eq!(placed.header("location"), path);
    assert_eq!(placed.text("/state/status"), "pending");

    let confirmed = eventually("the order to be confirmed", async || {
        let order = customer.get(&path).await.expect(200);
        match order.text("/state/status") {
            "confirmed" => Ok(order),
            other => Err(other.to_owned()),
        }
    })
    .await;
    let old = format!("/v1/orders/{}", placed.text("/order_id"));
    let old = customer.get(&old).await.expect(200);
    assert_eq!(old.text("/status"), "confirmed");
    assert_eq!(old.body["total"], confirmed.body["amounts"]["total"]);
    assert_eq!(old.body["updated_at"], confirmed.body["state"]["since"]);
}

#[tokio::test]
async fn the_old_version_names_its_end_and_what_comes_next_and_the_next_is_there() {
    let shop = Shop::shared().await;
    let customer = shop.customer().await;
    let order_id = customer.order("COF-COL-250", 1, "pm_card_visa").await;
    let old = customer.get(&format!("/v1/orders/{order_id}")).await;
    let old = old.expect(200);
    assert!(old.header("deprecation").starts_with('@'), "{old:?}");
    assert!(old.header("sunset").ends_with(" GMT"), "{old:?}");

    let link = old.header("link").split(", ");
    let successor = link
        .filter_map(|link| link.strip_suffix(">; rel=\"successor-version\""))
        .find_map(|link| link.strip_prefix('<'))
        .expect("a link to the successor");
    let new = customer.get(successor).await.expect(200);
    assert_eq!(new.text("/order_id"), order_id);
    assert_eq!(new.header("deprecation"), "");
}

#[tokio::test]
async fn cancelling_is_offered_as_a_link_until_it_was_done() {
    let shop = Shop::shared().await;
    let customer = shop.customer().await;
    let order_id = customer.order("COF-BRA-500", 1, "pm_card_visa").await;
    let order = customer.get(&format!("/v2/orders/{order_id}")).await;
    let cancel = order.expect(200).text("/links/cancel").to_owned();
    let cancelled = customer.post(&cancel, serde_json::json!({})).await;
    let cancelled = cancelled.expect(200);
    assert_eq!(cancelled.body.pointer("/links/cancel"), None);
    // At once while it is pending; once it is confirmed shipping is asked.
    let _ = customer.until(&order_id, "cancelled").await;
    let order = customer.get(&format!("/v2/orders/{order_id}")).await;
    let order = order.expect(200);
    assert_eq!(order.text("/state/reason"), "requested_by_customer");
    assert_eq!(order.body.pointer("/links/cancel"), None);
}
