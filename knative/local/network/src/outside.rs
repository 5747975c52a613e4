//! Hosts that are not in the cluster.

use std::error::Error;
use std::time::Duration;

use axum::body::Body;
use futures::future::BoxFuture;
use http::{Request, Response, StatusCode, Uri, uri::Scheme};
use hyper_util::client::legacy::{self, Client, connect::HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioTimer};

use crate::{Network, NoAnswer, answer};

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
                let text = format!("{}: only http:// is called from here", told(&uri));
                return answer(StatusCode::BAD_GATEWAY, text);
            }
            match client.request(request).await {
                Ok(response) => response.map(Body::new),
                Err(error) => {
                    let uri = told(&uri);
                    tracing::debug!(uri, %error, "no answer");
                    no_answer(&uri, &error)
                }
            }
        })
    }
}

/// For people and logs: without the query, which may hold a token.
fn told(uri: &Uri) -> String {
    let text = uri.to_string();
    text.split('?').next().unwrap_or_default().to_owned()
}

fn no_answer(uri: &str, error: &legacy::Error) -> Response<Body> {
    // The first only says in which step it failed.
    let mut why = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        why = format!("{why}: {next}");
        cause = next.source();
    }
    let mut response = answer(StatusCode::BAD_GATEWAY, format!("{uri}: {error}"));
    response.extensions_mut().insert(NoAnswer {
        unconnected: error.is_connect(),
        why,
    });
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn call(uri: &str) -> Response<Body> {
        let request = Request::get(uri).body(Body::empty()).unwrap();
        Outside::default().call(request).await
    }

    #[tokio::test]
    async fn a_host_that_does_not_answer_is_a_bad_gateway_and_says_whether_it_was_reached() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let uri = format!("http://{}/", listener.local_addr().unwrap());
        let breaking_off = std::thread::spawn(move || drop(listener.accept().unwrap()));
        for unconnected in [false, true] {
            let response = call(&uri).await;
            assert_eq!(response.status(), StatusCode::BAD_GATEWAY);
            let no_answer = response.extensions().get::<NoAnswer>().unwrap();
            assert_eq!(no_answer.unconnected, unconnected, "{}", no_answer.why);
        }
        breaking_off.join().unwrap();
    }

    #[tokio::test]
    async fn what_is_told_of_a_failure_leaves_the_query_out() {
        for uri in [
            "https://127.0.0.1/a?access_token=hidden",
            "http://127.0.0.1:1/a?access_token=hidden",
        ] {
            let body = axum::body::to_bytes(call(uri).await.into_body(), 1024)
                .await
                .unwrap();
            let said = String::from_utf8(body.to_vec()).unwrap();
            assert!(said.contains("/a") && !said.contains("hidden"), "{said}");
        }
    }

    #[tokio::test]
    async fn https_is_refused_rather_than_called_in_the_clear() {
        let response = call("https://127.0.0.1/").await;
        assert_eq!(response.status(), StatusCode::BAD_GATEWAY);
    }
}
