//! Every metric that a dashboard, a rule or docs/observability.md names is told by a shop in which everything has happened once.

use std::collections::BTreeSet;
use std::fs;

use futures::future::join_all;
use journeys::process::{kill, repository};
use journeys::watched::Metrics;
use journeys::{Client, Shop, eventually, order_of};
use serde_json::{Value, json};
use uuid::Uuid;

/// More than a function that has rested lets in at once.
const TOO_MANY: usize = 200;

#[tokio::test(flavor = "multi_thread")]
async fn every_metric_of_the_dashboards_the_rules_and_the_docs_is_told_by_a_shop() {
    if std::env::var_os("SOUK_GATEWAY_URL").is_some() {
        return;
    }
    let mut wanted = souk_dashboards::names().expect("the dashboards can be read");
    let documented = documented();
    assert!(documented.len() > 30, "{documented:?}");
    wanted.extend(documented);

    let shop = Shop::start(&["--faults".to_owned(), "--movable-clock".to_owned()]);
    everything_happens(&shop).await;
    eventually("every metric", async || {
        let told = told(&shop).await;
        let is_told = |name: &&String| {
            let series = ["", "_count"].map(|end| format!("{name}{end}"));
            series.iter().any(|series| told.contains(series))
        };
        let missing: Vec<&String> = wanted.iter().filter(|name| !is_told(name)).collect();
        match missing.is_empty() {
            true => Ok(()),
            false => Err(format!("not told: {missing:#?}")),
        }
    })
    .await;
}

/// Everything that stands at the two addresses.
async fn told(shop: &Shop) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for functions in [false, true] {
        let metrics: Metrics = shop.scraped(functions).await;
        names.extend(metrics.names().into_iter().map(str::to_owned));
    }
    names
}

/// The names in the tables of docs/observability.md that have a column `Prometheus`, the second. A histogram stands there by the name
/// that its three series begin with.
fn documented() -> BTreeSet<String> {
    let file = repository().join("docs/observability.md");
    let text = fs::read_to_string(file).expect("docs/observability.md is there");
    let (mut names, mut is_table) = (BTreeSet::new(), false);
    for line in text.lines() {
        let Some(cell) = line
            .strip_prefix('|')
            .and_then(|rest| rest.split('|').nth(1))
        else {
            is_table = false;
            continue;
        };
        is_table |= cell.trim() == "Prometheus";
        if is_table {
            names.extend(cell.split('`').skip(1).step_by(2).map(str::to_owned));
        }
    }
    names
}

/// What a month brings, in a minute.
async fn everything_happens(shop: &Shop) {
    let sku = shop.new_article(50).await;
    let customer = shop.customer().await;
    goes_well(shop, &customer, &sku).await;
    goes_not_so_well(shop, &customer, &sku).await;
    letters_die(shop).await;
    the_provider_is_away(shop, &customer, &sku).await;
    the_broker_takes_nothing(shop, &customer, &sku).await;
    too_many_come(&customer, &sku).await;
    // Nobody pays; half an hour later the order is cancelled, and its pieces are free again.
    let _ = shop.faults(json!({ "provider": "fail" })).await;
    let unpaid = customer.order(&sku, 1, "pm_card_visa").await;
    shop.clock_advance("31m");
    let tokens = customer.refreshed().await.expect(200);
    let customer = customer.with_tokens_of(&tokens);
    let _ = customer.until(&unpaid, "cancelled").await;
    let _ = shop.faults(json!({ "provider": "normal" })).await;
}

/// Ordered, paid, sent, arrived, and a part given back.
async fn goes_well(shop: &Shop, customer: &Client, sku: &str) {
    let merchant = shop.merchant().await;
    let order_id = customer.order(sku, 1, "pm_card_visa").await;
    let _ = customer.until(&order_id, "confirmed").await;
    let shipment = merchant.shipment_of(&order_id).await;
    let parcel = Uuid::new_v4().to_string();
    let _ = merchant.dispatch(&shipment, &parcel).await.expect(200);
    let _ = customer.until(&order_id, "shipped").await;
    let path = format!("/v1/payments/{order_id}/refunds");
    let part = json!({ "amount": { "amount_minor": 100, "currency": "EUR" } });
    eventually("the money to be taken and given back", async || {
        let refund = merchant.post_once(&path, &parcel, part.clone()).await;
        match refund.status {
            201 => Ok(()),
            _ => Err(refund.body),
        }
    })
    .await;
    let _ = shop
        .visitor()
        .undocumented()
        .get("/v1/orders/nothing")
        .await;
}

