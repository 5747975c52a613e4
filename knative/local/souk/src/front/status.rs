//! What Kong's status port is on a cluster: `/metrics` for Prometheus, `/status/ready` for whoever waits.

use std::future::ready;
use std::net::SocketAddr;

use axum::Router;
use axum::routing::get;
use souk_gateway::Gateway;
use tokio::net::TcpListener;

use crate::failure::{Failure, Outcome};

/// Answers there until this process ends, and says where.
pub(crate) async fn serve_status(address: SocketAddr, gateway: Gateway) -> Outcome<SocketAddr> {
    let failed = |error| {
        let remedy = "Choose another address: --status-listen 127.0.0.1:0";
        Failure::new(
            format!("the status port cannot listen on {address}: {error}"),
            remedy,
        )
    };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let routes = Router::new()
        .route("/metrics", get(move || ready(gateway.metrics())))
        .route("/status/ready", get(|| ready("ready")));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    Ok(address)
}
