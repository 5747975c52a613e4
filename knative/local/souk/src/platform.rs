//! The shop's REST API, by way of the gateway, as an account that the shop has made: its operator, or its merchant.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use http::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use souk_network::{Network, Outside, TraceContext};
use tokio::time::timeout;

use crate::credentials::Credentials;
use crate::data_dir::DataDir;
use crate::failure::{Failure, Outcome};
use crate::terminal::here;

/// Runs the platform; its account's name in `credentials.json`.
pub(crate) const OPERATOR: &str = "operator";
/// Runs the shop, and sees every order; its account's name in `credentials.json`.
pub(crate) const MERCHANT: &str = "merchant";
/// Where a session is renewed.
const RENEWAL: &str = "/oauth2/token";
/// The shop's own public client, which every session belongs to.
const CLIENT_ID: &str = "shop";
/// A cold start is within it.
const ANSWERED_WITHIN: Duration = Duration::from_secs(30);
const ANSWER_BYTES: usize = 1024 * 1024;
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// A session of an account.
pub(crate) struct Platform {
    network: Outside,
    gateway: String,
    access_token: String,
    refresh_token: Option<String>,
    /// Whether what is asked makes spans. A look from outside is no part of what is looked at.
    is_traced: bool,
}

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    retry_after: Option<String>,
    /// JSON, else the text.
    pub(crate) body: Value,
}

impl Platform {
    /// Does something as the operator of the running shop, and closes the session again.
    pub(crate) fn as_operator<T>(
        data_dir: &DataDir,
        work: impl AsyncFnOnce(&Self) -> Outcome<T>,
    ) -> Outcome<T> {
        crate::control::client::ask(async {
            let platform = Self::log_in(data_dir, OPERATOR).await?;
            let done = work(&platform).await;
            platform.log_out().await;
            done
        })
    }

    /// A new session of `account`, by its password in `credentials.json`.
    pub(crate) async fn log_in(data_dir: &DataDir, account: &str) -> Outcome<Self> {
        if data_dir.holder().is_none() {
            return Err(data_dir.not_running());
        }
        let file = data_dir.credentials();
        let credentials = Credentials::read(&file);
        let credentials = credentials.map_err(|error| {
            let what = format!("{} cannot be read: {error}", file.display());
            Failure::new(
                what,
                format!("It is written when the shop opens: {} logs souk", here()),
            )
        })?;
        let name = account;
        let account = credentials.accounts.get(name).ok_or_else(|| {
            let what =
                format!("this shop has no {name}: its manifests refer to no Secret {name}-account");
            Failure::new(what, "")
        })?;
        let mut platform = Self {
            network: Outside::default(),
            gateway: credentials.gateway.clone(),
            access_token: String::new(),
            refresh_token: None,
            is_traced: true,
        };
        let login = json!({ "email": account.email, "password": account.password });
        let answer = platform
            .send(Method::POST, "/v1/sessions", Some(&login))
            .await?;
        if answer.status == StatusCode::UNAUTHORIZED {
            let what =
                format!("the {name}'s password is not the one that the shop was opened with");
            return Err(Failure::new(
                what,
                "It was changed: use the REST API with the new one (docs/operations.md).",
            ));
        }
        platform.keep_tokens(&answer.accepted("log in")?)?;
        Ok(platform)
    }

    fn keep_tokens(&mut self, body: &Value) -> Outcome {
        let token = |name: &str| body[name].as_str().map(str::to_owned);
        self.access_token = token("access_token")
            .ok_or_else(|| Failure::new("log in: the answer holds no token", ""))?;
        self.refresh_token = token("refresh_token");
        Ok(())
    }

