//! Somebody who follows an order, over a socket, and sees how the stream ends.

use std::{net::SocketAddr, time::Duration};

use axum::http::StatusCode;
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    net::TcpStream,
    time::timeout,
};

const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Following {
    pub(crate) status: StatusCode,
    lines: Lines<BufReader<TcpStream>>,
}

/// One event of the stream.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) event: String,
    pub(crate) id: String,
    pub(crate) data: Value,
}

impl Following {
    /// Opens a stream; each of `headers` ends with a line break.
    pub(crate) async fn open(address: SocketAddr, path: &str, headers: &str) -> Self {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\n{headers}\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let lines = BufReader::new(stream).lines();
        let mut following = Self {
            status: StatusCode::OK,
            lines,
        };
        let status_line = following.line().await;
        let status = status_line.split(' ').nth(1).unwrap();
        following.status = status.parse().unwrap();
        while !following.line().await.is_empty() {}
        following
    }

    /// Done when a heartbeat has come.
    pub(crate) async fn sign_of_life(&mut self) {
        while !self.line().await.starts_with(':') {}
    }

    /// The next event, or none if the stream has ended in order.
    pub(crate) async fn next(&mut self) -> Option<Told> {
        let mut told = Told::default();
        loop {
            let line = self.line().await;
            match line.split_once(": ") {
                Some(("event", name)) => told.event = name.to_owned(),
                Some(("id", id)) => told.id = id.to_owned(),
                Some(("data", data)) => told.data = serde_json::from_str(data).unwrap(),
                _ if line.is_empty() && !told.data.is_null() => return Some(told),
                // The last chunk of an answer that is whole.
                _ if line == "0" => return None,
                _ => {}
            }
        }
    }

    async fn line(&mut self) -> String {
        let line = timeout(PATIENCE, self.lines.next_line()).await;
        line.expect("nothing came").unwrap().expect("it was cut")
    }
}
