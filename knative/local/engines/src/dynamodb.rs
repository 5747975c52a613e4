//! DynamoDB inside this process: its HTTP protocol on a port of this machine, its tables in one file.
//!
//! It runs on a thread of its own, because every write waits for the disk and nothing else should wait with it.

use std::fs::OpenOptions;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use dynoxide::{Database, server};
use tokio::sync::oneshot;
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::EngineError;

/// DynamoDB removes expired items some time after they expired; here within a minute.
const EXPIRY_SWEEP: Duration = Duration::from_mins(1);
const STOP_AT_MOST: Duration = Duration::from_secs(2);

/// A running DynamoDB.
#[derive(Debug)]
pub struct DynamoDb {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    stopped: oneshot::Receiver<()>,
}

impl DynamoDb {
    /// Serves the tables in `file` on `listener`.
    ///
    /// # Errors
    ///
    /// When the file cannot be opened or is no such database.
    pub async fn start(file: &Path, listener: TcpListener) -> Result<Self, EngineError> {
        let address = listener
            .local_addr()
            .map_err(|error| cannot_start(file, &error))?;
        let (stop, stop_asked) = oneshot::channel();
        let (ended, stopped) = oneshot::channel();
        let (report, started) = oneshot::channel();
        let own_file = file.to_owned();
        let run = move || {
            serve(&own_file, listener, stop_asked, report);
            let _ = ended.send(());
        };
        let spawned = thread::Builder::new()
            .name("souk-dynamodb".to_owned())
            .spawn(run);
        drop(spawned.map_err(|error| cannot_start(file, &error))?);
        started
            .await
            .map_err(|_| cannot_start(file, &"its thread ended"))??;
        Ok(Self {
            address,
            stop,
            stopped,
        })
    }

    /// Where it answers.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Finishes what is being asked, for two seconds at most, and closes the file.
    pub async fn stop(self) {
        let _ = self.stop.send(());
        if timeout(STOP_AT_MOST, self.stopped).await.is_err() {
            tracing::warn!(
                "DynamoDB was asked to stop and still answers somebody; it ends with souk"
            );
        }
    }
}

fn serve(
    file: &Path,
    listener: TcpListener,
    stop: oneshot::Receiver<()>,
    report: oneshot::Sender<Result<(), EngineError>>,
) {
    let opened = open(file).and_then(|database| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        Ok((
            database,
            runtime.map_err(|error| cannot_start(file, &error))?,
        ))
    });
    let (database, runtime) = match opened {
        Ok(opened) => opened,
        Err(error) => return drop(report.send(Err(error))),
    };
    let _ = report.send(Ok(()));
    runtime.block_on(async {
        let sweeping = tokio::spawn(sweep(database.clone()));
        if let Err(error) = answer(listener, database, stop).await {
            tracing::error!(%error, "DynamoDB ended");
        }
        sweeping.abort();
    });
}

fn open(file: &Path) -> Result<Database, EngineError> {
    let path: PathBuf = file.to_owned();
    let text = path
        .to_str()
        .ok_or_else(|| cannot_start(file, &"its path is not UTF-8"))?;
    // Made here for its owner only; SQLite makes its other files like it.
    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(&path)
        .map_err(|error| cannot_start(file, &error))?;
    Database::new(text).map_err(|error| cannot_start(file, &error))
}

async fn answer(
    listener: TcpListener,
    database: Database,
    stop: oneshot::Receiver<()>,
) -> Result<(), String> {
    listener
        .set_nonblocking(true)
        .map_err(|error| error.to_string())?;
    let listener =
        tokio::net::TcpListener::from_std(listener).map_err(|error| error.to_string())?;
    let stopping = async {
        // A dropped sender means that souk forgot this engine: it stops as well.
        let _ = stop.await;
    };
    server::serve_with_shutdown(listener, database, stopping).await
}

async fn sweep(database: Database) {
    let mut ticks = interval(EXPIRY_SWEEP);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let database = database.clone();
        match tokio::task::spawn_blocking(move || database.sweep_ttl()).await {
            Ok(Ok(_)) => (),
            Ok(Err(error)) => tracing::warn!(%error, "expired items were not removed"),
            Err(_) => return,
        }
    }
}

fn cannot_start(file: &Path, why: &dyn std::fmt::Display) -> EngineError {
    EngineError::new(
        format!("DynamoDB cannot be started on {}: {why}", file.display()),
        "If the file is damaged, move it away and start again: the functions make new tables.",
    )
}
