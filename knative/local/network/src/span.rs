//! Spans of the runtime's own parts, on their way to whoever keeps them. Nobody waits for that one: what has no room is dropped.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use tokio::sync::mpsc::{self, Receiver, Sender};

use crate::TraceContext;

/// How many spans may wait to be kept.
const WAITING_MOST: usize = 8192;

/// One piece of work, as OpenTelemetry describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// The trace that it belongs to; never 0.
    pub trace_id: u128,
    /// Its own id; never 0.
    pub span_id: u64,
    /// The span that caused it. None: it begins the trace.
    pub parent_id: Option<u64>,
    /// `service.name`: `gateway`, `activator` or `broker`.
    pub service: &'static str,
    /// What is done, in few words and without numbers.
    pub name: String,
    /// Its part in a call or a message.
    pub kind: Kind,
    /// When it began.
    pub started: SystemTime,
    /// When it ended.
    pub ended: SystemTime,
    /// Why it failed, in few words. None: it did not.
    pub error: Option<String>,
    /// What is known of it. No name comes twice.
    pub attributes: Vec<(&'static str, Value)>,
    /// What happened within, in order.
    pub events: Vec<SpanEvent>,
}

impl Span {
    /// A span of `context`'s trace with `context`'s id that began and ended at `started`; the rest is filled in later.
    #[must_use]
    pub fn of(
        context: TraceContext,
        parent_id: Option<u64>,
        service: &'static str,
        name: String,
        kind: Kind,
        started: SystemTime,
    ) -> Self {
        Self {
            trace_id: context.trace_id(),
            span_id: context.span_id(),
            parent_id,
            service,
            name,
            kind,
            started,
            ended: started,
            error: None,
            attributes: Vec::new(),
            events: Vec::new(),
        }
    }
}

/// A span's part in a call or a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It answers a request.
    Server,
    /// It makes a request.
    Client,
    /// It hands a message over.
    Producer,
    /// It takes a message.
    Consumer,
    /// None of these.
    Internal,
}

/// The value of an attribute.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Text.
    Text(String),
    /// A whole number.
    Int(i64),
    /// Any number.
    Float(f64),
    /// Yes or no.
    Bool(bool),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Int(number.into())
    }
}

impl From<u16> for Value {
    fn from(number: u16) -> Self {
        Self::Int(number.into())
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Float(number)
    }
}

impl From<bool> for Value {
    fn from(yes: bool) -> Self {
        Self::Bool(yes)
    }
}

/// Something that happened within a span.
#[derive(Debug, Clone, PartialEq)]
pub struct SpanEvent {
    /// What.
    pub name: &'static str,
    /// When.
    pub at: SystemTime,
    /// What is known of it.
    pub attributes: Vec<(&'static str, Value)>,
}

/// Takes spans and tells the time by which they are measured. Clones are the same; the default is off.
#[derive(Clone, Default)]
pub struct Spans(Option<Arc<Inner>>);

struct Inner {
    waiting: Sender<Span>,
    now: Box<dyn Fn() -> SystemTime + Send + Sync>,
    dropped: AtomicU64,
}

impl Spans {
    /// Spans that are on, by the shop's time of day, and where they come out.
    pub fn channel(now: impl Fn() -> SystemTime + Send + Sync + 'static) -> (Self, Receiver<Span>) {
        let (waiting, spans) = mpsc::channel(WAITING_MOST);
        let inner = Inner {
            waiting,
            now: Box::new(now),
            dropped: AtomicU64::new(0),
        };
        (Self(Some(Arc::new(inner))), spans)
    }

    /// When it is now. None: spans are off, and nobody needs to make any.
    #[must_use]
    pub fn now(&self) -> Option<SystemTime> {
        self.0.as_ref().map(|inner| (inner.now)())
    }

    /// Whether anybody keeps them.
    #[must_use]
    pub fn are_on(&self) -> bool {
        self.0.is_some()
    }

    /// Hands over a span that has ended. It never waits: without room the span is dropped and counted.
    pub fn take(&self, span: Span) {
        if let Some(inner) = &self.0
            && inner.waiting.try_send(span).is_err()
        {
            inner.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How many were dropped since the start.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        let inner = self.0.as_ref();
        inner.map_or(0, |inner| inner.dropped.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span() -> Span {
        let (context, at) = (TraceContext::begin(1.0), SystemTime::UNIX_EPOCH);
        Span::of(context, None, "gateway", "GET".to_owned(), Kind::Server, at)
    }

    #[test]
    fn spans_that_are_off_take_everything_and_keep_nothing() {
        let off = Spans::default();
        off.take(span());
        assert_eq!((off.are_on(), off.now(), off.dropped()), (false, None, 0));
    }

    #[test]
    fn what_has_no_room_is_dropped_and_counted_and_nobody_waits() {
        let (spans, mut waiting) = Spans::channel(|| SystemTime::UNIX_EPOCH);
        assert_eq!(spans.now(), Some(SystemTime::UNIX_EPOCH));
        for _ in 0..WAITING_MOST + 3 {
            spans.take(span());
        }
        assert_eq!(spans.dropped(), 3);
        assert!(waiting.try_recv().is_ok());
        spans.take(span());
        drop(waiting);
        spans.take(span());
        assert_eq!(spans.dropped(), 4);
    }
}
