//! A collector of traces and metrics that keeps what it was sent, as it was sent, and passes it on to a shop's console.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// OTLP over HTTP. It takes everything.
pub(crate) struct Collector {
    /// Where it answers.
    pub(crate) url: String,
    received: Arc<Mutex<Vec<u8>>>,
    console: Arc<Mutex<Option<String>>>,
}

impl Collector {
    /// Listens until the test program ends.
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!(
            "http://{}",
            listener.local_addr().expect("it has an address")
        );
        let received = Arc::new(Mutex::new(Vec::new()));
        let console = Arc::new(Mutex::new(None));
        let (kept, further) = (Arc::clone(&received), Arc::clone(&console));
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let (kept, further) = (Arc::clone(&kept), Arc::clone(&further));
                thread::spawn(move || serve(connection, &kept, &further));
            }
        });
        Self {
            url,
            received,
            console,
        }
    }

    /// From now on this console, `http://host:port`, is sent everything as well.
    pub(crate) fn pass_on_to(&self, console: &str) {
        let address = console.trim_start_matches("http://").to_owned();
        *self.console.lock().unwrap_or_else(PoisonError::into_inner) = Some(address);
    }

    /// All bodies so far. Texts stand in them as they are.
    pub(crate) fn received(&self) -> Vec<u8> {
        let received = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        received.clone()
    }
}

/// Requests of one connection, one after the other.
fn serve(
    connection: TcpStream,
    kept: &Mutex<Vec<u8>>,
    console: &Mutex<Option<String>>,
) -> Option<()> {
    let mut reader = BufReader::new(connection.try_clone().ok()?);
    let mut writer = connection;
    loop {
        let mut length = 0;
        let mut path = None;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            path = path.or_else(|| line.split(' ').nth(1).map(str::to_owned));
            if line.trim().is_empty() {
                break;
            }
            let header = line.split_once(':');
            let header =
                header.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()));
            match header {
                Some((name, value)) if name == "content-length" => length = value.parse().ok()?,
                Some((name, value)) => assert!(
                    name != "content-encoding",
                    "a body is compressed by {value}"
                ),
                None => {}
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let console = console
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some(console) = console {
            let taken = pass_on(&console, &path.unwrap_or_default(), &body);
            assert!(taken.starts_with("HTTP/1.1 200"), "the console: {taken}");
        }
        kept.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(body);
        let answer =
            "HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n";
        writer.write_all(answer.as_bytes()).ok()?;
    }
}

/// What the console answers.
fn pass_on(console: &str, path: &str, body: &[u8]) -> String {
    let mut connection = TcpStream::connect(console).expect("the console can be reached");
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {console}\r\nContent-Type: application/x-protobuf\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let mut answer = String::new();
    let sent = connection.write_all(&[head.as_bytes(), body].concat());
    sent.expect("the console takes it");
    let mut reader = BufReader::new(connection);
    reader.read_line(&mut answer).expect("the console answers");
    answer
}
