//! Starts the stand-in: says on standard output where it is, and serves until it is told to end.

use std::{io, io::Write, path::PathBuf, sync::Arc};

use payment_provider::{Desk, routes};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    tracing_subscriber::fmt()
        .with_writer(io::stderr)
        .json()
        .init();
    let state_dir = std::env::var_os("STATE_DIR").map_or_else(|| PathBuf::from("."), PathBuf::from);
    let port = std::env::var("PORT").unwrap_or_else(|_| "0".to_owned());
    let desk = Arc::new(Desk::open(&state_dir)?);
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    announce(&listener, &desk)?;
    axum::serve(listener, routes(desk))
        .with_graceful_shutdown(terminated())
        .await
}

/// The stand-in's contract with whoever starts it: one line of JSON that says where it is.
fn announce(listener: &TcpListener, desk: &Desk) -> io::Result<()> {
    let address = listener.local_addr()?;
    let line = serde_json::json!({
        "url": format!("http://{address}"),
        "api-key": desk.api_key(),
        "page": format!("http://{address}/"),
    });
    writeln!(io::stdout(), "{line}")
}

async fn terminated() {
    match signal(SignalKind::terminate()) {
        Ok(mut sigterm) => {
            sigterm.recv().await;
        }
        Err(error) => tracing::error!(%error, "cannot listen for SIGTERM"),
    }
}
