//! The function as its process starts it.

use axum::{body::Body, http::Request, http::StatusCode};
use souk_kit::{Clock, Env, Role};
use souk_testing::{Recorder, Tokens, dynamodb_url};
use tower::ServiceExt;
use uuid::Uuid;

use super::details;
use crate::start;

#[tokio::test]
async fn it_makes_its_table_and_finds_it_again_when_it_starts_anew() {
    let (sent, tokens) = (Recorder::start().await, Tokens::new(Clock::system()));
    let url = dynamodb_url().await;
    let mut settings = vec![
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ENDPOINT_URL_DYNAMODB", url.as_str()),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("CATALOG_TABLE_NAME", "souk-catalog"),
        ("K_SINK", sent.url()),
    ];
    settings.extend(tokens.settings());
    let token = tokens.token(Uuid::from_u128(1), Role::Merchant);
    for status in [StatusCode::CREATED, StatusCode::OK] {
        let router = start(Env::of(&settings)).await.unwrap().into_router();
        let put = Request::put("/v1/products/MUG")
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .body(Body::from(details().to_string()));
        assert_eq!(router.oneshot(put.unwrap()).await.unwrap().status(), status);
    }
}
