//! Who is in a shop: visitors, guests, customers, the merchant, the operator, machines. Each call logs in anew.

use serde_json::json;
use uuid::Uuid;

use crate::client::Client;
use crate::credentials::{Account, ClientSecret};
use crate::shop::Shop;

impl Shop {
    /// Somebody without an account.
    #[must_use]
    pub fn visitor(&self) -> Client {
        Client::visitor(&self.gateway)
    }

    /// Somebody with an anonymous token.
    pub async fn guest(&self) -> Client {
        self.visitor().guest().await
    }

    /// A new customer, logged in.
    pub async fn customer(&self) -> Client {
        self.visitor().new_customer().await.0
    }

    /// Who runs the shop, logged in.
    pub async fn merchant(&self) -> Client {
        self.account(&self.credentials.accounts.merchant).await
    }

    /// Who runs the platform, logged in.
    pub async fn operator(&self) -> Client {
        self.account(&self.credentials.accounts.operator).await
    }

    /// The merchant's own system, with all that it may do.
    pub async fn erp(&self) -> Client {
        let client = &self.credentials.clients.erp;
        self.visitor().machine(client, None).await
    }

    /// The carrier, with all that it may do.
    pub async fn carrier(&self) -> Client {
        let client = &self.credentials.clients.carrier;
        self.visitor().machine(client, None).await
    }

    /// A machine client of its own for one test, made by the operator.
    pub async fn new_machine(&self, scopes: &[&str], limit_per_minute: u32) -> ClientSecret {
        let client_id = new_client_id();
        let client = json!({
            "name": "A test's machine", "kind": "machine", "scopes": scopes, "limit_per_minute": limit_per_minute,
        });
        let path = format!("/v1/clients/{client_id}");
        let answer = self.operator().await.put(&path, client).await.expect(201);
        ClientSecret {
            client_id,
            client_secret: answer.text("/client_secret").to_owned(),
        }
    }

    /// A product of its own for one test, with so many pieces in stock; gives its SKU.
    pub async fn new_article(&self, pieces: u32) -> String {
        let merchant = self.merchant().await;
        let sku = format!(
            "TEST-{}",
            &Uuid::new_v4().simple().to_string().to_uppercase()[..12]
        );
        let product = json!({
            "name": "A mug", "description": "A mug for a test.", "category": "test",
            "price": { "amount_minor": 1250, "currency": "EUR" },
        });
        let _ = merchant
            .put(&format!("/v1/products/{sku}"), product)
            .await
            .expect(201);
        // An adjustment of nothing is none; one up and down makes the article known.
        let path = format!("/v1/stock/{sku}/adjustments");
        let adjust = async |delta: i64| {
            let body = json!({ "quantity_delta": delta, "reason": "stock for a test" });
            let key = Uuid::new_v4().to_string();
            let answer = merchant.post_once(&path, &key, body).await;
            assert!(answer.status < 300, "{:#}", answer.body);
        };
        adjust(i64::from(pieces) + 1).await;
        adjust(-1).await;
        sku
    }

    async fn account(&self, Account { email, password }: &Account) -> Client {
        self.visitor().logged_in(email, password).await
    }
}

/// A name that no client has yet.
#[must_use]
pub fn new_client_id() -> String {
    format!("test-{}", &Uuid::new_v4().simple().to_string()[..20])
}
