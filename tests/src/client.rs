//! Somebody who calls the shop: a visitor, a customer, the merchant, a publisher. Waits politely when it is told to.

use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::documents::{Exchange, check_answer};
use crate::wait::eventually;

/// What the shop answered.
#[derive(Debug)]
pub struct Answer {
    /// Status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// Body: JSON, or the text as a JSON string.
    pub body: Value,
    asked: String,
}

impl Answer {
    /// The same answer, if its status is `status`.
    ///
    /// # Panics
    ///
    /// On any other status, showing the whole answer.
    #[must_use]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(
            self.status, status,
            "{} was answered {:#}",
            self.asked, self.body
        );
        self
    }

    /// A string in the body, by JSON pointer.
    ///
    /// # Panics
    ///
    /// When there is none.
    #[must_use]
    pub fn text(&self, pointer: &str) -> &str {
        let found = self.body.pointer(pointer).and_then(Value::as_str);
        found.unwrap_or_else(|| panic!("{} has no text at {pointer}: {:#}", self.asked, self.body))
    }

    /// A header as text, empty when it is absent.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}

/// A client of the gateway, with or without a token.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    gateway: String,
    token: Option<String>,
    /// Whether answers are compared with docs/api/openapi.json.
    is_documented: bool,
}

impl Client {
    /// Somebody who calls something else than the shop's gateway: a stand-in's page, another application.
    ///
    /// # Panics
    ///
    /// When no HTTP client can be built.
    #[must_use]
    pub fn elsewhere(address: &str) -> Self {
        Self {
            is_documented: false,
            ..Self::visitor(address)
        }
    }

    /// Somebody without an account.
    ///
    /// # Panics
    ///
    /// When no HTTP client can be built.
    #[must_use]
    pub fn visitor(gateway: &str) -> Self {
        // Fails only when a provider is installed already, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(60))
            .no_proxy()
            .build();
        Self {
            http: http.expect("an HTTP client can be built"),
            gateway: gateway.trim_end_matches('/').to_owned(),
            token: None,
            is_documented: true,
        }
    }

    /// The same, carrying a token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    /// The token carried.
    #[must_use]
    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }

    /// A new account, logged in, and its e-mail address.
    pub async fn new_customer(&self) -> (Self, String) {
        let email = format!("customer-{}@souk.example", Uuid::new_v4().simple());
        let account =
            json!({ "email": email, "password": "correct horse battery", "name": "Test Customer" });
        let _ = self.post("/v1/accounts", account).await.expect(201);
        (self.logged_in(&email, "correct horse battery").await, email)
    }

    /// The same client with the account's token.
    pub async fn logged_in(&self, email: &str, password: &str) -> Self {
        let answer = self
            .post(
                "/v1/sessions",
                json!({ "email": email, "password": password }),
            )
            .await
            .expect(201);
        self.with_token(answer.text("/access_token"))
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path), path).await
    }

    /// POST with a JSON body.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path).json(&body), path)
            .await
    }

    /// PUT with a JSON body.
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PUT, path).json(&body), path)
            .await
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path), path).await
    }

    /// POST with an idempotency key.
    pub async fn post_once(&self, path: &str, key: &str, body: Value) -> Answer {
        let request = self
            .request(Method::POST, path)
            .header("idempotency-key", key);
        self.send(request.json(&body), path).await
    }

    /// A request to be completed, with the token if there is one.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.gateway));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends a request; again when the gate says that this address calls too often.
    ///
    /// # Panics
    ///
    /// When there is no answer, or none that docs/api/openapi.json knows of.
    pub async fn send(&self, request: RequestBuilder, asked: &str) -> Answer {
        loop {
            let once = request
                .try_clone()
                .expect("the request's body is held in memory");
            let once = once.build().expect("a request is complete");
            let (method, path) = (once.method().clone(), once.url().path().to_owned());
            let response = self
                .http
                .execute(once)
                .await
                .unwrap_or_else(|error| panic!("{asked}: {error:?}"));
            if response.status() != StatusCode::TOO_MANY_REQUESTS {
                let answer = read(response, asked).await;
                if self.is_documented {
                    check_answer(&Exchange {
                        method: method.as_str(),
                        path: &path,
                        status: answer.status,
                        headers: &answer.headers,
                        body: &answer.body,
                    });
                }
                return answer;
            }
            let wait = response
                .headers()
                .get("retry-after")
                .and_then(|value| value.to_str().ok()?.parse().ok());
            tokio::time::sleep(Duration::from_secs(wait.unwrap_or(1))).await;
        }
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

    /// Pieces of a SKU that can be ordered.
    pub async fn available(&self, sku: &str) -> i64 {
        let stock = self.get(&format!("/v1/stock/{sku}")).await.expect(200);
        stock.body["available"]
            .as_i64()
            .unwrap_or_else(|| panic!("no `available`: {:#}", stock.body))
    }
}

/// The body of an order of one product.
#[must_use]
pub fn order_of(sku: &str, quantity: u32, payment_method: &str) -> Value {
    json!({
        "lines": [{ "sku": sku, "quantity": quantity }],
        "payment_method": payment_method,
        "shipping_address": {
            "name": "Test Customer", "line1": "1 Main Street", "postal_code": "10115", "city": "Berlin", "country": "DE"
        },
    })
}

async fn read(response: reqwest::Response, asked: &str) -> Answer {
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    let text = response.text().await.unwrap_or_default();
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    Answer {
        status,
        headers,
        body,
        asked: asked.to_owned(),
    }
}
