//! Who has an account here? Nobody is told, by words or by time.

use std::time::{Duration, Instant};

use journeys::{Answer, Client, PASSWORD, Shop};
use serde_json::json;

/// Measurements of each kind. They take turns, so that what else the machine does meets both.
const ROUNDS: usize = 12;

/// An answer without what differs by request.
fn shape(answer: &Answer) -> (u16, String, Vec<String>) {
    let mut body = answer.body.clone();
    if let Some(body) = body.as_object_mut() {
        body.retain(|name, _| !["instance", "trace_id"].contains(&name.as_str()));
    }
    let names = answer.headers.keys().map(|name| name.as_str().to_owned());
    let mut names: Vec<_> = names.collect();
    names.sort();
    (answer.status, body.to_string(), names)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// The answers to a known and an unknown address look the same, and neither takes much longer than the other. Each account is asked
/// for once, so that no lock-out has a say.
async fn alike(
    client: &Client,
    path: &str,
    body: impl Fn(&str) -> serde_json::Value,
    known: &[String],
) {
    let (mut times, mut shapes) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
    for email in known {
        let nobody = journeys::shopping::new_email();
        for (kind, email) in [email, &nobody].into_iter().enumerate() {
            let started = Instant::now();
            let answer = client.post(path, body(email)).await;
            times[kind].push(started.elapsed());
            shapes[kind].push(shape(&answer));
        }
    }
    assert_eq!(shapes[0], shapes[1], "{path}");
    let [known, nobody] = times.map(median);
    let (slow, quick) = (
        known.max(nobody).as_secs_f64(),
        known.min(nobody).as_secs_f64(),
    );
    // Checking a password takes tens of milliseconds; leaving it out would take a hundredth of that.
    assert!(
        slow < quick * 2.0 + 0.005,
        "{path}: {known:?} for an account, {nobody:?} for none"
    );
}

async fn accounts(shop: &Shop) -> Vec<String> {
    let mut emails = Vec::new();
    for _ in 0..ROUNDS {
        let email = journeys::shopping::new_email();
        let account = json!({ "email": email, "password": PASSWORD, "name": "Known" });
        let _ = shop
            .visitor()
            .post("/v1/accounts", account)
            .await
            .expect(201);
        emails.push(email);
    }
    emails
}

#[tokio::test]
async fn log_in_says_the_same_of_a_wrong_password_and_of_nobody_in_the_same_time() {
    let shop = Shop::shared().await;
    let known = accounts(shop).await;
    let client = Client::visitor_from(&shop.gateway, "127.0.6.1");
    let body = |email: &str| json!({ "email": email, "password": "not the password" });
    alike(&client, "/v1/sessions", body, &known).await;
}

#[tokio::test]
async fn a_reset_says_the_same_of_an_account_and_of_nobody_in_the_same_time() {
    let shop = Shop::shared().await;
    let known = accounts(shop).await;
    let client = Client::visitor_from(&shop.gateway, "127.0.6.2");
    alike(
        &client,
        "/v1/password-resets",
        |email: &str| json!({ "email": email }),
        &known,
    )
    .await;
}

#[tokio::test]
async fn the_pages_say_the_same_of_a_wrong_password_and_of_nobody() {
    let shop = Shop::shared().await;
    let (_, email) = shop.visitor().new_customer().await;
    let mut shown = Vec::new();
    for email in [email, journeys::shopping::new_email()] {
        let mut browser = journeys::browser::Browser::new(&shop.gateway);
        let page = browser.open("/account/login").await;
        let form = page.form();
        let fields = form.fields.clone();
        let page = browser
            .submit(
                &form
                    .filled("email", &email)
                    .filled("password", "not the password"),
            )
            .await;
        let html = page.html.replace(&email, "EMAIL");
        let secrets = page.form().fields.into_iter().chain(fields);
        let secrets = secrets.filter(|(_, value)| value.len() > 15);
        let html = secrets.fold(html, |html, (_, value)| html.replace(&value, "SECRET"));
        shown.push((page.status, html));
    }
    assert_eq!(shown[0], shown[1]);
}

#[tokio::test]
async fn a_clients_name_is_not_told_by_the_token_endpoint() {
    let shop = Shop::shared().await;
    let mut shapes = Vec::new();
    for client_id in ["erp", "no-such-client"] {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", client_id),
            ("client_secret", "not the secret"),
        ];
        shapes.push(shape(
            &shop
                .visitor()
                .form("/oauth2/token", &form)
                .await
                .expect(401),
        ));
    }
    assert_eq!(shapes[0], shapes[1]);
}
