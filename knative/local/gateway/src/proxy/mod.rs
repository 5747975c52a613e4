//! Asks the upstream: sends the request on, waits as long as the service allows, repeats where nginx would.

mod download;
mod forward;
mod linger;
mod upload;

use std::sync::Arc;

use axum::body::{Body, HttpBody};
use http::{HeaderMap, Method, Request, Response, StatusCode, Uri};
use souk_network::{Network, NoAnswer};
use tokio::time::{Instant, sleep_until};

use crate::exchange::Exchange;
use crate::exit::Exit;
use crate::plugins::request_size_limiting::too_large;
use crate::table::{Route, Service};
use upload::{Stage, Upload, Watch};

pub(crate) use download::Download;
pub(crate) use linger::linger;

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Failure {
    /// Nobody took the connection.
    Unconnected,
    BrokenOff,
    UpstreamTimedOut,
    ClientTimedOut,
    TooLarge,
}

/// The upstream's answer, its body still streaming, or what stands for it.
pub(crate) async fn ask(
    network: &dyn Network,
    exchange: &Exchange,
    route: &Route,
    body: Body,
) -> Result<Response<Body>, Box<Exit>> {
    let outgoing = Outgoing {
        network,
        exchange,
        service: &route.service,
        uri: forward::uri(exchange, &route.service)?,
        headers: forward::headers(exchange, route),
    };
    let outcome = match body.is_end_stream() {
        true => outgoing.send_repeatedly().await,
        false => outgoing.send(body).await,
    };
    outcome.map_err(|failure| exit(failure, exchange))
}

fn exit(failure: Failure, exchange: &Exchange) -> Box<Exit> {
    match failure {
        Failure::TooLarge => too_large(exchange),
        Failure::ClientTimedOut => Exit::nginx(StatusCode::REQUEST_TIMEOUT, "Request timeout"),
        Failure::Unconnected | Failure::BrokenOff => {
            let message = "An invalid response was received from the upstream server";
            Exit::nginx(StatusCode::BAD_GATEWAY, message).after_upstream()
        }
        Failure::UpstreamTimedOut => {
            let message = "The upstream server is timing out";
            Exit::nginx(StatusCode::GATEWAY_TIMEOUT, message).after_upstream()
        }
    }
}

/// A request that can be sent more than once, but for its body.
struct Outgoing<'a> {
    network: &'a dyn Network,
    exchange: &'a Exchange,
    service: &'a Service,
    uri: Uri,
    headers: HeaderMap,
}

impl Outgoing<'_> {
    /// A request without a body.
    async fn send_repeatedly(&self) -> Result<Response<Body>, Failure> {
        let mut left = self.service.retries;
        loop {
            match self.attempt(Body::empty(), Watch::without_body()).await {
                Err(failure) if left > 0 && self.may_repeat_after(failure) => left -= 1,
                outcome => return outcome,
            }
        }
    }

    /// What nobody has got may be sent again. Of anything else POST and PATCH are not repeated: the upstream may have done
    /// what they ask.
    fn may_repeat_after(&self, failure: Failure) -> bool {
        match failure {
            Failure::Unconnected => true,
            Failure::BrokenOff | Failure::UpstreamTimedOut => {
                !matches!(self.exchange.method, Method::POST | Method::PATCH)
            }
            Failure::ClientTimedOut | Failure::TooLarge => false,
        }
    }

    /// A body is never kept, so it is sent once.
    async fn send(&self, body: Body) -> Result<Response<Body>, Failure> {
        let watch = Watch::of_body();
        let upload = Upload::new(body, self.exchange, &watch);
        self.attempt(Body::new(upload), watch).await
    }

    async fn attempt(&self, body: Body, watch: Arc<Watch>) -> Result<Response<Body>, Failure> {
        let mut request = Request::new(body);
        *request.method_mut() = self.exchange.method.clone();
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = self.headers.clone();
        let mut call = self.network.call(request);
        loop {
            let (deadline, failure) = self.deadline(&watch);
            tokio::select! {
                biased;
                () = watch.overflowed() => return Err(Failure::TooLarge),
                response = &mut call => return match watch.is_too_large() {
                    true => Err(Failure::TooLarge),
                    false => self.answered(response),
                },
                () = sleep_until(deadline) => {
                    if self.deadline(&watch).0 <= Instant::now() {
                        return Err(failure);
                    }
                }
            }
        }
    }

    /// The network's answer, unless it only says that there is none.
    fn answered(&self, response: Response<Body>) -> Result<Response<Body>, Failure> {
        let Some(no_answer) = response.extensions().get::<NoAnswer>() else {
            return Ok(response);
        };
        // Without the query: a token may stand in it.
        let (service, path) = (&self.service.name, self.uri.path());
        tracing::warn!(%service, path, why = no_answer.why, "the upstream gives no answer");
        match no_answer.unconnected {
            true => Err(Failure::Unconnected),
            false => Err(Failure::BrokenOff),
        }
    }

    /// Until when there must be progress, and whose fault it is when there is none.
    fn deadline(&self, watch: &Watch) -> (Instant, Failure) {
        let (stage, since) = watch.stage();
        match stage {
            Stage::WaitingForClient => (since + upload::CLIENT_TIMEOUT, Failure::ClientTimedOut),
            Stage::Sending => (
                since + self.service.write_timeout,
                Failure::UpstreamTimedOut,
            ),
            Stage::Sent => (since + self.service.read_timeout, Failure::UpstreamTimedOut),
        }
    }
}
