//! Where the state comes from: identity, at its name in the cluster.

use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, ETAG, HeaderValue, IF_NONE_MATCH};
use http::{Request, StatusCode};
use http_body_util::Full;
use url::Url;

use crate::ask::Asker;
use crate::state::State;

/// A cold start of identity is waited for.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Asks identity for its state, and remembers which one it has seen.
#[derive(Debug)]
pub struct Source {
    url: Url,
    asker: Asker,
    etag: Option<HeaderValue>,
}

/// Why there is no state. Every one of these is over some time later.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// The name does not exist: no identity has been deployed yet.
    #[error("there is no host `{0}`")]
    NoSuchHost(String),
    /// No answer.
    #[error("{0}")]
    Away(String),
    /// An answer that is no state.
    #[error("identity answered {0}")]
    Status(StatusCode),
    /// A state that cannot be read.
    #[error("identity's state cannot be read: {0}")]
    Unreadable(String),
    /// A state without a key: identity always has one.
    #[error("identity's state has no key")]
    NoKeys,
}

impl Source {
    /// `url` is the whole address, `http://identity.souk.svc.cluster.local/v1/identity/gate`.
    #[must_use]
    pub fn new(url: Url) -> Self {
        Self {
            url,
            asker: Asker::new(TIMEOUT),
            etag: None,
        }
    }

    /// The state, or none while it is the one that was told before.
    ///
    /// # Errors
    ///
    /// [`AskError`]. What was told before still holds.
    pub async fn ask(&mut self) -> Result<Option<State>, AskError> {
        let mut request = Request::get(self.url.as_str()).header(ACCEPT, "application/json");
        if let Some(etag) = &self.etag {
            request = request.header(IF_NONE_MATCH, etag);
        }
        let request = request.body(Full::<Bytes>::default());
        let request = request.map_err(|error| AskError::Away(error.to_string()))?;
        let answered = match self.asker.ask(request).await {
            Ok(answered) => answered,
            Err(what) => return Err(self.away(what).await),
        };
        match answered.status {
            StatusCode::NOT_MODIFIED if self.etag.is_some() => return Ok(None),
            StatusCode::OK => (),
            status => return Err(AskError::Status(status)),
        }
        let state: State = serde_json::from_slice(&answered.body)
            .map_err(|error| AskError::Unreadable(error.to_string()))?;
        if state.keys.is_empty() {
            return Err(AskError::NoKeys);
        }
        self.etag = answered.headers.get(ETAG).cloned();
        Ok(Some(state))
    }

    /// Forgets what was told, so that it is told again.
    pub fn forget(&mut self) {
        self.etag = None;
    }

    async fn away(&self, what: String) -> AskError {
        let host = self.url.host_str().unwrap_or_default();
        let port = self.url.port_or_known_default().unwrap_or(80);
        match tokio::net::lookup_host((host, port)).await {
            Err(error) if is_unknown(&error.to_string()) => AskError::NoSuchHost(host.to_owned()),
            _ => AskError::Away(what),
        }
    }
}

/// `EAI_NONAME` as glibc and musl say it. A name server that does not answer is another error (`EAI_AGAIN`): then nobody knows
/// whether the name exists.
fn is_unknown(error: &str) -> bool {
    let said = ["Name or service not known", "Name does not resolve"];
    said.iter().any(|said| error.contains(said))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_server_that_does_not_answer_is_not_a_name_that_does_not_exist() {
        let said = "failed to lookup address information: ";
        assert!(is_unknown(&format!("{said}Name or service not known")));
        assert!(is_unknown(&format!("{said}Name does not resolve")));
        assert!(!is_unknown(&format!(
            "{said}Temporary failure in name resolution"
        )));
        assert!(!is_unknown(&format!("{said}Try again")));
        assert!(!is_unknown("Connection refused (os error 111)"));
    }
}
