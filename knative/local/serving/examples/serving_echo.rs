//! A small function for tests and measurements. It is told by its environment how to misbehave:
//!
//! - `ECHO_EXIT`: ends at once with this code
//! - `ECHO_START_MS`: listens only after so long
//! - `ECHO_DEAF`: goes on after SIGTERM
//! - `ECHO_DIARY`: a file to which it writes what happens to it
//!
//! and by the path of a request: `/` answers `hello`, `/headers` the headers that it got, `/revision` its `K_REVISION`, `/count` how many requests came before,
//! `/slow?<ms>` answers after so long, `/stream?<ms>` sends a dot each 20 ms for so long, `/long` announces more than
//! it sends, `/exit` ends the process, `/drop-second` answers one request and closes the connection at the next.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::env;
use std::fs::OpenOptions;
use std::future::pending;
use std::io::{self, Write as _};
use std::panic::resume_unwind;
use std::process::exit;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::RawQuery;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use futures::stream;
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, StatusCode};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::sleep;

static REQUESTS: AtomicU64 = AtomicU64::new(0);
static DROPPED: AtomicU64 = AtomicU64::new(0);

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    note(&format!(
        "started {}",
        env::var("K_REVISION").unwrap_or_default()
    ));
    if let Some(code) = number("ECHO_EXIT") {
        exit(i32::try_from(code).unwrap_or(1));
    }
    sleep(Duration::from_millis(number("ECHO_START_MS").unwrap_or(0))).await;
    let port = u16::try_from(number("PORT").unwrap_or(8080)).map_err(io::Error::other)?;
    let listener = TcpListener::bind(("0.0.0.0", port)).await?;
    let mut sigterm = signal(SignalKind::terminate())?;
    let terminated = async move {
        sigterm.recv().await;
        note("sigterm");
        if env::var_os("ECHO_DEAF").is_some() {
            pending::<()>().await;
        }
    };
    axum::serve(listener, routes())
        .with_graceful_shutdown(terminated)
        .await?;
    note("ended");
    Ok(())
}

fn routes() -> Router {
    Router::new()
        .route("/", any(hello))
        .route("/headers", any(headers))
        .route(
            "/revision",
            get(|| async { env::var("K_REVISION").unwrap_or_default() }),
        )
        .route(
            "/count",
            get(|| async { REQUESTS.load(Ordering::Relaxed).to_string() }),
        )
        .route("/slow", any(slow))
        .route("/stream", get(dots))
        .route("/long", get(long))
        .route("/exit", any(end))
        .route("/drop-second", any(drop_second))
}

async fn hello() -> &'static str {
    REQUESTS.fetch_add(1, Ordering::Relaxed);
    "hello"
}

async fn headers(headers: HeaderMap) -> String {
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let all: BTreeMap<&str, String> = headers
        .iter()
        .map(|(name, value)| (name.as_str(), text(value)))
        .collect();
    serde_json::to_string(&all).unwrap_or_default()
}

async fn slow(RawQuery(millis): RawQuery) -> &'static str {
    note("request");
    sleep(millis_of(millis)).await;
    note("answer");
    "slow"
}

async fn dots(RawQuery(millis): RawQuery) -> Body {
    let count = millis_of(millis).as_millis() / 20;
    Body::from_stream(stream::unfold(0, move |sent| async move {
        sleep(Duration::from_millis(20)).await;
        (sent < count).then(|| (Ok::<_, Infallible>(Bytes::from_static(b".")), sent + 1))
    }))
}

async fn long() -> Response {
    let begun = stream::once(async { Ok::<_, Infallible>(Bytes::from_static(b"begun")) });
    let body = Body::from_stream(futures::StreamExt::chain(begun, stream::pending()));
    ([(CONTENT_LENGTH, "100")], body).into_response()
}

async fn end() -> StatusCode {
    exit(3)
}

/// A handler that panics takes its connection with it. This way of panicking prints nothing.
async fn drop_second() -> &'static str {
    REQUESTS.fetch_add(1, Ordering::Relaxed);
    if DROPPED.fetch_add(1, Ordering::Relaxed) == 1 {
        resume_unwind(Box::new(()));
    }
    "answered"
}

fn millis_of(query: Option<String>) -> Duration {
    let millis = query.and_then(|text| text.parse().ok());
    Duration::from_millis(millis.unwrap_or(0))
}

fn number(variable: &str) -> Option<u64> {
    env::var(variable).ok()?.parse().ok()
}

fn note(what: &str) {
    if let Ok(diary) = env::var("ECHO_DIARY")
        && let Ok(mut file) = OpenOptions::new().create(true).append(true).open(diary)
    {
        // A diary that cannot be written fails the test that reads it.
        let _ = writeln!(file, "{what}");
    }
}
