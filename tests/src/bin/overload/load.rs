//! Orders over connections that are kept: as cheap as a client can be, for it runs on the processors that it measures.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use journeys::order_of;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::{interval, timeout};
use uuid::Uuid;

/// Nobody waits longer for an answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// Requests are sent in portions, so often.
const TICK: Duration = Duration::from_millis(10);

/// What became of one request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) has_retry_after: bool,
    pub(crate) after: Duration,
}

/// What became of all of them.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) answers: Vec<Answered>,
    /// Broken off, or never answered.
    pub(crate) unanswered: usize,
    /// Not sent, as every connection was still waiting for an answer.
    pub(crate) unsent: usize,
}

/// What is ordered, by whom, and where.
#[derive(Debug, Clone)]
pub(crate) struct Orders {
    address: Arc<str>,
    tokens: Arc<[String]>,
    body: Arc<str>,
}

impl Orders {
    pub(crate) fn new(gateway: &str, tokens: Vec<String>, sku: &str) -> Self {
        Self {
            address: gateway.trim_start_matches("http://").into(),
            tokens: tokens.into(),
            body: order_of(sku, 1, "pm_card_visa").to_string().into(),
        }
    }

    /// The bytes of a new order of one of the customers.
    fn request(&self, number: usize) -> String {
        let (token, key) = (&self.tokens[number % self.tokens.len()], Uuid::new_v4());
        format!(
            "POST /v2/orders HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {token}\r\nidempotency-key: {key}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{}",
            self.address,
            self.body.len(),
            self.body
        )
    }
}

/// A connection that is opened again when it has ended.
pub(crate) struct Connection {
    orders: Orders,
    stream: Option<BufReader<TcpStream>>,
}

impl Connection {
    pub(crate) fn new(orders: &Orders) -> Self {
        Self {
            orders: orders.clone(),
            stream: None,
        }
    }

    /// Places one order; nothing if there was no whole answer.
    pub(crate) async fn order(&mut self, number: usize) -> Option<Answered> {
        let began = Instant::now();
        let answer = timeout(PATIENCE, self.exchange(number)).await;
        let Ok(Ok((status, has_retry_after))) = answer else {
            self.stream = None;
            return None;
        };
        Some(Answered {
            status,
            has_retry_after,
            after: began.elapsed(),
        })
    }

    async fn exchange(&mut self, number: usize) -> std::io::Result<(u16, bool)> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => {
                let stream = TcpStream::connect(&*self.orders.address).await?;
                stream.set_nodelay(true)?;
                BufReader::new(stream)
            }
        };
        let request = self.orders.request(number);
        stream.get_mut().write_all(request.as_bytes()).await?;
        let head = Head::read(&mut stream).await?;
        let mut body = vec![0; head.length];
        stream.read_exact(&mut body).await?;
        if !head.closes {
            self.stream = Some(stream);
        }
        Ok((head.status, head.has_retry_after))
    }
}

/// What has to be known of an answer's head.
#[derive(Default)]
struct Head {
    status: u16,
    length: usize,
    has_retry_after: bool,
    closes: bool,
}

impl Head {
    async fn read(stream: &mut BufReader<TcpStream>) -> std::io::Result<Self> {
        let (mut head, mut line) = (Self::default(), String::new());
        stream.read_line(&mut line).await?;
        let status = line.split(' ').nth(1).and_then(|text| text.parse().ok());
        head.status = status.ok_or(std::io::ErrorKind::UnexpectedEof)?;
        loop {
            line.clear();
            stream.read_line(&mut line).await?;
            let Some((name, value)) = line.trim_end().split_once(": ") else {
                return Ok(head);
            };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => head.length = value.parse().unwrap_or_default(),
                "retry-after" => head.has_retry_after = true,
                "connection" => head.closes = value.eq_ignore_ascii_case("close"),
                _ => {}
            }
        }
    }
}

/// Places `each_second` orders a second for `lasts`, whether or not those before were answered, over at most `connections` connections.
pub(crate) async fn open_loop(
    orders: &Orders,
    each_second: f64,
    lasts: Duration,
    connections: usize,
) -> Outcome {
    let (due, waiting) = mpsc::channel::<usize>(1);
    let waiting = Arc::new(tokio::sync::Mutex::new(waiting));
    let outcome = Arc::new(Mutex::new(Outcome::default()));
    let workers: Vec<_> = (0..connections)
        .map(|_| {
            let (waiting, outcome) = (Arc::clone(&waiting), Arc::clone(&outcome));
            let mut connection = Connection::new(orders);
            tokio::spawn(async move {
                while let Some(number) = { waiting.lock().await.recv().await } {
                    let answered = connection.order(number).await;
                    let mut outcome = outcome.lock().unwrap_or_else(PoisonError::into_inner);
                    match answered {
                        Some(answered) => outcome.answers.push(answered),
                        None => outcome.unanswered += 1,
                    }
                }
            })
        })
        .collect();
    let unsent = offer(&due, each_second, lasts).await;
    drop(due);
    for worker in workers {
        worker.await.expect("no worker panics");
    }
    let mut outcome = outcome.lock().unwrap_or_else(PoisonError::into_inner);
    outcome.unsent = unsent;
    std::mem::take(&mut *outcome)
}

/// Hands out what is due; how much found no free connection within a tick.
async fn offer(due: &mpsc::Sender<usize>, each_second: f64, lasts: Duration) -> usize {
    let (began, mut ticks) = (Instant::now(), interval(TICK));
    let (mut number, mut unsent) = (0, 0);
    while began.elapsed() < lasts {
        ticks.tick().await;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "some thousands"
        )]
        let until_now = (began.elapsed().as_secs_f64() * each_second) as usize;
        while number < until_now {
            if timeout(TICK, due.send(number)).await.is_err() {
                unsent += 1;
            }
            number += 1;
        }
    }
    unsent
}
