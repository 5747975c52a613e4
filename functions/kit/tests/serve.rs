//! What a service answers besides its routes.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::time::Duration;

use axum::{
    Router,
    body::Body,
    response::Response,
    routing::{get, post},
};
use futures::{FutureExt, future::BoxFuture};
use http::{Method, Request, StatusCode, header::CONTENT_TYPE};
use serde::Deserialize;
use serde_json::{Value, json};
use souk_kit::{
    Caller, Clock, Delivery, Problem, Refusal, Role, Service, Subscriptions,
    auth::StreamCaller,
    http::{Json, Path, Query},
    resilience::{Congestion, TIME_LEFT},
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
        .route(
            "/slow",
            post(async || std::future::pending::<StatusCode>().await),
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

/// A request that has begun, and is not answered before the others are.
fn begun(router: &Router, request: Request<Body>) -> BoxFuture<'static, Response> {
    let mut answer = router.clone().oneshot(request).map(Result::unwrap).boxed();
    assert!((&mut answer).now_or_never().is_none(), "it was answered");
    answer
}

fn slow() -> Request<Body> {
    Request::post("/slow").body(Body::empty()).unwrap()
}

#[tokio::test]
async fn what_an_instance_cannot_handle_is_told_to_come_again_and_probes_are_answered() {
    let service = Service::new(routes()).requests_max(1);
    let router = service.into_router();
    let _open: Vec<_> = (0..3).map(|_| begun(&router, slow())).collect();
    let refused = router.clone().oneshot(slow()).await.unwrap();
    assert_eq!(refused.headers()["retry-after"], "1");
    assert_eq!(problem(refused).await["status"], 503);
    let probe = Request::get("/readyz").body(Body::empty()).unwrap();
    let answer = router.clone().oneshot(probe).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
}

#[tokio::test]
async fn events_have_places_of_their_own() {
    let service = Service::new(routes()).subscriptions(Subscriptions::new(()).on("noted", hear));
    let router = service.requests_max(1).into_router();
    let _open: Vec<_> = (0..3).map(|_| begun(&router, slow())).collect();
    let event = Request::post("/events")
        .header(CONTENT_TYPE, "application/json")
        .header("ce-specversion", "1.0")
        .header("ce-id", "1")
        .header("ce-source", "/s")
        .header("ce-type", "noted")
        .body(Body::from(r#"{"text":"hello"}"#))
        .unwrap();
    let answer = router.clone().oneshot(event).await.unwrap();
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
}

#[tokio::test]
async fn whose_caller_waits_no_longer_is_not_begun_or_not_gone_on_with() {
    for (left, detail) in [("0", "no time left"), ("30", "took too long")] {
        let mut request = slow();
        let left = left.parse().unwrap();
        request.headers_mut().insert(TIME_LEFT, left);
        let answer = ask(Service::new(routes()), request).await;
        assert_eq!(answer.headers()["retry-after"], "1");
        let problem = problem(answer).await;
        assert_eq!(problem["status"], 503);
        let said = problem["detail"].as_str().unwrap();
        assert!(said.contains(detail), "{said}");
    }
}

/// What is heard of a note, and how long it may take.
const HEARD: &[(&str, Duration)] = &[("noted", Duration::from_secs(2))];

/// Events that say of work which has begun too long ago, and none that has begun just now.
#[tokio::test]
async fn while_work_is_not_done_in_time_no_more_of_it_is_begun_than_is_done() {
    let service = Service::new(routes())
        .subscriptions(Subscriptions::new(()).on("noted", hear))
        .congestion(Congestion::new(&["/notes"], HEARD));
    let router = service.into_router();
    let post = || {
        let request = Request::post("/notes").header(CONTENT_TYPE, "application/json");
        request.body(Body::from(r#"{"text":"hello"}"#)).unwrap()
    };
    let began = Uuid::new_v7(uuid::Timestamp::from_unix(
        uuid::NoContext,
        (chrono::Utc::now().timestamp() - 20).cast_unsigned(),
        0,
    ));
    let late = || {
        Request::post("/events")
            .header(CONTENT_TYPE, "application/json")
            .header("ce-specversion", "1.0")
            .header("ce-id", Uuid::new_v4().to_string())
            .header("ce-source", "/s")
            .header("ce-type", "noted")
            .header("ce-partitionkey", began.to_string())
            .body(Body::from(r#"{"text":"hello"}"#))
            .unwrap()
    };
    let mut statuses = Vec::new();
    while !statuses.contains(&StatusCode::SERVICE_UNAVAILABLE) {
        let heard = router.clone().oneshot(late()).await.unwrap();
        assert_eq!(heard.status(), StatusCode::ACCEPTED, "events are heard");
        let answer = router.clone().oneshot(post()).await.unwrap();
        statuses.push(answer.status());
    }
    let of_others = Request::get("/notes?limit=3").body(Body::empty()).unwrap();
    let answer = router.clone().oneshot(of_others).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
}
