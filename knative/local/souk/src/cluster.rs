//! The names of the cluster, and who answers to them here.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, OnceLock};

use axum::body::Body;
use futures::future::BoxFuture;
use http::{Request, Response, StatusCode};
use souk_broker::Broker;
use souk_console::Telemetry;
use souk_gateway::Gateway;
use souk_network::{Network, Outside};
use souk_plan::model::ObjectName;
use souk_serving::Serving;

use crate::gate::Gate;

/// The Kafka broker's ingress: `/<namespace>/<broker>` is a Broker's address.
const BROKER_INGRESS: &str = "kafka-broker-ingress.knative-eventing";
/// Kong's proxy, as Kong's chart names it.
const GATEWAY: &str = "kong-kong-proxy.kong";
/// The OpenTelemetry Collector, which the console stands in for.
const COLLECTOR: &str = "otel-collector.observability";
/// What a Service's name in a namespace may end in (Kubernetes DNS).
const SUFFIXES: [&str; 2] = [".svc.cluster.local", ".svc"];
/// Who Kong sees when somebody in the cluster calls.
const INSIDE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// Everybody who can be called. The parts are hung in as they start, because they call each other.
#[derive(Default)]
pub(crate) struct Cluster {
    pub(crate) serving: OnceLock<Serving>,
    pub(crate) broker: OnceLock<Broker>,
    pub(crate) gateway: OnceLock<Gateway>,
    /// Reads along in what identity answers.
    pub(crate) gate: OnceLock<Gate>,
    /// Takes what functions tell of themselves.
    pub(crate) telemetry: OnceLock<Telemetry>,
    outside: Outside,
}

/// Who a name stands for.
#[derive(Debug, PartialEq, Eq)]
enum Named {
    BrokerIngress,
    Gateway,
    Collector,
    Service(ObjectName),
    Unknown,
    Outside,
}

impl Cluster {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self::default())
    }
}

impl Cluster {
    /// The gate, when it has to know what is answered.
    fn gate_for(&self, request: &Request<Body>) -> Option<&Gate> {
        self.gate.get().filter(|gate| gate.follows(request.uri()))
    }
}

/// The functions alone, for what the gate asks itself.
struct Functions(Serving);

impl Network for Functions {
    fn call(&self, request: Request<Body>) -> BoxFuture<'static, Response<Body>> {
        match named(request.uri().host().unwrap_or_default()) {
            Named::Service(object) => self.0.call(&object, request),
            _ => empty(StatusCode::NOT_FOUND),
        }
    }
}

impl Network for Cluster {
    fn call(&self, request: Request<Body>) -> BoxFuture<'static, Response<Body>> {
        match named(request.uri().host().unwrap_or_default()) {
            Named::BrokerIngress => match self.broker.get() {
                Some(broker) => broker.ingress(request),
                None => not_yet(),
            },
            Named::Gateway => match self.gateway.get() {
                Some(gateway) => gateway.answer(request, INSIDE),
                None => not_yet(),
            },
            Named::Collector => match self.telemetry.get() {
                Some(telemetry) => telemetry.receive(request),
                None => not_yet(),
            },
            Named::Service(object) => match self.serving.get() {
                Some(serving) if serving.has(&object) => match self.gate_for(&request) {
                    Some(gate) => gate.pass(request, Arc::new(Functions(serving.clone()))),
                    None => serving.call(&object, request),
                },
                Some(_) => empty(StatusCode::NOT_FOUND),
                None => not_yet(),
            },
            Named::Unknown => empty(StatusCode::NOT_FOUND),
            Named::Outside => self.outside.call(request),
        }
    }
}

fn named(host: &str) -> Named {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let Some(name) = SUFFIXES.iter().find_map(|suffix| host.strip_suffix(suffix)) else {
        return Named::Outside;
    };
    match (name, name.split_once('.')) {
        (BROKER_INGRESS, _) => Named::BrokerIngress,
        (GATEWAY, _) => Named::Gateway,
        (COLLECTOR, _) => Named::Collector,
        (_, Some((name, namespace))) if !namespace.contains('.') => Named::Service(ObjectName {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        }),
        _ => Named::Unknown,
    }
}

/// A part that is still starting is as unready as on a cluster.
fn not_yet() -> BoxFuture<'static, Response<Body>> {
    empty(StatusCode::SERVICE_UNAVAILABLE)
}

fn empty(status: StatusCode) -> BoxFuture<'static, Response<Body>> {
    Box::pin(std::future::ready(souk_network::answer(
        status,
        Body::empty(),
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(namespace: &str, name: &str) -> Named {
        Named::Service(ObjectName {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        })
    }

    #[test]
    fn names_are_those_of_the_cluster() {
        for (host, expected) in [
            ("orders.souk.svc.cluster.local", service("souk", "orders")),
            ("Orders.souk.svc.cluster.local.", service("souk", "orders")),
            ("orders.souk.svc", service("souk", "orders")),
            (
                "kafka-broker-ingress.knative-eventing.svc.cluster.local",
                Named::BrokerIngress,
            ),
            ("kong-kong-proxy.kong.svc.cluster.local", Named::Gateway),
            (
                "otel-collector.observability.svc.cluster.local",
                Named::Collector,
            ),
            ("a.b.souk.svc.cluster.local", Named::Unknown),
            ("svc.cluster.local", Named::Outside),
            ("127.0.0.1", Named::Outside),
            ("api.stripe.com", Named::Outside),
        ] {
            assert_eq!(named(host), expected, "{host}");
        }
    }

    #[tokio::test]
    async fn a_part_that_has_not_started_is_unavailable() {
        let request = Request::get("http://orders.souk.svc.cluster.local/").body(Body::empty());
        let response = Cluster::new().call(request.unwrap()).await;
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    }
}
