//! `GET /v1/identity/gate`: what the gate has to know. For the gate alone, within the cluster; nothing in it is secret.

use axum::{
    extract::State,
    http::{HeaderValue, header::CACHE_CONTROL},
    response::{IntoResponse, Response},
};
use souk_kit::{
    Problem,
    etag::{ETag, IfNoneMatch},
};

use crate::{
    app::App,
    gate::{GateState, VERSION},
};

pub(super) async fn get_gate(
    State(app): State<App>,
    known: IfNoneMatch,
) -> Result<Response, Problem> {
    let state = GateState::now(&app).await?;
    let version = state.version();
    let tag = ETag::of(&version);
    let mut response = known.answer(tag, axum::Json(state)).into_response();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(
        VERSION,
        HeaderValue::try_from(version).map_err(Problem::internal)?,
    );
    Ok(response)
}

#[cfg(test)]
mod tests {
    use axum::http::{StatusCode, header::ETAG};
    use serde_json::json;

    use crate::{
        gate::VERSION,
        testing::{Desk, KEY_ID},
    };

    #[tokio::test]
    async fn the_gate_is_told_the_keys_and_the_machines_and_nothing_that_is_secret() {
        let desk = Desk::open().await;
        let gate = desk.get("/v1/identity/gate", "").await;
        assert_eq!(gate.status, StatusCode::OK, "{gate:?}");
        assert_eq!(gate.body["keys"][0]["kid"], KEY_ID);
        let pem = gate.body["keys"][0]["public_key_pem"].as_str().unwrap();
        assert!(pem.starts_with("-----BEGIN PUBLIC KEY-----"));
        assert_eq!(
            gate.body["clients"],
            json!([{ "client_id": "erp", "limit_per_minute": 6000 }])
        );
        assert!(!gate.body.to_string().contains("PRIVATE"));
        let tag = gate.headers[ETAG].to_str().unwrap();
        assert_eq!(tag.trim_matches('"'), gate.headers[VERSION]);
    }

    #[tokio::test]
    async fn every_answer_names_the_state_and_one_that_is_known_is_not_sent_again() {
        let desk = Desk::open().await;
        let gate = desk.get("/v1/identity/gate", "").await;
        let other = desk.get("/v1/identity/jwks.json", "").await;
        assert_eq!(other.headers[VERSION], gate.headers[VERSION]);
        let tag = gate.headers[ETAG].to_str().unwrap();
        let known = [("if-none-match", tag)];
        let again = desk.get_with("/v1/identity/gate", &known).await;
        assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    }
}
