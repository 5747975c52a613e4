//! Asks the console of the running shop, which knows traces, logs and metrics: what the page asks, `souk top` and `souk trace` ask.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use http::header::AUTHORIZATION;
use http::{Method, Request, StatusCode};
use serde_json::Value;
use souk_network::{Network as _, Outside};
use tokio::time::timeout;

use crate::data_dir::DataDir;
use crate::failure::{Failure, Outcome};
use crate::terminal::here;

/// An order's path asks several functions, which may have to wake up.
const ANSWERED_WITHIN: Duration = Duration::from_secs(30);
/// A trace of 20,000 spans has about 15 MB.
const ANSWER_BYTES: usize = 64 * 1024 * 1024;

/// The console. Clones share their connections.
#[derive(Clone)]
pub(super) struct Watcher {
    network: Outside,
    url: String,
    token: Option<String>,
}

impl Watcher {
    /// Of the running shop, by what that has written down.
    pub(super) fn of(data_dir: &DataDir) -> Outcome<Self> {
        if data_dir.holder().is_none() {
            return Err(data_dir.not_running());
        }
        let addresses = std::fs::read(data_dir.addresses()).unwrap_or_default();
        let addresses: Value = serde_json::from_slice(&addresses).unwrap_or_default();
        let url = addresses["console"].as_str().ok_or_else(|| {
            Failure::new(
                "the running shop has no console, or is still opening",
                format!("Look: {} logs souk", here()),
            )
        })?;
        Ok(Self {
            network: Outside::default(),
            url: url.trim_end_matches('/').to_owned(),
            token: token(data_dir),
        })
    }

    /// GET, answered with JSON.
    pub(super) async fn get(&self, path: &str) -> Outcome<Value> {
        match self.answer(Method::GET, path).await? {
            (status, body) if status.is_success() => Ok(body),
            (status, body) => Err(refused(path, status, &body)),
        }
    }

    /// POST without a body: begins something.
    pub(super) async fn post(&self, path: &str) -> Outcome<Value> {
        match self.answer(Method::POST, path).await? {
            (status, body) if status.is_success() => Ok(body),
            (status, body) => Err(refused(path, status, &body)),
        }
    }

    /// GET of something that may not be there.
    pub(super) async fn find(&self, path: &str) -> Outcome<Option<Value>> {
        match self.answer(Method::GET, path).await? {
            (StatusCode::NOT_FOUND, _) => Ok(None),
            (status, body) if status.is_success() => Ok(Some(body)),
            (status, body) => Err(refused(path, status, &body)),
        }
    }

    async fn answer(&self, method: Method, path: &str) -> Outcome<(StatusCode, Value)> {
        let url = format!("{}{path}", self.url);
        let mut request = Request::builder().method(method).uri(url);
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = request.body(Body::empty());
        let request = request.map_err(|error| Failure::new(error, ""))?;
        let asked = async {
            let response = self.network.call(request).await;
            let status = response.status();
            let body = to_bytes(response.into_body(), ANSWER_BYTES).await;
            body.map(|body| (status, body))
        };
        let answered = timeout(ANSWERED_WITHIN, asked).await.map_err(|_| {
            let seconds = ANSWERED_WITHIN.as_secs();
            Failure::new(
                format!("the console did not answer {path} within {seconds} s"),
                format!("What the shop does: {} logs souk", here()),
            )
        })?;
        let (status, body) = answered
            .map_err(|error| Failure::new(format!("{path}: the answer broke off: {error}"), ""))?;
        let body = serde_json::from_slice(&body)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&body).into_owned()));
        Ok((status, body))
    }
}

/// There is one when the console was told to listen for other hosts.
fn token(data_dir: &DataDir) -> Option<String> {
    let text = std::fs::read_to_string(data_dir.console_token()).ok()?;
    Some(text.trim().to_owned()).filter(|token| !token.is_empty())
}

fn refused(path: &str, status: StatusCode, body: &Value) -> Failure {
    let told = ["detail", "title"]
        .iter()
        .find_map(|name| body[*name].as_str());
    let why = told.or_else(|| body.as_str()).unwrap_or_default();
    Failure::new(format!("{path}: {status}: {why}"), "")
}

#[cfg(test)]
pub(super) mod tests {
    use axum::Router;
    use axum::routing::get;
    use http::HeaderMap;
    use serde_json::json;

    use super::*;
    use crate::data_dir::Lock;

    /// A shop's data directory with a console that answers by these routes.
    pub(crate) async fn shop(routes: Router) -> (tempfile::TempDir, DataDir, Lock) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        let folder = tempfile::tempdir().unwrap();
        let data_dir = DataDir::chosen(Some(folder.path().to_owned()));
        data_dir.make().unwrap();
        let lock = data_dir.lock().unwrap();
        std::fs::write(data_dir.addresses(), json!({ "console": url }).to_string()).unwrap();
        (folder, data_dir, lock)
    }

    #[tokio::test]
    async fn a_console_that_wants_a_token_gets_it() {
        let who = |headers: HeaderMap| async move {
            let token = headers
                .get(AUTHORIZATION)
                .map(|value| value.to_str().unwrap());
            axum::Json(json!(token))
        };
        let (_folder, data_dir, _lock) = shop(Router::new().route("/api/who", get(who))).await;
        let open = Watcher::of(&data_dir).unwrap();
        assert_eq!(open.get("/api/who").await.unwrap(), Value::Null);
        std::fs::write(data_dir.console_token(), "abc\n").unwrap();
        let closed = Watcher::of(&data_dir).unwrap();
        assert_eq!(closed.get("/api/who").await.unwrap(), "Bearer abc");
    }

    #[tokio::test]
    async fn what_is_not_there_is_nothing_and_a_problem_is_told_in_its_own_words() {
        let broken = || async {
            let problem =
                json!({ "title": "Service Unavailable", "detail": "orders does not answer" });
            (StatusCode::SERVICE_UNAVAILABLE, axum::Json(problem))
        };
        let (_folder, data_dir, _lock) = shop(Router::new().route("/api/x", get(broken))).await;
        let watcher = Watcher::of(&data_dir).unwrap();
        assert!(watcher.find("/api/none").await.unwrap().is_none());
        let said = watcher.get("/api/x").await.unwrap_err().to_string();
        assert!(said.ends_with("orders does not answer"), "{said}");
    }

    #[test]
    fn a_closed_shop_and_one_without_a_console_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = DataDir::chosen(Some(folder.path().to_owned()));
        let closed = Watcher::of(&data_dir).err().unwrap();
        assert_eq!(closed.exit, crate::failure::Exit::NotRunning);
        data_dir.make().unwrap();
        let _lock = data_dir.lock().unwrap();
        let without = Watcher::of(&data_dir).err().unwrap();
        assert_eq!(without.exit, crate::failure::Exit::Failed);
    }
}
