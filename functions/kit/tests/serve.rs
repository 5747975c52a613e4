//! What a service answers besides its routes.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use axum::{
    Router,
    body::Body,
    response::Response,
    routing::{get, post},
};
use futures::FutureExt;
use http::{Method, Request, StatusCode, header::CONTENT_TYPE};
use serde::Deserialize;
use serde_json::{Value, json};
use souk_kit::{
    Caller, Clock, Delivery, Problem, Refusal, Role, Service, Subscriptions,
    auth::StreamCaller,
    http::{Json, Path, Query},
};
use souk_testing::Tokens;
use tower::ServiceExt;
use uuid::Uuid;

#[derive(Deserialize)]
struct Note {
    text: String,
}

#[derive(Deserialize)]
struct Filter {
    limit: u32,
}

async fn hear(_: (), _: Delivery<Note>) -> Result<(), Refusal> {
    Ok(())
}

fn routes() -> Router {
    Router::new()
        .route("/notes", post(async |Json(note): Json<Note>| note.text))
        .route(
            "/notes",
            get(async |Query(filter): Query<Filter>| filter.limit.to_string()),
        )
        .route(
            "/notes/{id}",
            get(async |Path(id): Path<Uuid>| id.to_string()),
        )
        .route("/me", get(async |caller: Caller| caller.client))
        .route(
            "/maybe-me",
            get(async |caller: Option<Caller>| caller.map_or("nobody".into(), |c| c.client)),
        )
        .route(
            "/stream",
            get(async |StreamCaller(caller): StreamCaller| caller.client),
        )
        .route("/panic", get(async || -> Problem { panic!("as asked") }))
}

async fn ask(service: Service, request: Request<Body>) -> Response {
    service.into_router().oneshot(request).await.unwrap()
}

async fn get_status(service: Service, uri: &str) -> StatusCode {
    ask(service, Request::get(uri).body(Body::empty()).unwrap())
        .await
        .status()
}

async fn post_json(uri: &str, body: impl Into<Body>) -> Response {
    let service = Service::new(routes()).subscriptions(Subscriptions::new(()).on("noted", hear));
    let request = Request::post(uri)
        .header(CONTENT_TYPE, "application/json")
        .body(body.into())
        .unwrap();
    ask(service, request).await
}

