//! The life of the process. What is wrong with its configuration is said before anything is begun.

use std::{
    io::{self, Write},
    net::Ipv4Addr,
    process::ExitCode,
    time::Duration,
};

use axum::serve::ListenerExt;
use futures::future::LocalBoxFuture;
use serde_json::Value;
use socket2::SockRef;
use thiserror::Error;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    time::{Instant, timeout_at},
};
use tokio_util::sync::CancellationToken;

use super::{
    Service,
    service::{Drain, Parts},
    shed::REQUESTS_USUAL,
};
use crate::{
    Env, Reader, api::Api, env::ConfigMistakes, events::Senders, metrics::Histogram,
    telemetry::Telemetry,
};

const WORKER_THREADS: usize = 2;
const PORT_USUAL: u16 = 8080;
/// As nginx's `send_timeout`: within an answer, a stream for instance, the other side must read something in that time.
const SEND_TIMEOUT: Duration = Duration::from_secs(60);
const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);
/// `EX_USAGE`: starting again without another configuration is of no use.
const EXIT_CONFIG: u8 = 64;

static INIT_DURATION: Histogram = Histogram::new(
    "faas.init_duration",
    "From the start of an instance until it could be asked.",
);

/// Why a function does not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// Its configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigMistakes),
    /// Its database does not answer.
    #[error("the database cannot be used: {0}")]
    Database(#[from] sqlx::Error),
    /// Its tables cannot be brought up to date.
    #[error("the tables cannot be brought up to date: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// Its tables are older than it needs, and its role may not change them.
    #[error(
        "the tables are older than this release needs, and this role may not change them ({1})\n\
         missing: {0}\nrun this program once with the argument `migrate` and a DATABASE_URL of the tables' owner"
    )]
    OldTables(String, String),
    /// The port is taken, or another thing of the system failed.
    #[error("the system refuses: {0}")]
    System(#[from] io::Error),
    /// Its executable was called with something that it does not do.
    #[error(
        "it does not know `{0}`; without an argument it serves, with `openapi` it prints its API, \
         with `migrate` it brings its tables up to date, if it has any"
    )]
    Argument(String),
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

type Migrate = Box<dyn FnOnce(Env) -> LocalBoxFuture<'static, Result<(), StartError>>>;

/// A function's executable: without an argument it serves; with one it does what that names, and ends.
pub struct Program<F> {
    name: &'static str,
    start: F,
    api: Option<fn() -> Api>,
    migrate: Option<Migrate>,
}

