//! After everybody has done everything, no log, event, trace or metric holds a secret, and nothing that the console shows or keeps.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use journeys::browser::Browser;
use journeys::relying_party::Pkce;
use journeys::{Client, PASSWORD, Shop, eventually, guest_order_of, manifests};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::collector::Collector;

const SKU: &str = "COF-ETH-250";
const NEW_PASSWORD: &str = "a secret horse in the stable";
/// Values of Secrets that are no secrets: a login name, a public key, an address.
const PUBLIC: [&str; 6] = [
    "email",
    "kid",
    "public.pem",
    "host",
    "endpoint-url",
    "region",
];
/// Shorter ones would be found by chance.
const SHORTEST: usize = 12;

/// What must not be found, by what it is.
#[derive(Default)]
struct Secrets(BTreeMap<String, String>);

impl Secrets {
    fn add(&mut self, what: &str, value: &str) {
        if value.len() >= SHORTEST {
            self.0
                .insert(format!("{what} {}", self.0.len()), value.to_owned());
        }
    }

    /// A token is found by its signature, so that claims which are logged by themselves do not count, and by its beginning.
    fn add_tokens(&mut self, who: &str, answer: &Value) {
        for name in ["access_token", "refresh_token", "id_token"] {
            let Some(token) = answer[name].as_str() else {
                continue;
            };
            match token.rsplit_once('.') {
                Some((claims, signature)) => {
                    self.add(&format!("{who}'s {name}, its signature"), signature);
                    self.add(&format!("{who}'s {name}, without its signature"), claims);
                }
                None => self.add(&format!("{who}'s {name}"), token),
            }
        }
    }

    fn add_client(&mut self, who: &str, client: &Client) {
        self.add_tokens(who, &json!({ "access_token": client.token() }));
    }

    /// Every value of every Secret that the runtime has made.
    fn add_files(&mut self, folder: &Path) {
        for entry in fs::read_dir(folder).expect("the folder of Secrets can be read") {
            let path = entry.expect("the folder of Secrets can be read").path();
            if path.is_dir() {
                self.add_files(&path);
                continue;
            }
            let text = fs::read_to_string(&path).expect("a Secret is text");
            let secret: Value = serde_json::from_str(&text).expect("a Secret is JSON");
            for (name, value) in secret.as_object().into_iter().flatten() {
                let value = value.as_str().unwrap_or_default();
                if !PUBLIC.contains(&name.as_str()) {
                    self.add(
                        &format!("{} {name}", path.display()),
                        part_that_is_secret(value),
                    );
                }
            }
        }
    }

    /// What of them is in these bytes: as it is, in a URL, or in Base64.
    fn found_in(&self, haystack: &[u8]) -> Vec<&str> {
        let contains = |needle: &str| {
            let needle = needle.as_bytes();
            haystack
                .windows(needle.len())
                .any(|window| window == needle)
        };
        let is_found = |value: &str| {
            let in_url: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
            let in_base64 = STANDARD.encode(value);
            // The last letters depend on what follows.
            contains(value) || contains(&in_url) || contains(&in_base64[..in_base64.len() - 4])
        };
        let found = self.0.iter().filter(|(_, value)| is_found(value));
        found.map(|(what, _)| what.as_str()).collect()
    }
}

/// The password in a URL; of a PEM, a line in its middle.
fn part_that_is_secret(value: &str) -> &str {
    if value.starts_with("-----BEGIN") {
        return value.lines().nth(1).unwrap_or_default();
    }
    match value.split_once("://") {
        Some((_, rest)) => {
            let user = rest.split_once('@').map_or("", |(user, _)| user);
            user.split_once(':').map_or("", |(_, password)| password)
        }
        None => value,
    }
}

/// What it is called, and what is in it.
type Place = (String, Vec<u8>);

/// All files of a folder, one after the other.
fn contents(folder: &Path) -> Vec<Place> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            all.extend(contents(&path));
        } else if let Ok(bytes) = fs::read(&path) {
            all.push((path.display().to_string(), bytes));
        }
    }
    all
}

