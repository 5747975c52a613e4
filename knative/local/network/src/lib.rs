#![doc = include_str!("../README.md")]

mod exposition;
mod ingress;
mod outside;
mod proxy;
mod span;
mod trace;

use axum::body::Body;
use futures::future::BoxFuture;
use http::{Request, Response, StatusCode};

pub use exposition::{Histogram, escaped_label, metric_head};
pub use ingress::Ingress;
pub use outside::Outside;
pub use proxy::Proxy;
pub use span::{Kind, Span, SpanEvent, Spans, Value};
pub use trace::TraceContext;

/// Answers requests for cluster names such as `orders.souk.svc.cluster.local`, as the cluster's ingress would.
///
/// The request's URI is absolute (`http://host[:port]/path?query`); its `Host` header is what the receiver shall see.
/// An unknown cluster name is answered 404 with an empty body, as Kourier does; a host outside the cluster is called over
/// the network; failing that, 502. It never returns an error: a failure is an answer.
pub trait Network: Send + Sync + 'static {
    /// Sends one request and gives the answer, its body still streaming.
    fn call(&self, request: Request<Body>) -> BoxFuture<'static, Response<Body>>;
}

/// In the extensions of a 502 that nobody gave as an answer: a host outside the cluster could not be reached, or broke off.
#[derive(Debug, Clone)]
pub struct NoAnswer {
    /// There was no connection: what was asked for has certainly not been done.
    pub unconnected: bool,
    /// Why, for a log.
    pub why: String,
}

/// An answer made here, with a sentence as its body.
#[must_use]
pub fn answer(status: StatusCode, text: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(text.into());
    *response.status_mut() = status;
    response
}
