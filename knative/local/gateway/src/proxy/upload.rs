//! A request's body on its way to the upstream: counted, limited, never kept.

use std::fmt;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use http::header::EXPECT;
use hyper::body::{Frame, SizeHint};
use tokio::sync::Notify;
use tokio::time::Instant;

use super::linger::linger;
use crate::exchange::Exchange;

/// How long a client may say nothing in the middle of a body (nginx's `client_body_timeout`).
pub(crate) const CLIENT_TIMEOUT: Duration = Duration::from_secs(60);

/// Where a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The upstream takes it.
    Sending,
    /// The upstream would take more than the client has sent.
    WaitingForClient,
    /// Nothing more is sent.
    Sent,
}

/// How an upload goes, for whoever waits for the answer to it.
pub(crate) struct Watch {
    stage: Mutex<(Stage, Instant)>,
    too_large: AtomicBool,
    overflow: Notify,
}

impl Watch {
    pub(crate) fn of_body() -> Arc<Self> {
        Self::at(Stage::Sending)
    }

    pub(crate) fn without_body() -> Arc<Self> {
        Self::at(Stage::Sent)
    }

    /// The stage and its last progress.
    pub(crate) fn stage(&self) -> (Stage, Instant) {
        *self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the body has proved too large.
    pub(crate) async fn overflowed(&self) {
        self.overflow.notified().await;
    }

    pub(crate) fn is_too_large(&self) -> bool {
        self.too_large.load(Ordering::Acquire)
    }

    fn at(stage: Stage) -> Arc<Self> {
        Arc::new(Self {
            stage: Mutex::new((stage, Instant::now())),
            too_large: AtomicBool::new(false),
            overflow: Notify::new(),
        })
    }

    fn enter(&self, stage: Stage) {
        *self.stage.lock().unwrap_or_else(PoisonError::into_inner) = (stage, Instant::now());
    }

    /// Waiting on is no progress.
    fn wait_for_client(&self) {
        if self.stage().0 != Stage::WaitingForClient {
            self.enter(Stage::WaitingForClient);
        }
    }

    fn overflow(&self) {
        self.too_large.store(true, Ordering::Release);
        self.overflow.notify_one();
    }
}

/// The body as the upstream reads it.
pub(crate) struct Upload {
    body: Body,
    limit: Option<u64>,
    bytes: Arc<AtomicU64>,
    watch: Arc<Watch>,
    /// The client waits for leave to send, which reading on would give it.
    expects: bool,
}

impl Upload {
    pub(crate) fn new(body: Body, exchange: &Exchange, watch: &Arc<Watch>) -> Self {
        Self {
            body,
            limit: exchange.body_limit,
            bytes: Arc::clone(&exchange.body_bytes),
            watch: Arc::clone(watch),
            expects: exchange.headers.contains_key(EXPECT),
        }
    }

    /// Counts what has come; whether it is still within the limit.
    fn count(&self, frame: &Frame<Bytes>) -> bool {
        let length = frame.data_ref().map_or(0, Bytes::len);
        let length = u64::try_from(length).unwrap_or(u64::MAX);
        let all = self
            .bytes
            .fetch_add(length, Ordering::Relaxed)
            .saturating_add(length);
        self.limit.is_none_or(|limit| all <= limit)
    }
}

/// What the upstream's connection sees of a body that is too large.
#[derive(Debug)]
struct TooLarge;

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the request's body is too large")
    }
}

impl std::error::Error for TooLarge {}

impl HttpBody for Upload {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        match &polled {
            Poll::Pending => self.watch.wait_for_client(),
            Poll::Ready(Some(Ok(frame))) if !self.count(frame) => {
                self.watch.overflow();
                return Poll::Ready(Some(Err(axum::Error::new(TooLarge))));
            }
            Poll::Ready(Some(_)) => self.watch.enter(Stage::Sending),
            Poll::Ready(None) => self.watch.enter(Stage::Sent),
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        self.watch.enter(Stage::Sent);
        if !self.expects {
            linger(std::mem::take(&mut self.body));
        }
    }
}
