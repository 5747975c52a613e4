//! What is known of a request when its last byte is gone, for the plugins that keep count.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use http::header::HeaderName;
use http::{HeaderMap, HeaderValue, Method, StatusCode};

use crate::exchange::Exchange;
use crate::plugins::Plugin;
use crate::plugins::opentelemetry::Traced;

/// nginx's status for a client that went away before it had an answer.
const CLIENT_CLOSED_REQUEST: u16 = 499;

/// A finished request.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    /// Empty for a request that no route took.
    pub(crate) service: Arc<str>,
    pub(crate) route: Arc<str>,
    /// The username; empty for nobody.
    pub(crate) consumer: String,
    pub(crate) status: u16,
    /// The upstream made the answer.
    pub(crate) from_upstream: bool,
    /// Head and body.
    pub(crate) request_bytes: u64,
    pub(crate) response_bytes: u64,
    /// From the first byte of the request to the last of the answer.
    pub(crate) total: Duration,
    pub(crate) latency: Latency,
    pub(crate) request: RequestFacts,
    /// Its span. None: no plugin made one.
    pub(crate) traced: Option<Traced>,
}

/// What a span says of the request.
#[derive(Debug, Clone, Default)]
pub(crate) struct RequestFacts {
    /// What `X-Kong-Request-Id` says.
    pub(crate) id: String,
    /// When it came in.
    pub(crate) arrived_at: DateTime<Utc>,
    pub(crate) method: Method,
    /// As the client wrote it, without its query.
    pub(crate) path: String,
    /// The route's path, without what differs from request to request; else its name. None: no route took it.
    pub(crate) pattern: Option<Arc<str>>,
    /// Who was asked, without a port. None: nobody was.
    pub(crate) upstream_host: Option<Arc<str>>,
}

impl RequestFacts {
    fn of(exchange: &Exchange) -> Self {
        let matched = exchange.matched.as_ref();
        Self {
            id: exchange.id.clone(),
            arrived_at: exchange.now,
            method: exchange.method.clone(),
            path: exchange.raw_path.clone(),
            pattern: matched.map(|found| found.route.pattern.of(found.prefix.as_deref())),
            upstream_host: None,
        }
    }
}

/// Where the time went until the head of the answer was known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Latency {
    /// What the gateway itself took.
    pub(crate) own: Duration,
    /// Waiting for the upstream's head; None when it was not asked.
    pub(crate) upstream: Option<Duration>,
}

/// Tells the plugins when it is dropped: with the last byte, or with a client that went away.
pub(crate) struct Record {
    facts: Facts,
    arrived: Instant,
    /// Who would be asked.
    upstream_host: Option<Arc<str>>,
    upload: Arc<AtomicU64>,
    plugins: Vec<Arc<dyn Plugin>>,
}

impl Record {
    pub(crate) fn open(exchange: &Exchange, plugins: Vec<Arc<dyn Plugin>>) -> Self {
        let route = exchange.route();
        let nothing = || Arc::<str>::from("");
        let consumer = exchange.consumer.as_ref();
        Self {
            facts: Facts {
                service: route.map_or_else(nothing, |route| Arc::clone(&route.service.name)),
                route: route.map_or_else(nothing, |route| Arc::clone(&route.name)),
                consumer: consumer
                    .map(|consumer| consumer.username.clone())
                    .unwrap_or_default(),
                status: CLIENT_CLOSED_REQUEST,
                from_upstream: false,
                request_bytes: exchange.head_bytes,
                response_bytes: 0,
                total: Duration::ZERO,
                latency: Latency {
                    own: exchange.arrived.elapsed(),
                    upstream: None,
                },
                request: RequestFacts::of(exchange),
                traced: exchange.traced,
            },
            upstream_host: route.map(|route| Arc::clone(&route.service.host)),
            arrived: exchange.arrived,
            upload: Arc::clone(&exchange.body_bytes),
            plugins,
        }
    }

    /// The head of the answer is on its way.
    pub(crate) fn answered(
        &mut self,
        status: StatusCode,
        headers: &HeaderMap,
        from_upstream: bool,
    ) {
        self.facts.status = status.as_u16();
        self.facts.from_upstream = from_upstream;
        self.facts.response_bytes += headers_bytes(headers);
    }

    /// The upstream was asked, and this was waited for it.
    pub(crate) fn waited(&mut self, upstream: Duration) {
        self.facts.latency.upstream = Some(upstream);
        self.facts.request.upstream_host = self.upstream_host.take();
    }

    pub(crate) fn latency(&self) -> &Latency {
        &self.facts.latency
    }

    /// So many bytes of the answer's body have passed.
    pub(crate) fn passed(&mut self, bytes: usize) {
        self.facts.response_bytes += u64::try_from(bytes).unwrap_or_default();
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        self.facts.total = self.arrived.elapsed();
        self.facts.request_bytes += self.upload.load(Ordering::Relaxed);
        for plugin in &self.plugins {
            plugin.log(&self.facts);
        }
    }
}

/// How long headers are on the wire.
pub(crate) fn headers_bytes(headers: &HeaderMap) -> u64 {
    let line = |(name, value): (&HeaderName, &HeaderValue)| name.as_str().len() + value.len() + 4;
    let bytes: usize = headers.iter().map(line).sum();
    u64::try_from(bytes).unwrap_or_default()
}
