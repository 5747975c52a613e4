//! Where Prometheus reads what was counted: of revisions as Knative counts them, of the gateway as Kong does.

use axum::Router;
use axum::routing::get;
use http::header::CONTENT_TYPE;
use souk_engines::remembered_listener;
use souk_gateway::Gateway;
use souk_serving::Serving;
use tokio::net::TcpListener;

use crate::data_dir::DataDir;
use crate::failure::{Failure, Outcome};

const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Answers on a port of this machine until this process ends, and says where.
pub(crate) fn serve(data_dir: &DataDir, serving: Serving, gateway: Gateway) -> Outcome<String> {
    let failed = |error| Failure::new(format!("the metrics have no port: {error}"), "");
    let listener = remembered_listener(&data_dir.port_of("metrics")).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    let listener = TcpListener::from_std(listener).map_err(failed)?;
    let text = async move || {
        let text = serving.metrics() + &gateway.metrics();
        ([(CONTENT_TYPE, TEXT)], text)
    };
    let routes = Router::new().route("/metrics", get(text));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    Ok(format!("http://{address}/metrics"))
}
