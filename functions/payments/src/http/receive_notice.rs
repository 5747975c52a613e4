//! `POST /v1/payments/webhooks/provider`: what the provider says unasked. Open to all, believed only with the provider's signature.

use axum::{
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    http::{HeaderMap, StatusCode},
};
use serde_json::json;
use souk_kit::{
    Access, Answer, Problem,
    api::{Doc, Status},
};

use crate::{
    app::App,
    provider::{NotSigned, Notice},
    settle::{Noticed, notice},
};

const SIGNATURE: &str = "stripe-signature";
const BODY_BYTES_MAX: usize = 64 * 1024;
/// The provider sends it again by itself, for days.
const AGAIN_AFTER_SECONDS: u32 = 60;

pub(crate) const RECEIVE_NOTICE: Doc = Doc::new("Hear the payment provider", Access::public())
    .about(
        "For the payment provider (Stripe's webhooks): how a payment stands now. Believed only with its signature, which may be five \
         minutes old at the most. It is concluded as the answer to a question would be, and once: the same notice again changes nothing.",
    )
    .body_limit(BODY_BYTES_MAX)
    .unkept("a notice has a key of its own, its id.")
    .says(&[(204, "It is taken in, or says nothing new.")])
    .refuses(&[
        (
            400,
            "signature-invalid",
            "It is not signed by the provider, or was signed at another time.",
        ),
        (400, "bad-request", "It cannot be read."),
        (
            503,
            "unavailable",
            "It cannot be checked or kept at the moment, and has to be sent again.",
        ),
    ])
    .also(|operation| {
        let about = "`t=<unix time>,v1=<HMAC-SHA256 of \"<t>.<body>\" with the secret that both sides know, in hexadecimal digits>`.";
        operation.header("Stripe-Signature", true, about, json!({ "type": "string" }));
        let event = json!({
            "type": "object", "required": ["id", "type", "data"],
            "properties": {
                "id": { "type": "string", "description": "The same for the same notice." },
                "type": { "type": "string", "description": "What has happened, such as `payment_intent.canceled`." },
                "data": {
                    "type": "object", "required": ["object"],
                    "properties": { "object": { "type": "object", "description": "The thing that it is about, as it stands." } }
                }
            }
        });
        operation.body("application/json", &event);
    });

pub(crate) async fn receive_notice(
    State(app): State<App>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Answer<Status<204, ()>> {
    let body = body?;
    let said = read(&app, &headers, &body)?;
    let noticed = notice(&app, &said).await?;
    if noticed == Noticed::News {
        tracing::info!(
            notice = said.id,
            kind = said.kind,
            "the provider has said something new"
        );
    }
    Ok(Status(()))
}

/// The notice, if it is the provider's.
fn read(app: &App, headers: &HeaderMap, body: &[u8]) -> Answer<Notice> {
    let Some(secret) = &app.webhook_secret else {
        let detail = "No secret is set with which a notice could be checked.";
        return Err(Problem::unavailable(detail, AGAIN_AFTER_SECONDS));
    };
    let signature = headers.get(SIGNATURE).and_then(|value| value.to_str().ok());
    let now = app.outbox.clock().now();
    secret
        .check(signature.unwrap_or_default(), body, now)
        .map_err(not_signed)?;
    serde_json::from_slice(body).map_err(|error| Problem::bad_request(error.to_string()))
}

fn not_signed(why: NotSigned) -> Problem {
    tracing::warn!(%why, "a notice is not believed");
    let detail = format!("This is not believed: {why}.");
    Problem::new(StatusCode::BAD_REQUEST, "signature-invalid", detail)
}

#[cfg(test)]
#[path = "receive_notice_tests.rs"]
mod tests;
