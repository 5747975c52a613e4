//! A release as the pipeline makes it: `canary`, a real Prometheus, and customers who order all the time.
//!
//! `.ci/rehearse-upgrade` brings Prometheus and runs it; `SOUK_PROMETHEUS` and `SOUK_CANARY` name the programs.

#[path = "../upgrade/load.rs"]
mod load;
#[path = "../upgrade/revisions.rs"]
mod revisions;

use std::process::Output;

use journeys::functions::Functions;
use journeys::process::souk;
use journeys::prometheus::Prometheus;
use journeys::shop::Local;
use journeys::{Shop, manifests};
use tokio::net::TcpListener;

use crate::load::Load;
use crate::revisions::{answered, apply, failed, until_it_has_answered};

const ORDERS: &str = "knative/base/orders.yaml";
const PIECES: u32 = 100_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_good_release_goes_through_and_a_slow_one_is_taken_back() {
    let manifests = manifests::for_the_previous_release();
    let functions = Functions::of_the_previous_release();
    let shop = Shop::start(&[&manifests.arguments()[..], &functions.arguments()].concat());
    let local = shop.local();
    let sku = shop.new_article(PIECES).await;
    let prometheus = Prometheus::of(local).await;
    let mut load = Load::of(&shop, &sku).await;
    until_it_has_answered(local, &mut load, "orders-00001", 50).await;

    // A good one.
    let _ = expect(canary(local, &["hold", "orders"]).await, true);
    manifests.change(ORDERS, "value: \"900\"", "value: \"901\"");
    functions.release("orders");
    let (applied, said) = apply(local);
    assert!(applied, "{said}");
    assert_eq!(answered(local, "orders-00002").await, 0);
    let said = expect(advance(local, &prometheus).await, true);
    assert!(
        said.contains("orders-00002 has replaced orders-00001"),
        "{said}"
    );
    until_it_has_answered(local, &mut load, "orders-00002", 50).await;

    // One that waits for a catalogue that never answers, and takes its own prices only then.
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let silent = silent.local_addr().expect("it has an address");
    let _ = expect(canary(local, &["hold", "orders"]).await, true);
    let catalog = "value: http://catalog.souk.svc.cluster.local";
    manifests.change(ORDERS, catalog, &format!("value: http://{silent}"));
    let (applied, said) = apply(local);
    assert!(applied, "{said}");
    let said = expect(advance(local, &prometheus).await, false);
    assert!(said.contains("its 95th percentile is"), "{said}");
    assert!(
        said.contains("all requests go to orders-00002 again"),
        "{said}"
    );
    // What was under way in it ends there, and then nothing comes any more.
    until_it_has_answered(local, &mut load, "orders-00002", 50).await;
    let slow = answered(local, "orders-00003").await;
    until_it_has_answered(local, &mut load, "orders-00002", 50).await;
    assert_eq!(answered(local, "orders-00003").await, slow);

    let orders = load.end().await;
    assert_eq!(failed(local).await, 0);
    eprintln!("{} orders, each answered and confirmed", orders.len());
}

async fn advance(shop: &Local, prometheus: &Prometheus) -> Output {
    let words = format!(
        "advance orders --prometheus {} --steps 5,25,100 --watch 10 --every 2 --patience 120 --min-requests 30 --max-latency-ratio 4",
        prometheus.url
    );
    canary(shop, &words.split(' ').collect::<Vec<_>>()).await
}

async fn canary(shop: &Local, words: &[&str]) -> Output {
    let program = std::env::var("SOUK_CANARY").expect("SOUK_CANARY names the program canary");
    let data_dir = format!("--pass=--data-dir={}", shop.data_dir().display());
    let souk = format!("--program={}", souk().display());
    let mut command = tokio::process::Command::new(program);
    command.args(words).args(["--with=souk", &souk, &data_dir]);
    command.output().await.expect("canary can be started")
}

/// What it said, if it ended as expected.
fn expect(output: Output, is_success: bool) -> String {
    let said = String::from_utf8([output.stdout, output.stderr].concat()).expect("it speaks UTF-8");
    eprint!("{said}");
    assert_eq!(output.status.success(), is_success, "{said}");
    said
}
