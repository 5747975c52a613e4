//! Asks another service: bounded in time and number, guarded by a breaker, in the same trace, under the same deadline.

use std::{fmt, sync::Arc, time::Duration};

use ::http::StatusCode;
use reqwest::{Request, RequestBuilder, Url};
use serde::de::DeserializeOwned;
use thiserror::Error;
use tracing::Instrument;

use super::{Broken, Bulkhead, CircuitBreaker, Deadline, Retry, TIME_LEFT};
use crate::{
    Problem, Refusal,
    telemetry::outgoing::{self, Asking},
    web,
};

const FAILURES_MAX: u32 = 5;
const REST: Duration = Duration::from_secs(3);
const CALLS_MAX: usize = 64;
/// So many more wait for one of those to end.
const WAITING_MAX: usize = 64;
const ANSWER_BYTES_MAX: usize = 1024 * 1024;

/// A client of one service. Clones share its breaker.
#[derive(Clone, Debug)]
pub struct Client {
    name: &'static str,
    base: Url,
    http: reqwest::Client,
    breaker: Arc<CircuitBreaker>,
    bulkhead: Bulkhead,
    timeout: Duration,
}

/// Why there is no answer to work with.
#[derive(Debug, Error)]
pub enum ClientError {
    /// It was not asked: it failed too often just now, too many are asking, or no time is left.
    #[error("{0} is not asked at the moment")]
    Spared(&'static str),
    /// It did not answer, or not in time.
    #[error("{0} does not answer: {1}")]
    Unreachable(&'static str, reqwest::Error),
    /// It answered with a status that is no success.
    #[error("{0} answered {1}: {2}")]
    Status(&'static str, StatusCode, String),
    /// Its answer is not what was agreed.
    #[error("the answer of {0} cannot be understood: {1}")]
    Unreadable(&'static str, String),
}

impl ClientError {
    /// The status that was answered, if there was an answer.
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Status(_, status, _) => Some(*status),
            _ => None,
        }
    }

    fn is_timeout(&self) -> bool {
        matches!(self, Self::Unreachable(_, error) if error.is_timeout())
    }

    /// Whether it is the service that fails, and not the request.
    pub(crate) fn passes(&self) -> bool {
        match self {
            Self::Status(_, status, _) => {
                status.is_server_error() || *status == StatusCode::TOO_MANY_REQUESTS
            }
            Self::Unreachable(..) => true,
            Self::Spared(_) | Self::Unreadable(..) => false,
        }
    }
}

impl Client {
    /// A client of the service that is called `name` and answers at `base`; no call takes longer than `timeout`.
    pub fn new(name: &'static str, base: Url, timeout: Duration) -> Result<Self, reqwest::Error> {
        let http = web::client(base.as_str(), timeout)?;
        let breaker = Arc::new(CircuitBreaker::new(name, FAILURES_MAX, REST));
        Ok(Self {
            name,
            base,
            http,
            breaker,
            bulkhead: Bulkhead::new(CALLS_MAX, WAITING_MAX),
            timeout,
        })
    }

    /// Asks for the JSON at `path`, which begins with `/`; a failure that may pass is tried again.
    pub async fn get_json<T: DeserializeOwned>(
        &self,
        path: &str,
        bearer: Option<&str>,
    ) -> Result<T, ClientError> {
        let url = self
            .base
            .join(path)
            .map_err(|error| ClientError::Unreadable(self.name, error.to_string()))?;
        let attempt = || async {
            let request = self.http.get(url.clone());
            self.send(
                bearer
                    .into_iter()
                    .fold(request, RequestBuilder::bearer_auth),
            )
            .await
        };
        let body = Retry::idempotent()
            .run(attempt, ClientError::passes)
            .await?;
        serde_json::from_slice(&body)
            .map_err(|error| ClientError::Unreadable(self.name, error.to_string()))
    }

    /// Sends a request once; answers the body of a success. It takes no longer than the client's own bound and, where a request is
    /// being handled, than that one's caller waits; without time left nobody is asked.
    pub async fn send(&self, request: RequestBuilder) -> Result<Vec<u8>, ClientError> {
        let entering = tokio::time::timeout(self.bound(), self.bulkhead.enter());
        let Ok(Ok(_place)) = entering.await else {
            return Err(ClientError::Spared(self.name));
        };
        let bound = self.bound();
        if bound.is_zero() {
            return Err(ClientError::Spared(self.name));
        }
        let left = u64::try_from(bound.as_millis()).unwrap_or(u64::MAX).max(1);
        let request = request.timeout(bound).header(TIME_LEFT, left);
        // Who has no patience learns nothing about the neighbour.
        let is_whole = bound == self.timeout;
        let counts = |error: &ClientError| error.passes() && (is_whole || !error.is_timeout());
        let outcome = self.breaker.call(self.exchange(request), counts).await;
        outcome.map_err(|broken| match broken {
            Broken::Open => ClientError::Spared(self.name),
            Broken::Failed(error) => error,
        })
    }

    /// How long a call may take that begins now.
    fn bound(&self) -> Duration {
        let left = Deadline::current().map(Deadline::left_for_a_neighbour);
        left.map_or(self.timeout, |left| left.min(self.timeout))
    }

    /// A request to `path`, for [`Client::send`].
    pub fn request(
        &self,
        method: ::http::Method,
        path: &str,
    ) -> Result<RequestBuilder, ClientError> {
        let url = self
            .base
            .join(path)
            .map_err(|error| ClientError::Unreadable(self.name, error.to_string()))?;
        Ok(self.http.request(method, url))
    }

    /// What was answered is not what was agreed.
    pub(crate) fn unreadable(&self, error: impl fmt::Display) -> ClientError {
        ClientError::Unreadable(self.name, error.to_string())
    }

    async fn exchange(&self, request: RequestBuilder) -> Result<Vec<u8>, ClientError> {
        let (http, request) = request.build_split();
        let mut request = request.map_err(|error| ClientError::Unreachable(self.name, error))?;
        let asking = Asking::begin(self.name, &mut request);
        let answer = self.read(http, request).instrument(asking.span()).await;
        match &answer {
            Ok((status, _)) => asking.answered(*status),
            Err(ClientError::Unreachable(_, error)) => asking.failed(outgoing::kind(error)),
            Err(_) => asking.failed("unreadable"),
        }
        let (status, body) = answer?;
        if status.is_success() {
            return Ok(body);
        }
        let text = String::from_utf8_lossy(&body).into_owned();
        Err(ClientError::Status(self.name, status, text))
    }

    async fn read(
        &self,
        http: reqwest::Client,
        request: Request,
    ) -> Result<(StatusCode, Vec<u8>), ClientError> {
        let unreachable = |error| ClientError::Unreachable(self.name, error);
        let mut response = http.execute(request).await.map_err(unreachable)?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
            body.extend_from_slice(&chunk);
            if body.len() > ANSWER_BYTES_MAX {
                return Err(self.unreadable(format!("more than {ANSWER_BYTES_MAX} bytes")));
            }
        }
        Ok((response.status(), body))
    }
}

impl From<ClientError> for Problem {
    fn from(error: ClientError) -> Self {
        tracing::warn!(%error, "a neighbour failed");
        match error {
            ClientError::Unreadable(..) => Self::internal(error),
            error => Self::unavailable(format!("{error}"), 1),
        }
    }
}

impl From<ClientError> for Refusal {
    fn from(error: ClientError) -> Self {
        Self::Later(error.to_string())
    }
}
