//! More comes in than gets done.

use futures::stream::{self, StreamExt as _};
use journeys::process::status_kib;
use journeys::{Answer, Client, Shop, eventually, manifests, order_of};
use uuid::Uuid;

const ORDERS: usize = 1_000;
const AT_ONCE: usize = 150;
/// More than any function's manifest allows it.
const MEMORY_MIB_MAX: u64 = 128;

/// A shop whose orders are taken by one instance that handles two at a time and lets four wait.
fn narrow() -> Shop {
    let manifests = manifests::unchanged();
    let (file, scale) = ("knative/base/orders.yaml", "max-scale: \"10\"");
    manifests.change(file, scale, "max-scale: \"1\"");
    let catalog = "            - name: CATALOG_URL\n";
    let narrow = format!("            - name: REQUESTS_MAX\n              value: \"2\"\n{catalog}");
    manifests.change(file, catalog, &narrow);
    Shop::start(&manifests.arguments())
}

async fn place(customer: &Client, sku: &str) -> Answer {
    let key = Uuid::new_v4().to_string();
    let order = order_of(sku, 1, "pm_card_visa");
    customer.post_once("/v2/orders", &key, order).await
}

fn is_refusal(answer: &Answer) -> bool {
    matches!(answer.status, 429 | 503) && answer.headers.contains_key("retry-after")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_much_is_told_to_come_again_and_what_was_accepted_is_done() {
    let shop = narrow();
    let customer = shop.customer().await.impatient().undocumented();
    let sku = shop.new_article(100_000).await;
    let first = customer.order(&sku, 1, "pm_card_visa").await;
    let _ = customer.until(&first, "confirmed").await;

    let placing = stream::iter(0..ORDERS).map(|_| place(&customer, &sku));
    let answers: Vec<Answer> = placing.buffer_unordered(AT_ONCE).collect().await;
    let (accepted, others): (Vec<_>, Vec<_>) =
        answers.into_iter().partition(|answer| answer.status == 202);
    assert!(!accepted.is_empty(), "nothing was accepted");
    assert!(!others.is_empty(), "nothing was refused");
    for other in &others {
        assert!(is_refusal(other), "{}: {:#}", other.status, other.body);
    }
    for pid in shop.local().processes(None) {
        let mib = status_kib(pid, "VmRSS:") / 1024;
        assert!(mib < MEMORY_MIB_MAX, "process {pid} has {mib} MiB");
    }
    for order in &accepted {
        let _ = customer.until(order.text("/order_id"), "confirmed").await;
    }

    let again = eventually("an order to be accepted", async || {
        let answer = place(&customer, &sku).await;
        if answer.status == 202 {
            return Ok(answer.text("/order_id").to_owned());
        }
        Err(format!("{}: {:#}", answer.status, answer.body))
    })
    .await;
    let _ = customer.until(&again, "confirmed").await;
}
