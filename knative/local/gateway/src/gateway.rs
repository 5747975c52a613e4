//! The gateway: one request through its phases, and what outlives a request.

use std::net::SocketAddr;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use axum::body::Body;
use chrono::Utc;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use http::header::{EXPECT, HOST};
use http::{HeaderValue, Request, Response, Uri};
use souk_network::{Network, Spans};
use souk_plan::model::GatewayPlan;

use crate::answer::{self, Maker};
use crate::exchange::{Arrival, Exchange};
use crate::exit::Exit;
use crate::mistake::Mistake;
use crate::plugins::Plugin;
use crate::proxy::{self, Download};
use crate::record::Record;
use crate::shared::Shared;
use crate::table::{Route, Table};
use crate::{head_limits, server};

/// What is called when nobody says which port was.
const HTTP_PORT: u16 = 80;

/// Kong for one machine. Clones are the same gateway.
#[derive(Clone)]
pub struct Gateway {
    inner: Arc<Inner>,
}

struct Inner {
    table: RwLock<Arc<Table>>,
    shared: Arc<Shared>,
    network: Arc<dyn Network>,
}

type Plugins = Vec<Arc<dyn Plugin>>;

impl Gateway {
    /// Compiles the plan. Everything in it that Kong would refuse, or that is not supported here, is listed. No spans are made.
    pub fn new(plan: &GatewayPlan, network: Arc<dyn Network>) -> Result<Self, Vec<Mistake>> {
        Self::traced(plan, network, Spans::default())
    }

    /// The same; the opentelemetry plugin hands each request's span over to `spans`.
    ///
    /// # Errors
    ///
    /// As [`Gateway::new`].
    pub fn traced(
        plan: &GatewayPlan,
        network: Arc<dyn Network>,
        spans: Spans,
    ) -> Result<Self, Vec<Mistake>> {
        let shared = Arc::new(Shared::new(spans));
        let table = Arc::new(Table::new(plan, &shared)?);
        Ok(Self {
            inner: Arc::new(Inner {
                table: RwLock::new(table),
                shared,
                network,
            }),
        })
    }

    /// Takes another plan from the next request on. Requests in flight end under the old one; counters, verdicts on
    /// tokens and metrics are kept. With mistakes in the plan everything stays as it is.
    pub fn reload(&self, plan: &GatewayPlan) -> Result<(), Vec<Mistake>> {
        let table = Arc::new(Table::new(plan, &self.inner.shared)?);
        *self
            .inner
            .table
            .write()
            .unwrap_or_else(PoisonError::into_inner) = table;
        Ok(())
    }

    /// Answers one request, as a [`Network`] would: its URI may be absolute, and its `Host` is what counts. Dropping the
    /// future, or the body of the answer, cancels the call to the upstream.
    pub fn answer(
        &self,
        mut request: Request<Body>,
        client: SocketAddr,
    ) -> BoxFuture<'static, Response<Body>> {
        let port = request.uri().port_u16().unwrap_or(HTTP_PORT);
        make_origin_form(&mut request);
        self.answer_at(request, Arrival { client, port })
    }

    /// Serves HTTP/1.1 until `stop`. Then it takes no more, and lets requests in flight end for at most 5 s.
    pub async fn serve(
        self,
        listener: std::net::TcpListener,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> std::io::Result<()> {
        server::serve(self, listener, stop).await
    }

    /// What the prometheus plugin has counted, in Prometheus' text format.
    pub fn metrics(&self) -> String {
        self.inner.shared.metrics.render()
    }

    /// Answers a request that came in on a known port.
    pub(crate) fn answer_at(
        &self,
        request: Request<Body>,
        arrival: Arrival,
    ) -> BoxFuture<'static, Response<Body>> {
        Arc::clone(&self.inner).handle(request, arrival).boxed()
    }
}

