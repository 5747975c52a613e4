//! Somebody who calls a shop that is being struck: asks again under the same key until there is an answer that is one.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::{sleep, timeout};

use super::counts::Counts;
use crate::client::http_client;

/// A real client gives up on an answer after so long, and asks again.
const ANSWERED_WITHIN: Duration = Duration::from_secs(10);
const LONGEST_PAUSE: Duration = Duration::from_secs(3);
/// In a storm nobody gives up.
const ASKED_FOR: Duration = Duration::from_secs(300);

/// How somebody gets a token.
#[derive(Debug, Clone)]
pub(crate) enum Login {
    /// E-mail address and password.
    Account(String, String),
    /// A guest has a refresh token only.
    Guest(String),
}

#[derive(Debug)]
struct Tokens {
    login: Login,
    access: Option<String>,
}

/// Somebody. Clones are the same one.
#[derive(Clone)]
pub(crate) struct Caller {
    http: reqwest::Client,
    gateway: String,
    tokens: Arc<Mutex<Tokens>>,
    counts: Arc<Counts>,
}

/// What came back in the end.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Caller {
    pub(crate) fn new(gateway: &str, login: Login, counts: Arc<Counts>) -> Self {
        let tokens = Arc::new(Mutex::new(Tokens {
            login,
            access: None,
        }));
        Self {
            http: http_client(),
            gateway: gateway.to_owned(),
            tokens,
            counts,
        }
    }

    /// Asks until there is an answer that is final: neither 5xx, nor 429, nor in flight, nor none at all. Nothing when the storm is
    /// over before.
    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        key: Option<&str>,
        body: &Value,
    ) -> Option<Said> {
        let asking = async {
            let mut pause = Duration::from_millis(100);
            loop {
                if let Some(said) = self.once(&method, path, key, body).await {
                    return said;
                }
                sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        };
        timeout(ASKED_FOR, asking).await.ok()
    }

    /// GET.
    pub(crate) async fn get(&self, path: &str) -> Option<Value> {
        let said = self.ask(Method::GET, path, None, &Value::Null).await?;
        (said.status == 200).then_some(said.body)
    }

    async fn once(
        &self,
        method: &Method,
        path: &str,
        key: Option<&str>,
        body: &Value,
    ) -> Option<Said> {
        let token = self.token().await?;
        let mut request = self
            .http
            .request(method.clone(), format!("{}{path}", self.gateway));
        request = request.bearer_auth(&token).timeout(ANSWERED_WITHIN);
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        if !body.is_null() {
            request = request.json(body);
        }
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(_) => return self.counts.nothing(),
        };
        let status = answer.status().as_u16();
        let is_later = answer.headers().contains_key("retry-after");
        let Ok(text) = answer.text().await else {
            return self.counts.nothing();
        };
        self.counts.answer(status);
        let body: Value = serde_json::from_str(&text).unwrap_or_default();
        match status {
            401 => self.forget(&token).await,
            // The same request is being worked on.
            409 if is_later => None,
            408 | 429 | 500.. => None,
            _ => Some(Said { status, body }),
        }
    }

    /// The access token, with a new one where there is none. One asks for it, the others wait.
    async fn token(&self) -> Option<String> {
        let mut tokens = self.tokens.lock().await;
        if let Some(access) = &tokens.access {
            return Some(access.clone());
        }
        let request = match &tokens.login {
            Login::Account(email, password) => {
                let session = serde_json::json!({ "email": email, "password": password });
                self.http
                    .post(format!("{}/v1/sessions", self.gateway))
                    .json(&session)
            }
            Login::Guest(refresh) => {
                let form = [
                    ("grant_type", "refresh_token"),
                    ("client_id", "shop"),
                    ("refresh_token", refresh),
                ];
                self.http
                    .post(format!("{}/oauth2/token", self.gateway))
                    .form(&form)
            }
        };
        let answer = request.timeout(ANSWERED_WITHIN).send().await.ok()?;
        let body: Value = serde_json::from_str(&answer.text().await.ok()?).ok()?;
        let access = body["access_token"].as_str()?.to_owned();
        if let (Login::Guest(_), Some(refresh)) = (&tokens.login, body["refresh_token"].as_str()) {
            tokens.login = Login::Guest(refresh.to_owned());
        }
        tokens.access = Some(access.clone());
        Some(access)
    }

    /// The token has expired, unless somebody has got another one meanwhile.
    async fn forget(&self, token: &str) -> Option<Said> {
        let mut tokens = self.tokens.lock().await;
        if tokens.access.as_deref() == Some(token) {
            tokens.access = None;
        }
        None
    }
}
