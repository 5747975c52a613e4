//! One request and its answer.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST};
use http::uri::InvalidUri;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, Uri};
use souk_network::Network;
use tokio::time::timeout;

use crate::attribute;
use crate::body::{ReadFailure, read_beginning};
use crate::event::{Event, TRACE_HEADERS};

/// More of an answer is not read. An event of this size fits into no record.
const ANSWER_BYTES_MAX: usize = 2 << 20;

/// An answer, read to its end or to the limit.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Sends `request`; the answer's body has to be there within `limit` as well.
pub(crate) async fn post(
    network: &dyn Network,
    request: Request<Body>,
    limit: Duration,
) -> Result<Answer, String> {
    let exchange = async {
        let (head, body) = network.call(request).await.into_parts();
        match read_beginning(body, ANSWER_BYTES_MAX).await {
            Ok((body, _)) => Ok(Answer {
                status: head.status,
                headers: head.headers,
                body,
            }),
            Err(ReadFailure::Broken(why)) => Err(format!("its answer broke off: {why}")),
            Err(ReadFailure::TooLarge) => Err("its answer is too large".to_owned()),
        }
    };
    timeout(limit, exchange)
        .await
        .unwrap_or_else(|_| Err(format!("it did not answer within {limit:?}")))
}

/// Why no request can be made of an event.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unsendable {
    #[error("the address is none: {0}")]
    Address(#[from] InvalidUri),
    #[error("{0} cannot be sent as a header")]
    Header(String),
}

/// The event in binary mode with its trace headers, as the Kafka broker's dispatcher sends it for a trigger in `namespace`.
pub(crate) fn request(
    url: &str,
    event: &Event,
    namespace: &str,
) -> Result<Request<Body>, Unsendable> {
    let mut request = message(url, event)?;
    let headers = request.headers_mut();
    headers.insert("prefer", HeaderValue::from_static("reply"));
    headers.insert("kn-namespace", value("kn-namespace", namespace)?);
    for name in TRACE_HEADERS {
        if let Some(text) = event.trace.get(name) {
            headers.insert(name, value(name, text)?);
        }
    }
    Ok(request)
}

/// The event in binary mode and nothing else.
pub(crate) fn message(url: &str, event: &Event) -> Result<Request<Body>, Unsendable> {
    let uri: Uri = url.parse()?;
    let mut request = Request::new(Body::from(event.data.clone()));
    *request.method_mut() = Method::POST;
    let headers = request.headers_mut();
    if let Some(authority) = uri.authority() {
        let host = authority.as_str().rsplit('@').next().unwrap_or_default();
        headers.insert(HOST, value("host", host)?);
    }
    for (name, text) in &event.attributes {
        let header = match name.as_str() {
            "datacontenttype" => CONTENT_TYPE,
            _ => HeaderName::try_from(format!("ce-{name}"))
                .map_err(|_| Unsendable::Header(name.clone()))?,
        };
        headers.insert(header, value(name, text)?);
    }
    *request.uri_mut() = uri;
    Ok(request)
}

fn value(name: &str, text: &str) -> Result<HeaderValue, Unsendable> {
    HeaderValue::from_bytes(&attribute::to_header(text))
        .map_err(|_| Unsendable::Header(name.to_owned()))
}
