//! A DynamoDB for one test, reached over HTTP: the embedded one, or AWS's own (`.ci/test-dynamodb-local`).

use std::env;

use aws_sdk_dynamodb::Client;
use dynoxide::Database;
use souk_kit::{
    Env, Reader,
    dynamodb::{client, settings},
};
use tokio::net::TcpListener;
use uuid::Uuid;

/// Names a DynamoDB Local that is used instead. To that, every access key is another, empty DynamoDB.
const ENDPOINT: &str = "SOUK_TEST_DYNAMODB_ENDPOINT";

/// A client of a new, empty DynamoDB, which lives as long as the test's runtime.
///
/// # Panics
/// If it cannot be started.
pub async fn dynamodb() -> Client {
    let access_key = format!("test{}", Uuid::now_v7().simple());
    connect(&dynamodb_url().await, &access_key).await
}

/// The address of a DynamoDB that is empty but for what came under the same access key, for `AWS_ENDPOINT_URL_DYNAMODB`.
///
/// # Panics
/// If it cannot be started.
pub async fn dynamodb_url() -> String {
    if let Ok(endpoint) = env::var(ENDPOINT) {
        return endpoint;
    }
    let database = Database::memory().unwrap_or_else(|error| panic!("no DynamoDB: {error}"));
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap_or_else(|error| panic!("no port: {error}"));
    let address = listener
        .local_addr()
        .unwrap_or_else(|error| panic!("no address: {error}"));
    tokio::spawn(dynoxide::server::serve_on(listener, database));
    format!("http://{address}")
}

async fn connect(endpoint: &str, access_key: &str) -> Client {
    let env = Env::of(&[
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ENDPOINT_URL_DYNAMODB", endpoint),
        ("AWS_ACCESS_KEY_ID", access_key),
        ("AWS_SECRET_ACCESS_KEY", "test"),
    ]);
    let mut r = Reader::new(&env);
    let settings = settings(&mut r);
    client(
        r.finish(|| settings)
            .unwrap_or_else(|mistakes| panic!("{mistakes}")),
    )
    .await
}
