//! request-size-limiting: refuses bodies that are too large, by their announced length or while they stream.

use std::sync::Arc;

use http::StatusCode;
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use serde::Deserialize;

use super::{Plugin, Setting, parse};
use crate::exchange::Exchange;
use crate::exit::Exit;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    #[serde(default = "default_size")]
    allowed_payload_size: u64,
    #[serde(default)]
    size_unit: Unit,
    #[serde(default)]
    require_content_length: bool,
}

fn default_size() -> u64 {
    128
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Unit {
    #[default]
    Megabytes,
    Kilobytes,
    Bytes,
}

impl Unit {
    fn bytes(self) -> u64 {
        match self {
            Self::Megabytes => 1 << 20,
            Self::Kilobytes => 1 << 10,
            Self::Bytes => 1,
        }
    }
}

struct RequestSizeLimiting {
    bytes: u64,
    require_content_length: bool,
}

/// Makes the plugin.
pub(crate) fn build(setting: &Setting<'_>) -> Result<Arc<dyn Plugin>, String> {
    let config: Config = parse(&setting.plugin.config)?;
    Ok(Arc::new(RequestSizeLimiting {
        bytes: config
            .allowed_payload_size
            .saturating_mul(config.size_unit.bytes()),
        require_content_length: config.require_content_length,
    }))
}

/// The answer to a body that is too large.
pub(crate) fn too_large(exchange: &Exchange) -> Box<Exit> {
    let waits = exchange
        .header("expect")
        .is_some_and(|expect| expect.trim().eq_ignore_ascii_case("100-continue"));
    let status = match waits {
        true => StatusCode::EXPECTATION_FAILED,
        false => StatusCode::PAYLOAD_TOO_LARGE,
    };
    Exit::error(status, "Request size limit exceeded")
}

impl Plugin for RequestSizeLimiting {
    fn access(&self, exchange: &mut Exchange) -> Result<(), Box<Exit>> {
        let announced = exchange
            .header(CONTENT_LENGTH)
            .and_then(|length| length.parse().ok());
        match announced {
            Some(length) if length > self.bytes => return Err(too_large(exchange)),
            Some::<u64>(_) => {}
            None if self.require_content_length
                && !exchange.headers.contains_key(TRANSFER_ENCODING) =>
            {
                let message = "A valid Content-Length header is required";
                return Err(Exit::error(StatusCode::LENGTH_REQUIRED, message));
            }
            None => {}
        }
        exchange.body_limit = Some(self.bytes);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{exchange, message, plugin};
    use super::*;
    use serde_json::{Value, json};

    fn status(config: Value, headers: &[(&str, &str)]) -> Option<u16> {
        let limit = plugin("request-size-limiting", config);
        let exit = limit.access(&mut exchange("POST", "/", headers)).err()?;
        Some(exit.status.as_u16())
    }

    #[test]
    fn the_announced_length_is_compared_in_powers_of_two() {
        let kilobytes = json!({"allowed_payload_size": 64, "size_unit": "kilobytes"});
        let megabytes = json!({"allowed_payload_size": 1});
        for (config, length, refused) in [
            (&kilobytes, "65536", None),
            (&kilobytes, "65537", Some(413)),
            (&megabytes, "1048576", None),
            (&megabytes, "1048577", Some(413)),
            (&json!({}), "134217729", Some(413)),
        ] {
            let headers = [("content-length", length)];
            assert_eq!(
                status(config.clone(), &headers),
                refused,
                "{config} {length}"
            );
        }
    }

    #[test]
    fn who_expects_to_continue_is_told_417() {
        let headers = [("content-length", "2"), ("expect", "100-Continue")];
        let config = json!({"allowed_payload_size": 1, "size_unit": "bytes"});
        assert_eq!(status(config, &headers), Some(417));
    }

    #[test]
    fn a_length_may_be_required_of_bodies_that_are_not_chunked() {
        let config = json!({"require_content_length": true});
        assert_eq!(status(config.clone(), &[]), Some(411));
        assert_eq!(status(config, &[("transfer-encoding", "chunked")]), None);
        assert_eq!(status(json!({}), &[]), None);
    }

    #[test]
    fn the_limit_is_kept_for_the_stream() {
        let limit = plugin("request-size-limiting", json!({"allowed_payload_size": 2}));
        let mut request = exchange("POST", "/", &[]);
        limit.access(&mut request).unwrap();
        assert_eq!(request.body_limit, Some(2 << 20));
        assert_eq!(message(&too_large(&request)), "Request size limit exceeded");
    }
}
