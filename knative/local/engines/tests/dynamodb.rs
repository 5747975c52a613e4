//! DynamoDB over its real protocol.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use souk_engines::DynamoDb;

const TABLE: &str = r#"{"TableName":"carts","BillingMode":"PAY_PER_REQUEST",
    "AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],
    "KeySchema":[{"AttributeName":"id","KeyType":"HASH"}]}"#;
const PUT: &str = r#"{"TableName":"carts","Item":{"id":{"S":"one"},"quantity":{"N":"3"}}}"#;
const GET: &str = r#"{"TableName":"carts","Key":{"id":{"S":"one"}}}"#;

async fn start(file: &Path) -> DynamoDb {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    DynamoDb::start(file, listener).await.unwrap()
}

/// One request as the AWS SDK would send it; what is signed is not looked at.
async fn ask(database: &DynamoDb, operation: &str, body: &str) -> String {
    let address = database.url().replace("http://", "");
    let request = format!(
        "POST / HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {}\r\n\
         content-type: application/x-amz-json-1.0\r\nx-amz-target: DynamoDB_20120810.{operation}\r\n\
         x-amz-date: 20260101T000000Z\r\nauthorization: AWS4-HMAC-SHA256 Credential=a/20260101/eu/dynamodb/aws4_request, \
         SignedHeaders=host, Signature=0\r\n\r\n{body}",
        body.len()
    );
    let exchange = move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    tokio::task::spawn_blocking(exchange).await.unwrap()
}

#[tokio::test]
async fn items_are_kept_over_a_stop() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dynamodb.db");
    let database = start(&file).await;
    assert!(
        ask(&database, "CreateTable", TABLE)
            .await
            .starts_with("HTTP/1.1 200")
    );
    assert!(
        ask(&database, "PutItem", PUT)
            .await
            .starts_with("HTTP/1.1 200")
    );
    database.stop().await;

    let database = start(&file).await;
    assert!(
        ask(&database, "GetItem", GET)
            .await
            .contains(r#""quantity":{"N":"3"}"#)
    );
    database.stop().await;
}

#[tokio::test]
async fn what_is_kept_is_for_its_owner_only() {
    let folder = tempfile::tempdir().unwrap();
    let database = start(&folder.path().join("dynamodb.db")).await;
    ask(&database, "CreateTable", TABLE).await;
    for file in fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap();
        let mode = file.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}", file.path().display());
    }
    database.stop().await;
}

/// What is in the files while the engine runs is what a SIGKILL at that moment would leave.
#[tokio::test]
async fn an_answered_write_is_in_the_files_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dynamodb.db");
    let database = start(&file).await;
    ask(&database, "CreateTable", TABLE).await;
    ask(&database, "PutItem", PUT).await;

    let left = tempfile::tempdir().unwrap();
    for name in ["dynamodb.db", "dynamodb.db-wal"] {
        fs::copy(folder.path().join(name), left.path().join(name)).unwrap();
    }
    let survivor = start(&left.path().join("dynamodb.db")).await;
    assert!(
        ask(&survivor, "GetItem", GET)
            .await
            .contains(r#""quantity":{"N":"3"}"#)
    );
    survivor.stop().await;
    database.stop().await;
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dynamodb.db");
    fs::write(
        &file,
        "not a database, and long enough to be taken for one by its size alone",
    )
    .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let refusal = DynamoDb::start(&file, listener)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        refusal.contains("dynamodb.db") && refusal.contains("move it away"),
        "{refusal}"
    );
}
