//! The shop as seen from outside: its REST API and the publishers' door. Every call is safe to repeat, and is repeated
//! while the shop is still waking up.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use chrono::Utc;
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use souk_contracts::{Contract, GoodsReceived};
use tokio_retry::RetryIf;
use tokio_retry::strategy::{ExponentialBackoff, jitter};
use uuid::Uuid;

use crate::goods::Article;

/// One call, a cold start included.
const CALL_TIMEOUT: Duration = Duration::from_secs(30);
/// SKUs asked for in one query.
const SKUS_PER_QUERY: usize = 20;

/// E-mail address and password.
pub(crate) struct Account {
    email: String,
    password: String,
}

impl Account {
    pub(crate) fn new(email: String, password: String) -> Self {
        Self { email, password }
    }
}

/// A machine client: its id and secret.
pub(crate) struct Publisher {
    client_id: String,
    secret: String,
}

impl Publisher {
    pub(crate) fn new(client_id: String, secret: String) -> Self {
        Self { client_id, secret }
    }
}

/// A client of the gateway.
pub(crate) struct Gateway {
    client: Client,
    url: String,
}

#[derive(Deserialize)]
struct Session {
    access_token: String,
}

#[derive(Deserialize)]
struct StockList {
    items: Vec<Stock>,
}

#[derive(Deserialize)]
struct Stock {
    sku: String,
    on_hand: u64,
}

impl Gateway {
    /// A client for the gateway at `url`.
    pub(crate) fn new(url: &str) -> Result<Self> {
        // Fails only when a provider is installed already, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().timeout(CALL_TIMEOUT).build()?;
        Ok(Self {
            client,
            url: url.trim_end_matches('/').to_owned(),
        })
    }

    /// Opens the account unless there is one.
    pub(crate) async fn register(&self, account: &Account) -> Result<()> {
        let body = json!({ "email": account.email, "password": account.password, "name": "First Customer" });
        let answer = self
            .call("POST /v1/accounts", || {
                self.client.post(self.at("/v1/accounts")).json(&body)
            })
            .await?;
        match answer.status() {
            StatusCode::CONFLICT => Ok(()),
            _ => accepted("POST /v1/accounts", answer).await.map(drop),
        }
    }

    /// A token for the account.
    pub(crate) async fn log_in(&self, account: &Account) -> Result<String> {
        let body = json!({ "email": account.email, "password": account.password });
        let answer = self
            .call("POST /v1/sessions", || {
                self.client.post(self.at("/v1/sessions")).json(&body)
            })
            .await?;
        let session: Session = accepted("POST /v1/sessions", answer).await?.json().await?;
        Ok(session.access_token)
    }

    /// A token for the publisher, by client credentials (RFC 6749, 4.4).
    pub(crate) async fn token_for(&self, publisher: &Publisher) -> Result<String> {
        let ask = || {
            self.client
                .post(self.at("/oauth2/token"))
                .basic_auth(&publisher.client_id, Some(&publisher.secret))
                .header("content-type", "application/x-www-form-urlencoded")
                .body("grant_type=client_credentials")
        };
        let answer = self.call("POST /oauth2/token", ask).await?;
        let session: Session = accepted("POST /oauth2/token", answer).await?.json().await?;
        Ok(session.access_token)
    }

    /// Whether the product is listed.
    pub(crate) async fn knows(&self, article: &Article) -> Result<bool> {
        let path = format!("/v1/products/{}", article.sku);
        let answer = self.call(&path, || self.client.get(self.at(&path))).await?;
        match answer.status() {
            StatusCode::NOT_FOUND => Ok(false),
            _ => accepted(&path, answer).await.map(|_| true),
        }
    }

    /// Lists the product.
    pub(crate) async fn put_product(&self, token: &str, article: &Article) -> Result<()> {
        let path = format!("/v1/products/{}", article.sku);
        let body = json!({
            "name": article.name,
            "description": article.description,
            "category": article.category,
            "price": { "amount_minor": article.price_minor, "currency": "EUR" },
        });
        let put = || {
            self.client
                .put(self.at(&path))
                .bearer_auth(token)
                .json(&body)
        };
        accepted(&path, self.call(&path, put).await?)
            .await
            .map(drop)
    }