/// What customers of these tests are called, a guest's address, and how every other customer's begins and ends.
const NAME: &str = "Test Customer";
const GUEST: &str = "guest@souk.example";
const CUSTOMER: (&str, &str) = ("customer-", "@souk.example");
/// A UUID stands between the two.
const BETWEEN: usize = 32;

/// Who is named in a place in which nobody should be.
fn people_in((place, bytes): &Place) -> Vec<String> {
    let contains = |text: &str| {
        bytes
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    };
    let (before, after) = (CUSTOMER.0.as_bytes(), CUSTOMER.1.as_bytes());
    let length = before.len() + BETWEEN + after.len();
    let is_customer = |window: &[u8]| window.starts_with(before) && window.ends_with(after);
    let mut named: Vec<&str> = [NAME, GUEST]
        .into_iter()
        .filter(|text| contains(text))
        .collect();
    named.extend(
        bytes
            .windows(length)
            .any(is_customer)
            .then_some("a customer's address"),
    );
    named
        .iter()
        .map(|who| format!("{who} is in {place}"))
        .collect()
}

/// What the console and the metrics show.
#[derive(Default)]
struct Shown {
    /// Traces, logs and metrics.
    signals: Vec<Place>,
    /// Orders, events, dead letters and manifests: whoever runs the shop may know whose they are.
    things: Vec<Place>,
}

