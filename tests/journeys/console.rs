//! The shop on its console: orders and their paths, dead letters, faults, manifests, the audit. Only a shop that was started here has
//! one.

use std::time::Duration;

use journeys::wait::within;
use journeys::{Answer, Client, Shop, eventually};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

const SKU: &str = "COF-ETH-250";
/// It waits until nothing moves, and reads every store.
const AUDITED_WITHIN: Duration = Duration::from_secs(90);

/// The console of a shop; nothing for one that runs elsewhere.
fn console(shop: &Shop) -> Option<Client> {
    if shop.local.is_none() {
        eprintln!("left out: a shop that runs elsewhere has no console");
        return None;
    }
    Some(shop.console())
}

/// The path of an order, once its `why` holds this.
async fn path_that_says(console: &Client, order_id: &str, part: &str) -> Value {
    let path = format!("/api/orders/{order_id}/path");
    eventually(&format!("a path that says `{part}`"), async || {
        let told = console.get(&path).await.expect(200).body;
        match told["why"].as_str().is_some_and(|why| why.contains(part)) {
            true => Ok(told),
            false => Err(format!("{told:#}")),
        }
    })
    .await
}

fn titles(path: &Value) -> Vec<&str> {
    let steps = path["steps"].as_array().into_iter().flatten();
    steps.filter_map(|step| step["title"].as_str()).collect()
}