    /// Gives the product its picture.
    pub(crate) async fn put_picture(
        &self,
        token: &str,
        article: &Article,
        svg: String,
    ) -> Result<()> {
        let path = format!("/v1/products/{}/image", article.sku);
        let put = || {
            let request = self.client.put(self.at(&path)).bearer_auth(token);
            request
                .header("content-type", "image/svg+xml")
                .body(svg.clone())
        };
        accepted(&path, self.call(&path, put).await?)
            .await
            .map(drop)
    }

    /// The products that inventory has never had.
    pub(crate) async fn without_stock<'a>(
        &self,
        articles: &'a [Article],
    ) -> Result<Vec<&'a Article>> {
        let mut missing = Vec::new();
        for some in articles.chunks(SKUS_PER_QUERY) {
            let known = self.stock(some).await?;
            missing.extend(
                some.iter()
                    .filter(|article| known.iter().all(|stock| stock.sku != article.sku)),
            );
        }
        Ok(missing)
    }

    async fn stock(&self, articles: &[Article]) -> Result<Vec<Stock>> {
        let skus: Vec<&str> = articles
            .iter()
            .map(|article| article.sku.as_str())
            .collect();
        let path = format!("/v1/stock?sku={}", skus.join(","));
        let answer = self.call(&path, || self.client.get(self.at(&path))).await?;
        let list: StockList = accepted(&path, answer).await?.json().await?;
        Ok(list
            .items
            .into_iter()
            .filter(|stock| stock.on_hand > 0)
            .collect())
    }

    /// Reports the goods as received, one delivery note for each. The event's id comes from the SKU, so that a report that
    /// arrives twice counts once.
    pub(crate) async fn report_goods(
        &self,
        publisher: &Publisher,
        articles: &[&Article],
    ) -> Result<()> {
        if articles.is_empty() {
            return Ok(());
        }
        let token = self.token_for(publisher).await?;
        let batch = articles
            .iter()
            .map(|article| goods_received(article))
            .collect::<Result<Vec<Value>>>()?;
        let post = || {
            let request = self.client.post(self.at("/v1/events")).bearer_auth(&token);
            // Before `json`, which leaves a content type alone that is there.
            request
                .header("content-type", "application/cloudevents-batch+json")
                .json(&batch)
        };
        accepted("POST /v1/events", self.call("POST /v1/events", post).await?)
            .await
            .map(drop)
    }

    /// Waits until every product has stock.
    pub(crate) async fn until_stocked(&self, articles: &[Article]) -> Result<()> {
        let waits = ExponentialBackoff::from_millis(2)
            .factor(50)
            .max_delay(Duration::from_secs(2))
            .take(40);
        let check = || async {
            match self.without_stock(articles).await?.len() {
                0 => Ok(()),
                missing => bail!("{missing} products still have no stock; see: cargo souk events"),
            }
        };
        RetryIf::start(waits, check, |_: &anyhow::Error| true).await
    }

    /// Sends a request, again when the gateway is not there yet or asks to wait.
    async fn call(&self, what: &str, request: impl Fn() -> RequestBuilder) -> Result<Response> {
        let waits = ExponentialBackoff::from_millis(2)
            .factor(100)
            .max_delay(Duration::from_secs(5))
            .map(jitter)
            .take(8);
        let send = || async {
            let answer = request().send().await?;
            if answer.status().is_server_error() || answer.status() == StatusCode::TOO_MANY_REQUESTS
            {
                bail!("{what} answered {}", answer.status());
            }
            Ok(answer)
        };
        RetryIf::start(waits, send, |_: &anyhow::Error| true)
            .await
            .with_context(|| format!("{what} at {} failed nine times", self.url))
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }
}

fn goods_received(article: &Article) -> Result<Value> {
    let fact: GoodsReceived = serde_json::from_value(json!({
        "delivery_note": format!("opening-{}", article.sku),
        "lines": [{ "sku": article.sku, "quantity": article.pieces }],
        "received_at": Utc::now(),
    }))?;
    let id = Uuid::new_v5(
        &Uuid::NAMESPACE_URL,
        format!("opening-{}", article.sku).as_bytes(),
    );
    Ok(serde_json::to_value(fact.event(id, Utc::now()))?)
}

async fn accepted(what: &str, answer: Response) -> Result<Response> {
    if answer.status().is_success() {
        return Ok(answer);
    }
    let status = answer.status();
    bail!(
        "{what} answered {status}: {}",
        answer.text().await.unwrap_or_default()
    )
}
