//! What operations are about: things that exist, and things that do not.

use journeys::{Answer, Client, Shop};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

/// An article of every new shop.
const SKU: &str = "COF-ETH-250";

/// A path with its variable segments filled in.
pub(crate) fn filled(path: &str, value: impl Fn(&str) -> String) -> String {
    let segments = path.split('/').map(|segment| {
        let name = segment
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'));
        name.map_or_else(|| segment.to_owned(), &value)
    });
    segments.collect::<Vec<_>>().join("/")
}

/// The id of something that is not there.
pub(crate) fn of_nobody(name: &str) -> String {
    match name {
        "sku" => "NO-SUCH".to_owned(),
        "client_id" => "no-such-client".to_owned(),
        _ => Uuid::new_v4().to_string(),
    }
}

/// Asks with a body that says nothing: whoever is let in is told what is missing.
pub(crate) async fn ask(client: &Client, method: &str, path: &str) -> Answer {
    let verb = Method::from_bytes(method.as_bytes()).expect("a method");
    let request = client.request(verb, path);
    let request = match method {
        "GET" | "DELETE" => request,
        // A new key for each request: none is the repetition of another one.
        _ => request
            .header("idempotency-key", Uuid::new_v4().to_string())
            .json(&least(path)),
    };
    let asked = format!("{method} {path}");
    if path.ends_with("/updates") {
        return client.peek(request, &asked).await;
    }
    client.send(request, &asked).await
}

/// A body that says nothing; of a line of a cart the least, for what cannot be read is refused before the cart is looked for.
fn least(path: &str) -> Value {
    match path.contains("/lines/") {
        true => json!({ "quantity": 1 }),
        false => json!({}),
    }
}

/// What a customer has.
pub(crate) struct Owned {
    account_id: String,
    cart_id: String,
    order_id: String,
    shipment_id: String,
}

impl Owned {
    /// A cart, and an order with its payment and shipment.
    pub(crate) async fn by(owner: &Client, shop: &Shop) -> Self {
        let account = owner.get("/v1/accounts/me").await.expect(200);
        let cart_id = owner.cart_with(SKU, 1).await;
        let order_id = owner.order(SKU, 1, "pm_card_visa").await;
        let _ = owner.until(&order_id, "confirmed").await;
        let shipment_id = shop.merchant().await.shipment_of(&order_id).await;
        Self {
            account_id: account.text("/account_id").to_owned(),
            cart_id,
            order_id,
            shipment_id,
        }
    }

    /// Whether a path is about these things; streams have no end, so they are left to others.
    pub(crate) fn has_all(&self, path: &str) -> bool {
        let known = ["{cart_id}", "{order_id}", "{shipment_id}"];
        known.iter().any(|name| path.contains(name)) && !path.ends_with("/updates")
    }

    /// The id of one of them.
    pub(crate) fn id(&self, name: &str) -> String {
        match name {
            "cart_id" => self.cart_id.clone(),
            "order_id" => self.order_id.clone(),
            "shipment_id" => self.shipment_id.clone(),
            _ => SKU.to_owned(),
        }
    }

    /// The path as somebody of this role asks for it: a machine says whose cart it means.
    pub(crate) fn asked_by(&self, role: &str, path: &str) -> String {
        match role == "machine" && path.starts_with("/v1/carts/") {
            true => format!("{path}?account_id={}", self.account_id),
            false => path.to_owned(),
        }
    }

    /// What a list at this path holds of them.
    pub(crate) fn of_list(&self, path: &str) -> Option<String> {
        match path {
            "/v1/carts" => Some(self.cart_id.clone()),
            "/v1/orders" | "/v2/orders" | "/v1/payments" => Some(self.order_id.clone()),
            "/v1/shipments" => Some(self.shipment_id.clone()),
            _ => None,
        }
    }
}
