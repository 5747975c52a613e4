//! However a `podman run` or souk itself ends, no container stays.

use std::path::Path;

use journeys::process::signal;
use journeys::{Shop, eventually};

use crate::containers;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs podman and images: .ci/journeys-in-images"]
async fn a_container_ends_with_its_podman_run_and_another_takes_its_place() {
    let shop = Shop::start(&[]);
    let customer = shop.customer().await;
    let _ = customer.get("/v1/orders").await.expect(200);
    let before = containers::of_function(&shop, "orders");
    for pid in shop.local().processes(Some("orders")) {
        signal(pid, libc::SIGKILL);
    }
    eventually("the container to end", async || {
        let now = containers::of_function(&shop, "orders");
        let left = now
            .iter()
            .any(|one| before.iter().any(|old| old.name == one.name));
        if left { Err("it runs") } else { Ok(()) }
    })
    .await;
    eventually("another one to answer", async || {
        match customer.get("/v1/orders").await.status {
            200 => Ok(()),
            other => Err(other),
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs podman and images: .ci/journeys-in-images"]
async fn nothing_is_left_of_a_souk_that_was_killed() {
    let shop = Shop::start(&[]);
    let _ = shop.customer().await.get("/v1/orders").await.expect(200);
    let data_dir = shop.local().data_dir().to_owned();
    assert!(!containers::of(&data_dir).is_empty(), "no container runs");
    signal(shop.local().pid(), libc::SIGKILL);
    until_none_is_left(&data_dir).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs podman and images: .ci/journeys-in-images"]
async fn nothing_is_left_of_a_shop_that_was_closed() {
    let shop = Shop::start(&[]);
    let _ = shop.customer().await.get("/v1/orders").await.expect(200);
    let data_dir = shop.local().data_dir().to_owned();
    let closed = shop.local().souk(&["down"]);
    assert!(closed.status.success());
    until_none_is_left(&data_dir).await;
}

async fn until_none_is_left(data_dir: &Path) {
    eventually("all containers to end", async || {
        let left: Vec<String> = containers::of(data_dir)
            .into_iter()
            .map(|one| one.name)
            .collect();
        if left.is_empty() {
            Ok(())
        } else {
            Err(left.join(", "))
        }
    })
    .await;
}
