//! In front of a handler, behind the check of access: a request with a key is done once.

use std::time::Duration;

use ::http::request::Parts;
use axum::{
    body::{Body, Bytes, HttpBody, to_bytes},
    extract::{FromRequest, Request},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tokio::time::{MissedTickBehavior, interval};
use uuid::Uuid;

use super::{
    IdempotencyKey, Keeper, LEASE, ScopedKey, answer,
    keeper::{Begun, Held},
};
use crate::{Problem, auth::admitted};

/// Longer answers are not stored. No unsafe operation gives one.
const ANSWER_BYTES_MAX: u64 = 128 * 1024;
/// A claim is renewed several times before it would end.
const RENEWALS_PER_LEASE: u32 = 3;

/// Lets a request without a key pass. One with a key is answered from what is kept, or else by the handler.
pub(crate) async fn keep(request: Request, next: Next) -> Response {
    let answered = match IdempotencyKey::in_headers(request.headers()) {
        Ok(None) => return next.run(request).await,
        Ok(Some(key)) => keep_by(&key, request, next).await,
        Err(problem) => Err(problem),
    };
    answered.unwrap_or_else(IntoResponse::into_response)
}

async fn keep_by(key: &IdempotencyKey, request: Request, next: Next) -> Result<Response, Problem> {
    let keeper = request.extensions().get::<Keeper>().cloned();
    let keeper =
        keeper.ok_or_else(|| Problem::internal("the routes were built without a keeper"))?;
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let caller = admitted(request.extensions()).map_or(Uuid::nil(), |caller| caller.subject);
    let (head, body) = hear(request).await?;
    let key = ScopedKey::of_request(caller, key.as_str().to_owned(), (&method, &uri, &body));
    match keeper.begin(key).await? {
        Begun::Answered(response) => Ok(response),
        Begun::Claimed(held) => {
            let request = Request::from_parts(head, Body::from(body));
            let response = while_held(&held, next.run(request)).await;
            Ok(store(held, response).await)
        }
    }
}

/// The whole body, within the limit of the route.
async fn hear(request: Request) -> Result<(Parts, Bytes), Problem> {
    let (head, body) = request.into_parts();
    let request = Request::from_parts(head.clone(), body);
    let body = Bytes::from_request(request, &()).await;
    Ok((head, body?))
}

/// Waits for the handler, and renews the claim meanwhile.
async fn while_held(held: &Held, handler: impl Future<Output = Response>) -> Response {
    let lease = LEASE.to_std().unwrap_or(Duration::from_secs(1));
    let mut again = interval(lease / RENEWALS_PER_LEASE);
    again.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // The first tick comes at once.
    again.tick().await;
    let mut handler = std::pin::pin!(handler);
    loop {
        tokio::select! {
            biased;
            response = &mut handler => return response,
            _ = again.tick() => {
                if let Err(problem) = held.renew().await {
                    tracing::warn!(%problem, "a claim on an Idempotency-Key could not be renewed");
                }
            }
        }
    }
}

/// Stores an answer that is final, and passes it on.
async fn store(held: Held, response: Response) -> Response {
    let length = response.body().size_hint().exact();
    let is_final = answer::is_final(response.status(), response.headers());
    if !is_final || length.is_none_or(|bytes| bytes > ANSWER_BYTES_MAX) {
        held.give_back().await;
        return response;
    }
    let (head, body) = response.into_parts();
    let Ok(body) = to_bytes(body, ANSWER_BYTES_MAX as usize).await else {
        return Problem::internal("an answer broke off").into_response();
    };
    if let Some(answer) = answer::of_response(head.status, &head.headers, &body)
        && let Err(problem) = held.conclude(answer).await
    {
        tracing::warn!(%problem, "an answer could not be stored; the same request will be done again");
    }
    Response::from_parts(head, Body::from(body))
}
