//! One request on its way through the gateway: what plugins may read and change.
//!
//! As in Kong there is one set of request headers: what one plugin changes, the next one and the upstream see.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Instant;

use chrono::{DateTime, Utc};
use http::header::{HOST, HeaderName};
use http::{HeaderMap, HeaderValue, Method, request};
use uuid::Uuid;

use crate::consumers::Consumer;
use crate::plugins::opentelemetry::Traced;
use crate::record::headers_bytes;
use crate::router::{Found, without_port};
use crate::table::Route;
use crate::uri::normal::normalise;

/// Where a request came in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arrival {
    pub(crate) client: SocketAddr,
    /// The port that was called.
    pub(crate) port: u16,
}

/// The route that was found, and how.
#[derive(Clone)]
pub(crate) struct Matched {
    pub(crate) route: Arc<Route>,
    pub(crate) prefix: Option<String>,
}

/// A request and what has been found out about it.
pub(crate) struct Exchange {
    /// 32 hexadecimal digits.
    pub(crate) id: String,
    pub(crate) arrived: Instant,
    /// By which tokens and limits are judged.
    pub(crate) now: DateTime<Utc>,
    pub(crate) client: IpAddr,
    pub(crate) port: u16,
    pub(crate) method: Method,
    /// The path as the client wrote it.
    pub(crate) raw_path: String,
    /// Normalised; None when it is not UTF-8.
    pub(crate) path: Option<String>,
    pub(crate) query: Option<String>,
    pub(crate) headers: HeaderMap,
    pub(crate) matched: Option<Matched>,
    pub(crate) consumer: Option<Arc<Consumer>>,
    /// Identifies the credential that authenticated the request.
    pub(crate) credential: Option<String>,
    /// The path that the upstream sees, escaped. Set when a route is found.
    pub(crate) upstream_path: String,
    /// `Host` for the upstream, when a plugin chose it.
    pub(crate) upstream_host: Option<HeaderValue>,
    /// The largest body that plugins allow, in bytes.
    pub(crate) body_limit: Option<u64>,
    /// How long the request's head is.
    pub(crate) head_bytes: u64,
    /// How much of the body has been read.
    pub(crate) body_bytes: Arc<AtomicU64>,
    /// What plugins add to the answer, whoever makes it.
    pub(crate) answer_headers: HeaderMap,
    /// Its span. None: no plugin made one.
    pub(crate) traced: Option<Traced>,
}

impl Exchange {
    pub(crate) fn open(request: request::Parts, arrival: Arrival, now: DateTime<Utc>) -> Self {
        let raw_path = request.uri.path().to_owned();
        let head_bytes = head_bytes(&request);
        Self {
            id: Uuid::new_v4().simple().to_string(),
            arrived: Instant::now(),
            now,
            client: arrival.client.ip().to_canonical(),
            port: arrival.port,
            path: String::from_utf8(normalise(&raw_path)).ok(),
            raw_path,
            query: request.uri.query().map(str::to_owned),
            headers: with_host(request.headers, request.uri.authority()),
            method: request.method,
            matched: None,
            consumer: None,
            credential: None,
            upstream_path: String::new(),
            upstream_host: None,
            body_limit: None,
            head_bytes,
            body_bytes: Arc::default(),
            answer_headers: HeaderMap::new(),
            traced: None,
        }
    }

    /// The first value of a header, if it is text.
    pub(crate) fn header(&self, name: impl http::header::AsHeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// `Host` as the client sent it.
    pub(crate) fn host(&self) -> Option<&str> {
        self.header(HOST)
    }

    /// `Host` without its port.
    pub(crate) fn host_name(&self) -> &str {
        self.host().map_or("", without_port)
    }

    /// Sets a request header, or clears it. A value that cannot stand in a header clears it.
    pub(crate) fn set_header(&mut self, name: HeaderName, value: Option<&str>) {
        match value.and_then(|value| HeaderValue::from_str(value).ok()) {
            Some(value) => drop(self.headers.insert(name, value)),
            None => drop(self.headers.remove(name)),
        }
    }

    /// The route, once found.
    pub(crate) fn route(&self) -> Option<&Arc<Route>> {
        self.matched.as_ref().map(|matched| &matched.route)
    }

    /// Takes a route.
    pub(crate) fn take(&mut self, route: &Arc<Route>, found: Found) {
        let path = self.path.as_deref().unwrap_or("/");
        self.upstream_path = route.upstream_path(path, found.prefix.as_deref());
        self.matched = Some(Matched {
            route: Arc::clone(route),
            prefix: found.prefix,
        });
    }
}

/// A request in absolute form names its host in the target, which then counts.
fn with_host(mut headers: HeaderMap, authority: Option<&http::uri::Authority>) -> HeaderMap {
    if let Some(value) =
        authority.and_then(|authority| HeaderValue::from_str(authority.as_str()).ok())
    {
        headers.insert(HOST, value);
    }
    headers
}

fn head_bytes(request: &request::Parts) -> u64 {
    let target = request
        .uri
        .path_and_query()
        .map_or(0, |target| target.as_str().len());
    let line = request.method.as_str().len() + target + " HTTP/1.1\r\n\r\n".len() + 1;
    u64::try_from(line).unwrap_or_default() + headers_bytes(&request.headers)
}
