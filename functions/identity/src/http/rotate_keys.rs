//! `POST /v1/identity/keys/rotate`: another key signs.

use axum::extract::State;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use souk_kit::{
    Access, Answer,
    api::{Doc, Status},
    auth::Role,
    http::Json,
};

use super::key_view::KeyList;
use crate::app::App;

pub(super) const ROTATE_KEYS: Doc =
    Doc::new("Change the key that signs tokens", Access::of(&[Role::Operator], "keys:write"))
        .about(
            "Without `compromised`: a new key is made known, and signs once the gate and every function know it; the old one is believed \
             until its last token has expired. Nobody notices. With it: that key is believed no more from now on, whoever has a token \
             of it has to refresh, and a new key signs at once.",
        )
        .says(&[(201, "There is a new key. The keys as they are now.")])
        .refuses(&[
            (404, "not-found", "There is no such key."),
            (409, "rotation-under-way", "A new key waits already."),
        ])
        .asks(|| json!({}));

/// Why the key changes.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "KeyRotation")]
pub(super) struct Rotation {
    /// The key that others may have.
    #[serde(default)]
    compromised: Option<String>,
}

pub(super) async fn rotate_keys(
    State(app): State<App>,
    Json(rotation): Json<Rotation>,
) -> Answer<Status<201, Json<KeyList>>> {
    match &rotation.compromised {
        Some(key_id) => app.keys.replace(key_id).await?,
        None => app.keys.rotate().await?,
    }
    Ok(Status(Json(KeyList::now(&app).await?)))
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use chrono::TimeDelta;
    use jsonwebtoken::decode_header;
    use serde_json::{Value, json};
    use souk_kit::auth::Role;

    use crate::{
        gate::VERSION,
        testing::{Desk, KEY_ID, LEAD_SECONDS},
    };

    const ROTATE: &str = "/v1/identity/keys/rotate";

    fn states(list: &Value) -> Vec<String> {
        let items = list["items"].as_array().unwrap().iter();
        items
            .map(|key| key["state"].as_str().unwrap().to_owned())
            .collect()
    }

    async fn kid(desk: &Desk) -> String {
        let guest = desk.guest().await;
        decode_header(&guest).unwrap().kid.unwrap()
    }

    #[tokio::test]
    async fn a_new_key_is_known_before_it_signs_and_the_old_one_is_believed_until_its_tokens_expire()
     {
        let desk = Desk::open().await;
        let operator = desk.role_token(Role::Operator).await;
        let before = desk.get("/v1/identity/keys", &operator).await;
        let rotated = desk.post_as(ROTATE, &operator, json!({})).await;
        assert_eq!(rotated.status, StatusCode::CREATED, "{rotated:?}");
        assert_eq!(states(&rotated.body), ["signing", "waiting"]);
        assert_ne!(rotated.headers[VERSION], before.headers[VERSION]);
        let again = desk.post_as(ROTATE, &operator, json!({})).await;
        assert_eq!(again.status, StatusCode::CONFLICT);
        assert_eq!(kid(&desk).await, KEY_ID);

        let old = desk.guest().await;
        desk.clock.advance(TimeDelta::seconds(LEAD_SECONDS));
        let new = kid(&desk).await;
        assert_ne!(new, KEY_ID);
        assert!(desk.verifier().verify(&old).await.is_ok());
        let operator = desk.role_token(Role::Operator).await;
        let keys = desk.get("/v1/identity/keys", &operator).await;
        assert_eq!(states(&keys.body), ["verifying", "signing"]);
        desk.clock.advance(TimeDelta::seconds(900 + 60));
        let jwks = desk.get("/v1/identity/jwks.json", "").await;
        assert_eq!(jwks.body["keys"].as_array().unwrap().len(), 1);
        assert_eq!(jwks.body["keys"][0]["kid"], new);
    }

    #[tokio::test]
    async fn a_key_that_others_have_is_believed_no_more_and_another_signs_at_once() {
        let desk = Desk::open().await;
        let (operator, guest) = (desk.role_token(Role::Operator).await, desk.guest().await);
        let unknown = desk
            .post_as(ROTATE, &operator, json!({ "compromised": "k0" }))
            .await;
        assert_eq!(unknown.status, StatusCode::NOT_FOUND);
        let lost = desk
            .post_as(ROTATE, &operator, json!({ "compromised": KEY_ID }))
            .await;
        assert_eq!(lost.status, StatusCode::CREATED, "{lost:?}");
        assert_eq!(states(&lost.body), ["signing"]);
        assert!(desk.verifier().verify(&guest).await.is_err());
        let refused = desk.get("/v1/identity/keys", &operator).await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
        assert_ne!(kid(&desk).await, KEY_ID);
    }

    #[tokio::test]
    async fn a_merchant_does_not_change_keys() {
        let desk = Desk::open().await;
        let merchant = desk.role_token(Role::Merchant).await;
        let refused = desk.post_as(ROTATE, &merchant, json!({})).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
    }
}
