//! A collector of traces and metrics that keeps what it was sent, as it was sent.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// OTLP over HTTP. It takes everything.
pub(crate) struct Collector {
    /// Where it answers.
    pub(crate) url: String,
    received: Arc<Mutex<Vec<u8>>>,
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
        let kept = Arc::clone(&received);
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let kept = Arc::clone(&kept);
                thread::spawn(move || serve(connection, &kept));
            }
        });
        Self { url, received }
    }

    /// All bodies so far. Texts stand in them as they are.
    pub(crate) fn received(&self) -> Vec<u8> {
        let received = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        received.clone()
    }
}

/// Requests of one connection, one after the other.
fn serve(connection: TcpStream, kept: &Mutex<Vec<u8>>) -> Option<()> {
    let mut reader = BufReader::new(connection.try_clone().ok()?);
    let mut writer = connection;
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
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
        kept.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(body);
        let answer =
            "HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n";
        writer.write_all(answer.as_bytes()).ok()?;
    }
}
