//! The function as its process starts it.

use axum::{body::Body, http::Request, http::StatusCode};
use souk_kit::{Clock, Env, Role};
use souk_testing::{Recorder, Tokens, dynamodb_url};
use tower::ServiceExt;

use super::ADA;
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
        ("CARTS_TABLE_NAME", "souk-carts"),
        ("K_SINK", sent.url()),
    ];
    settings.extend(tokens.settings());
    let bearer = format!("Bearer {}", tokens.token(ADA, Role::Customer));
    let mut made: Option<String> = None;
    for _ in 0..2 {
        let router = start(Env::of(&settings)).await.unwrap().into_router();
        let request = match &made {
            None => Request::post("/v1/carts"),
            Some(location) => Request::get(location),
        };
        let request = request.header("authorization", &bearer);
        let response = router.oneshot(request.body(Body::empty()).unwrap()).await;
        let response = response.unwrap();
        let location = response.headers().get("location");
        match location {
            Some(location) => made = Some(location.to_str().unwrap().to_owned()),
            None => assert_eq!(response.status(), StatusCode::OK),
        }
    }
    assert!(made.is_some());
}
