//! Which request heads are refused before anything looks at them, as nginx does.

use http::header::HOST;
use http::{Method, StatusCode};

use crate::exchange::Exchange;
use crate::exit::Exit;

/// The longest request line and the longest header line (`large_client_header_buffers 4 8k`).
const LINE_BYTES: usize = 8 << 10;
/// The longest head.
const HEAD_BYTES: u64 = 4 * (8 << 10);

/// Refuses a head that is too large or makes no sense.
pub(crate) fn check(exchange: &Exchange) -> Result<(), Box<Exit>> {
    if matches!(exchange.method, Method::CONNECT | Method::TRACE) {
        return Err(Exit::nginx(
            StatusCode::METHOD_NOT_ALLOWED,
            "Method not allowed",
        ));
    }
    if !exchange.headers.contains_key(HOST) || !exchange.raw_path.starts_with('/') {
        return Err(Exit::nginx(StatusCode::BAD_REQUEST, "Bad request"));
    }
    let query = exchange.query.as_ref().map_or(0, |query| query.len() + 1);
    let line = exchange.method.as_str().len() + exchange.raw_path.len() + query;
    if line + " HTTP/1.1\r\n".len() + 1 > LINE_BYTES {
        return Err(Exit::nginx(StatusCode::URI_TOO_LONG, "URI too long"));
    }
    let longest = exchange
        .headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len());
    let too_long = longest
        .max()
        .is_some_and(|length| length + ": \r\n".len() > LINE_BYTES);
    if too_long || exchange.head_bytes > HEAD_BYTES {
        // nginx's own status; it is in no list but is a valid one.
        let status =
            StatusCode::from_u16(494).unwrap_or(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
        return Err(Exit::nginx(status, "Request header or cookie too large"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugins::testing::exchange;

    fn status(method: &str, path: &str, headers: &[(&str, &str)]) -> Option<u16> {
        let exit = check(&exchange(method, path, headers)).err()?;
        Some(exit.status.as_u16())
    }

    #[test]
    fn heads_that_nginx_refuses_are_refused() {
        let host = ("host", "shop");
        let (long, half) = ("x".repeat(8 << 10), "x".repeat(7 << 10));
        let half = half.as_str();
        let many = [
            host,
            ("a", half),
            ("b", half),
            ("c", half),
            ("d", half),
            ("e", half),
        ];
        assert_eq!(status("GET", "/", &[host]), None);
        assert_eq!(status("GET", "/", &[host, ("a", half)]), None);
        assert_eq!(status("GET", "/", &[host, ("a", long.as_str())]), Some(494));
        assert_eq!(status("GET", "/", &many), Some(494));
        assert_eq!(status("GET", &format!("/{long}"), &[host]), Some(414));
        assert_eq!(status("GET", &format!("/?{long}"), &[host]), Some(414));
        assert_eq!(status("GET", "/", &[]), Some(400));
        assert_eq!(status("TRACE", "/", &[host]), Some(405));
    }
}
