//! The shop in one file: taken while orders flow, lost, and opened again from the file.

use std::fs;
use std::path::Path;

use futures::future::join_all;
use journeys::{PASSWORD, Shop};

const ORDERS: usize = 6;

fn said(output: &std::process::Output) -> String {
    let text = [&output.stdout[..], &output.stderr].concat();
    String::from_utf8_lossy(&text).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_shop_comes_back_from_its_backup_with_every_order_and_goes_on() {
    let shop = Shop::start(&[]);
    let (customer, email) = shop.visitor().new_customer().await;
    let settled = customer.order("COF-ETH-250", 1, "pm_card_visa").await;
    let _ = customer.until(&settled, "confirmed").await;
    // Still under way when the backup is taken.
    let under_way = join_all((0..ORDERS).map(|_| customer.order("COF-ETH-250", 1, "pm_card_visa")));
    let under_way = under_way.await;

    let kept = tempfile::tempdir().expect("a folder for the file");
    let file = kept.path().join("shop.tar.gz");
    let name = file.to_str().expect("its name is text");
    let backup = shop.local().souk(&["backup", name]);
    assert!(backup.status.success(), "{}", said(&backup));
    eprintln!("{}", said(&backup));
    // It goes on as if nothing had been.
    let after = customer.order("COF-ETH-250", 1, "pm_card_visa").await;
    let _ = customer.until(&after, "confirmed").await;
    refusals(&shop, &file);

    drop(shop);
    let shop = Shop::restored(&file);
    let customer = shop.visitor().logged_in(&email, PASSWORD).await;
    for order_id in under_way.iter().chain([&settled]) {
        let _ = customer.until(order_id, "confirmed").await;
    }
    let lost = customer.get(&format!("/v1/orders/{after}")).await;
    assert_eq!(lost.status, 404, "it was placed after the backup");
    let orders = customer.get("/v1/orders?limit=50").await.expect(200);
    assert_eq!(orders.items().len(), ORDERS + 1, "each order once");
    let next = customer.order("COF-ETH-250", 1, "pm_card_visa").await;
    let _ = customer.until(&next, "confirmed").await;
    shop.audit();
}

/// What cannot be done is refused, and changes nothing.
fn refusals(shop: &Shop, file: &Path) {
    let name = file.to_str().expect("its name is text");
    let running = shop.local().souk(&["restore", name]);
    assert_eq!(running.status.code(), Some(4), "{}", said(&running));
    let text = file.with_extension("txt");
    fs::write(&text, "no backup").expect("a text");
    let no_backup = shop
        .local()
        .souk(&["restore", text.to_str().expect("text")]);
    assert_eq!(no_backup.status.code(), Some(1));
    assert!(
        said(&no_backup).contains("is no backup of a shop"),
        "{}",
        said(&no_backup)
    );
    let nowhere = shop
        .local()
        .souk(&["backup", "/no/such/folder/shop.tar.gz"]);
    assert_eq!(nowhere.status.code(), Some(1));
    assert!(
        said(&nowhere).contains("cannot be written"),
        "{}",
        said(&nowhere)
    );
}
