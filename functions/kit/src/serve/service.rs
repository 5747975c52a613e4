//! What a function serves, and what it has to finish before it ends.

use std::sync::Arc;

use ::http::{HeaderMap, StatusCode, Uri};
use axum::{
    Extension, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Request, State, rejection::BytesRejection},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use futures::future::BoxFuture;

use super::{
    layers,
    shed::{self, REQUESTS_USUAL, Shedding},
};
use crate::{
    Deprecation, Problem, Subscriptions, TokenVerifier,
    events::{EVENT_BYTES_MAX, Senders},
    resilience::Congestion,
};

pub(crate) const BODY_BYTES_USUAL: usize = 64 * 1024;

/// Where events are delivered.
pub(super) const EVENTS: &str = "/events";

pub(super) type Drain = (
    &'static str,
    Box<dyn FnOnce() -> BoxFuture<'static, ()> + Send>,
);
/// What is to be told that the function ends.
pub(super) type Stop = Box<dyn FnOnce() + Send>;
type Check = Arc<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// What a function serves.
pub struct Service {
    routes: Router,
    checks: Vec<Check>,
    stops: Vec<Stop>,
    drains: Vec<Drain>,
    body_bytes_max: usize,
    requests_max: usize,
    congestion: Option<Congestion>,
}

/// What is served, and what its end asks for.
pub(super) struct Parts {
    pub(super) router: Router,
    pub(super) stops: Vec<Stop>,
    pub(super) drains: Vec<Drain>,
}

impl Service {
    /// Serves these routes; their state is already applied.
    pub fn new(routes: Router) -> Self {
        Self {
            routes,
            checks: Vec::new(),
            stops: Vec::new(),
            drains: Vec::new(),
            body_bytes_max: BODY_BYTES_USUAL,
            requests_max: REQUESTS_USUAL,
            congestion: None,
        }
    }

    /// Hears events, at `POST /events`.
    pub fn subscriptions<S: Clone + Send + Sync + 'static>(
        mut self,
        subscriptions: Subscriptions<S>,
    ) -> Self {
        let subscriptions = Arc::new(subscriptions);
        let receive =
            async move |headers: HeaderMap, body: Result<Bytes, BytesRejection>| match body {
                Ok(body) => subscriptions.receive(headers, body).await,
                Err(rejection) => Problem::from(rejection).into_response(),
            };
        let events = Router::new().route(EVENTS, post(receive));
        self.routes = self
            .routes
            .merge(events.layer(DefaultBodyLimit::max(EVENT_BYTES_MAX)));
        self
    }

    /// Hears events only from these. A process that [`run`](crate::run) starts is told by its environment.
    pub fn senders(mut self, senders: Senders) -> Self {
        let guard = middleware::from_fn_with_state(senders, from_senders);
        self.routes = self.routes.layer(guard);
        self
    }

    /// Lets handlers ask for the caller.
    pub fn auth(mut self, verifier: TokenVerifier) -> Self {
        self.routes = self.routes.layer(Extension(verifier));
        self
    }

    /// Says of the routes that are [deprecated](crate::api::Routes::deprecated) since when they are, and until when they answer.
    pub fn deprecation(mut self, deprecation: Deprecation) -> Self {
        self.routes = self.routes.layer(Extension(deprecation));
        self
    }

    /// Takes bodies of up to this many bytes; 64 KiB otherwise.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_bytes_max = bytes;
        self
    }

    /// Handles so many requests at a time, 48 otherwise, and lets twice as many wait for a moment; the others are refused. A process that
    /// [`run`](crate::run) starts is told by its environment.
    pub fn requests_max(mut self, requests: usize) -> Self {
        self.requests_max = requests.max(1);
        self
    }

    /// Lets in no more work than gets done.
    pub fn congestion(mut self, congestion: Congestion) -> Self {
        self.congestion = Some(congestion);
        self
    }

    /// Is ready only when this says so.
    pub fn ready_when(
        mut self,
        check: impl Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync + 'static,
    ) -> Self {
        self.checks.push(Arc::new(check));
        self
    }

    /// Tells answers that would go on for minutes that the function ends; they have ten seconds to come to their end.
    pub fn on_stop(mut self, tell: impl FnOnce() + Send + 'static) -> Self {
        self.stops.push(Box::new(tell));
        self
    }

    /// Finishes this after the last request, within ten seconds.
    pub fn drain(
        mut self,
        what: &'static str,
        finish: impl FnOnce() -> BoxFuture<'static, ()> + Send + 'static,
    ) -> Self {
        self.drains.push((what, Box::new(finish)));
        self
    }

    /// Everything as one router, for tests that ask it without a socket.
    pub fn into_router(self) -> Router {
        self.split().router
    }

    pub(super) fn split(self) -> Parts {
        let checks = self.checks;
        let probes = Router::new()
            .route("/healthz", get(async || StatusCode::OK))
            .route("/readyz", get(move || ready(checks.clone())));
        let routes = self
            .routes
            .fallback(async |uri: Uri| Problem::not_found("resource at", uri.path()))
            .method_not_allowed_fallback(async || {
                Problem::new(
                    StatusCode::METHOD_NOT_ALLOWED,
                    "method-not-allowed",
                    "The resource does not do that.",
                )
            })
            .layer(DefaultBodyLimit::max(self.body_bytes_max))
            .layer(middleware::from_fn(layers::hear_out))
            .layer(middleware::from_fn(layers::observe))
            .layer(middleware::from_fn_with_state(
                Shedding::new(self.requests_max, self.congestion),
                shed::shed,
            ));
        Parts {
            router: probes.merge(routes),
            stops: self.stops,
            drains: self.drains,
        }
    }
}

/// Whatever hears events there, it hears them from these alone.
async fn from_senders(State(senders): State<Senders>, request: Request, next: Next) -> Response {
    if request.uri().path() == EVENTS
        && let Err(problem) = senders.check(request.headers()).await
    {
        return problem.into_response();
    }
    next.run(request).await
}

async fn ready(checks: Vec<Check>) -> Response {
    for check in checks {
        if let Err(why) = check().await {
            return Problem::unavailable(why, 1).into_response();
        }
    }
    StatusCode::OK.into_response()
}