    /// The same session with new tokens; a refresh token is good once.
    pub(crate) async fn renewed(&self) -> Outcome<Self> {
        let refresh = self.refresh_token.as_deref().unwrap_or_default();
        let form =
            format!("client_id={CLIENT_ID}&grant_type=refresh_token&refresh_token={refresh}");
        let request = Request::post(format!("{}{RENEWAL}", self.gateway))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form));
        let request = request.map_err(|error| Failure::new(error, ""))?;
        let answer = self.answer(RENEWAL, request).await?;
        let mut renewed = Self {
            network: self.network.clone(),
            gateway: self.gateway.clone(),
            access_token: String::new(),
            refresh_token: None,
            is_traced: self.is_traced,
        };
        renewed.keep_tokens(&answer.accepted("renew the session")?)?;
        Ok(renewed)
    }

    /// The same session, whose looks make no spans. What changes something is a part of the shop's story, and does.
    pub(crate) fn untraced(self) -> Self {
        Self {
            is_traced: false,
            ..self
        }
    }

    /// Best effort: a session that stays open expires.
    async fn log_out(&self) {
        let Some(token) = &self.refresh_token else {
            return;
        };
        let form = format!("client_id={CLIENT_ID}&token_type_hint=refresh_token&token={token}");
        let request = Request::post(format!("{}/oauth2/revoke", self.gateway))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form));
        if let Ok(request) = request {
            let _ = timeout(ANSWERED_WITHIN, self.network.call(request)).await;
        }
    }

    /// Asks, and reads the answer; `what` says for an error what was wanted.
    pub(crate) async fn ask<T: DeserializeOwned>(
        &self,
        what: &str,
        (method, path): (Method, &str),
        body: Option<&Value>,
    ) -> Outcome<T> {
        let answer = self.send(method, path, body).await?;
        understood(what, answer.accepted(what)?)
    }

    /// GET of something that may not be there.
    pub(crate) async fn find<T: DeserializeOwned>(
        &self,
        what: &str,
        path: &str,
    ) -> Outcome<Option<T>> {
        let answer = self.send(Method::GET, path, None).await?;
        if answer.status == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        understood(what, answer.accepted(what)?).map(Some)
    }

    /// Asks, and gives the answer whatever it says.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Outcome<Answer> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.gateway));
        if !self.access_token.is_empty() {
            request = request.header(AUTHORIZATION, format!("Bearer {}", self.access_token));
        }
        let body = match body {
            Some(body) => {
                request = request.header(CONTENT_TYPE, "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        let request = request
            .body(body)
            .map_err(|error| Failure::new(error, ""))?;
        self.answer(path, request).await
    }

    async fn answer(&self, path: &str, mut request: Request<Body>) -> Outcome<Answer> {
        let is_look = matches!(*request.method(), Method::GET) || path == RENEWAL;
        if !self.is_traced
            && is_look
            && let Ok(context) = HeaderValue::try_from(TraceContext::begin(0.0).to_string())
        {
            request.headers_mut().insert(TRACEPARENT, context);
        }
        let asked = async { read(self.network.call(request).await).await };
        match timeout(ANSWERED_WITHIN, asked).await {
            Ok(answer) => answer,
            Err(_) => Err(self.silent(path)),
        }
    }

    fn silent(&self, path: &str) -> Failure {
        Failure::new(
            format!(
                "{}{path}: no answer within {} s",
                self.gateway,
                ANSWERED_WITHIN.as_secs()
            ),
            format!("What identity does: {} logs -f identity", here()),
        )
    }
}

fn understood<T: DeserializeOwned>(what: &str, body: Value) -> Outcome<T> {
    serde_json::from_value(body)
        .map_err(|error| Failure::new(format!("{what}: the answer is not understood: {error}"), ""))
}

async fn read(response: Response<Body>) -> Outcome<Answer> {
    let status = response.status();
    let retry_after = response.headers().get(RETRY_AFTER);
    let retry_after = retry_after
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    let body = to_bytes(response.into_body(), ANSWER_BYTES).await;
    let body = body.map_err(|error| Failure::new(format!("the answer broke off: {error}"), ""))?;
    let body = serde_json::from_slice(&body)
        .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&body).into_owned()));
    Ok(Answer {
        status,
        retry_after,
        body,
    })
}

impl Answer {
    /// The body of a success; a refusal is said in the shop's own words.
    fn accepted(self, what: &str) -> Outcome<Value> {
        if self.status.is_success() {
            return Ok(self.body);
        }
        let told = ["detail", "title", "error_description", "message"];
        let told = told.iter().find_map(|name| self.body[name].as_str());
        let why = told.map(|told| format!(": {told}")).unwrap_or_default();
        let remedy = match (self.status, &self.retry_after) {
            (StatusCode::TOO_MANY_REQUESTS, Some(seconds)) => format!("Try again in {seconds} s."),
            (status, _) if status.is_server_error() => format!("Look: {} logs identity", here()),
            _ => String::new(),
        };
        Err(Failure::new(
            format!("{what}: {}{why}", self.status),
            remedy,
        ))
    }
}

