#![doc = include_str!("../README.md")]

mod outside;
mod proxy;

use axum::body::Body;
use futures::future::BoxFuture;
use http::{Request, Response, StatusCode};

pub use outside::Outside;
pub use proxy::Proxy;

/// Answers requests for cluster names such as `orders.souk.svc.cluster.local`, as the cluster's ingress would.
///
/// The request's URI is absolute (`http://host[:port]/path?query`); its `Host` header is what the receiver shall see.
/// An unknown cluster name is answered 404 with an empty body, as Kourier does; a host outside the cluster is called over
/// the network; failing that, 502. It never returns an error: a failure is an answer.
pub trait Network: Send + Sync + 'static {
    /// Sends one request and gives the answer, its body still streaming.
    fn call(&self, request: Request<Body>) -> BoxFuture<'static, Response<Body>>;
}

/// An answer made here, with a sentence as its body.
#[must_use]
pub fn answer(status: StatusCode, text: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(text.into());
    *response.status_mut() = status;
    response
}
