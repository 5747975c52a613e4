//! `orders` dies at the worst moment.

use journeys::Shop;
use journeys::process::signal;

const ORDERS: usize = 5;

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_was_committed_is_confirmed_even_if_orders_is_killed_at_once() {
    let shop = Shop::start(&[]);
    let customer = shop.customer().await;
    for _ in 0..ORDERS {
        let order_id = customer.order("COF-ETH-250", 1, "pm_card_visa").await;
        for pid in shop.local().processes(Some("orders")) {
            signal(pid, libc::SIGKILL);
        }
        let _ = customer.until(&order_id, "confirmed").await;
    }
    shop.audit();
}
