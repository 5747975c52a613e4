//! All functions of the previous release but identity and intake on the tables of this one: what a step back finds.

use std::env;

use journeys::functions::Functions;
use journeys::{Shop, manifests};

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the executables of the previous release: .ci/check-previous-release"]
async fn the_previous_release_takes_orders_on_the_new_tables_and_this_one_goes_on_with_them() {
    assert!(
        env::var_os("SOUK_PREVIOUS_RELEASE").is_some(),
        "SOUK_PREVIOUS_RELEASE names no folder"
    );
    let functions = Functions::of_the_previous_release();
    let manifests = manifests::for_the_previous_release();
    let previous = [&manifests.arguments()[..], &functions.arguments()].concat();

    // This release has made the tables; then the previous one, this one and the previous one again work on them.
    let mut shop = Shop::start(&[]);
    let token = shop.customer().await.token().to_owned();
    let mut placed = Vec::new();
    for arguments in [&previous[..], &[], &previous, &[]] {
        let customer = shop.visitor().with_token(&token);
        let order_id = customer.order("COF-ETH-250", 1, "pm_card_visa").await;
        let _ = customer.until(&order_id, "confirmed").await;
        placed.insert(0, order_id);
        let page = customer.get("/v1/orders").await.expect(200);
        let items = page.items().iter();
        let listed: Vec<_> = items.filter_map(|item| item["order_id"].as_str()).collect();
        assert_eq!(listed, placed, "every order once, the newest first");
        assert!(shop.local().souk(&["down"]).status.success());
        shop = shop.reopen_with(arguments);
    }
}
