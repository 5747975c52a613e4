use axum::http::{StatusCode, header::CACHE_CONTROL, header::WWW_AUTHENTICATE};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;
use souk_kit::auth::Role;

use crate::testing::{Answered, Desk, ERP_SECRET};

fn is_refused(answer: &Answered, error: &str) {
    let status = if error == "invalid_client" { 401 } else { 400 };
    assert_eq!(answer.status.as_u16(), status, "{answer:?}");
    assert_eq!(answer.body["error"], error, "{answer:?}");
    assert_eq!(answer.headers[CACHE_CONTROL], "no-store");
}

async fn ada(desk: &Desk) -> Answered {
    desk.register("ada@souk.example", "correct horse").await;
    desk.log_in("ada@souk.example", "correct horse").await
}

async fn refresh_as(desk: &Desk, token: &str, client_id: &str, agent: &str) -> Answered {
    let fields = [
        ("grant_type", "refresh_token"),
        ("client_id", client_id),
        ("refresh_token", token),
    ];
    let headers = [("x-real-ip", "192.0.2.1"), ("user-agent", agent)];
    desk.form_with("/oauth2/token", &fields, &headers).await
}

fn refresh_token(answer: &Answered) -> String {
    answer.body["refresh_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_machine_gets_what_it_was_registered_with_and_no_more() {
    let desk = Desk::open().await;
    let answer = desk.machine("erp", ERP_SECRET).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    assert_eq!(answer.headers[CACHE_CONTROL], "no-store");
    assert_eq!(answer.body["scope"], "publish:dev.souk.goods.received.v1");
    assert!(answer.body.get("refresh_token").is_none());
    let token = answer.body["access_token"].as_str().unwrap();
    let caller = desk.verifier().verify(token).await.unwrap();
    assert_eq!(
        (caller.role, caller.client.as_str()),
        (Role::Machine, "erp")
    );
    assert_eq!((caller.session, caller.email), (None, None));
    let again = desk.machine("erp", ERP_SECRET).await;
    let again = again.body["access_token"].as_str().unwrap();
    let again = desk.verifier().verify(again).await.unwrap();
    assert_eq!(again.subject, caller.subject);
    let more = [
        ("grant_type", "client_credentials"),
        ("client_id", "erp"),
        ("client_secret", ERP_SECRET),
        ("scope", "carts:read"),
    ];
    is_refused(&desk.form("/oauth2/token", &more).await, "invalid_scope");
}

#[tokio::test]
async fn a_machine_may_show_its_secret_in_the_header() {
    let desk = Desk::open().await;
    let fields = [("grant_type", "client_credentials")];
    for (secret, status) in [(ERP_SECRET, 200), ("wrong", 401), ("", 401)] {
        let basic = format!("Basic {}", STANDARD.encode(format!("erp:{secret}")));
        let headers = [("authorization", basic.as_str())];
        let answer = desk.form_with("/oauth2/token", &fields, &headers).await;
        assert_eq!(answer.status.as_u16(), status, "{secret}: {answer:?}");
        let challenged = answer.headers.contains_key(WWW_AUTHENTICATE);
        assert_eq!(challenged, status == 401);
    }
}

#[tokio::test]
async fn who_is_no_client_or_may_not_use_the_grant_is_told_so_in_the_words_of_the_standard() {
    let desk = Desk::open().await;
    let ask = async |fields: &[(&str, &str)]| desk.form("/oauth2/token", fields).await;
    is_refused(&ask(&[]).await, "invalid_request");
    is_refused(&ask(&[("grant_type", "password")]).await, "invalid_request");
    is_refused(
        &ask(&[("grant_type", "password"), ("client_id", "shop")]).await,
        "unsupported_grant_type",
    );
    is_refused(
        &ask(&[("grant_type", "refresh_token"), ("client_id", "shop")]).await,
        "invalid_request",
    );
    let unknown = [
        ("grant_type", "client_credentials"),
        ("client_id", "x"),
        ("client_secret", "y"),
    ];
    is_refused(&ask(&unknown).await, "invalid_client");
    let public = [("grant_type", "client_credentials"), ("client_id", "shop")];
    is_refused(&ask(&public).await, "unauthorized_client");
    let with_secret = [
        ("grant_type", "refresh_token"),
        ("client_id", "shop"),
        ("client_secret", "x"),
        ("refresh_token", "x"),
    ];
    is_refused(&ask(&with_secret).await, "invalid_client");
    let json = desk
        .post(
            "/oauth2/token",
            json!({ "grant_type": "client_credentials" }),
        )
        .await;
    assert_eq!(json.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn a_refresh_token_is_good_once_and_the_next_one_after_it() {
    let desk = Desk::open().await;
    let first = ada(&desk).await;
    let second = desk.refresh(&first).await;
    assert_eq!(second.status, StatusCode::OK, "{second:?}");
    assert_eq!(second.body["scope"], first.body["scope"]);
    assert_ne!(refresh_token(&first), refresh_token(&second));
    assert!(second.body["id_token"].is_string());
    let third = desk.refresh(&second).await;
    assert_eq!(third.status, StatusCode::OK, "{third:?}");
    let sid = async |answer: &Answered| {
        let token = answer.body["access_token"].as_str().unwrap();
        desk.verifier().verify(token).await.unwrap().session
    };
    assert_eq!(sid(&first).await, sid(&third).await);
}

#[tokio::test]
async fn a_refresh_token_that_comes_back_ends_its_session() {
    let desk = Desk::open().await;
    let first = ada(&desk).await;
    let second = desk.refresh(&first).await;
    let third = desk.refresh(&second).await;
    is_refused(&desk.refresh(&first).await, "invalid_grant");
    is_refused(&desk.refresh(&third).await, "invalid_grant");
}

#[tokio::test]
async fn the_same_request_again_is_answered_the_same_for_ten_seconds_and_then_it_is_a_thief() {
    let desk = Desk::open().await;
    let token = refresh_token(&ada(&desk).await);
    let next = refresh_as(&desk, &token, "shop", "a browser").await;
    let again = refresh_as(&desk, &token, "shop", "a browser").await;
    assert_eq!(refresh_token(&next), refresh_token(&again));
    desk.clock.advance(chrono::TimeDelta::seconds(11));
    is_refused(
        &refresh_as(&desk, &token, "shop", "a browser").await,
        "invalid_grant",
    );
    is_refused(
        &refresh_as(&desk, &refresh_token(&next), "shop", "a browser").await,
        "invalid_grant",
    );
}

#[tokio::test]
async fn somebody_else_with_the_same_token_is_a_thief_at_once() {
    let desk = Desk::open().await;
    let token = refresh_token(&ada(&desk).await);
    let next = refresh_as(&desk, &token, "shop", "a browser").await;
    is_refused(
        &refresh_as(&desk, &token, "shop", "another").await,
        "invalid_grant",
    );
    is_refused(
        &refresh_as(&desk, &refresh_token(&next), "shop", "a browser").await,
        "invalid_grant",
    );
}

#[tokio::test]
async fn two_who_refresh_at_once_do_not_get_two_tokens() {
    let desk = Desk::open().await;
    let token = refresh_token(&ada(&desk).await);
    let both = (0..4).map(|_| refresh_as(&desk, &token, "shop", "a browser"));
    let answers = futures::future::join_all(both).await;
    let next: Vec<_> = answers.iter().map(refresh_token).collect();
    assert!(next.iter().all(|one| *one == next[0]), "{next:?}");
}

#[tokio::test]
async fn a_refresh_token_is_good_for_its_client_only() {
    let desk = Desk::open().await;
    let operator = desk.role_token(Role::Operator).await;
    let app = json!({
        "name": "App", "kind": "public", "scopes": ["openid", "offline_access"], "redirect_uris": ["https://a.example/cb"],
    });
    desk.put("/v1/clients/app", &operator, app).await;
    let tokens = ada(&desk).await;
    is_refused(
        &refresh_as(&desk, &refresh_token(&tokens), "app", "x").await,
        "invalid_grant",
    );
    assert!(desk.can_refresh(&tokens).await);
}

#[tokio::test]
async fn less_can_be_asked_for_and_more_cannot() {
    let desk = Desk::open().await;
    let tokens = ada(&desk).await;
    let ask = async |token: &str, scope: &str| {
        let fields = [
            ("grant_type", "refresh_token"),
            ("client_id", "shop"),
            ("refresh_token", token),
            ("scope", scope),
        ];
        desk.form("/oauth2/token", &fields).await
    };
    let token = refresh_token(&tokens);
    is_refused(&ask(&token, "keys:write").await, "invalid_scope");
    let less = ask(&token, "orders:read").await;
    assert_eq!(less.body["scope"], "orders:read", "{less:?}");
    assert!(less.body.get("id_token").is_none());
    let whole = desk.refresh(&less).await;
    assert_eq!(whole.body["scope"], tokens.body["scope"]);
}

#[tokio::test]
async fn a_session_that_is_not_used_or_too_old_is_over() {
    let desk = Desk::open().await;
    let mut tokens = ada(&desk).await;
    for _ in 0..4 {
        desk.clock.advance(chrono::TimeDelta::days(20));
        tokens = desk.refresh(&tokens).await;
        assert_eq!(tokens.status, StatusCode::OK, "{tokens:?}");
    }
    desk.clock.advance(chrono::TimeDelta::days(11));
    is_refused(&desk.refresh(&tokens).await, "invalid_grant");
    let unused = desk.log_in("ada@souk.example", "correct horse").await;
    desk.clock.advance(chrono::TimeDelta::days(31));
    is_refused(&desk.refresh(&unused).await, "invalid_grant");
}

/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const CALLBACK: &str = "https://a.example/cb";

/// A code for the client `app`, as if somebody had allowed it.
async fn code(desk: &Desk, code: &str) -> String {
    let tokens = ada(desk).await;
    let token = tokens.body["access_token"].as_str().unwrap();
    let account_id = desk.verifier().verify(token).await.unwrap().subject;
    let operator = desk.role_token(Role::Operator).await;
    let scopes = ["openid", "email", "offline_access"];
    let app =
        json!({ "name": "App", "kind": "public", "scopes": scopes, "redirect_uris": [CALLBACK] });
    desk.put("/v1/clients/app", &operator, app).await;
    let insert = "insert into authorization_codes (code_hash, client_id, redirect_uri, code_challenge, account_id, scope, \
                  authenticated_at, nonce, expires_at) values ($1, 'app', $2, $3, $4, $5, $6, 'n-1', $7)";
    let now = desk.app.now();
    sqlx::query(insert)
        .bind(crate::chance::digest(code))
        .bind(CALLBACK)
        .bind(CHALLENGE)
        .bind(account_id)
        .bind(scopes.join(" "))
        .bind(now - chrono::TimeDelta::seconds(30))
        .bind(now + chrono::TimeDelta::seconds(60))
        .execute(desk.app.pool())
        .await
        .unwrap();
    account_id.to_string()
}

async fn redeem(desk: &Desk, code: &str, verifier: &str) -> Answered {
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", "app"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", verifier),
    ];
    desk.form("/oauth2/token", &fields).await
}

#[tokio::test]
async fn a_code_is_exchanged_for_tokens_of_whoever_allowed_it() {
    let desk = Desk::open().await;
    let account_id = code(&desk, "c").await;
    let tokens = redeem(&desk, "c", VERIFIER).await;
    assert_eq!(tokens.status, StatusCode::OK, "{tokens:?}");
    assert_eq!(tokens.body["scope"], "email offline_access openid");
    let jwks = desk.get("/v1/identity/jwks.json", "").await.body;
    let jwks: jsonwebtoken::jwk::JwkSet = serde_json::from_value(jwks).unwrap();
    let key = jsonwebtoken::DecodingKey::from_jwk(&jwks.keys[0]).unwrap();
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::ES256);
    validation.validate_exp = false;
    validation.set_audience(&["app"]);
    validation.set_issuer(&[crate::testing::ISSUER]);
    let id_token = tokens.body["id_token"].as_str().unwrap();
    let claims = jsonwebtoken::decode::<serde_json::Value>(id_token, &key, &validation);
    let claims = claims.unwrap().claims;
    assert_eq!(
        (&claims["nonce"], &claims["sub"]),
        (&json!("n-1"), &json!(account_id))
    );
    assert_eq!(claims["auth_time"], desk.app.now().timestamp() - 30);
    assert_eq!(claims["email"], "ada@souk.example");
    assert!(
        claims.get("name").is_none(),
        "nobody has asked for the profile: {claims}"
    );
    assert!(claims.get("kid").is_none() && claims["at_hash"].is_string());
    assert!(
        desk.verifier().verify(id_token).await.is_err(),
        "an id_token opens something"
    );
}

