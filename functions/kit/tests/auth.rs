//! Tokens, good and bad.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use chrono::TimeDelta;
use serde_json::json;
use souk_kit::{Clock, auth::TokenError};
use souk_testing::Tokens;
use uuid::Uuid;

fn tokens() -> (Tokens, Clock) {
    let clock = Clock::fixed(Clock::system().now());
    (Tokens::new(clock.clone()), clock)
}

#[test]
fn a_good_token_says_who_is_calling_and_says_so_again() {
    let (tokens, _) = tokens();
    let (verifier, token) = (
        tokens.verifier(),
        tokens.token(Uuid::from_u128(7), &["customer"]),
    );
    for _ in 0..2 {
        let caller = verifier.verify(&token).unwrap();
        assert_eq!(caller.subject, Uuid::from_u128(7));
        assert!(caller.has("customer") && !caller.has("merchant"));
        assert_eq!(caller.token(), token);
    }
}

#[test]
fn an_expired_token_is_refused_even_if_it_was_good_before() {
    let (tokens, clock) = tokens();
    let (verifier, token) = (tokens.verifier(), tokens.token(Uuid::nil(), &[]));
    assert!(verifier.verify(&token).is_ok());
    clock.advance(TimeDelta::hours(2));
    assert_eq!(verifier.verify(&token), Err(TokenError::Expired));
}

#[test]
fn a_token_of_tomorrow_is_refused_today() {
    let (tokens, clock) = tokens();
    let token = tokens.token(Uuid::nil(), &[]);
    clock.advance(TimeDelta::days(-1));
    assert_eq!(
        tokens.verifier().verify(&token),
        Err(TokenError::NotYetValid)
    );
}

#[test]
fn a_token_signed_by_another_key_is_refused() {
    let ((tokens, clock), token) = (tokens(), tokens().0.token(Uuid::nil(), &[]));
    drop(clock);
    assert!(matches!(
        tokens.verifier().verify(&token),
        Err(TokenError::Bad(_))
    ));
}

#[test]
fn a_token_that_names_another_key_is_refused() {
    let (tokens, _) = tokens();
    let token = tokens.sign("other", &tokens.claims(Uuid::nil(), &[]));
    assert_eq!(
        tokens.verifier().verify(&token),
        Err(TokenError::UnknownKey)
    );
}

#[test]
fn every_claim_that_limits_a_token_must_be_there_and_right() {
    let (tokens, _) = tokens();
    for (claim, wrong) in [
        ("iss", json!("x")),
        ("aud", json!("x")),
        ("exp", json!(null)),
        ("nbf", json!(null)),
        ("sub", json!("x")),
    ] {
        let mut claims = tokens.claims(Uuid::nil(), &[]);
        claims[claim] = wrong;
        assert!(
            matches!(
                tokens.verifier().verify(&tokens.sign("test-key", &claims)),
                Err(TokenError::Bad(_))
            ),
            "{claim}"
        );
        claims.as_object_mut().unwrap().remove(claim);
        assert!(
            matches!(
                tokens.verifier().verify(&tokens.sign("test-key", &claims)),
                Err(TokenError::Bad(_))
            ),
            "{claim}"
        );
    }
}

#[test]
fn an_unsigned_token_is_refused() {
    let (tokens, _) = tokens();
    let token = tokens.token(Uuid::nil(), &[]);
    let unsigned = token
        .rsplit_once('.')
        .map(|(signed, _)| format!("{signed}."))
        .unwrap();
    assert!(tokens.verifier().verify(&unsigned).is_err());
    assert!(tokens.verifier().verify("").is_err());
}
