//! Requests as bytes: what no client library would send.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Longer than any answer to a broken request takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// An answer as it came.
#[derive(Debug)]
pub struct RawAnswer {
    /// Of the first answer; 0 when the connection was closed without one.
    pub status: u16,
    /// All that came.
    pub text: String,
}

/// Sends bytes on a connection of its own and reads until it is closed. The request should ask for that.
///
/// # Panics
///
/// When the gateway cannot be reached.
pub async fn raw(gateway: &str, request: impl AsRef<[u8]>) -> RawAnswer {
    let address = gateway.trim_start_matches("http://");
    let connection = TcpStream::connect(address).await;
    let mut connection = connection.unwrap_or_else(|error| panic!("{address}: {error}"));
    // A gateway may answer and close before it has read everything.
    let _ = connection.write_all(request.as_ref()).await;
    let mut bytes = Vec::new();
    let _ = timeout(PATIENCE, connection.read_to_end(&mut bytes)).await;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let status = text
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    RawAnswer {
        status: status.unwrap_or(0),
        text,
    }
}

/// A request line and headers, ended; the connection is closed afterwards.
#[must_use]
pub fn head(gateway: &str, line: &str, headers: &[(&str, &str)]) -> String {
    let host = gateway.trim_start_matches("http://");
    let lines = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"));
    let lines: String = lines.collect();
    format!("{line} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{lines}\r\n")
}
