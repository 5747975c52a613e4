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
    let told = variable("API_KEY");
    let is_told = told.is_some();
    let desk = Arc::new(Desk::open(&state_dir, told)?);
    let address = variable("LISTEN_ADDRESS").unwrap_or_else(|| "127.0.0.1".to_owned());
    let port = variable("PORT").unwrap_or_else(|| "0".to_owned());
    let listener = TcpListener::bind(format!("{address}:{port}")).await?;
    announce(&listener, desk.api_key(), is_told)?;
    axum::serve(listener, routes(desk))
        .with_graceful_shutdown(terminated())
        .await
}

/// A variable that is set to something.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The stand-in's contract with whoever starts it: one line of JSON that says where it is. A key that it was told is not repeated: in
/// a cluster this line is in a log.
fn announce(listener: &TcpListener, api_key: &str, is_told: bool) -> io::Result<()> {
    let address = listener.local_addr()?;
    let mut line = serde_json::json!({
        "url": format!("http://{address}"),
        "page": format!("http://{address}/"),
    });
    if !is_told {
        line["api-key"] = api_key.into();
    }
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
