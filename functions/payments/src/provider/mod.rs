//! The payment provider, over Stripe's PaymentIntents API: bounded in time and number, spared while it fails.

mod answer;
mod question;

use std::time::Duration;

use axum::http::Method;
use chrono::TimeDelta;
use souk_kit::{
    Problem, Refusal,
    resilience::{Client, ClientError, Retry},
};
use thiserror::Error;
use url::Url;

use crate::domain::{Entry, Payment, Reply};
use question::Question;

/// As many as [`Retry::idempotent`] makes.
const TRIES: u32 = 3;
/// For the waits between the tries, and for the answer to be written down.
const ALLOWANCE: Duration = Duration::from_secs(1);
const ASK_AGAIN_AFTER_SECONDS: u32 = 2;

/// Who holds, takes and gives back money. Clones share its circuit breaker.
#[derive(Clone)]
pub(crate) struct Provider {
    client: Client,
    api_key: String,
    patience: TimeDelta,
}

/// Nobody knows whether the provider has done what it was asked for; the same is to be asked again.
#[derive(Debug, Error)]
#[error("the payment provider gives no clear answer: {0}")]
pub(crate) struct Unclear(String);

impl Provider {
    /// Asks at this address, with this key; no try takes longer than `timeout`.
    pub(crate) fn at(
        base: Url,
        api_key: String,
        timeout: Duration,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        Ok(Self {
            client: Client::new("payment-provider", base, timeout)?,
            api_key,
            patience: TimeDelta::from_std(timeout * TRIES + ALLOWANCE)?,
        })
    }

    /// How long a question takes at most, with all its tries.
    pub(crate) fn patience(&self) -> TimeDelta {
        self.patience
    }

    /// Asks for what an entry is about. The same entry may be asked about again: the provider knows its key.
    pub(crate) async fn ask(&self, payment: &Payment, entry: &Entry) -> Result<Reply, Unclear> {
        let question = Question::about(payment, entry);
        let attempt = || self.send(&question);
        let answered = Retry::idempotent().run(attempt, is_worth_another_try).await;
        answer::understand(entry.kind, answered)
    }

    async fn send(&self, question: &Question) -> Result<Vec<u8>, ClientError> {
        let request = self
            .client
            .request(Method::POST, &question.path)?
            .bearer_auth(&self.api_key)
            .header("idempotency-key", question.idempotency_key.to_string())
            .form(&question.parameters);
        self.client.send(request).await
    }
}

/// 409 is the same key in another hand: an earlier try of ours that the provider is still working on.
fn is_worth_another_try(error: &ClientError) -> bool {
    match error {
        ClientError::Status(_, status, _) => {
            status.is_server_error() || matches!(status.as_u16(), 409 | 429)
        }
        ClientError::Unreachable(..) => true,
        ClientError::Spared(_) | ClientError::Unreadable(..) => false,
    }
}

impl From<Unclear> for Refusal {
    fn from(unclear: Unclear) -> Self {
        Self::Later(unclear.to_string())
    }
}

impl From<Unclear> for Problem {
    fn from(unclear: Unclear) -> Self {
        tracing::warn!(%unclear, "a refund waits");
        let detail =
            "The payment provider does not answer. Ask again with the same Idempotency-Key.";
        Self::unavailable(detail, ASK_AGAIN_AFTER_SECONDS)
    }
}
