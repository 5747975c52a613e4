//! `Idempotency-Key`: whatever is asked twice under a key is done once, whoever asks.

mod cases;

use std::collections::BTreeMap;

use journeys::process::{kill, repository};
use journeys::{Answer, Client, Shop, eventually, order_of};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::{Connection as _, PgConnection};
use uuid::Uuid;

use cases::{Asked, Cast};

const SKU: &str = "COF-ETH-250";
const IN_FLIGHT: &str = "https://souk.example/problems/idempotency-key-in-flight";
const REUSED: &str = "https://souk.example/problems/idempotency-key-reused";
const UNSAFE: [&str; 4] = ["post", "put", "patch", "delete"];

/// The operations that change something, as `METHOD path`, by their ids; and whether they take a key.
fn operations() -> BTreeMap<String, (String, bool)> {
    let file = repository().join("docs/api/openapi.json");
    let document = std::fs::read(file).expect("the document is there");
    let document: Value = serde_json::from_slice(&document).expect("the document is JSON");
    let mut operations = BTreeMap::new();
    for (path, methods) in document["paths"].as_object().into_iter().flatten() {
        for method in UNSAFE {
            let Some(operation) = methods.get(method) else {
                continue;
            };
            let id = operation["operationId"].as_str().unwrap_or_default();
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let mut names = parameters.map(|parameter| parameter["name"].clone());
            let takes_key = names.any(|name| name == "Idempotency-Key");
            let asked = format!("{} {path}", method.to_uppercase());
            operations.insert(id.to_owned(), (asked, takes_key));
        }
    }
    operations
}

/// Every answer is one that was given before, or a new one: what tells them apart is compared, ids and times included.
fn told(answer: &Answer) -> (u16, String, [String; 3]) {
    let headers = ["location", "etag", "content-type"].map(|name| answer.header(name).to_owned());
    (answer.status, answer.body.to_string(), headers)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_that_changes_something_does_it_once_under_a_key() {
    let shop = Shop::start(&[]);
    let cast = Cast::of(&shop).await;
    let mut mistakes = Vec::new();
    for (operation, (asked, takes_key)) in operations() {
        let about = format!("{operation} ({asked})");
        match (takes_key, cases::NONE.contains(&&*operation)) {
            (true, false) => {}
            (false, true) => continue,
            (true, true) => mistakes.push(format!("{about} takes a key, and was to take none")),
            (false, false) => mistakes.push(format!("{about} takes no key")),
        }
        let Some(case) = cases::case(&cast, &operation).await else {
            mistakes.push(format!("{about} is not tried here"));
            continue;
        };
        mistakes.extend(twice(&case).await.map(|what| format!("{about}: {what}")));
    }
    assert!(mistakes.is_empty(), "{mistakes:#?}");
    // One link of the registration, one of the request.
    let mails = shop.mails_to(&cast.email).await.unwrap_or_default();
    let has_link = |mail: &&Value| mail["text"].to_string().contains("/account/verify-email");
    assert_eq!(mails.iter().filter(has_link).count(), 2, "{mails:#?}");
}

/// What is wrong with how the same is answered twice, and something else after it.
async fn twice(case: &Asked) -> Option<String> {
    let key = Uuid::new_v4().to_string();
    let first = case.ask(&key).await;
    if !case.expected.contains(&first.status) {
        return Some(format!("answered {} {:#}", first.status, first.body));
    }
    let second = case.ask(&key).await;
    if told(&first) != told(&second) {
        return Some(format!("{:?}, then {:?}", told(&first), told(&second)));
    }
    let other = case.other()?.ask(&key).await;
    let is_refused = other.status == 422 && other.body["type"] == REUSED;
    (!is_refused).then(|| format!("another request: {} {:#}", other.status, other.body))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_whose_function_was_killed_is_free_again_within_seconds() {
    let shop = Shop::start(&[]);
    let customer = shop.customer().await;
    let order_id = customer.order(SKU, 1, "pm_card_visa").await;
    let _ = customer.until(&order_id, "confirmed").await;
    let path = format!("/v1/orders/{order_id}/cancel");
    let key = Uuid::new_v4().to_string();

    // Nobody gets on with an order while somebody else holds the table.
    let url = shop.local().database_url("orders");
    let mut held = PgConnection::connect(&url).await.expect("a connection");
    run(
        &mut held,
        "begin; lock table orders in access exclusive mode",
    )
    .await;
    let first = eventually("the second request to be refused", async || {
        // Either may come first. Whoever does is at it until the lock takes too long.
        let first = tokio::spawn(ask(customer.clone(), path.clone(), key.clone()));
        let answer = ask(customer.clone(), path.clone(), key.clone()).await;
        if answer.status != 409 {
            return Err(format!("{} {:#}", answer.status, answer.body));
        }
        assert_eq!(answer.body["type"], IN_FLIGHT);
        assert_eq!(answer.header("retry-after"), "1");
        Ok(first)
    })
    .await;
    for pid in shop.local().processes(Some("orders")) {
        kill(pid);
    }
    let first = first.await.expect("it was answered");
    assert!(first.status >= 500, "{:#}", first.body);
    run(&mut held, "rollback").await;

    let done = eventually("the key to be free", async || {
        let answer = ask(customer.clone(), path.clone(), key.clone()).await;
        match answer.status {
            200 => Ok(answer),
            _ => Err(format!("{} {:#}", answer.status, answer.body)),
        }
    });
    let done = done.await;
    let _ = customer.until(&order_id, "cancelled").await;
    let again = ask(customer.clone(), path, key).await;
    assert_eq!(told(&done), told(&again));
}

async fn ask(customer: Client, path: String, key: String) -> Answer {
    let request = customer.request(Method::POST, &path);
    customer
        .send(request.header("idempotency-key", key), &path)
        .await
}

async fn run(connection: &mut PgConnection, statements: &'static str) {
    let done = sqlx::raw_sql(statements).execute(connection).await;
    done.unwrap_or_else(|error| panic!("{statements}: {error}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_day_a_key_is_new() {
    let shop = Shop::start(&["--movable-clock".to_owned()]);
    let (customer, email) = shop.visitor().new_customer().await;
    let key = Uuid::new_v4().to_string();
    let order = order_of(SKU, 1, "pm_card_visa");
    let placed = customer.post_once("/v1/orders", &key, order.clone()).await;
    let cart = customer.post_once("/v1/carts", &key, json!({})).await;
    let line = format!(
        "/v1/carts/{}/lines/{SKU}",
        cart.expect(201).text("/cart_id")
    );
    let set = async |customer: &Client, quantity: u32| {
        let request = customer
            .request(Method::PUT, &line)
            .header("idempotency-key", &key);
        let request = request.json(&json!({ "quantity": quantity }));
        customer.send(request, &line).await.status
    };
    assert_eq!(
        (set(&customer, 1).await, set(&customer, 2).await),
        (200, 422)
    );

    shop.clock_advance("23h");
    let customer = shop.visitor().logged_in(&email, journeys::PASSWORD).await;
    let again = customer.post_once("/v1/orders", &key, order.clone()).await;
    assert_eq!(told(&again), told(&placed));
    assert_eq!(set(&customer, 2).await, 422);

    shop.clock_advance("2h");
    let customer = shop.visitor().logged_in(&email, journeys::PASSWORD).await;
    let next = customer
        .post_once("/v1/orders", &key, order)
        .await
        .expect(202);
    assert_ne!(next.text("/order_id"), placed.text("/order_id"));
    assert_eq!(set(&customer, 2).await, 200);
}