async fn problem(response: Response) -> Value {
    assert_eq!(response.headers()[CONTENT_TYPE], "application/problem+json");
    let bytes = axum::body::to_bytes(response.into_body(), 10_000)
        .await
        .unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

#[tokio::test]
async fn what_is_not_there_and_what_cannot_be_done_are_problems() {
    let response = ask(
        Service::new(routes()),
        Request::get("/nothing").body(Body::empty()).unwrap(),
    )
    .await;
    assert_eq!(problem(response).await["status"], 404);
    let request = Request::builder()
        .method(Method::DELETE)
        .uri("/notes")
        .body(Body::empty())
        .unwrap();
    let response = ask(Service::new(routes()), request).await;
    assert_eq!(problem(response).await["status"], 405);
}

#[tokio::test]
async fn a_body_that_is_no_json_is_400_and_one_of_the_wrong_shape_names_the_field() {
    assert_eq!(problem(post_json("/notes", "{").await).await["status"], 400);
    let wrong = problem(post_json("/notes", r#"{"text":7}"#).await).await;
    assert_eq!(wrong["status"], 422);
    assert!(
        wrong["detail"].as_str().unwrap().contains("text"),
        "{wrong}"
    );
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused() {
    let body = |bytes: usize| json!({ "text": "x".repeat(bytes) }).to_string();
    assert_eq!(
        post_json("/notes", body(60_000)).await.status(),
        StatusCode::OK
    );
    assert_eq!(
        problem(post_json("/notes", body(70_000)).await).await["status"],
        413
    );
}

#[tokio::test]
async fn an_event_may_be_larger_than_a_request_but_not_than_the_broker_takes() {
    let event = |bytes: usize| {
        let body = json!({ "text": "x".repeat(bytes) }).to_string();
        let headers = [
            ("ce-specversion", "1.0"),
            ("ce-id", "1"),
            ("ce-source", "/s"),
            ("ce-type", "noted"),
        ];
        let request = Request::post("/events").header(CONTENT_TYPE, "application/json");
        let request = headers.into_iter().fold(request, |request, (name, value)| {
            request.header(name, value)
        });
        let service =
            Service::new(routes()).subscriptions(Subscriptions::new(()).on("noted", hear));
        ask(service, request.body(body.into()).unwrap())
    };
    let accepted = event(900_000).await;
    assert_eq!(accepted.status(), StatusCode::ACCEPTED);
    let body = axum::body::to_bytes(accepted.into_body(), 10)
        .await
        .unwrap();
    assert!(body.is_empty(), "a body would be taken for a reply");
    assert_eq!(
        event(1_100_000).await.status(),
        StatusCode::PAYLOAD_TOO_LARGE
    );
}

#[tokio::test]
async fn a_path_or_query_that_does_not_parse_is_a_problem() {
    assert_eq!(
        get_status(Service::new(routes()), "/notes/seven").await,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        get_status(Service::new(routes()), "/notes?limit=x").await,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(
        get_status(Service::new(routes()), "/notes?limit=1").await,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_handler_that_panics_answers_500() {
    assert_eq!(
        get_status(Service::new(routes()), "/panic").await,
        StatusCode::INTERNAL_SERVER_ERROR
    );
}

#[tokio::test]
async fn it_is_live_at_once_and_ready_when_every_check_says_so() {
    assert_eq!(
        get_status(Service::new(routes()), "/readyz").await,
        StatusCode::OK
    );
    let service =
        || Service::new(routes()).ready_when(|| async { Err("no store".to_owned()) }.boxed());
    assert_eq!(
        get_status(service(), "/readyz").await,
        StatusCode::SERVICE_UNAVAILABLE
    );
    assert_eq!(get_status(service(), "/healthz").await, StatusCode::OK);
}

#[tokio::test]
async fn who_is_calling_comes_from_the_token_and_from_nothing_else() {
    let tokens = Tokens::new(Clock::system());
    let token = tokens.token(Uuid::nil(), Role::Customer);
    let status = async |uri: &str, authorization: Option<String>| {
        let request = authorization
            .into_iter()
            .fold(Request::get(uri), |request, value| {
                request.header("authorization", value)
            });
        let service = Service::new(routes()).auth(tokens.verifier());
        ask(service, request.body(Body::empty()).unwrap())
            .await
            .status()
    };
    let good = || Some(format!("Bearer {token}"));
    assert_eq!(status("/me", good()).await, StatusCode::OK);
    assert_eq!(status("/me", None).await, StatusCode::UNAUTHORIZED);
    assert_eq!(
        status("/me", Some("Bearer x".into())).await,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(status("/maybe-me", None).await, StatusCode::OK);
    assert_eq!(
        status("/maybe-me", Some("Bearer x".into())).await,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        status(&format!("/stream?access_token={token}"), None).await,
        StatusCode::OK
    );
    assert_eq!(
        status(&format!("/me?access_token={token}"), None).await,
        StatusCode::UNAUTHORIZED
    );
}

/// Two requests on one connection, the first of which is refused while its body is still to come.
#[tokio::test]
async fn who_is_refused_is_heard_out_and_the_connection_goes_on() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Service::new(routes()).into_router();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let mut connection = tokio::net::TcpStream::connect(address).await.unwrap();
    let body = "x".repeat(60_000);
    let refused = format!(
        "POST /nowhere HTTP/1.1\r\nhost: a\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    connection.write_all(refused.as_bytes()).await.unwrap();
    connection.write_all(body.as_bytes()).await.unwrap();
    let last = "GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    connection.write_all(last.as_bytes()).await.unwrap();
    let mut answers = String::new();
    connection.read_to_string(&mut answers).await.unwrap();
    assert!(answers.starts_with("HTTP/1.1 404"), "{answers}");
    assert!(answers.contains("HTTP/1.1 200"), "{answers}");
}
