//! An answer that is still streaming: it holds its place in the instance, and keeps to the request's limits.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::Body;
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use hyper::client::conn::http1::SendRequest;
use tokio::time::{Instant, Sleep, sleep_until};

use super::limits::Deadlines;
use crate::activator::Held;
use crate::answers::TIMED_OUT;

/// The body of an answer.
pub(crate) struct Streaming {
    /// Dropped with the connection when it takes too long or nobody reads on, so that the function sees it.
    source: Option<(Incoming, SendRequest<Body>)>,
    held: Option<Held>,
    /// Its end is told by the chunked coding, so that a text can be put behind.
    chunked: bool,
    end: Pin<Box<Sleep>>,
    silence: Option<Silence>,
}

/// The limit of `idleTimeoutSeconds`.
struct Silence {
    longest: std::time::Duration,
    until: Pin<Box<Sleep>>,
}

impl Streaming {
    pub(crate) fn new(
        body: Incoming,
        connection: SendRequest<Body>,
        held: Held,
        deadlines: &Deadlines,
    ) -> Self {
        Self {
            chunked: body.size_hint().exact().is_none(),
            source: Some((body, connection)),
            held: Some(held),
            end: Box::pin(sleep_until(deadlines.end)),
            silence: deadlines.idle.map(|longest| Silence {
                longest,
                until: Box::pin(sleep_until(Instant::now() + longest)),
            }),
        }
    }

    /// The answer has been read to its end: the connection can take another request.
    fn finish(&mut self) {
        if let (Some((_, connection)), Some(held)) = (self.source.take(), self.held.take()) {
            held.keep(connection);
        }
    }

    fn poll_source(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let Some((body, _)) = &mut self.source else {
            return Poll::Ready(None);
        };
        let frame = ready!(Pin::new(&mut *body).poll_frame(cx));
        let ended = body.is_end_stream();
        if let Some(silence) = &mut self.silence {
            silence
                .until
                .as_mut()
                .reset(Instant::now() + silence.longest);
        }
        match frame {
            Some(Err(error)) => {
                self.give_up();
                Poll::Ready(Some(Err(io::Error::other(error))))
            }
            frame => {
                if frame.is_none() || ended {
                    self.finish();
                }
                Poll::Ready(frame.map(|frame| frame.map_err(io::Error::other)))
            }
        }
    }

    fn poll_too_late(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.end.as_mut().poll(cx).is_ready() {
            return Poll::Ready(());
        }
        match &mut self.silence {
            Some(silence) => silence.until.as_mut().poll(cx),
            None => Poll::Pending,
        }
    }

    fn give_up(&mut self) {
        self.source = None;
        self.held = None;
    }
}

impl HttpBody for Streaming {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let this = self.get_mut();
        if let Poll::Ready(frame) = this.poll_source(cx) {
            return Poll::Ready(frame);
        }
        ready!(this.poll_too_late(cx));
        this.give_up();
        // The status has gone out. A client that was told a length sees that the answer is short of it.
        let last = if this.chunked {
            Ok(Frame::data(Bytes::from_static(TIMED_OUT.as_bytes())))
        } else {
            Err(io::Error::new(io::ErrorKind::TimedOut, TIMED_OUT))
        };
        Poll::Ready(Some(last))
    }

    fn is_end_stream(&self) -> bool {
        self.source.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        self.source
            .as_ref()
            .map_or_else(SizeHint::default, |(body, _)| body.size_hint())
    }
}
