#![doc = include_str!("../README.md")]

mod mailbox;
mod pages;
mod smtp;

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
    let port = std::env::var("PORT").unwrap_or_else(|_| "0".to_owned());
    let mailbox = Arc::new(mailbox::Mailbox::open(&state_dir)?);

    let smtp_listener = TcpListener::bind("127.0.0.1:0").await?;
    let page_listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    announce(&smtp_listener, &page_listener)?;

    let smtp = tokio::spawn(smtp::serve(smtp_listener, Arc::clone(&mailbox)));
    let served = axum::serve(page_listener, pages::routes(mailbox))
        .with_graceful_shutdown(terminated())
        .await;
    smtp.abort();
    served
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
