//! Holds each request until an instance has room for it, and sees it through.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use http::header::{CONNECTION, HeaderMap, HeaderName, UPGRADE, USER_AGENT};
use http::{Method, Request, Response};
use hyper::client::conn::http1::SendRequest;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep, timeout_at};

use crate::answers;
use crate::balancer::{Admission, Refusal, Turn};
use crate::forward::{Answer, Failure, not_connected, send};
use crate::instance::Instance;
use crate::metrics::Measure;
use crate::queue_proxy::body::Streaming;
use crate::queue_proxy::headers;
use crate::queue_proxy::limits::Deadlines;
use crate::revision::Revision;
use crate::waiting::Tracing;

const K_KUBELET_PROBE: HeaderName = HeaderName::from_static("k-kubelet-probe");
/// A request that found nobody listening is offered to an instance again after each of these. One that has just ended is
/// noticed within that time, and another one is started.
const PAUSES_MS: [u64; 5] = [10, 20, 40, 80, 160];

/// One request, from its arrival to its answer.
pub(crate) async fn call(
    revision: Arc<Revision>,
    mut request: Request<Body>,
    tracing: Tracing,
) -> Response<Body> {
    if is_kubelet_probe(request.headers()) {
        return Response::default();
    }
    let measure = Measure::begin(Arc::clone(&revision), request.method());
    if let Some(what) = unsupported(&request) {
        return measure.end(answers::not_supported(what));
    }
    let deadlines = revision.limits().from(Instant::now());
    headers::to_function(&mut request);
    let held = Held::enter(revision, tracing);
    match timeout_at(deadlines.begin, answered(held, request)).await {
        Ok(Ok((held, answer))) => finish(held, answer, &deadlines, measure),
        Ok(Err(answer)) => measure.end(*answer),
        Err(_) => measure.end(answers::timed_out()),
    }
}

/// The real activator answers these itself, for any path.
fn is_kubelet_probe(headers: &HeaderMap) -> bool {
    let user_agent = headers.get(USER_AGENT).map(http::HeaderValue::as_bytes);
    user_agent.is_some_and(|agent| agent.starts_with(b"kube-probe/"))
        || headers
            .get(K_KUBELET_PROBE)
            .is_some_and(|value| !value.is_empty())
}

fn unsupported(request: &Request<Body>) -> Option<&'static str> {
    if request.method() == Method::CONNECT {
        return Some("CONNECT");
    }
    let upgrades = request.headers().contains_key(UPGRADE)
        && request.headers().get_all(CONNECTION).iter().any(|value| {
            value
                .as_bytes()
                .to_ascii_lowercase()
                .windows(7)
                .any(|part| part == b"upgrade")
        });
    upgrades.then_some("an upgrade of the connection (WebSocket)")
}

async fn answered(
    mut held: Held,
    mut request: Request<Body>,
) -> Result<(Held, Answer), Box<Response<Body>>> {
    let mut pauses = PAUSES_MS.into_iter().map(Duration::from_millis);
    loop {
        let instance = held
            .instance()
            .await
            .map_err(|why| Box::new(answers::refused(&why)))?;
        let error = match send(&instance, request).await {
            Ok(answer) => return Ok((held, answer)),
            Err(Failure::Broken(what)) => return Err(Box::new(answers::bad_gateway(&what))),
            Err(Failure::Refused(unsent, error)) => {
                request = *unsent;
                error
            }
        };
        let Some(pause) = pauses.next() else {
            let what = not_connected(&instance, &error);
            return Err(Box::new(answers::bad_gateway(&what)));
        };
        held.give_back();
        sleep(pause).await;
    }
}

fn finish(
    mut held: Held,
    answer: Answer,
    deadlines: &Deadlines,
    mut measure: Measure,
) -> Response<Body> {
    let (Answer::Whole(head, _) | Answer::Begun(head, ..)) = &answer;
    measure.answered(head.status, held.given_at);
    // It ends with the answer.
    held.measure = Some(measure);
    let (mut head, body) = match answer {
        Answer::Whole(head, bytes) => (head, Body::from(bytes)),
        Answer::Begun(head, body, connection) => {
            let streaming = Streaming::new(body, connection, held, deadlines);
            (head, Body::new(streaming))
        }
    };
    headers::from_function(&mut head);
    Response::from_parts(head, body)
}

/// A request that counts as concurrency, with the instance that it was given, until this is dropped.
pub(crate) struct Held {
    revision: Arc<Revision>,
    instance: Option<Arc<Instance>>,
    /// When it was given that instance.
    given_at: Option<Instant>,
    measure: Option<Measure>,
    tracing: Tracing,
}

impl Held {
    fn enter(revision: Arc<Revision>, tracing: Tracing) -> Self {
        let now = revision.now();
        revision.balancer().load().enter(now);
        Self {
            revision,
            instance: None,
            given_at: None,
            measure: None,
            tracing,
        }
    }

    /// Waits for an instance with room.
    async fn instance(&mut self) -> Result<Arc<Instance>, Refusal> {
        let now = self.revision.now();
        let (admission, cold) = {
            let mut balancer = self.revision.balancer();
            let cold = !balancer.has_instance();
            (balancer.admit(now), cold)
        };
        let instance = match admission {
            Admission::Go(instance) => instance,
            Admission::Refused(why) => {
                self.revision.wake();
                return Err(why);
            }
            Admission::Wait(place, heard) => {
                self.revision.wake();
                let wait = self.tracing.wait(&self.revision, cold);
                let place = Place {
                    revision: &self.revision,
                    number: place,
                    heard,
                };
                let turn = place.turn().await;
                wait.heard(&turn);
                turn?
            }
        };
        self.instance = Some(Arc::clone(&instance));
        self.given_at = Some(Instant::now());
        Ok(instance)
    }

    fn give_back(&mut self) {
        if let Some(instance) = self.instance.take() {
            self.revision.balancer().release(&instance);
        }
    }

    /// The answer has ended in order: its connection can take another request.
    pub(crate) fn keep(self, connection: SendRequest<Body>) {
        if let Some(instance) = &self.instance {
            instance.pool().put(connection);
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let now = self.revision.now();
        let mut balancer = self.revision.balancer();
        balancer.load().leave(now);
        if let Some(instance) = self.instance.take() {
            balancer.release(&instance);
        }
    }
}

/// A place in the queue, left when dropped.
struct Place<'a> {
    revision: &'a Revision,
    number: u64,
    heard: oneshot::Receiver<Turn>,
}

impl Place<'_> {
    async fn turn(mut self) -> Turn {
        // The other end is dropped only with the revision.
        (&mut self.heard).await.unwrap_or(Err(Refusal::Stopping))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut balancer = self.revision.balancer();
        balancer.give_up(self.number);
        // The turn may have come and not been heard.
        if let Ok(Ok(instance)) = self.heard.try_recv() {
            balancer.release(&instance);
        }
    }
}
