//! The HTTP API: Stripe's PaymentIntents and Refunds, and the switches of the stand-in.

use std::{future, sync::Arc, time::Duration};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, RawQuery, Request, State},
    http::{HeaderMap, Method, StatusCode, Uri},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};

use crate::{
    answer::{Answer, Failure},
    authenticate,
    desk::{Begun, Call, Desk},
    form::Form,
    key, lists,
    operation::{Operation, find},
    pages,
    switches::{DELAY_MS_MAX, Mode, Switches},
};

const KEY_CHARS_MAX: usize = 255;

type Shared = State<Arc<Desk>>;

/// Everything that is answered.
pub fn routes(desk: Arc<Desk>) -> Router {
    let api = Router::new()
        .route("/v1/payment_intents", post(create_intent).get(list_intents))
        .route("/v1/payment_intents/search", get(search_intents))
        .route("/v1/payment_intents/{id}", get(get_intent))
        .route("/v1/payment_intents/{id}/capture", post(capture_intent))
        .route("/v1/payment_intents/{id}/cancel", post(cancel_intent))
        .route("/v1/refunds", post(create_refund).get(list_refunds))
        .layer(middleware::from_fn_with_state(Arc::clone(&desk), authorize));
    Router::new()
        .route("/", get(pages::page))
        .route("/switches", get(get_switches).put(put_switches))
        .merge(authenticate::routes())
        .merge(api)
        .fallback(unknown)
        .method_not_allowed_fallback(unknown)
        .with_state(desk)
}

async fn authorize(State(desk): Shared, request: Request, next: Next) -> Response {
    let brought = key::brought(request.headers());
    if brought.as_deref() == Some(desk.api_key()) {
        return next.run(request).await;
    }
    Failure::unauthorized(brought.as_deref()).into_response()
}

async fn create_intent(desk: Shared, headers: HeaderMap, body: Bytes) -> Response {
    work(desk, Operation::CreateIntent, &headers, &body).await
}

async fn capture_intent(
    desk: Shared,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    work(desk, Operation::Capture(id), &headers, &body).await
}

async fn cancel_intent(
    desk: Shared,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    work(desk, Operation::Cancel(id), &headers, &body).await
}

async fn create_refund(desk: Shared, headers: HeaderMap, body: Bytes) -> Response {
    work(desk, Operation::CreateRefund, &headers, &body).await
}

/// Does what is asked, in the mood of the moment.
async fn work(
    State(desk): Shared,
    operation: Operation,
    headers: &HeaderMap,
    body: &[u8],
) -> Response {
    let (mood, delay) = desk.take_mood();
    if mood == Mode::Fail {
        return Failure::switched().into_response();
    }
    let key = match idempotency_key(headers) {
        Ok(key) => key,
        Err(failure) => return failure.into_response(),
    };
    let call = Call {
        operation,
        form: Form::parse(body),
        key,
    };
    match desk.begin(&call) {
        Err(failure) => failure.into_response(),
        Ok(Begun::Replay(answer)) => answer.response(true),
        Ok(Begun::New) => execute(desk, call, mood, delay).await.response(false),
    }
}

async fn execute(desk: Arc<Desk>, call: Call, mood: Mode, delay: Duration) -> Answer {
    match mood {
        Mode::Late => {
            // A task of its own: the work is done even when the caller has stopped waiting.
            let work = tokio::spawn(async move {
                tokio::time::sleep(delay).await;
                desk.execute(&call)
            });
            work.await.unwrap_or_else(|_| Failure::switched().answer())
        }
        Mode::Hang => {
            desk.execute(&call);
            future::pending().await
        }
        Mode::Normal | Mode::Fail => desk.execute(&call),
    }
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Failure> {
    let Some(value) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    match value.to_str() {
        Ok(key) if (1..=KEY_CHARS_MAX).contains(&key.len()) => Ok(Some(key.to_owned())),
        _ => {
            let message = format!("The idempotency key has to be 1 to {KEY_CHARS_MAX} characters.");
            Err(Failure::refused(None, message))
        }
    }
}

/// Nobody asks how one payment stands while the provider is away. Lists are for people, and always answered.
async fn away(desk: &Desk) -> Option<Response> {
    let switches = desk.switches();
    match switches.mode {
        Mode::Normal => {}
        Mode::Late => tokio::time::sleep(Duration::from_millis(switches.delay_ms)).await,
        Mode::Fail => return Some(Failure::switched().into_response()),
        Mode::Hang => future::pending().await,
    }
    None
}

async fn get_intent(State(desk): Shared, Path(id): Path<String>) -> Response {
    if let Some(away) = away(&desk).await {
        return away;
    }
    let found = desk.look(|state| find(state, &id).map(|intent| Answer::ok(&intent.view())));
    respond(found)
}

async fn search_intents(State(desk): Shared, RawQuery(query): RawQuery) -> Response {
    if let Some(away) = away(&desk).await {
        return away;
    }
    respond(lists::search(
        &desk,
        &Form::parse(query.unwrap_or_default().as_bytes()),
    ))
}

async fn list_intents(State(desk): Shared, RawQuery(query): RawQuery) -> Response {
    respond(lists::intents(
        &desk,
        &Form::parse(query.unwrap_or_default().as_bytes()),
    ))
}

async fn list_refunds(State(desk): Shared, RawQuery(query): RawQuery) -> Response {
    respond(lists::refunds(
        &desk,
        &Form::parse(query.unwrap_or_default().as_bytes()),
    ))
}

fn respond(answer: Result<Answer, Failure>) -> Response {
    match answer {
        Ok(answer) => answer.response(false),
        Err(failure) => failure.into_response(),
    }
}

async fn get_switches(State(desk): Shared) -> Json<Switches> {
    Json(desk.switches())
}

async fn put_switches(State(desk): Shared, Json(switches): Json<Switches>) -> Response {
    if switches.delay_ms > DELAY_MS_MAX {
        let text = format!("delay_ms is at most {DELAY_MS_MAX}\n");
        return (StatusCode::UNPROCESSABLE_ENTITY, text).into_response();
    }
    desk.switch(switches);
    Json(desk.switches()).into_response()
}

async fn unknown(method: Method, uri: Uri) -> Failure {
    Failure::no_such_address(method.as_str(), uri.path())
}

#[cfg(test)]
#[path = "api_tests.rs"]
mod tests;
