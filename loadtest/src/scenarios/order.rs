//! Ordering: an account for each user, then one order after the other, each followed until the shop has decided.

use std::time::{Duration, Instant};

use goose::goose::{GooseMethod, GooseResponse};
use goose::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::browse::{SKUS, pick};

/// An order that is still pending after this long counts as failed.
const DECISION_MAX: Duration = Duration::from_secs(10);

/// The shop's own public client, which every session belongs to.
const CLIENT_ID: &str = "shop";

#[derive(Clone)]
struct Session {
    token: String,
    refresh_token: String,
    /// Before the token expires.
    renewed_at: Instant,
}

/// Every answer with tokens (RFC 6749, 5.1).
#[derive(Deserialize)]
struct Tokens {
    access_token: String,
    refresh_token: String,
    /// In seconds.
    expires_in: u64,
}

impl From<Tokens> for Session {
    fn from(tokens: Tokens) -> Self {
        Self {
            renewed_at: Instant::now() + Duration::from_secs(tokens.expires_in / 2),
            token: tokens.access_token,
            refresh_token: tokens.refresh_token,
        }
    }
}

#[derive(Deserialize)]
struct Order {
    order_id: Uuid,
    status: String,
}

/// A new customer.
pub(crate) async fn log_in(user: &mut GooseUser) -> TransactionResult {
    let email = format!("load-{}@souk.example", Uuid::new_v4());
    let password = Uuid::new_v4().to_string();
    let account = json!({ "email": email, "password": password, "name": "Load Test" });
    user.post_json("/v1/accounts", &account).await?;
    let answer = user
        .post_json(
            "/v1/sessions",
            &json!({ "email": email, "password": password }),
        )
        .await?;
    let tokens: Tokens = body(answer).await?;
    user.set_session_data(Session::from(tokens));
    Ok(())
}

/// A token that is good for a while: a run may last longer than one lives.
async fn token(user: &mut GooseUser) -> Result<String, Box<TransactionError>> {
    let session = user.get_session_data_unchecked::<Session>().clone();
    if Instant::now() < session.renewed_at {
        return Ok(session.token);
    }
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", CLIENT_ID),
        ("refresh_token", &session.refresh_token),
    ];
    let answer = user.post_form("/oauth2/token", &form).await?;
    let renewed = Session::from(body::<Tokens>(answer).await?);
    let token = renewed.token.clone();
    user.set_session_data(renewed);
    Ok(token)
}

/// Places an order of one piece and asks for it until it is no longer pending.
pub(crate) async fn place_and_follow(user: &mut GooseUser) -> TransactionResult {
    let order = json!({
        "lines": [{ "sku": pick(&SKUS), "quantity": 1 }],
        "payment_method": "pm_card_visa",
        "shipping_address": { "name": "Load Test", "line1": "1 Main Street", "postal_code": "10115", "city": "Berlin", "country": "DE" },
    });
    let placed: Order = body(
        send(
            user,
            GooseMethod::Post,
            "/v1/orders",
            "POST /v1/orders",
            Some(&order),
        )
        .await?,
    )
    .await?;
    follow(user, placed).await
}

async fn follow(user: &mut GooseUser, placed: Order) -> TransactionResult {
    let path = format!("/v1/orders/{}", placed.order_id);
    let started = Instant::now();
    let mut status = placed.status;
    while status == "pending" && started.elapsed() < DECISION_MAX {
        tokio::time::sleep(Duration::from_millis(25)).await;
        let order: Order = body(
            send(
                user,
                GooseMethod::Get,
                &path,
                "GET /v1/orders/{order_id}",
                None,
            )
            .await?,
        )
        .await?;
        status = order.status;
    }
    // Out of stock is an honest answer; no answer is not.
    let decided = status == "confirmed" || status == "cancelled";
    let error = (!decided).then_some("still pending after ten seconds");
    user.record_custom_request_duration(
        "ORDER",
        "order decided",
        started.elapsed(),
        decided,
        None,
        error,
    )
    .await
}

async fn send(
    user: &mut GooseUser,
    method: GooseMethod,
    path: &str,
    name: &str,
    body: Option<&Value>,
) -> Result<GooseResponse, Box<TransactionError>> {
    let token = token(user).await?;
    let mut request = user.get_request_builder(&method, path)?.bearer_auth(token);
    if let Some(body) = body {
        request = request
            .header("idempotency-key", Uuid::new_v4().to_string())
            .json(body);
    }
    let request = GooseRequest::builder()
        .method(method)
        .path(path)
        .name(name)
        .set_request_builder(request);
    user.request(request.build()).await
}

async fn body<T: serde::de::DeserializeOwned>(
    answer: GooseResponse,
) -> Result<T, Box<TransactionError>> {
    let response = answer.response.map_err(TransactionError::from)?;
    let body = response
        .error_for_status()
        .map_err(TransactionError::from)?;
    Ok(body.json().await.map_err(TransactionError::from)?)
}