async fn shown_by_the_console(shop: &Shop) -> Shown {
    let console = shop.console();
    let get = async |path: &str| console.get(path).await.expect(200).body;
    let mut shown = Shown::default();
    for path in [
        "/api/orders",
        "/api/triggers",
        "/api/events",
        "/api/dead-letters",
        "/api/manifests",
    ] {
        let body = get(path).await.to_string();
        shown.things.push((path.to_owned(), body.into_bytes()));
    }
    for path in ["/api/overview", "/api/metrics"] {
        let body = get(path).await.to_string();
        shown.signals.push((path.to_owned(), body.into_bytes()));
    }
    for functions in [false, true] {
        let names = shop.scraped_text(functions).await;
        shown
            .signals
            .push(("metrics".to_owned(), names.into_bytes()));
    }
    for (list, things) in [
        ("/api/traces?limit=100", "traces"),
        ("/api/logs?limit=500", "lines"),
    ] {
        let mut path = list.to_owned();
        // More pages than there can be.
        for _ in 0..10_000 {
            let page = get(&path).await;
            shown.signals.push((path, page.to_string().into_bytes()));
            // Lines name their trace as well, and are whole already.
            let listed = page[things].as_array().filter(|_| things == "traces");
            let traces = listed.into_iter().flatten();
            for id in traces.filter_map(|trace| trace["trace_id"].as_str()) {
                let path = format!("/api/traces/{id}");
                let trace = get(&path).await.to_string();
                shown.signals.push((path, trace.into_bytes()));
            }
            match &page["next_before"] {
                Value::Null => break,
                Value::String(before) => path = format!("{list}&before={before}"),
                before => path = format!("{list}&before={before}"),
            }
        }
    }
    assert!(shown.signals.len() > 50, "{} pages", shown.signals.len());
    shown
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_in_any_log_event_trace_or_metric_or_on_the_console_after_everybody_has_done_everything()
 {
    let collector = Collector::start();
    let manifests = manifests::talking_to(&collector.url);
    let shop = Shop::start_with(&manifests.arguments(), &[("RUST_LOG", "debug,h2=info")]);
    collector.pass_on_to(&shop.local().address("console"));
    let mut secrets = Secrets::default();
    let data_dir = shop.local().data_dir().to_owned();
    secrets.add_files(&data_dir.join("secrets"));
    secrets.add("the tests' password", PASSWORD);
    secrets.add("a new password", NEW_PASSWORD);

    customer_and_guest(&shop, &mut secrets).await;
    staff_and_machines(&shop, &mut secrets).await;
    application(&shop, &mut secrets).await;
    links(&shop, &mut secrets).await;
    eprintln!("{} secrets", secrets.0.len());

    let shown = shown_by_the_console(&shop).await;
    // What is sent late, is sent when functions end.
    let plan = shop.local().souk(&["plan", "--json"]);
    let events = shop.local().souk(&["events", "--json"]);
    assert!(shop.local().souk(&["down"]).status.success());
    let mut places = contents(&data_dir.join("log"));
    assert!(!places.is_empty(), "there are no logs");
    places.extend(contents(&data_dir.join("broker")));
    let kept = contents(&data_dir.join("telemetry"));
    assert!(!kept.is_empty(), "the console keeps nothing");
    let mut about_nobody = shown.signals;
    about_nobody.extend(kept);
    places.extend(shown.things);
    places.push(("souk plan --json".to_owned(), plan.stdout));
    places.push(("souk events --json".to_owned(), events.stdout));
    let traces = collector.received();
    let seen = String::from_utf8_lossy(&traces).into_owned();
    assert!(seen.contains("POST /v1/orders"), "no trace has come");
    about_nobody.push(("traces and metrics".to_owned(), traces));
    let named: Vec<String> = about_nobody.iter().flat_map(people_in).collect();
    assert!(named.is_empty(), "{named:#?}");
    places.extend(about_nobody);
    let logs = places.iter().map(|(_, bytes)| bytes.len()).sum::<usize>();
    eprintln!("{logs} bytes in {} places", places.len());
    let leaks: Vec<String> = places
        .iter()
        .flat_map(|(place, bytes)| {
            secrets
                .found_in(bytes)
                .into_iter()
                .map(move |what| format!("{what} is in {place}"))
        })
        .collect();
    assert!(leaks.is_empty(), "{leaks:#?}");
}

async fn customer_and_guest(shop: &Shop, secrets: &mut Secrets) {
    let (customer, email) = shop.visitor().new_customer().await;
    let next = customer.with_tokens_of(&customer.refreshed().await.expect(200));
    secrets.add("a used refresh token", customer.refresh_token());
    let tokens = next.refreshed().await.expect(200);
    secrets.add_tokens("the customer", &tokens.body);
    let _ = customer.refreshed().await.expect(400);
    let customer = shop.visitor().logged_in(&email, PASSWORD).await;
    secrets.add_client("the customer", &customer);
    let order_id = customer.order(SKU, 1, "pm_card_visa").await;
    let _ = customer.until(&order_id, "confirmed").await;
    // Where the token stands in the address.
    let path = format!(
        "/v1/orders/{order_id}/updates?access_token={}",
        customer.token()
    );
    let mut stream = shop
        .visitor()
        .request(Method::GET, &path)
        .send()
        .await
        .expect("the stream opens");
    assert_eq!(stream.status(), 200);
    let _ = stream.chunk().await;
    drop(stream);
    for path in [
        "/v1/orders",
        "/v1/accounts/me",
        "/v1/accounts/me/export",
        "/v1/sessions",
        "/v1/notifications",
    ] {
        let _ = customer.get(path).await.expect(200);
        let misplaced = format!("{path}?access_token={}", customer.token());
        let _ = shop.visitor().undocumented().get(&misplaced).await;
    }
    let change = json!({ "current_password": PASSWORD, "password": NEW_PASSWORD });
    let _ = customer
        .put("/v1/accounts/me/password", change)
        .await
        .expect(204);
    let wrong = json!({ "email": email, "password": "a wrong guess of the password" });
    secrets.add("a wrong password", "a wrong guess of the password");
    let _ = shop.visitor().post("/v1/sessions", wrong).await.expect(401);

    let guest = shop.guest().await;
    secrets.add_client("the guest", &guest);
    let key = Uuid::new_v4().to_string();
    let order = guest_order_of(SKU, 1, "guest@souk.example");
    let _ = guest.post_once("/v1/orders", &key, order).await.expect(202);
}

async fn staff_and_machines(shop: &Shop, secrets: &mut Secrets) {
    let (merchant, operator, erp) = (
        shop.merchant().await,
        shop.operator().await,
        shop.erp().await,
    );
    secrets.add_client("the merchant", &merchant);
    secrets.add_client("the operator", &operator);
    secrets.add_client("the ERP", &erp);
    let _ = merchant.get("/v1/orders").await.expect(200);
    let _ = operator.post("/v1/identity/keys/rotate", json!({})).await;
    let machine = shop
        .new_machine(&["publish:dev.souk.goods.received.v1"], 60)
        .await;
    secrets.add("a new machine's secret", &machine.client_secret);
    let path = format!("/v1/clients/{}/secret", machine.client_id);
    let renewed = operator.post(&path, json!({})).await;
    secrets.add("a renewed secret", renewed.text("/client_secret"));
    // The ways in which a client shows its secret, and one in which it must not.
    let real = &shop.credentials.clients.erp;
    let visitor = shop.visitor();
    let basic = visitor
        .request(Method::POST, "/oauth2/token")
        .basic_auth(&real.client_id, Some(&real.client_secret))
        .form(&[("grant_type", "client_credentials")]);
    let _ = visitor.send(basic, "/oauth2/token").await.expect(200);
    secrets.add(
        "Basic",
        &STANDARD.encode(format!("{}:{}", real.client_id, real.client_secret)),
    );
    let query = format!("/oauth2/token?client_secret={}", real.client_secret);
    let _ = visitor
        .form(&query, &[("grant_type", "client_credentials")])
        .await;
    let request = erp
        .request(Method::POST, "/v1/events")
        .header("content-type", "application/cloudevents+json")
        .body("{}");
    let _ = erp.send(request, "no event").await;
}

async fn application(shop: &Shop, secrets: &mut Secrets) {
    let (_, email) = shop.visitor().new_customer().await;
    let application = shop.confidential_application().await;
    secrets.add(
        "the application's secret",
        application.client_secret.as_deref().unwrap_or_default(),
    );
    let (pkce, mut browser) = (Pkce::new(), Browser::new(&shop.gateway));
    let page = application
        .sends(&mut browser, &application.parameters(&pkce))
        .await;
    for (name, value) in &page.form().fields {
        if name == "form" {
            secrets.add("a form's own secret", value);
        }
    }
    let back = browser.through(page, &email, PASSWORD).await;
    for (name, value) in &browser.cookies {
        secrets.add(&format!("the cookie {name}"), value);
    }
    let code = back.query("code").expect("a code comes back");
    secrets.add("a code", &code);
    secrets.add("a verifier", &pkce.verifier);
    let tokens = application
        .redeem_with(&code, &pkce.verifier, &application.redirect_uri)
        .await;
    let tokens = tokens.expect(200);
    secrets.add_tokens("the application", &tokens.body);
    let mut form = application.credentials();
    form.push(("token", tokens.text("/access_token")));
    let _ = shop
        .visitor()
        .form("/oauth2/introspect", &form)
        .await
        .expect(200);
    let client = shop.visitor().with_tokens_of(&tokens);
    let _ = client.get("/oauth2/userinfo").await.expect(200);
    let hint = format!("/oauth2/logout?id_token_hint={}", tokens.text("/id_token"));
    let _ = browser.open(&hint).await;
    let _ = application.revoke(tokens.text("/refresh_token")).await;
    let _ = application
        .redeem_with(&code, &pkce.verifier, &application.redirect_uri)
        .await;
}

async fn links(shop: &Shop, secrets: &mut Secrets) {
    let (_, email) = shop.visitor().new_customer().await;
    let verify = shop
        .link_mailed_to(&email, "/account/verify-email", 1)
        .await;
    let verify = verify.expect("mails can be looked at");
    let _ = shop
        .visitor()
        .post("/v1/password-resets", json!({ "email": email }))
        .await
        .expect(202);
    let reset = shop
        .link_mailed_to(&email, "/account/reset-password", 1)
        .await;
    let reset = reset.expect("mails can be looked at");
    for (what, link) in [("a link to verify", &verify), ("a link to reset", &reset)] {
        let (_, token) = link.split_once("token=").expect("a link has a token");
        secrets.add(what, token);
        let mut browser = Browser::new(&shop.gateway);
        let page = browser.open(link).await;
        let form = page.form().filled("password", NEW_PASSWORD).agreed();
        let page = browser.submit(&form).await;
        assert!(page.status < 400, "{}", page.html);
    }
    eventually("the new password to count", async || {
        let login = json!({ "email": email, "password": NEW_PASSWORD });
        match shop.visitor().post("/v1/sessions", login).await.status {
            201 => Ok(()),
            other => Err(other),
        }
    })
    .await;
}
