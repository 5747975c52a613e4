//! Closing in order, and opening again.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use journeys::Shop;
use journeys::process::is_running;

#[tokio::test(flavor = "multi_thread")]
async fn down_leaves_no_process_and_the_next_up_finds_all_data() {
    let shop = Shop::start(&[]);
    let customer = shop.customer().await;
    let order_id = customer.order("COF-ETH-250", 1, "pm_card_visa").await;
    let _ = customer.until(&order_id, "confirmed").await;
    let ps = shop.local().ps();
    let pids = |key: &str| ps[key].as_array().cloned().unwrap_or_default();
    let engines = pids("engines").into_iter().chain(pids("stand_ins"));
    let mut processes: Vec<i32> = engines
        .filter_map(|one| i32::try_from(one["pid"].as_i64()?).ok())
        .collect();
    processes.extend(shop.local().processes(None));
    processes.push(shop.local().pid());
    assert!(processes.len() >= 4, "{ps:#}");

    let down = shop.local().souk(&["down"]);
    assert!(down.status.success(), "{down:?}");
    let left: Vec<i32> = processes
        .into_iter()
        .filter(|pid| is_running(*pid))
        .collect();
    assert!(left.is_empty(), "{left:?} still run");
    assert_eq!(shop.local().souk(&["ps"]).status.code(), Some(3));

    let (stock, token) = (shop.credentials.clone(), customer.token().to_owned());
    let shop = shop.reopen();
    let order = shop
        .visitor()
        .with_token(&token)
        .get(&format!("/v1/orders/{order_id}"))
        .await
        .expect(200);
    assert_eq!(order.text("/status"), "confirmed");
    assert_eq!(
        shop.credentials.accounts.merchant.password,
        stock.accounts.merchant.password
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_for_their_owner_only_and_one_shop_lives_in_a_folder() {
    let shop = Shop::start(&[]);
    let data_dir = shop.local().data_dir();
    for file in ["credentials.json", "secrets/souk/identity-signing-key.json"] {
        let mode = fs::metadata(data_dir.join(file))
            .expect("the file is there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
    let second = shop
        .local()
        .souk(&["up", "--no-build", "--listen", "127.0.0.1:0"]);
    assert_eq!(second.status.code(), Some(4), "{second:?}");
}
