//! Tokens, good and bad.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use chrono::TimeDelta;
use serde_json::{Value, json};
use souk_kit::{Caller, Clock, Role, auth::JwkSet, auth::TokenError};
use souk_testing::Tokens;
use uuid::Uuid;

const KEY_ID: &str = "test-key";

fn tokens() -> (Tokens, Clock) {
    let clock = Clock::fixed(Clock::system().now());
    (Tokens::new(clock.clone()), clock)
}

fn customer(tokens: &Tokens) -> String {
    tokens.token(Uuid::nil(), Role::Customer)
}

async fn verify(tokens: &Tokens, token: &str) -> Result<Caller, TokenError> {
    tokens.verifier().verify(token).await
}

#[tokio::test]
async fn a_good_token_says_who_is_calling_and_says_so_again() {
    let (tokens, _) = tokens();
    let token = tokens.token_with(Uuid::from_u128(7), Role::Customer, &["orders:read"]);
    let verifier = tokens.verifier();
    for _ in 0..2 {
        let caller = verifier.verify(&token).await.unwrap();
        assert_eq!(caller.subject, Uuid::from_u128(7));
        assert_eq!(caller.role, Role::Customer);
        assert_eq!(caller.scopes(), ["orders:read"]);
        assert_eq!(caller.email.as_deref(), Some("ada@souk.example"));
        assert_eq!((caller.client.as_str(), caller.token()), ("shop", &*token));
        assert!(caller.session.is_some() && caller.authenticated_at.is_some());
    }
}

#[tokio::test]
async fn a_guest_has_no_address_and_a_machine_no_session_either() {
    let (tokens, _) = tokens();
    let guest = verify(&tokens, &tokens.token(Uuid::nil(), Role::Guest)).await;
    assert_eq!(guest.unwrap().email, None);
    let machine = verify(&tokens, &tokens.machine("erp", &["publish:x"])).await;
    let machine = machine.unwrap();
    assert_eq!((machine.email, machine.session), (None, None));
    assert_eq!(
        (machine.role, machine.client.as_str()),
        (Role::Machine, "erp")
    );
}

#[tokio::test]
async fn an_expired_token_is_refused_even_if_it_was_good_before() {
    let (tokens, clock) = tokens();
    let (verifier, token) = (tokens.verifier(), customer(&tokens));
    assert!(verifier.verify(&token).await.is_ok());
    clock.advance(TimeDelta::hours(2));
    assert_eq!(verifier.verify(&token).await, Err(TokenError::Expired));
}

#[tokio::test]
async fn a_token_of_tomorrow_is_refused_today() {
    let (tokens, clock) = tokens();
    let token = customer(&tokens);
    clock.advance(TimeDelta::days(-1));
    assert_eq!(verify(&tokens, &token).await, Err(TokenError::NotYetValid));
}

#[tokio::test]
async fn a_token_signed_by_another_key_is_refused() {
    let ((tokens, _), token) = (tokens(), customer(&tokens().0));
    let refused = verify(&tokens, &token).await;
    assert!(matches!(refused, Err(TokenError::Bad(_))), "{refused:?}");
}

#[tokio::test]
async fn a_token_that_names_another_key_is_refused() {
    let (tokens, _) = tokens();
    for key_id in ["other", "", "../test-key", "test-key.customers", "TEST-KEY"] {
        let token = tokens.sign(key_id, &tokens.claims(Uuid::nil(), Role::Customer));
        assert_eq!(
            verify(&tokens, &token).await,
            Err(TokenError::UnknownKey),
            "{key_id}"
        );
    }
}

#[tokio::test]
async fn a_token_that_was_good_is_refused_when_its_key_is_taken_away() {
    let (tokens, _) = tokens();
    let (verifier, token) = (tokens.verifier(), customer(&tokens));
    assert!(verifier.verify(&token).await.is_ok());
    verifier.replace_keys(&JwkSet { keys: Vec::new() });
    assert_eq!(verifier.verify(&token).await, Err(TokenError::UnknownKey));
    verifier.replace_keys(tokens.keys());
    assert!(verifier.verify(&token).await.is_ok());
}

async fn assert_refused(tokens: &Tokens, claims: &Value, why: &str) {
    let refused = verify(tokens, &tokens.sign(KEY_ID, claims)).await;
    assert!(
        matches!(refused, Err(TokenError::Bad(_))),
        "{why}: {refused:?}"
    );
}

#[tokio::test]
async fn every_claim_that_limits_a_token_must_be_there_and_right() {
    let (tokens, _) = tokens();
    for (claim, wrong) in [
        ("iss", json!("x")),
        ("aud", json!("x")),
        ("aud", json!(["x", "y"])),
        ("exp", json!(null)),
        ("exp", json!("tomorrow")),
        ("nbf", json!(null)),
        ("sub", json!("x")),
        ("scope", json!(["orders:read"])),
        ("client_id", json!(null)),
        ("kid", json!("test-key.merchants")),
        ("kid", json!("other.customers")),
        ("roles", json!([])),
        ("roles", json!(["admin"])),
        ("roles", json!(["customer", "merchant"])),
        ("roles", json!("customer")),
    ] {
        let mut claims = tokens.claims(Uuid::nil(), Role::Customer);
        claims[claim] = wrong.clone();
        assert_refused(&tokens, &claims, &format!("{claim} is {wrong}")).await;
        claims.as_object_mut().unwrap().remove(claim);
        assert_refused(&tokens, &claims, &format!("no {claim}")).await;
    }
}

#[tokio::test]
async fn a_role_that_is_not_the_consumers_at_the_gate_is_refused() {
    let (tokens, _) = tokens();
    let mut claims = tokens.claims(Uuid::nil(), Role::Customer);
    claims["roles"] = json!(["merchant"]);
    assert_refused(&tokens, &claims, "a customer's consumer").await;
}

#[tokio::test]
async fn only_an_access_token_is_one() {
    let (tokens, _) = tokens();
    let claims = tokens.claims(Uuid::nil(), Role::Customer);
    for (token_type, is_good) in [
        ("at+jwt", true),
        ("application/at+jwt", true),
        ("AT+JWT", true),
        ("JWT", false),
        ("", false),
        ("logout+jwt", false),
    ] {
        let token = tokens.sign_as(token_type, KEY_ID, &claims);
        assert_eq!(
            verify(&tokens, &token).await.is_ok(),
            is_good,
            "{token_type}"
        );
    }
}

#[tokio::test]
async fn an_unsigned_token_is_refused() {
    let (tokens, _) = tokens();
    let token = customer(&tokens);
    let (signed, _) = token.rsplit_once('.').unwrap();
    for bad in [
        format!("{signed}."),
        signed.to_owned(),
        String::new(),
        "..".to_owned(),
    ] {
        assert!(verify(&tokens, &bad).await.is_err(), "{bad}");
    }
    let long = format!("{token}{}", "x".repeat(4096));
    assert_eq!(verify(&tokens, &long).await, Err(TokenError::TooLarge));
}