impl<F, Fut> Program<F>
where
    F: FnOnce(Env) -> Fut,
    Fut: Future<Output = Result<Service, StartError>>,
{
    /// The function `name`: `start` makes it from the environment.
    pub fn new(name: &'static str, start: F) -> Self {
        Self {
            name,
            start,
            api: None,
            migrate: None,
        }
    }

    /// What `<name> openapi` prints. It is made only then.
    pub fn api(mut self, api: fn() -> Api) -> Self {
        self.api = Some(api);
        self
    }

    /// What `<name> migrate` does: brings the tables up to date and ends, before a new revision takes traffic.
    pub fn migrate<Done>(mut self, migrate: impl FnOnce(Env) -> Done + 'static) -> Self
    where
        Done: Future<Output = Result<(), StartError>> + 'static,
    {
        self.migrate = Some(Box::new(move |env| Box::pin(migrate(env))));
        self
    }

    /// Does what the first argument says; SIGTERM ends serving in order.
    pub fn run(self) -> ExitCode {
        match (std::env::args().nth(1).as_deref(), self.api, self.migrate) {
            (None, ..) => run(self.name, self.start),
            (Some("openapi"), Some(api), _) => print(&api().document(self.name)),
            (Some("migrate"), _, Some(migrate)) => run_once(self.name, async move |env| {
                migrate(env).await?;
                tracing::info!("the tables are up to date");
                Ok(())
            }),
            (Some(unknown), ..) => give_up(self.name, &StartError::Argument(unknown.to_owned())),
        }
    }
}

fn print(document: &Value) -> ExitCode {
    let mut out = io::stdout().lock();
    // Whoever closes the pipe has read enough.
    let _ = writeln!(out, "{document:#}");
    ExitCode::SUCCESS
}

/// Runs the function `name`: `start` makes it from the environment; SIGTERM ends it in order.
pub fn run<F, Fut>(name: &'static str, start: F) -> ExitCode
where
    F: FnOnce(Env) -> Fut,
    Fut: Future<Output = Result<Service, StartError>>,
{
    let begun = Instant::now();
    run_once(name, move |env| live(name, env, begun, start))
}

fn run_once<Done>(name: &'static str, work: impl FnOnce(Env) -> Done) -> ExitCode
where
    Done: Future<Output = Result<(), StartError>>,
{
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = match runtime.worker_threads(WORKER_THREADS).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return give_up(name, &error.into()),
    };
    let outcome = runtime.block_on(async {
        let env = Env::process();
        let telemetry = Telemetry::start(name, &env);
        let outcome = Box::pin(work(env)).await;
        telemetry.flush().await;
        outcome
    });
    runtime.shutdown_background();
    outcome.map_or_else(|error| give_up(name, &error), |()| ExitCode::SUCCESS)
}

async fn live<F, Fut>(
    name: &'static str,
    env: Env,
    begun: Instant,
    start: F,
) -> Result<(), StartError>
where
    F: FnOnce(Env) -> Fut,
    Fut: Future<Output = Result<Service, StartError>>,
{
    let mut r = Reader::new(&env);
    // A container is reached on every address; whoever runs processes side by side may say which one they are reached on.
    let (host, port) = (
        r.optional("HOST", Ipv4Addr::UNSPECIFIED),
        r.optional("PORT", PORT_USUAL),
    );
    let requests_max = r.optional("REQUESTS_MAX", REQUESTS_USUAL);
    let (host, port, requests_max) = r.finish(|| Some((host?, port?, requests_max?)))?;
    let senders = Senders::from_env(&env)?;
    let mut service = start(env).await?.requests_max(requests_max);
    if let Some(senders) = senders {
        service = service.senders(senders);
    }
    let parts = service.split();
    let listener = TcpListener::bind((host, port)).await?;
    INIT_DURATION.record(begun.elapsed(), &[]);
    tracing::info!(port, "{name} is ready");
    serve(listener, parts).await
}

async fn serve(listener: TcpListener, parts: Parts) -> Result<(), StartError> {
    let (mut terminate, mut interrupt) = (
        signal(SignalKind::terminate())?,
        signal(SignalKind::interrupt())?,
    );
    let stop = CancellationToken::new();
    let listener = listener.tap_io(|stream| {
        // Answers are small; waiting to fill a packet would only delay them.
        let _ = stream.set_nodelay(true);
        // Whoever reads nothing of an answer for so long is gone.
        let _ = SockRef::from(&*stream).set_tcp_user_timeout(Some(SEND_TIMEOUT));
    });
    let serving =
        axum::serve(listener, parts.router).with_graceful_shutdown(stop.clone().cancelled_owned());
    let mut serving = tokio::spawn(serving.into_future());
    tokio::select! {
        ended = &mut serving => return Ok(ended.map_err(io::Error::other)??),
        _ = terminate.recv() => tracing::info!("SIGTERM: finishing what was begun"),
        _ = interrupt.recv() => tracing::info!("SIGINT: finishing what was begun"),
    }
    stop.cancel();
    parts.stops.into_iter().for_each(|tell| tell());
    let deadline = Instant::now() + DRAIN_TIMEOUT;
    if timeout_at(deadline, &mut serving).await.is_err() {
        tracing::warn!("some requests were still open and are cut");
        serving.abort();
    }
    drain(parts.drains).await;
    Ok(())
}

async fn drain(drains: Vec<Drain>) {
    let deadline = Instant::now() + DRAIN_TIMEOUT;
    for (what, finish) in drains {
        match timeout_at(deadline, finish()).await {
            Ok(()) => tracing::info!(what, "drained"),
            Err(_) => tracing::warn!(what, "not drained in time; the rest is left behind"),
        }
    }
}

fn give_up(name: &str, error: &StartError) -> ExitCode {
    for line in error.to_string().lines() {
        eprintln!("{name}: {line}");
    }
    match error {
        StartError::Config(_) | StartError::Argument(_) => ExitCode::from(EXIT_CONFIG),
        _ => ExitCode::FAILURE,
    }
}
