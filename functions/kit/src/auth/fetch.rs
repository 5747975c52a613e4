//! Fetches a key set (RFC 7517). What it has that is no key we know of is left out.

use std::{path::PathBuf, time::Duration};

use ::http::StatusCode;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use reqwest::{Certificate, Client, Request, Url};
use serde::Deserialize;
use serde_json::Value;
use tracing::Instrument;

use crate::{
    resilience::Retry,
    telemetry::outgoing::{self, Asking},
    web,
};

/// Whoever has the keys may have to wake up first.
const FETCH_TIMEOUT: Duration = Duration::from_secs(10);
const SET_BYTES_MAX: usize = 256 * 1024;
/// As which whoever has the keys is found in spans and metrics.
const PEER: &str = "keys";

/// Where keys are, and how they are asked for.
#[derive(Debug, Clone)]
pub(crate) struct Fetch {
    client: Client,
    url: Url,
    /// A file with the token to ask with; read each time, as it changes.
    token_file: Option<PathBuf>,
}

/// Why there are no keys: what went wrong, and whether it may pass.
struct Failure(String, bool);

impl Fetch {
    /// From this address, which asks nobody who they are.
    pub(crate) fn new(url: Url) -> Result<Self, reqwest::Error> {
        let client = web::client(url.as_str(), FETCH_TIMEOUT)?;
        Ok(Self {
            client,
            url,
            token_file: None,
        })
    }

    /// From this address, whose certificate is signed by the authority in `ca` (PEM), with the token in a file.
    pub(crate) fn within_cluster(
        url: Url,
        ca: Option<&[u8]>,
        token_file: Option<PathBuf>,
    ) -> Result<Self, reqwest::Error> {
        let client = match ca {
            None => web::client(url.as_str(), FETCH_TIMEOUT)?,
            Some(pem) => web::builder(FETCH_TIMEOUT)
                .tls_certs_only(Certificate::from_pem_bundle(pem)?)
                .build()?,
        };
        Ok(Self {
            client,
            url,
            token_file,
        })
    }

    /// The keys as they are now; tried three times.
    pub(crate) async fn get(&self) -> Result<JwkSet, String> {
        let outcome = Retry::idempotent().run(|| self.once(), |failure| failure.1);
        outcome.await.map_err(|failure| failure.0)
    }

    async fn once(&self) -> Result<JwkSet, Failure> {
        let mut request = self.client.get(self.url.clone());
        if let Some(file) = &self.token_file {
            let token = std::fs::read_to_string(file);
            let token = token.map_err(|error| Failure(error.to_string(), false))?;
            request = request.bearer_auth(token.trim());
        }
        let mut request = request.build().map_err(away)?;
        let asking = Asking::begin(PEER, &mut request);
        let answer = self.answer(request).instrument(asking.span()).await;
        match &answer {
            Ok((status, _)) => asking.answered(*status),
            Err(error) => asking.failed(outgoing::kind(error)),
        }
        let (status, body) = answer.map_err(away)?;
        if !status.is_success() {
            let why = format!("the answer was {status}");
            return Err(Failure(why, status.is_server_error()));
        }
        if body.len() > SET_BYTES_MAX {
            return Err(Failure(format!("more than {SET_BYTES_MAX} bytes"), false));
        }
        read(&body).map_err(|error| Failure(error.to_string(), false))
    }

    /// Status and body; of a body that is too long, enough to see that.
    async fn answer(&self, request: Request) -> Result<(StatusCode, Vec<u8>), reqwest::Error> {
        let mut response = self.client.execute(request).await?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            body.extend_from_slice(&chunk);
            if body.len() > SET_BYTES_MAX {
                break;
            }
        }
        Ok((response.status(), body))
    }
}

fn away(error: reqwest::Error) -> Failure {
    Failure(error.without_url().to_string(), true)
}

fn read(body: &[u8]) -> Result<JwkSet, serde_json::Error> {
    #[derive(Deserialize)]
    struct Set {
        keys: Vec<Value>,
    }
    let keys = serde_json::from_slice::<Set>(body)?.keys.into_iter();
    Ok(JwkSet {
        keys: keys
            .filter_map(|key| serde_json::from_value::<Jwk>(key).ok())
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_a_kind_to_come_does_not_hide_the_others() {
        let set = br#"{"keys":[{"kty":"EC","crv":"P-256","kid":"a","x":"AA","y":"AA"},{"kty":1},
            {"kty":"AKP","alg":"ML-DSA-44","kid":"b"}]}"#;
        assert!(read(set).unwrap().find("a").is_some());
        assert!(read(b"{}").is_err());
        assert!(read(b"<html>").is_err());
    }
}
