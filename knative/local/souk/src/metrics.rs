//! Where Prometheus reads what was counted: of revisions as Knative counts them, of the gateway as Kong does, of the broker as Knative's
//! data plane and Kafka's exporter do. What functions count is beside it, under `/metrics/functions`: Knative and the functions both have a
//! `http_server_request_duration_seconds`.

use std::sync::Arc;

use axum::Router;
use axum::response::IntoResponse;
use axum::routing::get;
use http::header::CONTENT_TYPE;
use souk_broker::Broker;
use souk_engines::remembered_listener;
use souk_gateway::Gateway;
use souk_serving::Serving;
use tokio::net::TcpListener;

use crate::data_dir::DataDir;
use crate::failure::{Failure, Outcome};
use crate::faults::Faults;

const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What functions have sent, in Prometheus' text format.
pub(crate) type FunctionMetrics = Arc<dyn Fn() -> String + Send + Sync>;

/// What is counted where.
pub(crate) struct Counted {
    pub(crate) serving: Serving,
    pub(crate) gateway: Gateway,
    pub(crate) broker: Broker,
    pub(crate) faults: Arc<Faults>,
    /// None: functions send nothing, and there is no such page.
    pub(crate) functions: Option<FunctionMetrics>,
}

/// Answers on a port of this machine until this process ends, and says where.
pub(crate) fn serve(data_dir: &DataDir, counted: Counted) -> Outcome<String> {
    let failed = |error| Failure::new(format!("the metrics have no port: {error}"), "");
    let listener = remembered_listener(&data_dir.port_of("metrics")).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    let listener = TcpListener::from_std(listener).map_err(failed)?;
    tokio::spawn(async move { axum::serve(listener, routes(counted)).await });
    Ok(format!("http://{address}/metrics"))
}

fn routes(counted: Counted) -> Router {
    let Counted {
        serving,
        gateway,
        broker,
        faults,
        functions,
    } = counted;
    let platform = async move || {
        let counted = serving.metrics() + &gateway.metrics() + &broker.metrics();
        text(counted + &faults.metrics().await)
    };
    let routes = Router::new().route("/metrics", get(platform));
    match functions {
        Some(functions) => routes.route("/metrics/functions", get(async move || text(functions()))),
        None => routes,
    }
}

fn text(text: String) -> impl IntoResponse {
    ([(CONTENT_TYPE, TEXT)], text)
}
