//! Large answers, compressed for whoever takes that.

use std::io::{self, Write as _};

use flate2::Compression;
use flate2::write::GzEncoder;
use http::{HeaderMap, HeaderValue, header};

/// Smaller answers stay as they are.
const WORTH_IT: usize = 16 << 10;

/// The body, and the headers that it needs.
pub(crate) fn compressed(request: &HeaderMap, body: Vec<u8>) -> io::Result<(Vec<u8>, HeaderMap)> {
    let mut encoding = HeaderMap::new();
    encoding.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if body.len() < WORTH_IT || !takes_gzip(request) {
        return Ok((body, encoding));
    }
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 8), Compression::fast());
    encoder.write_all(&body)?;
    encoding.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    Ok((encoder.finish()?, encoding))
}

fn takes_gzip(request: &HeaderMap) -> bool {
    let accepted = request.get_all(header::ACCEPT_ENCODING).iter();
    let mut codings = accepted
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    codings.any(|coding| {
        let (name, quality) = coding.split_once(';').unwrap_or((coding, ""));
        let refused = matches!(quality.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000");
        name.trim().eq_ignore_ascii_case("gzip") && !refused
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoding(accepted: &str, length: usize) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, accepted.parse().unwrap());
        let (_, encoding) = compressed(&headers, vec![b'x'; length]).unwrap();
        encoding
            .iter()
            .any(|(name, _)| *name == header::CONTENT_ENCODING)
    }

    #[test]
    fn only_who_takes_gzip_gets_it_and_only_when_it_is_worth_it() {
        assert!(encoding("br, gzip;q=0.5", WORTH_IT));
        assert!(!encoding("gzip", WORTH_IT - 1));
        assert!(!encoding("br", WORTH_IT));
        assert!(!encoding("gzip;q=0", WORTH_IT));
    }
}
