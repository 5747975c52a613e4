//! Scale to zero, and back.

use std::time::Duration;

use journeys::wait::within;
use journeys::{Shop, manifests};

#[tokio::test(flavor = "multi_thread")]
async fn idle_functions_end_and_the_next_request_wakes_them() {
    let manifests = manifests::with_window("6s");
    let shop = Shop::start(&manifests.arguments());
    let customer = shop.customer().await;
    let order_id = customer.order("COF-ETH-250", 1, "pm_card_visa").await;
    let _ = customer.until(&order_id, "confirmed").await;
    assert!(!shop.local().processes(None).is_empty());

    within(
        Duration::from_secs(90),
        "all functions to sleep",
        async || {
            let processes = shop.local().processes(None);
            if processes.is_empty() {
                Ok(())
            } else {
                Err(format!("{processes:?} run"))
            }
        },
    )
    .await;
    let order = customer
        .get(&format!("/v1/orders/{order_id}"))
        .await
        .expect(200);
    assert_eq!(order.text("/status"), "confirmed");
    shop.audit();
}
