//! A token of the function's own, to ask its neighbours with: client credentials (RFC 6749, section 4.4).

use std::{sync::Arc, time::Duration};

use ::http::Method;
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::{
    Problem, Reader,
    resilience::{Client, ClientError, Retry},
};

/// Whoever gives tokens may have to wake up first.
const TOKEN_TIMEOUT: Duration = Duration::from_secs(10);
/// A token is not used for its last minute, so that none ends on its way.
const MARGIN: Duration = Duration::from_secs(60);

/// Tokens of a machine client. Clones share the token.
#[derive(Clone, Debug)]
pub struct MachineToken(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    client: Client,
    url: Url,
    id: String,
    secret: SecretString,
    held: Mutex<Option<Held>>,
}

#[derive(Debug)]
struct Held {
    token: SecretString,
    until: Instant,
}

#[derive(Deserialize)]
struct Given {
    access_token: String,
    expires_in: u64,
}

impl MachineToken {
    /// Tokens of this client, from the token endpoint at `token_url`. The first is fetched when it is asked for.
    pub fn new(
        token_url: Url,
        client_id: &str,
        secret: impl Into<SecretString>,
    ) -> Result<Self, reqwest::Error> {
        Ok(Self(Arc::new(Inner {
            client: Client::new("the token endpoint", token_url.clone(), TOKEN_TIMEOUT)?,
            url: token_url,
            id: client_id.to_owned(),
            secret: secret.into(),
            held: Mutex::new(None),
        })))
    }

    /// Reads `<PREFIX>_TOKEN_URL`, `<PREFIX>_CLIENT_ID` and `<PREFIX>_CLIENT_SECRET`.
    pub fn from_env(r: &mut Reader<'_>, prefix: &str) -> Option<Self> {
        let name = format!("{prefix}_TOKEN_URL");
        let url = r.required::<Url>(&name);
        let id = r.required::<String>(&format!("{prefix}_CLIENT_ID"));
        let secret = r.secret(&format!("{prefix}_CLIENT_SECRET"));
        let token = Self::new(url?, &id?, secret?);
        token
            .map_err(|error| r.mistake(format!("{name} cannot be used: {error}")))
            .ok()
    }

    /// A token that is good for a minute at least. Callers who come together wait for one answer.
    pub async fn token(&self) -> Result<String, Problem> {
        let mut held = self.0.held.lock().await;
        if let Some(held) = &*held
            && Instant::now() < held.until
        {
            return Ok(held.token.expose_secret().to_owned());
        }
        *held = None;
        let given = Retry::idempotent().run(|| self.0.ask(), ClientError::passes);
        let given = given.await?;
        let life = Duration::from_secs(given.expires_in);
        *held = Some(Held {
            token: given.access_token.clone().into(),
            until: Instant::now() + life.saturating_sub(MARGIN),
        });
        Ok(given.access_token)
    }

    /// Forgets a token that a neighbour has refused, so that the next caller gets another.
    pub async fn forget(&self, refused: &str) {
        let mut held = self.0.held.lock().await;
        if held
            .as_ref()
            .is_some_and(|held| held.token.expose_secret() == refused)
        {
            *held = None;
        }
    }
}

impl Inner {
    async fn ask(&self) -> Result<Given, ClientError> {
        let request = self.client.request(Method::POST, self.url.as_str())?;
        let request = request
            .basic_auth(
                encoded(&self.id),
                Some(encoded(self.secret.expose_secret())),
            )
            .form(&[("grant_type", "client_credentials")]);
        let body = self.client.send(request).await?;
        serde_json::from_slice(&body).map_err(|error| self.client.unreadable(error))
    }
}

/// As RFC 6749, section 2.3.1 has it: id and secret are form-encoded before they are put together.
fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
