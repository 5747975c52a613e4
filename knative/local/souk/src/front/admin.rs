//! What Kong's admin API is without a database: `POST /config` replaces the whole configuration, and nothing else changes one.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use souk_gateway::Gateway;
use tokio::net::TcpListener;

use crate::failure::{Failure, Outcome};

/// nginx's `client_max_body_size` of Kong's admin listener.
const CONFIG_BYTES: usize = 10 * 1024 * 1024;
/// How mistakes name what was posted.
const POSTED: &str = "the posted configuration";

#[derive(Clone)]
struct Admin {
    gateway: Gateway,
    /// The file that the gateway began with: its name stays in the plan.
    file: Arc<PathBuf>,
    /// Hash of what was posted last.
    posted: Arc<Mutex<Option<[u8; 32]>>>,
}

#[derive(Deserialize)]
struct Asked {
    /// 1: the same configuration again is answered 304.
    #[serde(default)]
    check_hash: u8,
}

/// Answers there until this process ends, and says where.
pub(crate) async fn serve_admin(
    address: SocketAddr,
    gateway: Gateway,
    file: &Path,
) -> Outcome<SocketAddr> {
    let failed = |error| {
        let remedy = "Choose another address: --admin 127.0.0.1:0";
        let what = format!("the admin API cannot listen on {address}: {error}");
        Failure::new(what, remedy)
    };
    if !address.ip().is_loopback() {
        let what =
            format!("the admin API asks nobody who he is, so it does not listen on {address}");
        return Err(Failure::new(
            what,
            "Choose an address of this machine alone: --admin 127.0.0.1:8001",
        ));
    }
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let admin = Admin {
        gateway,
        file: Arc::new(file.to_owned()),
        posted: Arc::default(),
    };
    tokio::spawn(async move { axum::serve(listener, routes(admin)).await });
    Ok(address)
}

fn routes(admin: Admin) -> Router {
    let replace = post(replace).layer(DefaultBodyLimit::max(CONFIG_BYTES));
    Router::new().route("/config", replace).with_state(admin)
}

