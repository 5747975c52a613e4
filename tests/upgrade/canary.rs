//! An upgrade that nobody notices, and a step back.

use journeys::functions::Functions;
use journeys::shop::Local;
use journeys::{Shop, manifests};
use serde_json::Value;

use crate::events::{Events, assert_each_order_has_each_event_once};
use crate::load::Load;
use crate::revisions::{answered, apply, failed, until_it_has_answered};

const ORDERS: &str = "knative/base/orders.yaml";
const OLD: &str = "orders-00001";
const NEW: &str = "orders-00002";
const BROKEN: &str = "orders-00003";
const PIECES: u32 = 100_000;

#[tokio::test(flavor = "multi_thread")]
async fn orders_goes_to_its_next_revision_and_back_and_no_order_notices() {
    let manifests = manifests::for_the_previous_release();
    let functions = Functions::of_the_previous_release();
    let shop = Shop::start(&[&manifests.arguments()[..], &functions.arguments()].concat());
    let local = shop.local();
    let sku = shop.new_article(PIECES).await;
    let events = Events::follow(local);
    let mut load = Load::of(&shop, &sku).await;
    until_it_has_answered(local, &mut load, OLD, 50).await;

    // The tables come first: the old revision goes on on the new ones.
    functions.migrate("orders", local);
    until_it_has_answered(local, &mut load, OLD, 50).await;

    // The new revision is made and tried, and gets nothing but what asks for it by its tag.
    traffic(local, &["orders-00001=100"]);
    let (from, to) = ("value: \"900\"", "value: \"901\"");
    manifests.change(ORDERS, from, to);
    functions.release("orders");
    let (applied, said) = apply(local);
    let line = "service.serving.knative.dev/orders configured (revision orders-00002)";
    assert!(applied && said.contains(line), "{said}");
    traffic(local, &["--tag", "smoke=@latest"]);
    until_it_has_answered(local, &mut load, OLD, 50).await;
    assert_eq!(answered(local, NEW).await, 0);
    assert_eq!(smoke(&shop).await, 200);
    assert_eq!(answered(local, NEW).await, 1);

    for step in [5, 25, 100] {
        traffic(
            local,
            &[&format!("{OLD}={}", 100 - step), &format!("@latest={step}")],
        );
        until_it_has_answered(local, &mut load, NEW, 25).await;
    }
    // What was under way in the old one ends there, and then nothing comes any more.
    let (before, placed) = (answered(local, OLD).await, load.placed());
    until_it_has_answered(local, &mut load, NEW, 50).await;
    assert!(answered(local, OLD).await <= before + 20 && load.placed() > placed);

    // Back, and forward again.
    traffic(local, &["orders-00001=100"]);
    until_it_has_answered(local, &mut load, OLD, 50).await;
    traffic(local, &["@latest=100"]);
    until_it_has_answered(local, &mut load, NEW, 50).await;

    // A release that does not come up.
    manifests.change(ORDERS, to, "value: soon");
    let (applied, said) = apply(local);
    assert!(
        !applied && said.contains("orders-00003 is not ready"),
        "{said}"
    );
    until_it_has_answered(local, &mut load, NEW, 50).await;
    assert_eq!(answered(local, BROKEN).await, 0);
    assert_eq!(revision(local, BROKEN)["ready"], "False");

    let orders = load.end().await;
    assert_eq!(failed(local).await, 0);
    assert!(local.souk(&["down"]).status.success());
    assert_each_order_has_each_event_once(&events.ended(), &orders);
    eprintln!("{} orders, none of which noticed", orders.len());
}

/// The status of the new revision under its tag's name, as the pipeline asks for it.
async fn smoke(shop: &Shop) -> u16 {
    let proxy = reqwest::Proxy::http(shop.local().address("proxy")).expect("a proxy's URL");
    let client = reqwest::Client::builder()
        .proxy(proxy)
        .build()
        .expect("a client");
    let answer = client
        .get("http://smoke-orders.souk.svc.cluster.local/readyz")
        .send()
        .await;
    answer.expect("the tag answers").status().as_u16()
}

/// Runs `souk traffic orders <arguments>`.
fn traffic(shop: &Local, arguments: &[&str]) {
    let output = shop.souk(&[&["traffic", "orders"], arguments].concat());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "souk traffic {arguments:?}: {said}"
    );
}

/// What `souk revisions` says of one.
fn revision(shop: &Local, name: &str) -> Value {
    let output = shop.souk(&["revisions", "orders", "--json"]);
    let all: Vec<Value> = serde_json::from_slice(&output.stdout).expect("revisions are JSON");
    let found = all.iter().find(|one| one["name"] == name);
    found
        .unwrap_or_else(|| panic!("no {name}: {all:#?}"))
        .clone()
}
