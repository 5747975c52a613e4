//! What a function may do in its container, and how much of its memory it uses.

use std::collections::BTreeMap;

use futures::future::join_all;
use journeys::Shop;

use crate::containers::{self, Container};

const CUSTOMERS: usize = 8;
const ORDERS_EACH: usize = 25;
/// `USER` of `functions/Dockerfile`.
const USER: &str = "65532\t65532\t65532\t65532";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs podman and images: .ci/journeys-in-images"]
async fn a_function_has_no_rights_nothing_to_write_to_and_its_manifests_memory() {
    let shop = Shop::start(&[]);
    let customer = shop.customer().await;
    let order_id = customer.order("COF-ETH-250", 1, "pm_card_visa").await;
    let _ = customer.until(&order_id, "confirmed").await;
    let all = containers::of(shop.local().data_dir());
    assert!(
        all.iter().any(|one| one.function() == "orders"),
        "orders does not run"
    );
    for one in &all {
        let expected = [
            ("CapEff", "0000000000000000"),
            ("CapBnd", "0000000000000000"),
            ("NoNewPrivs", "1"),
            ("Seccomp", "2"),
            ("Uid", USER),
        ];
        for (field, value) in expected {
            assert_eq!(one.status(field), value, "{field} of {}", one.function());
        }
        assert!(root_is_read_only(one), "{} may write", one.function());
        assert!(one.memory_limit() > 0, "{} has no limit", one.function());
        let environment = one.process_file("environ");
        assert!(
            !environment.contains("CARGO"),
            "{} knows this machine",
            one.function()
        );
    }
}

/// `36 35 98:0 / / ro,noatime ...`: the fifth word is where it is mounted, the sixth how.
fn root_is_read_only(container: &Container) -> bool {
    let mounts = container.process_file("mountinfo");
    let root = mounts.lines().find_map(|line| {
        let words: Vec<&str> = line.split(' ').collect();
        (words.get(4) == Some(&"/")).then(|| words.get(5).copied().unwrap_or_default().to_owned())
    });
    root.is_some_and(|options| options.split(',').any(|option| option == "ro"))
}

/// Prints the table of functions/README.md.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs podman and images: .ci/journeys-in-images"]
async fn no_function_comes_near_its_memory_limit_under_orders() {
    let shop = Shop::start(&[]);
    let sku = shop.new_article(10_000).await;
    join_all((0..CUSTOMERS).map(|_| async {
        let customer = shop.customer().await;
        let mut placed = Vec::new();
        for _ in 0..ORDERS_EACH {
            placed.push(customer.order(&sku, 1, "pm_card_visa").await);
        }
        for order_id in placed {
            let _ = customer.until(&order_id, "confirmed").await;
        }
    }))
    .await;
    let mut peaks = BTreeMap::new();
    for one in containers::of(shop.local().data_dir()) {
        let peak = peaks.entry(one.function().to_owned()).or_insert((0, 0));
        *peak = (one.peak().max(peak.0), one.memory_limit());
    }
    println!(
        "{} orders, most memory of a container:",
        CUSTOMERS * ORDERS_EACH
    );
    for (function, (peak, limit)) in &peaks {
        println!(
            "  {function:14} {:5.1} of {:5.1} MB",
            megabytes(*peak),
            megabytes(*limit)
        );
    }
    for (function, (peak, limit)) in peaks {
        assert!(
            peak > 0 && peak < limit * 3 / 4,
            "{function}: {peak} of {limit} bytes"
        );
    }
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
