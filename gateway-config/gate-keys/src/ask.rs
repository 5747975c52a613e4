//! One HTTP request over a plain connection, with bounds on time and size. Both ends are inside the cluster or the pod.

use std::error::Error as _;
use std::time::Duration;

use bytes::Bytes;
use http::header::HeaderMap;
use http::{Request, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

/// What an answer may hold. A thousand clients with two keys each are less than one of it.
const LONGEST_ANSWER_BYTES: usize = 8 << 20;

/// Asks over connections that are kept.
#[derive(Debug, Clone)]
pub(crate) struct Asker {
    client: Client<HttpConnector, Full<Bytes>>,
    timeout: Duration,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Asker {
    /// `timeout` is for a request and its whole answer.
    pub(crate) fn new(timeout: Duration) -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self { client, timeout }
    }

    /// Sends a request. The error is for people.
    pub(crate) async fn ask(&self, request: Request<Full<Bytes>>) -> Result<Answered, String> {
        let exchange = async {
            let answer = self
                .client
                .request(request)
                .await
                .map_err(|error| told(&error))?;
            let (head, body) = answer.into_parts();
            let body = Limited::new(body, LONGEST_ANSWER_BYTES).collect().await;
            Ok(Answered {
                status: head.status,
                headers: head.headers,
                body: body.map_err(|error| error.to_string())?.to_bytes(),
            })
        };
        let seconds = self.timeout.as_secs();
        let answered = tokio::time::timeout(self.timeout, exchange).await;
        answered.unwrap_or_else(|_| Err(format!("no answer within {seconds} s")))
    }
}

/// An error with its causes: the first alone says "client error (Connect)".
fn told(error: &hyper_util::client::legacy::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
