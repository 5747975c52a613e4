//! `souk` itself is killed: nothing that was accepted is lost, and nothing is left behind.

use futures::future::join_all;
use journeys::process::{is_running, signal};
use journeys::{Shop, eventually};

const ORDERS: usize = 10;

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_souk_loses_no_accepted_event_and_opens_again() {
    let shop = Shop::start(&[]);
    let customer = shop.customer().await;
    let token = customer.token().to_owned();
    let placed =
        join_all((0..ORDERS).map(|_| customer.order("COF-ETH-250", 1, "pm_card_visa"))).await;

    let functions = shop.local().processes(None);
    assert!(
        !functions.is_empty(),
        "no function runs after {ORDERS} orders"
    );
    signal(shop.local().pid(), libc::SIGKILL);
    eventually("the functions to end with souk", async || {
        let left: Vec<i32> = functions
            .iter()
            .copied()
            .filter(|pid| is_running(*pid))
            .collect();
        if left.is_empty() {
            Ok(())
        } else {
            Err(format!("{left:?} still run"))
        }
    })
    .await;

    let shop = shop.reopen();
    let customer = shop.visitor().with_token(&token);
    for order_id in &placed {
        let _ = customer.until(order_id, "confirmed").await;
    }
    shop.audit();
}