impl Inner {
    async fn handle(self: Arc<Self>, request: Request<Body>, arrival: Arrival) -> Response<Body> {
        let (parts, body) = request.into_parts();
        let mut exchange = Exchange::open(parts, arrival, Utc::now());
        let (plugins, admitted) = self.admit(&self.table(), &mut exchange);
        let mut record = Record::open(&exchange, plugins.clone());
        let (outcome, read_timeout) = match admitted {
            Err(exit) => {
                // Reading on would tell a client that asks first to send what is refused.
                if !exchange.headers.contains_key(EXPECT) {
                    proxy::linger(body);
                }
                (Err(exit), None)
            }
            Ok(route) => {
                let asked = Instant::now();
                let throttle = &self.shared.throttle;
                throttle.ask(&route.name, &exchange.method, asked);
                let outcome = proxy::ask(&*self.network, &exchange, &route, body).await;
                if let Ok(answer) = &outcome {
                    throttle.answered(&route.name, &exchange.method, answer, Instant::now());
                }
                record.waited(asked.elapsed());
                (outcome, Some(route.service.read_timeout))
            }
        };
        respond(&exchange, &plugins, record, outcome, read_timeout)
    }

    /// Finds the route and runs its plugins in order. After a refusal the rest are not run, but they still see the answer. What the
    /// upstream would refuse is refused before any of them.
    fn admit(
        &self,
        table: &Table,
        exchange: &mut Exchange,
    ) -> (Plugins, Result<Arc<Route>, Box<Exit>>) {
        let found = head_limits::check(exchange).and_then(|()| table.route(exchange));
        let found = found.and_then(|route| {
            let throttle = &self.shared.throttle;
            throttle.check(&route.name, &exchange.method, exchange.arrived)?;
            Ok(route)
        });
        let route = match found {
            Ok(route) => route,
            Err(exit) => return (table.everywhere.clone(), Err(exit)),
        };
        let mut plugins = Vec::with_capacity(route.chain.len());
        let mut admitted = Ok(());
        for slot in &route.chain {
            let consumer = exchange.consumer.as_ref().map(|consumer| consumer.id);
            if let Some(plugin) = slot.plugin(consumer) {
                match &admitted {
                    Ok(()) => admitted = plugin.access(exchange),
                    Err(_) => plugin.refused(exchange),
                }
                plugins.push(Arc::clone(plugin));
            }
        }
        (plugins, admitted.map(|()| route))
    }

    fn table(&self) -> Arc<Table> {
        Arc::clone(&self.table.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// As a client on a connection sends it: the path alone, and where it is sent to in `Host`.
fn make_origin_form(request: &mut Request<Body>) {
    let uri = std::mem::take(request.uri_mut());
    let host = uri
        .authority()
        .and_then(|host| HeaderValue::from_str(host.as_str()).ok());
    if let (Some(host), false) = (host, request.headers().contains_key(HOST)) {
        request.headers_mut().insert(HOST, host);
    }
    if let Some(target) = uri.path_and_query() {
        *request.uri_mut() = Uri::from(target.clone());
    }
}

fn respond(
    exchange: &Exchange,
    plugins: &Plugins,
    mut record: Record,
    outcome: Result<Response<Body>, Box<Exit>>,
    read_timeout: Option<Duration>,
) -> Response<Body> {
    let (mut head, body, maker) = match outcome {
        Ok(response) => {
            let (parts, body) = response.into_parts();
            (answer::of_upstream(parts), body, Maker::Upstream)
        }
        Err(exit) => {
            let (head, body) = answer::of_exit(&exit, exchange);
            let for_upstream = exit.after_upstream;
            let maker = if for_upstream {
                Maker::KongForUpstream
            } else {
                Maker::Kong
            };
            (head, Body::from(body), maker)
        }
    };
    for (name, value) in &exchange.answer_headers {
        head.headers.insert(name, value.clone());
    }
    for plugin in plugins {
        plugin.header_filter(exchange, &mut head);
    }
    answer::sign(&mut head.headers, maker, exchange, record.latency());
    record.answered(head.status, &head.headers, maker == Maker::Upstream);
    tracing::debug!(
        method = %exchange.method,
        path = exchange.raw_path,
        status = head.status.as_u16(),
        request_id = exchange.id,
        "answered"
    );
    let read_timeout = read_timeout.filter(|_| maker == Maker::Upstream);
    let mut response = Response::new(Body::new(Download::new(body, record, read_timeout)));
    *response.status_mut() = head.status;
    *response.headers_mut() = head.headers;
    response
}