/// Declined, out of stock, cancelled before and after it was confirmed.
async fn goes_not_so_well(shop: &Shop, customer: &Client, sku: &str) {
    let card = "pm_card_visa_chargeDeclinedInsufficientFunds";
    let declined = customer.order(sku, 1, card).await;
    let short = customer.order(sku, 99, "pm_card_visa").await;
    let unwanted = customer.order(sku, 1, "pm_card_visa").await;
    let _ = customer.until(&declined, "cancelled").await;
    let _ = customer.until(&short, "cancelled").await;
    let _ = customer.until(&unwanted, "confirmed").await;
    let path = format!("/v1/orders/{unwanted}/cancel");
    let _ = customer.post(&path, json!({})).await.expect(200);
    let _ = customer.until(&unwanted, "cancelled").await;
    let _ = shop.faults(json!({ "mails": "fail" })).await;
    let order_id = customer.order(sku, 1, "pm_card_visa").await;
    let _ = customer.until(&order_id, "confirmed").await;
    eventually("a letter to be refused", async || {
        let metrics = shop.scraped(true).await;
        let refused = ["souk_outcome=\"refused\""];
        match metrics.sum("souk_letters_total", &refused) > 0.0 {
            true => Ok(()),
            false => Err("none was"),
        }
    })
    .await;
    let _ = shop.faults(json!({ "mails": "normal" })).await;
}

/// One dead letter is sent again, and one discarded.
async fn letters_die(shop: &Shop) {
    let operator = shop.operator().await;
    for verb in ["redrive", "discard"] {
        let id = Uuid::new_v4();
        let event = json!({
            "specversion": "1.0", "id": id, "source": "/tests", "type": "dev.souk.stock.reserved.v1",
            "datacontenttype": "application/json", "data": { "order_id": "no id at all" },
        });
        let _ = shop.tell_the_broker(&event).await;
        let letter = eventually("the dead letter", async || {
            let path = "/v1/dead-letters?type=dev.souk.stock.reserved.v1&status=open";
            let list = operator.get(path).await.expect(200);
            let mut letters = list.items().iter();
            let found = letters.find(|letter| letter["id"] == json!(id)).cloned();
            found.ok_or(list.body)
        })
        .await;
        let letter = letter["dead_letter_id"].as_str().unwrap_or_default();
        let path = format!("/v1/dead-letters/{letter}/{verb}");
        let body = match verb {
            "discard" => json!({ "reason": "an event of a test" }),
            _ => Value::Null,
        };
        let _ = operator.post(&path, body).await.expect(200);
    }
}

/// Payments are put off, and the breaker opens.
async fn the_provider_is_away(shop: &Shop, customer: &Client, sku: &str) {
    let _ = shop.faults(json!({ "provider": "fail" })).await;
    let mut orders = Vec::new();
    for _ in 0..3 {
        orders.push(customer.order(sku, 1, "pm_card_visa").await);
    }
    eventually("the payments to be put off", async || {
        let metrics = shop.scraped(true).await;
        match metrics.sum("souk_payments_postponed_total", &[]) > 0.0 {
            true => Ok(()),
            false => Err("none is"),
        }
    })
    .await;
    let _ = shop.faults(json!({ "provider": "normal" })).await;
    for order_id in orders {
        let _ = customer.until(&order_id, "confirmed").await;
    }
}

/// Events wait in outboxes, and a restart sends them.
async fn the_broker_takes_nothing(shop: &Shop, customer: &Client, sku: &str) {
    let _ = shop.faults(json!({ "broker_disk": "full" })).await;
    let order_id = customer.order(sku, 1, "pm_card_visa").await;
    for pid in shop.local().processes(Some("orders")) {
        kill(pid);
    }
    let _ = shop.faults(json!({ "broker_disk": "ok" })).await;
    let _ = customer.until(&order_id, "confirmed").await;
}

/// More orders at once than are let in; most of them find no stock.
async fn too_many_come(customer: &Client, sku: &str) {
    let orders = (0..TOO_MANY).map(async |_| {
        let key = Uuid::new_v4().to_string();
        let order = order_of(sku, 40, "pm_card_visa");
        customer.post_once("/v1/orders", &key, order).await.status
    });
    let answers = join_all(orders).await;
    assert!(answers.contains(&503), "nobody was refused: {answers:?}");
}
