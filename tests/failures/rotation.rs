//! Keys change while people shop: whoever has a valid token notices nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use journeys::manifests::Manifests;
use journeys::tokens::Forgery;
use journeys::{Client, Shop, eventually, manifests};
use serde_json::{Value, json};
use tokio::task::JoinSet;

const LEAD: &str = "            - name: IDENTITY_KEY_LEAD_SECONDS\n              value: \"120\"";
const ROTATIONS: usize = 4;

/// A shop in which a new key signs after a second.
fn shop() -> (Manifests, Shop) {
    let manifests = manifests::unchanged();
    manifests.change(
        "knative/base/identity.yaml",
        LEAD,
        &LEAD.replace("120", "1"),
    );
    let shop = Shop::start(&manifests.arguments());
    (manifests, shop)
}

/// The id of the key that has signed a token.
fn kid(token: &str) -> String {
    let header = Forgery::of(token).header;
    header["kid"]
        .as_str()
        .expect("a token names its key")
        .to_owned()
}

/// Requests that never end until they are told to. Any answer but the right one ends the test.
struct Load {
    callers: JoinSet<()>,
    is_over: Arc<AtomicBool>,
    answered: Arc<AtomicUsize>,
}

impl Load {
    fn new() -> Self {
        Self {
            callers: JoinSet::new(),
            is_over: Arc::new(AtomicBool::new(false)),
            answered: Arc::new(AtomicUsize::new(0)),
        }
    }

    /// Somebody who keeps the token.
    fn keeps(&mut self, client: Client, path: &'static str) {
        let (is_over, answered) = (Arc::clone(&self.is_over), Arc::clone(&self.answered));
        self.callers.spawn(async move {
            while !is_over.load(Ordering::Relaxed) {
                let _ = client.get(path).await.expect(200);
                answered.fetch_add(1, Ordering::Relaxed);
            }
        });
    }

    /// Somebody who has a new token for each request: the first that a new key signs is among them.
    fn renews(&mut self, mut client: Client, path: &'static str) {
        let (is_over, answered) = (Arc::clone(&self.is_over), Arc::clone(&self.answered));
        self.callers.spawn(async move {
            while !is_over.load(Ordering::Relaxed) {
                let tokens = client.refreshed().await.expect(200);
                client = client.with_tokens_of(&tokens);
                let _ = client.get(path).await.expect(200);
                answered.fetch_add(1, Ordering::Relaxed);
            }
        });
    }

    /// Waits until so many more requests were answered.
    async fn goes_on(&mut self, count: usize) {
        let wanted = self.answered.load(Ordering::Relaxed) + count;
        eventually("requests to be answered", async || {
            match self.answered.load(Ordering::Relaxed) {
                now if now >= wanted => Ok(()),
                now => Err(now),
            }
        })
        .await;
        if let Some(ended) = self.callers.try_join_next() {
            ended.expect("a caller had a wrong answer");
        }
    }

    async fn end(mut self) -> usize {
        self.is_over.store(true, Ordering::Relaxed);
        while let Some(ended) = self.callers.join_next().await {
            ended.expect("a caller had a wrong answer");
        }
        self.answered.load(Ordering::Relaxed)
    }
}

/// Rotates, and waits until the new key signs; gives its id.
async fn rotated(shop: &Shop, operator: &Client) -> String {
    let before = kid(shop.guest().await.token());
    let answer = operator.post("/v1/identity/keys/rotate", json!({})).await;
    assert!(answer.status < 300, "{:#}", answer.body);
    eventually("the new key to sign", async || {
        match kid(shop.guest().await.token()) {
            now if now != before => Ok(now),
            now => Err(now),
        }
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn no_valid_token_is_refused_while_keys_rotate_under_load() {
    let (_manifests, shop) = shop();
    let operator = shop.operator().await;
    let customer = shop.customer().await;
    let first = kid(customer.token());
    let mut load = Load::new();
    // Each function believes tokens for itself.
    for path in [
        "/v1/orders",
        "/v1/carts",
        "/v1/payments",
        "/v1/shipments",
        "/v1/notifications",
        "/v1/accounts/me",
    ] {
        load.keeps(shop.customer().await, path);
    }
    load.renews(shop.customer().await, "/v1/orders");
    load.renews(shop.customer().await, "/v1/carts");
    load.renews(shop.guest().await, "/v1/orders");
    load.goes_on(50).await;
    let mut last = first.clone();
    for _ in 0..ROTATIONS {
        last = rotated(&shop, &operator).await;
        load.goes_on(100).await;
    }
    let answered = load.end().await;
    eprintln!("{answered} requests while {ROTATIONS} keys came, and none was refused");

    // The first key still verifies: its tokens have not expired.
    assert_ne!(first, last);
    let _ = customer.get("/v1/orders").await.expect(200);
    let jwks = shop
        .visitor()
        .get("/v1/identity/jwks.json")
        .await
        .expect(200);
    let known: Vec<&Value> = jwks.body["keys"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|key| &key["kid"])
        .collect();
    assert!(
        known.contains(&&json!(first)) && known.contains(&&json!(last)),
        "{known:?}"
    );
    assert_eq!(known.len(), ROTATIONS + 1, "{known:?}");
    a_key_that_others_have_is_out_at_once(&shop, &operator, &last).await;
}

async fn a_key_that_others_have_is_out_at_once(shop: &Shop, operator: &Client, kid_lost: &str) {
    let victim = shop.customer().await;
    assert_eq!(kid(victim.token()), kid_lost);
    let _ = victim.get("/v1/orders").await.expect(200);
    let body = json!({ "compromised": kid_lost });
    let answer = operator.post("/v1/identity/keys/rotate", body).await;
    assert!(answer.status < 300, "{:#}", answer.body);
    let _ = victim.get("/v1/orders").await.expect(401);
    let again = victim.refreshed().await.expect(200);
    let victim = victim.with_tokens_of(&again);
    assert_ne!(kid(victim.token()), kid_lost);
    let _ = victim.get("/v1/orders").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gate_still_knows_the_keys_when_the_shop_is_opened_again() {
    let (_manifests, shop) = shop();
    let operator = shop.operator().await;
    let customer = shop.customer().await;
    let _ = rotated(&shop, &operator).await;
    let later = shop.customer().await;
    let tokens = [customer.token().to_owned(), later.token().to_owned()];
    assert!(shop.local().souk(&["down"]).status.success());
    let shop = shop.reopen_with(&[]);
    for token in tokens {
        let client = shop.visitor().with_token(&token);
        let _ = client.get("/v1/orders").await.expect(200);
    }
}
