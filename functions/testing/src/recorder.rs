//! A sink that remembers what it was sent, and can be told to refuse.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU16, Ordering},
    },
    time::Duration,
};

use axum::{Router, body::Bytes, extract::State, routing::post};
use http::{HeaderMap, StatusCode};
use souk_kit::{Sink, events, events::RawEvent};
use tokio::{net::TcpListener, sync::mpsc, time::timeout};
use url::Url;

const EVENTS_MAX: usize = 1024;
const PATIENCE: Duration = Duration::from_secs(20);

/// What was sent to [`Recorder::sink`].
pub struct Recorder {
    url: Url,
    answer: Arc<AtomicU16>,
    events: mpsc::Receiver<Sent>,
}

/// An event, and the headers it came with.
#[derive(Debug, Clone)]
pub struct Sent {
    /// The event.
    pub event: RawEvent,
    /// All headers of the request.
    pub headers: HeaderMap,
}

#[derive(Clone)]
struct Door {
    answer: Arc<AtomicU16>,
    events: mpsc::Sender<Sent>,
}

impl Recorder {
    /// Begins to listen, and answers 202.
    ///
    /// # Panics
    /// If there is no port left.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .unwrap_or_else(|error| panic!("no port: {error}"));
        let address = listener
            .local_addr()
            .unwrap_or_else(|error| panic!("no address: {error}"));
        let (sender, events) = mpsc::channel(EVENTS_MAX);
        let answer = Arc::new(AtomicU16::new(StatusCode::ACCEPTED.as_u16()));
        let door = Door {
            answer: Arc::clone(&answer),
            events: sender,
        };
        let router = Router::new().route("/", post(take)).with_state(door);
        tokio::spawn(axum::serve(listener, router).into_future());
        let url =
            Url::parse(&format!("http://{address}/")).unwrap_or_else(|error| panic!("{error}"));
        Self {
            url,
            answer,
            events,
        }
    }

    /// Its address, for `K_SINK`.
    pub fn url(&self) -> &str {
        self.url.as_str()
    }

    /// A sink that ends here.
    ///
    /// # Panics
    /// If no HTTP client can be made.
    pub fn sink(&self) -> Sink {
        Sink::new(self.url.clone()).unwrap_or_else(|error| panic!("no sink: {error}"))
    }

    /// Answers this from now on; what is not a success is not remembered.
    pub fn answer(&self, status: StatusCode) {
        self.answer.store(status.as_u16(), Ordering::SeqCst);
    }

    /// The next event; waits for it.
    ///
    /// # Panics
    /// If none comes within twenty seconds.
    pub async fn next(&mut self) -> RawEvent {
        self.next_sent().await.event
    }

    /// The next event with its headers; waits for it.
    ///
    /// # Panics
    /// If none comes within twenty seconds.
    pub async fn next_sent(&mut self) -> Sent {
        match timeout(PATIENCE, self.events.recv()).await {
            Ok(Some(sent)) => sent,
            Ok(None) => panic!("the sink has ended"),
            Err(_) => panic!("no event came within {PATIENCE:?}"),
        }
    }

    /// What has come and was not asked for yet.
    pub fn waiting(&mut self) -> Vec<RawEvent> {
        std::iter::from_fn(|| self.events.try_recv().ok())
            .map(|sent| sent.event)
            .collect()
    }
}

async fn take(State(door): State<Door>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let status = StatusCode::from_u16(door.answer.load(Ordering::SeqCst))
        .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if !status.is_success() {
        return status;
    }
    match events::read(&headers, &body) {
        Ok(event) => match door.events.try_send(Sent { event, headers }) {
            Ok(()) => status,
            Err(_) => StatusCode::SERVICE_UNAVAILABLE,
        },
        Err(_) => StatusCode::BAD_REQUEST,
    }
}
