//! Requests under an `Idempotency-Key`, in a function whose requests and answers may hold credentials.

use axum::http::StatusCode;
use serde_json::json;
use sha2::{Digest, Sha256};
use souk_kit::auth::Role;

use crate::testing::Desk;

const ADA: &str = "ada@souk.example";
const PASSWORD: &str = "correct horse";
const CHANGE: (&str, &str) = ("PUT", "/v1/accounts/me/password");

#[tokio::test]
async fn who_registers_twice_under_a_key_is_told_the_same_and_no_other_password_is_taken() {
    let mut desk = Desk::open().await;
    let account = json!({ "email": ADA, "password": PASSWORD, "name": "Ada" });
    let register = ("POST", "/v1/accounts");
    let first = desk.under("k1", register, "", account.clone()).await;
    assert_eq!(first.status, StatusCode::CREATED);
    assert_eq!(desk.next().await.0, "dev.souk.account.registered.v1");
    assert_eq!(desk.next().await.0, "dev.souk.link.requested.v1");
    let again = desk.under("k1", register, "", account.clone()).await;
    assert_eq!((again.status, again.body), (first.status, first.body));
    assert!(desk.is_silent().await);
    let mut other = account;
    other["password"] = json!("another horse");
    let refused = desk.under("k1", register, "", other).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_password_is_changed_once_and_its_fingerprint_tells_nobody_what_it_is() {
    let desk = Desk::open().await;
    desk.register(ADA, PASSWORD).await;
    let token = desk.token(ADA, PASSWORD).await;
    let change = json!({ "current_password": PASSWORD, "password": "another horse" });
    for _ in 0..2 {
        let changed = desk.under("k1", CHANGE, &token, change.clone()).await;
        assert_eq!(changed.status, StatusCode::NO_CONTENT);
    }
    // Without the key it is another request, with a password that is not the present one.
    let refused = desk.put(CHANGE.1, &token, change.clone()).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);

    let select = "select fingerprint from idempotency_keys";
    let kept: Vec<u8> = sqlx::query_scalar(select)
        .fetch_one(desk.app.pool())
        .await
        .unwrap();
    let asked = format!("{}\n{}\n{change}", CHANGE.0, CHANGE.1);
    assert_ne!(kept, Sha256::digest(asked).to_vec());
}

#[tokio::test]
async fn no_token_and_no_secret_is_kept() {
    let desk = Desk::open().await;
    desk.register(ADA, PASSWORD).await;
    let credentials = json!({ "email": ADA, "password": PASSWORD });
    let log_in = ("POST", "/v1/sessions");
    let first = desk.under("k1", log_in, "", credentials.clone()).await;
    let second = desk.under("k1", log_in, "", credentials).await;
    assert_eq!(second.status, StatusCode::CREATED);
    assert_ne!(first.body["refresh_token"], second.body["refresh_token"]);
    let guest = ("POST", "/v1/guests");
    desk.under("k2", guest, "", json!({})).await;
    let operator = desk.role_token(Role::Operator).await;
    let client = json!({ "name": "ERP", "kind": "machine", "scopes": ["stock:write"] });
    let made = ("PUT", "/v1/clients/warehouse");
    let made = desk.under("k3", made, &operator, client).await;
    assert_eq!(made.status, StatusCode::CREATED);
    let secret = ("POST", "/v1/clients/warehouse/secret");
    desk.under("k4", secret, &operator, json!({})).await;

    let count: i64 = sqlx::query_scalar("select count(*) from idempotency_keys")
        .fetch_one(desk.app.pool())
        .await
        .unwrap();
    assert_eq!(count, 0);
}
