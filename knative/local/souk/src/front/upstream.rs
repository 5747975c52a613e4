//! The cluster's ingress: where it is, and whether it is there.

use std::str::FromStr;
use std::time::Duration;

use http::Uri;
use http::uri::{Authority, Scheme};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};

use crate::failure::{Failure, Outcome};

const LOOKED_AGAIN_AFTER: Duration = Duration::from_millis(200);

/// `http://host:port` of an ingress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Upstream(Authority);

impl FromStr for Upstream {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let uri: Uri = text.parse().map_err(|_| "this is no URL")?;
        let (scheme, path) = (uri.scheme(), uri.path_and_query());
        if scheme != Some(&Scheme::HTTP) || path.is_some_and(|path| path != "/") {
            return Err(
                "must be http://host:port; the ingress inside a cluster has no TLS and no path",
            );
        }
        uri.authority().cloned().map(Self).ok_or("must name a host")
    }
}

impl Upstream {
    pub(crate) fn authority(&self) -> &Authority {
        &self.0
    }

    /// Whether somebody takes connections there, within `patience`; else why not.
    pub(crate) async fn answers_within(&self, patience: Duration) -> Outcome {
        let deadline = Instant::now() + patience;
        let address = (self.0.host(), self.0.port_u16().unwrap_or(80));
        loop {
            let Err(error) = TcpStream::connect(address).await else {
                return Ok(());
            };
            if Instant::now() >= deadline {
                return Err(Failure::new(
                    format!("nobody takes connections at {}: {error}", self.0),
                    "Is the ingress forwarded? kubectl port-forward -n kourier-system svc/kourier-internal 8081:80",
                ));
            }
            sleep(LOOKED_AGAIN_AFTER).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upstream_is_a_host_and_port_by_plain_http() {
        for right in [
            "http://127.0.0.1:8081",
            "http://kourier-internal.kourier-system/",
        ] {
            assert!(right.parse::<Upstream>().is_ok(), "{right}");
        }
        for wrong in [
            "127.0.0.1:8081",
            "https://a",
            "http://a/v1",
            "http://a?b",
            "",
            "a b",
        ] {
            assert!(wrong.parse::<Upstream>().is_err(), "{wrong}");
        }
    }

    #[tokio::test]
    async fn an_upstream_that_comes_later_is_waited_for_and_one_that_does_not_come_is_told() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let upstream: Upstream = format!("http://{address}").parse().unwrap();
        let told = upstream
            .answers_within(Duration::ZERO)
            .await
            .unwrap_err()
            .to_string();
        assert!(
            told.contains(&address.to_string()) && told.contains("port-forward"),
            "{told}"
        );
        let waiting =
            tokio::spawn(async move { upstream.answers_within(Duration::from_secs(60)).await });
        let _listener = std::net::TcpListener::bind(address).unwrap();
        waiting.await.unwrap().unwrap();
    }
}
