//! The payment provider, over Stripe's PaymentIntents API: bounded in time and number, spared while it fails.

mod answer;
mod question;
mod thing;
mod webhook;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use souk_kit::{
    Problem,
    resilience::{Client, ClientError, Retry},
};
use thiserror::Error;
use url::Url;

use crate::domain::{Ask, Entry, Payment, Reply};
use answer::Understood;
use question::Question;
pub(crate) use webhook::{NotSigned, Notice, WebhookSecret};

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
    return_url: String,
    patience: TimeDelta,
}

/// Nobody knows whether the provider has done what it was asked for; the same is to be asked again.
#[derive(Debug, Error)]
#[error("the payment provider gives no clear answer: {0}")]
pub(crate) struct Unclear(String);

impl Provider {
    /// Asks at this address, with this key; no try takes longer than `timeout`. A customer who had to confirm a payment comes back
    /// to `return_url`.
    pub(crate) fn at(
        base: Url,
        api_key: String,
        return_url: String,
        timeout: Duration,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        Ok(Self {
            client: Client::new("payment-provider", base, timeout)?,
            api_key,
            return_url,
            patience: TimeDelta::from_std(timeout * TRIES + ALLOWANCE)?,
        })
    }

    /// How long a question takes at most, with all its tries.
    pub(crate) fn patience(&self) -> TimeDelta {
        self.patience
    }

    /// Asks what an entry is about. The same entry may be asked about again: the provider knows its key, and once it may have
    /// forgotten it, it is searched first.
    pub(crate) async fn ask(
        &self,
        payment: &Payment,
        entry: &Entry,
        now: DateTime<Utc>,
    ) -> Result<Reply, Unclear> {
        let ask = payment.ask(entry, now);
        let known = match ask {
            Ask::FindOrAuthorize => self.find(payment, entry).await?,
            Ask::FindOrRefund => {
                let answered = self.answer(&Question::refunds(payment)).await;
                answer::found_refund(payment, entry, answered)?
            }
            _ => None,
        };
        if let Some(reply) = known {
            return Ok(reply);
        }
        let question = Question::about(payment, entry, ask, &self.return_url);
        let answered = self.answer(&question).await;
        match answer::understand(entry, ask, answered)? {
            Understood::Reply(reply) => Ok(reply),
            Understood::KeyReused => self.find(payment, entry).await?.ok_or_else(|| {
                Unclear("it knows the key of a payment that it does not find".to_owned())
            }),
        }
    }

    async fn find(&self, payment: &Payment, entry: &Entry) -> Result<Option<Reply>, Unclear> {
        let answered = self.answer(&Question::find(payment)).await;
        answer::found(payment, entry, answered)
    }

    async fn answer(&self, question: &Question) -> Result<Vec<u8>, ClientError> {
        let attempt = || self.send(question);
        Retry::idempotent().run(attempt, is_worth_another_try).await
    }

    async fn send(&self, question: &Question) -> Result<Vec<u8>, ClientError> {
        let request = self
            .client
            .request(question.method.clone(), &question.path)?
            .bearer_auth(&self.api_key);
        let request = match &question.idempotency_key {
            Some(key) => request
                .header("idempotency-key", key.to_string())
                .form(&question.parameters),
            None => request.query(&question.parameters),
        };
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

impl From<Unclear> for Problem {
    fn from(unclear: Unclear) -> Self {
        tracing::warn!(%unclear, "a refund waits");
        let detail =
            "The payment provider does not answer. Ask again with the same Idempotency-Key.";
        Self::unavailable(detail, ASK_AGAIN_AFTER_SECONDS)
    }
}
