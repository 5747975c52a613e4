//! Hosts that are not in the cluster.

use std::time::Duration;

use axum::body::Body;
use futures::future::BoxFuture;
use http::{Request, Response, StatusCode, uri::Scheme};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioTimer};

use crate::{Network, answer};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// Calls them over plain HTTP. Clones share their connections.
#[derive(Clone)]
pub struct Outside(Client<HttpConnector, Body>);

impl Default for Outside {
    fn default() -> Self {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(CONNECT_TIMEOUT));
        connector.set_nodelay(true);
        let mut client = Client::builder(TokioExecutor::new());
        client.pool_timer(TokioTimer::new());
        client.pool_idle_timeout(IDLE_TIMEOUT);
        Self(client.build(connector))
    }
}

impl Network for Outside {
    fn call(&self, request: Request<Body>) -> BoxFuture<'static, Response<Body>> {
        let client = self.0.clone();
        Box::pin(async move {
            let uri = request.uri().clone();
            if uri.scheme() != Some(&Scheme::HTTP) {
                let text = format!("{uri}: only http:// is called from here");
                return answer(StatusCode::BAD_GATEWAY, text);
            }
            match client.request(request).await {
                Ok(response) => response.map(Body::new),
                Err(error) => {
                    tracing::debug!(%uri, %error, "no answer");
                    answer(StatusCode::BAD_GATEWAY, format!("{uri}: {error}"))
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn status(uri: &str) -> StatusCode {
        let request = Request::get(uri).body(Body::empty()).unwrap();
        Outside::default().call(request).await.status()
    }

    #[tokio::test]
    async fn a_host_that_does_not_answer_is_a_bad_gateway() {
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap();
        drop(taken);
        assert_eq!(
            status(&format!("http://{address}/")).await,
            StatusCode::BAD_GATEWAY
        );
    }

    #[tokio::test]
    async fn https_is_refused_rather_than_called_in_the_clear() {
        assert_eq!(status("https://127.0.0.1/").await, StatusCode::BAD_GATEWAY);
    }
}
