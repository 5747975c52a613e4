//! The proxy that children find in `HTTP_PROXY`.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use http::header::{HOST, HeaderName, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION};
use http::uri::{Authority, Scheme};
use http::{Method, Request, Response, StatusCode, Uri};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::{Network, answer};

/// Headers between a client and its proxy that are nobody else's business.
const FOR_THE_PROXY: [HeaderName; 3] = [
    HeaderName::from_static("proxy-connection"),
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
];

/// What the names of the cluster's Services end in.
const CLUSTER_SUFFIX: &str = ".svc.cluster.local";

/// Accepting fails when the process is out of file descriptors; trying again at once would only burn a core.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A listening proxy. Dropping it ends its connections.
pub struct Proxy {
    address: SocketAddr,
    _connections: JoinSet<()>,
}

impl Proxy {
    /// Listens on a free port of 127.0.0.1 and hands every request to `network`. A request in origin form whose `Host` is
    /// a name of the cluster is taken as the cluster's ingress would take it.
    ///
    /// # Errors
    ///
    /// When no port is free.
    pub async fn start(network: Arc<dyn Network>) -> io::Result<Self> {
        let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, network));
        Ok(Self {
            address,
            _connections: tasks,
        })
    }

    /// What goes into `HTTP_PROXY`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

async fn accept(listener: TcpListener, network: Arc<dyn Network>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(serve(stream, Arc::clone(&network)));
                }
                Err(error) => {
                    tracing::warn!(%error, "the proxy cannot take a connection");
                    sleep(ACCEPT_PAUSE).await;
                }
            },
            Some(_) = connections.join_next() => (),
        }
    }
}

async fn serve(stream: TcpStream, network: Arc<dyn Network>) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let network = Arc::clone(&network);
        async move { Ok::<_, Infallible>(pass_on(request, network.as_ref()).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = connection.await {
        tracing::debug!(%error, "a connection to the proxy ended early");
    }
}

async fn pass_on(request: Request<Incoming>, network: &dyn Network) -> Response<Body> {
    if request.method() == Method::CONNECT {
        let text = "this proxy makes no tunnels: set HTTP_PROXY alone, not HTTPS_PROXY";
        return answer(StatusCode::METHOD_NOT_ALLOWED, text);
    }
    let mut request = request.map(Body::new);
    if request.uri().authority().is_none() && !name_by_host(&mut request) {
        let text = "this is a proxy: the request line has to name the host (RFC 9112, 3.2.2), \
                    or Host a name that ends in .svc.cluster.local";
        return answer(StatusCode::BAD_REQUEST, text);
    }
    for name in &FOR_THE_PROXY {
        request.headers_mut().remove(name);
    }
    network.call(request).await
}

/// A request as the cluster's ingress gets it names its receiver in `Host` alone. Only the cluster's names are taken so:
/// this proxy's own address in `Host` would make it call itself.
fn name_by_host(request: &mut Request<Body>) -> bool {
    let host = request
        .headers()
        .get(HOST)
        .and_then(|host| host.to_str().ok());
    let named = host.and_then(|host| host.parse::<Authority>().ok());
    let Some(authority) = named.filter(|named| named.host().ends_with(CLUSTER_SUFFIX)) else {
        return false;
    };
    let mut parts = request.uri().clone().into_parts();
    parts.scheme = Some(Scheme::HTTP);
    parts.authority = Some(authority);
    match Uri::from_parts(parts) {
        Ok(uri) => *request.uri_mut() = uri,
        // `*` and the like.
        Err(_) => return false,
    }
    true
}

#[cfg(test)]
mod tests {
    use futures::future::BoxFuture;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    /// Answers with the host and path asked for.
    struct Echo;

    impl Network for Echo {
        fn call(&self, request: Request<Body>) -> BoxFuture<'static, Response<Body>> {
            let text = format!(
                "{} {:?}",
                request.uri(),
                request.headers().get("proxy-connection")
            );
            Box::pin(std::future::ready(answer(StatusCode::OK, text)))
        }
    }

    async fn ask(request: &str) -> String {
        let proxy = Proxy::start(Arc::new(Echo)).await.unwrap();
        let mut stream = TcpStream::connect(proxy.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut said = String::new();
        stream.read_to_string(&mut said).await.unwrap();
        said
    }

    #[tokio::test]
    async fn a_request_in_absolute_form_reaches_the_host_it_names() {
        let said = ask(
            "GET http://orders.souk.svc.cluster.local/v1/orders HTTP/1.1\r\nHost: x\r\n\
             Proxy-Connection: keep-alive\r\nConnection: close\r\n\r\n",
        )
        .await;
        assert!(
            said.ends_with("http://orders.souk.svc.cluster.local/v1/orders None"),
            "{said}"
        );
    }

    #[tokio::test]
    async fn a_request_with_a_name_of_the_cluster_in_host_reaches_it_as_by_an_ingress() {
        let said = ask(
            "GET /v1/orders?limit=1 HTTP/1.1\r\nHost: orders.souk.svc.cluster.local\r\n\
             Connection: close\r\n\r\n",
        )
        .await;
        assert!(
            said.ends_with("http://orders.souk.svc.cluster.local/v1/orders?limit=1 None"),
            "{said}"
        );
    }

    #[tokio::test]
    async fn a_request_that_names_no_host_of_the_cluster_is_refused() {
        for host in ["x", "127.0.0.1:80", ""] {
            let request =
                format!("GET /v1/orders HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
            let said = ask(&request).await;
            assert!(said.starts_with("HTTP/1.1 400"), "{said}");
        }
    }
}
