//! A cluster's own ingress, from outside.

use axum::body::Body;
use futures::future::BoxFuture;
use http::uri::{Authority, Scheme};
use http::{Request, Response, StatusCode, Uri};

use crate::{Network, Outside, answer};

/// Calls everything at one address and leaves it to `Host` who is meant, as Knative's ingress wants it.
pub struct Ingress {
    address: Authority,
    outside: Outside,
}

impl Ingress {
    /// The ingress at `host:port`, which answers plain HTTP.
    #[must_use]
    pub fn at(address: Authority) -> Self {
        Self {
            address,
            outside: Outside::default(),
        }
    }

    fn redirected(&self, uri: Uri) -> Result<Uri, http::uri::InvalidUriParts> {
        let mut parts = uri.into_parts();
        parts.scheme = Some(Scheme::HTTP);
        parts.authority = Some(self.address.clone());
        Uri::from_parts(parts)
    }
}

impl Network for Ingress {
    fn call(&self, mut request: Request<Body>) -> BoxFuture<'static, Response<Body>> {
        match self.redirected(std::mem::take(request.uri_mut())) {
            Ok(uri) => {
                *request.uri_mut() = uri;
                self.outside.call(request)
            }
            Err(error) => Box::pin(std::future::ready(answer(
                StatusCode::BAD_REQUEST,
                error.to_string(),
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn the_name_stays_in_host_and_the_address_is_the_ingress() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let seen = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let mut stream = BufReader::new(stream);
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                stream.read_line(&mut head).await.unwrap();
            }
            let answer = "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
            stream.write_all(answer.as_bytes()).await.unwrap();
            head
        });
        let request = Request::get("http://orders.souk.svc.cluster.local:80/v1/orders?limit=1")
            .header("host", "orders.souk.svc.cluster.local")
            .body(Body::empty())
            .unwrap();
        let response = Ingress::at(address.parse().unwrap()).call(request).await;
        assert_eq!(response.status(), StatusCode::NO_CONTENT);
        let head = seen.await.unwrap();
        assert!(
            head.starts_with("GET /v1/orders?limit=1 HTTP/1.1\r\n"),
            "{head}"
        );
        assert!(
            head.contains("host: orders.souk.svc.cluster.local\r\n"),
            "{head}"
        );
    }
}
