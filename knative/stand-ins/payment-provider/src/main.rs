//! Starts the stand-in: says on standard output where it is, and serves until it is told to end.

use std::{
    io,
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
};

use payment_provider::{Desk, Receiver, routes, send, webhook_secret};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

/// Where the shop takes webhooks.
const WEBHOOK_PATH: &str = "/v1/payments/webhooks/provider";

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    tracing_subscriber::fmt()
        .with_writer(io::stderr)
        .json()
        .init();
    let state_dir = std::env::var_os("STATE_DIR").map_or_else(|| PathBuf::from("."), PathBuf::from);
    let told = variable("API_KEY");
    let is_told = told.is_some();
    let address = variable("LISTEN_ADDRESS").unwrap_or_else(|| "127.0.0.1".to_owned());
    let port = variable("PORT").unwrap_or_else(|| "0".to_owned());
    let listener = TcpListener::bind(format!("{address}:{port}")).await?;
    // Where browsers reach it: where it listens, unless it is told.
    let listens = format!("http://{}", listener.local_addr()?);
    let base = variable("BASE_URL").unwrap_or_else(|| listens.clone());
    let desk = Arc::new(Desk::open(&state_dir, told)?.at(&base));
    let receiver = receiver(&state_dir)?;
    announce(&listens, desk.api_key(), is_told, &receiver)?;
    if let Some(receiver) = receiver {
        tokio::spawn(send(Arc::clone(&desk), receiver));
    }
    axum::serve(listener, routes(desk))
        .with_graceful_shutdown(terminated())
        .await
}

/// A variable that is set to something.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Whom webhooks are posted to: who is named, or else the shop's payments, if it is said where the shop is.
fn receiver(state_dir: &Path) -> io::Result<Option<Receiver>> {
    let at_the_shop = |shop: String| format!("{}{WEBHOOK_PATH}", shop.trim_end_matches('/'));
    let url = variable("WEBHOOK_URL").or_else(|| variable("SHOP_URL").map(at_the_shop));
    let Some(url) = url else { return Ok(None) };
    let secret = variable("WEBHOOK_SECRET").map_or_else(|| webhook_secret(state_dir), Ok)?;
    Ok(Some(Receiver { url, secret }))
}

/// The stand-in's contract with whoever starts it: one line of JSON that says where it is. A key or a secret that it was told is not
/// repeated: in a cluster this line is in a log.
fn announce(
    listens: &str,
    api_key: &str,
    is_told: bool,
    receiver: &Option<Receiver>,
) -> io::Result<()> {
    let mut line = serde_json::json!({ "url": listens, "page": format!("{listens}/") });
    if !is_told {
        line["api-key"] = api_key.into();
    }
    if let Some(receiver) = receiver
        && variable("WEBHOOK_SECRET").is_none()
    {
        line["webhook-secret"] = receiver.secret.as_str().into();
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
