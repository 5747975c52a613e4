//! An answer's body on its way to the client: frame by frame, with a bound on the silence between two of them.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep};

use crate::record::Record;

/// The body as the client reads it. Dropping it, early or at its end, ends the record.
pub(crate) struct Download {
    body: Body,
    record: Record,
    /// The longest silence; None for an answer that is already complete.
    read_timeout: Option<Duration>,
    silence: Option<Pin<Box<Sleep>>>,
}

impl Download {
    pub(crate) fn new(body: Body, record: Record, read_timeout: Option<Duration>) -> Self {
        Self {
            body,
            record,
            read_timeout,
            silence: None,
        }
    }

    fn heard(&mut self) {
        if let (Some(silence), Some(longest)) = (&mut self.silence, self.read_timeout) {
            silence.as_mut().reset(Instant::now() + longest);
        }
    }

    fn silent_for_too_long(&mut self, context: &mut Context<'_>) -> bool {
        let Some(longest) = self.read_timeout else {
            return false;
        };
        let silence = self.silence.get_or_insert_with(|| Box::pin(sleep(longest)));
        silence.as_mut().poll(context).is_ready()
    }
}

impl HttpBody for Download {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                self.record.passed(frame.data_ref().map_or(0, Bytes::len));
                self.heard();
            }
            // The head is gone, so all that is left is to cut the connection, as nginx does.
            Poll::Pending if self.silent_for_too_long(context) => {
                let error = io::Error::from(io::ErrorKind::TimedOut);
                return Poll::Ready(Some(Err(axum::Error::new(error))));
            }
            _ => {}
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