async fn put(console: &Client, path: &str, body: Value) -> Answer {
    let request = console.request(Method::PUT, path).json(&body);
    console.send(request, path).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmed_orders_path_tells_each_step_and_what_it_waits_for_and_names_nobody() {
    let shop = Shop::shared().await;
    let Some(console) = console(shop) else { return };
    let (customer, email) = shop.visitor().new_customer().await;
    let order_id = customer.order(SKU, 1, "pm_card_visa").await;
    let _ = customer.until(&order_id, "confirmed").await;
    let path = path_that_says(&console, &order_id, "waits to be packed").await;
    assert_eq!(
        (&path["state"], &path["order_id"]),
        (&json!("confirmed"), &json!(order_id))
    );
    let found = titles(&path);
    let expected = [
        "Order placed",
        "Stock set aside",
        "Payment asked for",
        "Money held",
        "Order confirmed",
        "Shipment booked",
    ];
    let told: Vec<&str> = found
        .iter()
        .copied()
        .filter(|one| expected.contains(one))
        .collect();
    assert_eq!(told, expected, "{path:#}");
    let text = path.to_string();
    for secret in [email.as_str(), "Test Customer", "postal_code"] {
        assert!(!text.contains(secret), "{secret}: {path:#}");
    }

    let list = console.get("/api/orders?limit=100").await.expect(200);
    let orders = list.body["orders"].as_array().into_iter().flatten();
    let mut own = orders.filter(|order| order["order_id"] == json!(order_id));
    let own = own
        .next()
        .unwrap_or_else(|| panic!("not in the list: {:#}", list.body));
    assert_eq!(
        (&own["state"], &own["lines"]),
        (&json!("confirmed"), &json!(1))
    );

    let events = console
        .get(&format!("/api/events?key={order_id}"))
        .await
        .expect(200);
    assert!(
        events.body["events"]
            .as_array()
            .is_some_and(|events| events.len() >= 6)
    );
    assert!(
        !events.body.to_string().contains(&email),
        "{:#}",
        events.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declined_orders_path_says_why_it_was_declined() {
    let shop = Shop::shared().await;
    let Some(console) = console(shop) else { return };
    let customer = shop.customer().await;
    let order_id = customer
        .order(SKU, 1, "pm_card_visa_chargeDeclinedInsufficientFunds")
        .await;
    let _ = customer.until(&order_id, "cancelled").await;
    let path = path_that_says(&console, &order_id, "insufficient funds").await;
    assert_eq!(path["state"], "cancelled");
    let nowhere = format!("/api/orders/{}/path", Uuid::new_v4());
    let problem = console.get(&nowhere).await.expect(404);
    assert!(
        problem.text("/detail").contains("no order"),
        "{:#}",
        problem.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_orders_path_links_its_steps_to_its_trace() {
    let shop = Shop::shared().await;
    let Some(console) = console(shop) else { return };
    let customer = shop.customer().await;
    let order_id = customer.order(SKU, 1, "pm_card_visa").await;
    let _ = customer.until(&order_id, "confirmed").await;
    let path = format!("/api/orders/{order_id}/path");
    eventually("the steps to be linked", async || {
        let told = console.get(&path).await.expect(200).body;
        let steps = told["steps"].as_array().into_iter().flatten();
        let mut linked = steps.filter(|step| step["title"] == "Order confirmed");
        let trace = linked
            .next()
            .map(|step| step["trace_id"].clone())
            .unwrap_or_default();
        let is_request_told = titles(&told).contains(&"POST /v1/orders");
        match trace.is_string() && is_request_told && told["traces"][0] == trace {
            true => Ok(()),
            false => Err(format!("{told:#}")),
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn manifests_are_shown_with_their_lines_and_no_secret_is_in_them() {
    let shop = Shop::shared().await;
    let Some(console) = console(shop) else { return };
    let manifests = console.get("/api/manifests").await.expect(200);
    let files = manifests.body["files"].as_array().into_iter().flatten();
    let objects = files.flat_map(|file| file["objects"].as_array().into_iter().flatten());
    let mut service = objects.filter(|one| one["kind"] == "Service" && one["name"] == "orders");
    let service = service.next().expect("the Service orders is shown");
    assert_eq!(service["namespace"], "souk");
    assert!(
        service["line"].as_u64().is_some_and(|line| line > 0),
        "{service}"
    );
    let text = manifests.body.to_string();
    let accounts = &shop.credentials.accounts;
    for secret in [&accounts.operator.password, &accounts.merchant.password] {
        assert!(!text.contains(secret.as_str()), "a password is shown");
    }
}

/// An event about an order, as `orders` would say it.
fn made_up(order_id: &str, name: &str, more: Value) -> Value {
    let price = json!({ "amount_minor": 100, "currency": "EUR" });
    let mut data = json!({
        "order_id": order_id, "account_id": Uuid::new_v4(), "email": "nobody@souk.example", "total": price,
        "lines": [{ "sku": SKU, "name": "Coffee", "quantity": 1, "unit_price": price }],
    });
    for (member, value) in more.as_object().into_iter().flatten() {
        data[member] = value.clone();
    }
    json!({
        "specversion": "1.0", "id": Uuid::new_v4(), "source": "/functions/orders", "type": format!("dev.souk.{name}.v1"),
        "subject": format!("orders/{order_id}"), "partitionkey": order_id, "datacontenttype": "application/json",
        "data": data,
    })
}

/// The open dead letter that this function has of this order.
async fn letter_of(console: &Client, order_id: &str, destination: &str) -> String {
    let list = format!("/api/dead-letters?status=open&destination={destination}&limit=100");
    eventually("the dead letter", async || {
        let list = console.get(&list).await.expect(200);
        let subject = json!(format!("orders/{order_id}"));
        let mut letters = list
            .items()
            .iter()
            .filter(|letter| letter["subject"] == subject);
        let letter = letters
            .next()
            .and_then(|letter| letter["dead_letter_id"].as_str());
        letter.map(str::to_owned).ok_or(list.body)
    })
    .await
}

/// One after the other, in one shop: the audit is of a shop whose books nobody has tampered with.
#[tokio::test(flavor = "multi_thread")]
async fn what_goes_wrong_is_found_on_the_console_and_mended_there() {
    let shop = Shop::start(&["--faults".to_owned()]);
    let console = console(&shop).expect("it was started here");
    a_provider_that_fails_is_why_an_order_waits(&shop, &console).await;
    the_audit_runs_in_the_background(&console).await;
    a_dead_letter_is_sent_again_when_its_cause_is_mended(&shop, &console).await;
    a_poisoned_event_of_an_order_is_in_its_path_until_it_is_discarded(&shop, &console).await;
}

async fn a_provider_that_fails_is_why_an_order_waits(shop: &Shop, console: &Client) {
    let _ = put(console, "/api/faults", json!({ "provider": "fail" }))
        .await
        .expect(200);
    let customer = shop.customer().await;
    let order_id = customer.order(SKU, 1, "pm_card_visa").await;
    let path = path_that_says(console, &order_id, "souk faults provider normal").await;
    assert_eq!(path["state"], "pending", "{path:#}");
    let triggers = console.get("/api/triggers").await.expect(200);
    assert!(
        triggers.body["triggers"][0]["lag"].is_u64(),
        "{:#}",
        triggers.body
    );
    let well = put(console, "/api/faults", json!({ "provider": "normal" }))
        .await
        .expect(200);
    assert_eq!(well.body["provider"], "normal");
    let _ = customer.until(&order_id, "confirmed").await;
    let _ = path_that_says(console, &order_id, "waits to be packed").await;
    let wrong = put(console, "/api/faults", json!({ "provider": "sleepy" })).await;
    let _ = wrong.expect(422);
}

async fn the_audit_runs_in_the_background(console: &Client) {
    let begun = console.post("/api/audit", json!({})).await.expect(200);
    assert_eq!(begun.body["running"], true, "{:#}", begun.body);
    let report = within(AUDITED_WITHIN, "the audit", async || {
        let report = console.get("/api/audit").await.expect(200).body;
        match report["running"] == json!(false) {
            true => Ok(report),
            false => Err(report),
        }
    })
    .await;
    assert_eq!(report["is_kept"], true, "{report:#}");
}

async fn a_dead_letter_is_sent_again_when_its_cause_is_mended(shop: &Shop, console: &Client) {
    let order_id = Uuid::now_v7().to_string();
    let address =
        json!({ "name": "N", "line1": "S 1", "postal_code": "1", "city": "C", "country": "DE" });
    let at = "2026-03-14T09:26:53Z";
    let confirmed = json!({ "shipping_address": address, "confirmed_at": at });
    let _ = shop
        .tell_the_broker(&made_up(&order_id, "order.confirmed", confirmed))
        .await;
    let letter = letter_of(console, &order_id, "inventory").await;
    let path = format!("/api/dead-letters/{letter}");
    let whole = console.get(&path).await.expect(200);
    assert_eq!(whole.text("/event/type"), "dev.souk.order.confirmed.v1");
    assert!(
        !whole.body["event"]
            .to_string()
            .contains("nobody@souk.example"),
        "{:#}",
        whole.body
    );

    let early = console
        .post(&format!("{path}/redrive"), json!({}))
        .await
        .expect(200);
    assert_eq!(early.text("/status"), "open");
    let _ = shop
        .tell_the_broker(&made_up(
            &order_id,
            "order.placed",
            json!({ "placed_at": at }),
        ))
        .await;
    eventually("the letter to be taken", async || {
        let again = console.post(&format!("{path}/redrive"), json!({})).await;
        match again.body["status"] == "redriven" {
            true => Ok(()),
            false => Err(again.body),
        }
    })
    .await;
}

async fn a_poisoned_event_of_an_order_is_in_its_path_until_it_is_discarded(
    shop: &Shop,
    console: &Client,
) {
    let customer = shop.customer().await;
    let order_id = customer.order(SKU, 1, "pm_card_visa").await;
    let _ = customer.until(&order_id, "confirmed").await;
    let poison = made_up(&order_id, "stock.rejected", json!({ "nonsense": true }));
    let _ = shop.tell_the_broker(&poison).await;
    let letter = letter_of(console, &order_id, "orders").await;
    let path = format!("/api/orders/{order_id}/path");
    let open = console.get(&path).await.expect(200).body;
    assert_eq!(
        open["open"]["dead_letters"][0]["dead_letter_id"],
        json!(letter),
        "{open:#}"
    );
    let reason = json!({ "dead_letter_ids": [letter], "reason": "an event of a test" });
    let _ = console
        .post("/api/dead-letters/discard", reason)
        .await
        .expect(200);
    let settled = console.get(&path).await.expect(200).body;
    assert_eq!(settled["open"]["dead_letters"], json!([]), "{settled:#}");
    assert!(
        titles(&settled).contains(&"stock.rejected was discarded"),
        "{settled:#}"
    );
}