async fn replace(
    State(admin): State<Admin>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(text) = declared(&headers, &body) else {
        let message = json!({ "message": "expected a declarative configuration" });
        return (StatusCode::BAD_REQUEST, Json(message)).into_response();
    };
    let hash: [u8; 32] = Sha256::digest(&text).into();
    let mut posted = admin.posted.lock().unwrap_or_else(PoisonError::into_inner);
    if asked.check_hash == 1 && *posted == Some(hash) {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    match admin.take(&text) {
        Ok(()) => {
            *posted = Some(hash);
            (StatusCode::CREATED, Json(json!({}))).into_response()
        }
        Err(mistakes) => (StatusCode::BAD_REQUEST, Json(invalid(&mistakes))).into_response(),
    }
}

impl Admin {
    /// From the next request on, or everything that is wrong.
    fn take(&self, text: &str) -> Result<(), Vec<String>> {
        let read = souk_plan::load_gateway(Path::new(POSTED), text);
        let mut plan =
            read.map_err(|all| all.iter().map(ToString::to_string).collect::<Vec<_>>())?;
        plan.file.clone_from(&self.file);
        let reloaded = self.gateway.reload(&plan);
        reloaded.map_err(|all| all.iter().map(ToString::to_string).collect())
    }
}

/// The configuration in a request: the body itself, or the field `config` of a JSON object.
fn declared(headers: &HeaderMap, body: &[u8]) -> Option<String> {
    let text = String::from_utf8(body.to_vec()).ok()?;
    let content_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let is_json = content_type.is_some_and(|name| name.starts_with("application/json"));
    if is_json {
        let object: Value = serde_json::from_str(&text).ok()?;
        if object.get("_format_version").is_none() {
            return object.get("config")?.as_str().map(str::to_owned);
        }
    }
    Some(text).filter(|text| !text.trim().is_empty())
}

/// Kong's own error of that kind.
fn invalid(mistakes: &[String]) -> Value {
    json!({
        "code": 14,
        "name": "invalid declarative configuration",
        "message": format!("declarative config is invalid: {}", mistakes.join("; ")),
        "fields": { "mistakes": mistakes },
    })
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use http::Request;
    use souk_network::Outside;

    use super::*;

    const CONFIG: &str = "\
_format_version: '3.0'
services:
  - name: orders
    host: orders.souk.svc.cluster.local
    routes:
      - name: orders
        paths: [/v1]
        plugins:
          - {name: request-termination, config: {status_code: 403, message: closed}}
";

    /// An admin API in front of a gateway without routes.
    async fn admin() -> (String, Gateway) {
        let empty = souk_plan::load_gateway(Path::new("kong.yaml"), "_format_version: '3.0'");
        let gateway = Gateway::new(&empty.unwrap(), Arc::new(Outside::default())).unwrap();
        let address = "127.0.0.1:0".parse().unwrap();
        let file = Path::new("kong.yaml");
        let address = serve_admin(address, gateway.clone(), file).await.unwrap();
        (format!("http://{address}/config"), gateway)
    }

    async fn posted(url: &str, content_type: &str, body: String) -> (StatusCode, String) {
        let request = Request::post(url).header(CONTENT_TYPE, content_type);
        let request = request.body(Body::from(body)).unwrap();
        let answer = souk_network::Network::call(&Outside::default(), request).await;
        let status = answer.status();
        let body = axum::body::to_bytes(answer.into_body(), CONFIG_BYTES)
            .await
            .unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    async fn answered(gateway: &Gateway) -> StatusCode {
        let request = Request::get("http://shop.example/v1")
            .body(Body::empty())
            .unwrap();
        let client = SocketAddr::from(([127, 0, 0, 1], 1));
        gateway.answer(request, client).await.status()
    }

    #[tokio::test]
    async fn what_is_posted_holds_from_the_next_request_on() {
        for (content_type, body) in [
            ("text/yaml", CONFIG.to_owned()),
            ("application/json", json!({ "config": CONFIG }).to_string()),
        ] {
            let (url, gateway) = admin().await;
            assert_eq!(answered(&gateway).await, StatusCode::NOT_FOUND);
            let (status, said) = posted(&url, content_type, body).await;
            assert_eq!(status, StatusCode::CREATED, "{said}");
            assert_eq!(answered(&gateway).await, StatusCode::FORBIDDEN);
        }
    }

    #[tokio::test]
    async fn a_configuration_in_json_is_taken_as_it_is() {
        let (url, gateway) = admin().await;
        let config = json!({ "_format_version": "3.0", "services": [] });
        let (status, _) = posted(&url, "application/json", config.to_string()).await;
        assert_eq!(status, StatusCode::CREATED);
        assert_eq!(answered(&gateway).await, StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn what_is_wrong_is_refused_and_changes_nothing() {
        let (url, gateway) = admin().await;
        posted(&url, "text/yaml", CONFIG.to_owned()).await;
        for wrong in [
            CONFIG.replace("paths", "pahts"),
            "- a".to_owned(),
            String::new(),
        ] {
            let (status, said) = posted(&url, "text/yaml", wrong.clone()).await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{wrong}: {said}");
            assert_eq!(answered(&gateway).await, StatusCode::FORBIDDEN);
        }
    }

    #[tokio::test]
    async fn the_same_again_is_not_modified_for_who_asks_for_that() {
        let (url, _gateway) = admin().await;
        let url = format!("{url}?check_hash=1");
        let first = posted(&url, "text/yaml", CONFIG.to_owned()).await.0;
        let second = posted(&url, "text/yaml", CONFIG.to_owned()).await.0;
        assert_eq!(
            (first, second),
            (StatusCode::CREATED, StatusCode::NOT_MODIFIED)
        );
    }

    #[tokio::test]
    async fn the_sidecar_of_a_cluster_gives_its_configuration_here_as_it_does_to_kong() {
        let (url, gateway) = admin().await;
        let kong = souk_gate_keys::Admin::new(url.parse().unwrap());
        assert_eq!(kong.give(CONFIG).await, Ok(true));
        assert_eq!(answered(&gateway).await, StatusCode::FORBIDDEN);
        assert_eq!(kong.give(CONFIG).await, Ok(false));
        let refused = kong.give("- a").await.unwrap_err();
        assert!(
            refused.contains("declarative config is invalid"),
            "{refused}"
        );
        assert_eq!(answered(&gateway).await, StatusCode::FORBIDDEN);
    }

    #[tokio::test]
    async fn nobody_from_elsewhere_reaches_it() {
        let (_, gateway) = admin().await;
        let address = "0.0.0.0:0".parse().unwrap();
        let refused = serve_admin(address, gateway, Path::new("kong.yaml")).await;
        assert!(refused.unwrap_err().to_string().contains("127.0.0.1:8001"));
    }
}