/// What somebody typed, as one segment of a path.
pub(crate) fn segment(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes()
        .map(|byte| match plain(byte) {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use axum::routing::{get, post};
    use axum::{Json, Router};
    use http::HeaderMap;

    use super::*;

    /// A gateway with an operator and a merchant behind it, and the data directory of its shop.
    pub(crate) async fn shop(
        routes: Router,
    ) -> (tempfile::TempDir, DataDir, crate::data_dir::Lock) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, routes).await });
        let folder = tempfile::tempdir().unwrap();
        let data_dir = DataDir::chosen(Some(folder.path().to_owned()));
        data_dir.make().unwrap();
        let lock = data_dir.lock().unwrap();
        let account = json!({ "email": "o@souk.example", "password": "right" });
        let credentials = json!({
            "gateway": format!("http://{address}"),
            "accounts": { "operator": account, "merchant": account },
            "clients": {},
        });
        std::fs::write(data_dir.credentials(), credentials.to_string()).unwrap();
        (folder, data_dir, lock)
    }

    fn sessions() -> Router {
        Router::new().route(
            "/v1/sessions",
            post(|Json(login): Json<Value>| async move {
                match login["password"] == "right" {
                    true => (StatusCode::CREATED, Json(json!({ "access_token": "t" }))),
                    false => (
                        StatusCode::UNAUTHORIZED,
                        Json(json!({ "title": "Unauthorized" })),
                    ),
                }
            }),
        )
    }

    #[tokio::test]
    async fn the_operator_asks_with_a_token_of_its_own() {
        let who = |headers: HeaderMap| async move {
            Json(json!(headers[AUTHORIZATION].to_str().unwrap()))
        };
        let (_folder, data_dir, _lock) = shop(sessions().route("/v1/who", post(who))).await;
        let platform = Platform::log_in(&data_dir, OPERATOR).await.unwrap();
        let said: String = platform
            .ask("ask", (Method::POST, "/v1/who"), None)
            .await
            .unwrap();
        assert_eq!(said, "Bearer t");
    }

    #[tokio::test]
    async fn what_is_refused_is_told_in_the_shops_own_words() {
        let refuse = || async {
            let problem = json!({ "title": "Conflict", "detail": "a key waits already" });
            (StatusCode::CONFLICT, Json(problem))
        };
        let (_folder, data_dir, _lock) = shop(sessions().route("/v1/x", post(refuse))).await;
        let platform = Platform::log_in(&data_dir, OPERATOR).await.unwrap();
        let refused = platform
            .ask::<Value>("rotate", (Method::POST, "/v1/x"), None)
            .await;
        let said = refused.unwrap_err().to_string();
        assert_eq!(said, "rotate: 409 Conflict: a key waits already");
    }

    #[tokio::test]
    async fn a_password_that_was_changed_is_not_repeated() {
        let (_folder, data_dir, _lock) = shop(sessions()).await;
        let text = std::fs::read_to_string(data_dir.credentials()).unwrap();
        std::fs::write(data_dir.credentials(), text.replace("right", "hunter2")).unwrap();
        let said = Platform::log_in(&data_dir, OPERATOR)
            .await
            .err()
            .unwrap()
            .to_string();
        assert!(
            said.contains("password") && !said.contains("hunter2"),
            "{said}"
        );
    }

    #[tokio::test]
    async fn a_shop_that_is_closed_is_not_asked() {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = DataDir::chosen(Some(folder.path().to_owned()));
        let said = Platform::log_in(&data_dir, OPERATOR).await.err().unwrap();
        assert_eq!(said.exit, crate::failure::Exit::NotRunning);
    }

    #[tokio::test]
    async fn a_session_goes_on_with_new_tokens() {
        let renew = |body: String| async move {
            match body.contains("grant_type=refresh_token&refresh_token=r") {
                true => (StatusCode::OK, Json(json!({ "access_token": "t2" }))),
                false => (StatusCode::BAD_REQUEST, Json(json!({}))),
            }
        };
        let who = |headers: HeaderMap| async move {
            Json(json!(headers[AUTHORIZATION].to_str().unwrap()))
        };
        let routes = Router::new()
            .route(
                "/v1/sessions",
                post(|| async { Json(json!({ "access_token": "t", "refresh_token": "r" })) }),
            )
            .route("/oauth2/token", post(renew))
            .route("/v1/who", post(who));
        let (_folder, data_dir, _lock) = shop(routes).await;
        let platform = Platform::log_in(&data_dir, OPERATOR).await.unwrap();
        let platform = platform.renewed().await.unwrap();
        let answer = platform.send(Method::POST, "/v1/who", None).await.unwrap();
        assert_eq!(answer.body, "Bearer t2");
    }

    #[tokio::test]
    async fn a_look_from_outside_makes_no_spans_and_a_change_does() {
        let traced = |headers: HeaderMap| async move {
            let context = headers
                .get(TRACEPARENT)
                .map(|value| value.to_str().unwrap().to_owned());
            Json(json!(context))
        };
        let (_folder, data_dir, _lock) =
            shop(sessions().route("/v1/x", get(traced).post(traced))).await;
        let platform = Platform::log_in(&data_dir, OPERATOR).await.unwrap();
        let asked = async |platform: &Platform, method| {
            platform.send(method, "/v1/x", None).await.unwrap().body
        };
        assert_eq!(asked(&platform, Method::GET).await, Value::Null);
        let platform = platform.untraced();
        assert_eq!(asked(&platform, Method::POST).await, Value::Null);
        let context = asked(&platform, Method::GET).await;
        assert!(context.as_str().unwrap().ends_with("-00"), "{context}");
    }

    #[test]
    fn what_is_typed_stays_one_segment() {
        assert_eq!(segment("erp-1"), "erp-1");
        assert_eq!(segment("../x?y"), "..%2Fx%3Fy");
    }
}
