//! How the parts of the runtime reach each other and the functions: by the names that stand in the manifests.
//!
//! It does not know what a function, a broker or a gateway is.

use axum::body::Body;
use futures::future::BoxFuture;
use http::{Request, Response};

/// Answers requests for cluster names such as `orders.souk.svc.cluster.local`, as the cluster's ingress would.
///
/// The request's URI is absolute (`http://host[:port]/path?query`); its `Host` header is what the receiver shall see.
/// An unknown cluster name is answered 404 with an empty body, as Kourier does; a host outside the cluster is called over
/// the network; failing that, 502. It never returns an error: a failure is an answer.
pub trait Network: Send + Sync + 'static {
    /// Sends one request and gives the answer, its body still streaming.
    fn call(&self, request: Request<Body>) -> BoxFuture<'static, Response<Body>>;
}
