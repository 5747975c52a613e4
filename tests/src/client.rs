//! Somebody who calls the shop over HTTP, with or without a token. Waits politely when it is told to.

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::Value;

use crate::answer::Answer;
use crate::documents::{Exchange, check_answer};

/// A connection that was quiet for longer is not used again: the gate closes it soon, maybe while the next request is on its way.
const IDLE: Duration = Duration::from_secs(5);

/// A client of the gateway, with or without a token.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    gateway: String,
    token: Option<String>,
    refresh_token: Option<String>,
    /// Whether answers are compared with docs/api/openapi.json.
    is_documented: bool,
    /// Whether 429 is waited out.
    is_patient: bool,
}

impl Client {
    /// Somebody who calls something else than the shop's gateway: a stand-in's page, another application.
    ///
    /// # Panics
    ///
    /// When no HTTP client can be built.
    #[must_use]
    pub fn elsewhere(address: &str) -> Self {
        Self::visitor(address).undocumented()
    }

    /// Somebody without an account.
    ///
    /// # Panics
    ///
    /// When no HTTP client can be built.
    #[must_use]
    pub fn visitor(gateway: &str) -> Self {
        Self {
            http: http_client(),
            gateway: gateway.trim_end_matches('/').to_owned(),
            token: None,
            refresh_token: None,
            is_documented: true,
            is_patient: true,
        }
    }

    /// Somebody without an account who calls from another address of this machine, such as `127.0.0.2`.
    ///
    /// # Panics
    ///
    /// When no HTTP client can be built.
    #[must_use]
    pub fn visitor_from(gateway: &str, address: &str) -> Self {
        let address = address.parse().expect("an IP address");
        let http = builder().local_address(Some(address)).build();
        Self {
            http: http.expect("an HTTP client can be built"),
            ..Self::visitor(gateway)
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

    /// The same, carrying what an answer of identity holds: `access_token` and, if there is one, `refresh_token`.
    #[must_use]
    pub fn with_tokens_of(&self, answer: &Answer) -> Self {
        let refresh_token = answer.body["refresh_token"].as_str().map(str::to_owned);
        Self {
            refresh_token,
            ..self.with_token(answer.text("/access_token"))
        }
    }

    /// The same without a token.
    #[must_use]
    pub fn without_token(&self) -> Self {
        Self {
            token: None,
            refresh_token: None,
            ..self.clone()
        }
    }

    /// The same, for requests that no client would send: answers are not compared with the document.
    #[must_use]
    pub fn undocumented(&self) -> Self {
        Self {
            is_documented: false,
            ..self.clone()
        }
    }

    /// The same, but 429 is an answer as any other.
    #[must_use]
    pub fn impatient(&self) -> Self {
        Self {
            is_patient: false,
            ..self.clone()
        }
    }

    /// Where the gateway answers.
    #[must_use]
    pub fn gateway(&self) -> &str {
        &self.gateway
    }

    /// The token carried.
    #[must_use]
    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }

    /// The refresh token that came with it.
    ///
    /// # Panics
    ///
    /// When there is none.
    #[must_use]
    pub fn refresh_token(&self) -> &str {
        let token = self.refresh_token.as_deref();
        token.expect("a refresh token came with the access token")
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

    /// POST of a form.
    pub async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(self.request(Method::POST, path).form(fields), path)
            .await
    }

    /// A request to be completed, with the token if there is one.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.gateway));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends a request and looks at the head of its answer only: a stream may have no end.
    ///
    /// # Panics
    ///
    /// When there is no answer.
    pub async fn peek(&self, request: RequestBuilder, asked: &str) -> Answer {
        let response = request.send().await;
        Answer::head(
            response.unwrap_or_else(|error| panic!("{asked}: {error:?}")),
            asked,
        )
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
            let is_throttled = response.status() == StatusCode::TOO_MANY_REQUESTS;
            if !(is_throttled && self.is_patient) {
                let answer = Answer::read(response, asked).await;
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
}

/// One that follows no redirect: where one leads is looked at.
///
/// # Panics
///
/// When no HTTP client can be built.
pub(crate) fn http_client() -> reqwest::Client {
    builder().build().expect("an HTTP client can be built")
}

fn builder() -> reqwest::ClientBuilder {
    // Fails only when a provider is installed already, which serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .timeout(Duration::from_secs(60))
        .pool_idle_timeout(IDLE)
        .redirect(Policy::none())
        .no_proxy()
}
