#![doc = include_str!("../README.md")]

mod mailbox;
mod pages;
mod smtp;
mod switches;

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .json()
        .init();
    let state_dir = std::env::var_os("STATE_DIR").map_or_else(|| PathBuf::from("."), PathBuf::from);
    let mailbox = Arc::new(mailbox::Mailbox::open(&state_dir)?);

    let switches = Arc::new(switches::Switches::default());

    let address = variable("LISTEN_ADDRESS", "127.0.0.1");
    let smtp_port = variable("SMTP_PORT", "0");
    let smtp_listener = TcpListener::bind(format!("{address}:{smtp_port}")).await?;
    let port = variable("PORT", "0");
    let page_listener = TcpListener::bind(format!("{address}:{port}")).await?;
    announce(&smtp_listener, &page_listener)?;

    let smtp = tokio::spawn(smtp::serve(
        smtp_listener,
        Arc::clone(&mailbox),
        Arc::clone(&switches),
    ));
    let served = axum::serve(page_listener, pages::routes(mailbox, switches))
        .with_graceful_shutdown(terminated())
        .await;
    smtp.abort();
    served
}

/// A variable that is set to something, or what is usual.
fn variable(name: &str, usual: &str) -> String {
    let value = std::env::var(name).ok().filter(|value| !value.is_empty());
    value.unwrap_or_else(|| usual.to_owned())
}

/// The stand-in's contract with whoever starts it: one line of JSON that says where it is.
fn announce(smtp: &TcpListener, page: &TcpListener) -> std::io::Result<()> {
    let line = serde_json::json!({
        "url": format!("smtp://{}", smtp.local_addr()?),
        "page": format!("http://{}/", page.local_addr()?),
    });
    writeln!(std::io::stdout(), "{line}")
}

async fn terminated() {
    match signal(SignalKind::terminate()) {
        Ok(mut sigterm) => {
            sigterm.recv().await;
        }
        Err(error) => tracing::error!(%error, "cannot listen for SIGTERM"),
    }
}
