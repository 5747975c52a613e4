//! What functions and the runtime tell of themselves: received, kept for a while, and given out again.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use axum::body::Body;
use axum::response::Response;
use futures::future::BoxFuture;
use http::Request;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use serde::Serialize;
use souk_network::Span;
use tokio::sync::mpsc::Receiver;
use tokio::time::{MissedTickBehavior, interval};

use crate::flow::Flow;
use crate::receiver::{self, Received};
use crate::record::LogRecord;
use crate::series::{AddUp, Snapshots, parse};
use crate::shop::Shop;
use crate::store::Store;
use crate::{tail, time};

/// The shop's time of day.
pub(crate) type Now = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// Metrics are looked at that often.
const SNAPSHOT_EVERY: Duration = Duration::from_secs(10);
/// How many of the runtime's own spans are taken at once.
const AT_ONCE: usize = 512;

/// How much is kept. What came first goes first, whichever bound is met first.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Spans.
    pub spans: u64,
    /// Log lines.
    pub logs: u64,
    /// Points of metrics.
    pub points: u64,
    /// Seconds since it was received.
    pub age_seconds: u64,
    /// Bytes of the file that are in use.
    pub bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            spans: 200_000,
            logs: 200_000,
            points: 500_000,
            age_seconds: 24 * 3600,
            bytes: 256 << 20,
        }
    }
}

/// How much there is.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Amounts {
    spans: u64,
    logs: u64,
    points: u64,
    dropped: u64,
    bytes: u64,
}

/// A handle on everything that is kept. Clones are the same.
#[derive(Clone)]
pub struct Telemetry(Arc<Inner>);

struct Inner {
    store: Store,
    metrics: Mutex<AddUp>,
    flow: Arc<Flow>,
    now: Now,
}

impl Telemetry {
    /// Opens the history in `folder`, which exists. `now` is the shop's time of day; `machine`'s says how old things are, so that a
    /// clock that is moved forward takes no history away.
    ///
    /// # Errors
    ///
    /// When the file can be neither used nor made.
    pub fn open(
        folder: &Path,
        limits: Limits,
        now: impl Fn() -> SystemTime + Send + Sync + 'static,
        machine: impl Fn() -> SystemTime + Send + Sync + 'static,
    ) -> Result<Self, rusqlite::Error> {
        let now: Now = Arc::new(now);
        Ok(Self(Arc::new(Inner {
            store: Store::open(folder, limits, Arc::new(machine))?,
            metrics: Mutex::default(),
            flow: Flow::new(),
            now,
        })))
    }

    /// Answers an OTLP request, as the collector on a cluster would.
    #[must_use]
    pub fn receive(&self, request: Request<Body>) -> BoxFuture<'static, Response<Body>> {
        Box::pin(receiver::answer(self.clone(), request))
    }

    /// Keeps the runtime's own spans from now on.
    pub fn listen(&self, mut spans: Receiver<Span>) {
        let telemetry = self.clone();
        tokio::spawn(async move {
            let mut batch = Vec::with_capacity(AT_ONCE);
            while spans.recv_many(&mut batch, AT_ONCE).await > 0 {
                let received = batch.drain(..).map(receiver::record_of_inside);
                telemetry.take_spans(received.collect());
            }
        });
    }

    /// Reads along in every log of a folder from now on; goes on where it was when it ended.
    pub fn read_logs(&self, folder: PathBuf) {
        let telemetry = self.clone();
        tokio::spawn(async move {
            let marks = telemetry.store().read_marks().await.unwrap_or_default();
            let now = Arc::clone(&telemetry.0.now);
            tail::start(folder, marks, telemetry.store().clone(), now);
        });
    }

    /// The functions' metrics, added up, in Prometheus' text format.
    #[must_use]
    pub fn function_metrics(&self) -> String {
        self.metrics().text()
    }

    /// Returns when everything before is on disk.
    pub async fn flush(&self) {
        self.0.store.flush().await;
    }

    /// Keeps how metrics change, from now on.
    pub(crate) fn watch_metrics(&self, shop: Arc<dyn Shop>) {
        let telemetry = self.clone();
        tokio::spawn(async move {
            let mut snapshots = Snapshots::new(telemetry.seconds());
            let mut ticks = interval(SNAPSHOT_EVERY);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                ticks.tick().await;
                telemetry.snapshot(&mut snapshots, shop.as_ref()).await;
            }
        });
    }

    async fn snapshot(&self, snapshots: &mut Snapshots, shop: &dyn Shop) {
        let platform = shop.platform_metrics().await;
        let mut samples = self.metrics().samples();
        samples.extend(parse(&platform));
        let points = snapshots.changes(samples, self.seconds());
        if !points.is_empty() {
            self.0.store.points(points);
        }
    }

    /// Gives how many were not taken.
    pub(crate) fn take_spans(&self, received: Vec<Received>) -> i64 {
        if received.is_empty() {
            return 0;
        }
        let (spans, heard): (Vec<_>, Vec<_>) = received
            .into_iter()
            .map(|one| (one.span, one.heard))
            .unzip();
        self.0.flow.hear(&heard);
        rejected(heard.len(), self.0.store.spans(spans))
    }

    /// Gives how many were not taken.
    pub(crate) fn take_logs(&self, lines: Vec<LogRecord>) -> i64 {
        let count = lines.len();
        rejected(count, self.0.store.logs(lines))
    }

    /// Gives how many were not taken.
    pub(crate) fn take_metrics(&self, request: &ExportMetricsServiceRequest) -> i64 {
        let rejected = self.metrics().take_request(request);
        let dropped = u64::try_from(rejected).unwrap_or_default();
        self.0.store.counts().drop_some(dropped);
        rejected
    }

    pub(crate) fn amounts(&self) -> Amounts {
        let counts = self.0.store.counts();
        Amounts {
            spans: counts.spans.load(Ordering::Relaxed),
            logs: counts.logs.load(Ordering::Relaxed),
            points: counts.points.load(Ordering::Relaxed),
            dropped: counts.dropped.load(Ordering::Relaxed),
            bytes: counts.bytes.load(Ordering::Relaxed),
        }
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    pub(crate) fn flow(&self) -> &Arc<Flow> {
        &self.0.flow
    }

    /// The shop's time of day, in microseconds since 1970.
    pub(crate) fn micros(&self) -> i64 {
        time::micros((self.0.now)())
    }

    fn seconds(&self) -> i64 {
        self.micros() / 1_000_000
    }

    fn metrics(&self) -> std::sync::MutexGuard<'_, AddUp> {
        let metrics = self.0.metrics.lock();
        metrics.unwrap_or_else(PoisonError::into_inner)
    }
}

fn rejected(count: usize, taken: bool) -> i64 {
    match taken {
        true => 0,
        false => i64::try_from(count).unwrap_or(i64::MAX),
    }
}
