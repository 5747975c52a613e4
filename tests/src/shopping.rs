//! What one does in a shop: register, log in, order, and look what became of it.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::answer::Answer;
use crate::client::Client;
use crate::credentials::ClientSecret;
use crate::wait::eventually;

/// The password of every customer that the tests register.
pub const PASSWORD: &str = "correct horse battery";

impl Client {
    /// A new account, logged in, and its e-mail address.
    pub async fn new_customer(&self) -> (Self, String) {
        let email = new_email();
        let account = json!({ "email": email, "password": PASSWORD, "name": "Test Customer" });
        let _ = self.post("/v1/accounts", account).await.expect(201);
        (self.logged_in(&email, PASSWORD).await, email)
    }

    /// The same client with the account's token.
    pub async fn logged_in(&self, email: &str, password: &str) -> Self {
        let body = json!({ "email": email, "password": password });
        let answer = self.post("/v1/sessions", body).await.expect(201);
        self.with_tokens_of(&answer)
    }

    /// The same client with an anonymous token.
    pub async fn guest(&self) -> Self {
        let answer = self.post("/v1/guests", json!({})).await.expect(201);
        self.with_tokens_of(&answer)
    }

    /// The same client with the token of a machine client, with the scopes asked for, or all that it may have.
    pub async fn machine(&self, client: &ClientSecret, scope: Option<&str>) -> Self {
        let answer = self.without_token().client_credentials(client, scope).await;
        self.with_token(answer.expect(200).text("/access_token"))
    }

    /// Asks for the token of a machine client.
    pub async fn client_credentials(&self, client: &ClientSecret, scope: Option<&str>) -> Answer {
        let mut form = vec![
            ("grant_type", "client_credentials"),
            ("client_id", &client.client_id),
            ("client_secret", &client.client_secret),
        ];
        form.extend(scope.map(|scope| ("scope", scope)));
        self.form("/oauth2/token", &form).await
    }

    /// Asks for new tokens in the place of the own ones, as the shop's own client.
    pub async fn refreshed(&self) -> Answer {
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", "shop"),
            ("refresh_token", self.refresh_token()),
        ];
        self.without_token().form("/oauth2/token", &form).await
    }

    /// Places an order and gives its id.
    pub async fn order(&self, sku: &str, quantity: u32, payment_method: &str) -> String {
        let answer = self
            .post_once(
                "/v1/orders",
                &Uuid::new_v4().to_string(),
                order_of(sku, quantity, payment_method),
            )
            .await;
        answer.expect(202).text("/order_id").to_owned()
    }

    /// A new cart with one line; gives its id.
    pub async fn cart_with(&self, sku: &str, quantity: u32) -> String {
        let cart = self.post("/v1/carts", json!({})).await.expect(201);
        let cart_id = cart.text("/cart_id").to_owned();
        let line = format!("/v1/carts/{cart_id}/lines/{sku}");
        let _ = self
            .put(&line, json!({ "quantity": quantity }))
            .await
            .expect(200);
        cart_id
    }

    /// Waits until the order has the status, and gives it as it then is. A function that was killed a moment ago may make
    /// the gate answer 502 or 503: that is waited out as well.
    pub async fn until(&self, order_id: &str, status: &str) -> Answer {
        let path = format!("/v1/orders/{order_id}");
        eventually(&format!("order {order_id} to be {status}"), async || {
            let order = self.get(&path).await;
            if order.status >= 500 {
                return Err(format!("{:#}", order.body));
            }
            let order = order.expect(200);
            if order.text("/status") == status {
                Ok(order)
            } else {
                Err(format!("{:#}", order.body))
            }
        })
        .await
    }

    /// The shipment of an order, once it is booked.
    pub async fn shipment_of(&self, order_id: &str) -> String {
        let path = format!("/v1/shipments?order_id={order_id}");
        eventually("a shipment to be booked", async || {
            let list = self.get(&path).await.expect(200);
            match list.body["items"][0]["shipment_id"].as_str() {
                Some(id) => Ok(id.to_owned()),
                None => Err(list.body),
            }
        })
        .await
    }

    /// Sends a parcel off.
    pub async fn dispatch(&self, shipment_id: &str, tracking_number: &str) -> Answer {
        let path = format!("/v1/shipments/{shipment_id}/dispatch");
        let parcel = json!({ "carrier": "DHL", "tracking_number": tracking_number });
        self.post_once(&path, tracking_number, parcel).await
    }

    /// Pieces of a SKU that can be ordered.
    pub async fn available(&self, sku: &str) -> i64 {
        let stock = self.get(&format!("/v1/stock/{sku}")).await.expect(200);
        stock.body["available"]
            .as_i64()
            .unwrap_or_else(|| panic!("no `available`: {:#}", stock.body))
    }

    /// Waits until so many pieces of a SKU can be ordered.
    pub async fn until_available(&self, sku: &str, pieces: i64) {
        let what = format!("{pieces} pieces of {sku} to be available");
        eventually(&what, async || match self.available(sku).await {
            available if available == pieces => Ok(()),
            other => Err(other),
        })
        .await;
    }
}

/// An e-mail address that nobody has yet.
#[must_use]
pub fn new_email() -> String {
    format!("customer-{}@souk.example", Uuid::new_v4().simple())
}

/// The body of an order of one product.
#[must_use]
pub fn order_of(sku: &str, quantity: u32, payment_method: &str) -> Value {
    json!({
        "lines": [{ "sku": sku, "quantity": quantity }],
        "payment_method": payment_method,
        "shipping_address": address(),
    })
}

/// The same of a guest, whose token holds no e-mail address.
#[must_use]
pub fn guest_order_of(sku: &str, quantity: u32, email: &str) -> Value {
    let mut order = order_of(sku, quantity, "pm_card_visa");
    order["email"] = json!(email);
    order
}

/// Where parcels go.
#[must_use]
pub fn address() -> Value {
    json!({
        "name": "Test Customer", "line1": "1 Main Street", "postal_code": "10115", "city": "Berlin", "country": "DE",
    })
}