#[tokio::test]
async fn a_code_that_comes_again_ends_what_came_of_it() {
    let desk = Desk::open().await;
    code(&desk, "c").await;
    let tokens = redeem(&desk, "c", VERIFIER).await;
    is_refused(&redeem(&desk, "c", VERIFIER).await, "invalid_grant");
    let token = refresh_token(&tokens);
    is_refused(
        &refresh_as(&desk, &token, "app", "x").await,
        "invalid_grant",
    );
}

#[tokio::test]
async fn who_cannot_show_the_verifier_has_spoiled_the_code() {
    let desk = Desk::open().await;
    code(&desk, "c").await;
    let other = VERIFIER.replace('d', "e");
    is_refused(&redeem(&desk, "c", &other).await, "invalid_grant");
    is_refused(&redeem(&desk, "c", VERIFIER).await, "invalid_grant");
    is_refused(&redeem(&desk, "c", "").await, "invalid_request");
}

#[tokio::test]
async fn a_role_that_was_taken_away_is_gone_with_the_next_refresh() {
    let desk = Desk::open().await;
    desk.role_token(Role::Operator).await;
    let tokens = desk.log_in("operator@souk.example", "correct horse").await;
    sqlx::query("update accounts set role = 'customer'")
        .execute(desk.app.pool())
        .await
        .unwrap();
    let next = desk.refresh(&tokens).await;
    let token = next.body["access_token"].as_str().unwrap();
    let caller = desk.verifier().verify(token).await.unwrap();
    assert_eq!(caller.role, Role::Customer);
    assert!(!caller.has_scope("keys:write"), "{:?}", caller.scopes());
}
