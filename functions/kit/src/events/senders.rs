//! Who may deliver events, where Knative's OIDC is enabled: the broker's dispatchers, by tokens of the cluster's issuer.
//!
//! Where it is not enabled, only the network says who reaches `/events` (the NetworkPolicies), and nothing is checked here.

use std::{fmt, fs, path::PathBuf, sync::Arc};

use ::http::{HeaderMap, header::AUTHORIZATION};
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use reqwest::Url;
use serde::Deserialize;

use crate::{
    Clock, Env, Problem, Reader,
    auth::{Fetch, Keys, KeysAway, Pace},
    env::ConfigMistakes,
};

/// The broker tries again; until then the keys may be there.
const KEYS_AGAIN_SECONDS: u32 = 2;
const TOKEN_BYTES_MAX: usize = 8192;
const LEEWAY_SECONDS: i64 = 5;
/// Kubernetes signs with the one, Knative's own tests and other issuers with the other.
const ALGORITHMS: &[Algorithm] = &[Algorithm::RS256, Algorithm::ES256];

/// Tells the broker from others. Clones share the keys.
#[derive(Clone)]
pub struct Senders(Arc<Inner>);

struct Inner {
    keys: Keys,
    issuer: String,
    audience: String,
    /// Whose tokens are good, each whole or up to a `*`; none means anybody's of the issuer.
    subjects: Vec<String>,
    clock: Clock,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    exp: i64,
    nbf: Option<i64>,
}

impl Senders {
    /// Reads `EVENTS_OIDC_ISSUER`, `EVENTS_OIDC_AUDIENCE` and `EVENTS_OIDC_JWKS_URL`; `None` if none of them is set.
    ///
    /// What a cluster may need besides: `EVENTS_OIDC_SUBJECTS` (who may deliver, apart by commas, each with a `*` at its end or
    /// not), `EVENTS_OIDC_CA_FILE` (whom to believe that it is the address) and `EVENTS_OIDC_TOKEN_FILE` (to ask for keys with).
    pub fn from_env(env: &Env) -> Result<Option<Self>, ConfigMistakes> {
        let names = [
            "EVENTS_OIDC_ISSUER",
            "EVENTS_OIDC_AUDIENCE",
            "EVENTS_OIDC_JWKS_URL",
        ];
        if names.iter().all(|name| env.get(name).is_none()) {
            return Ok(None);
        }
        let mut r = Reader::new(env);
        let issuer = r.required::<String>(names[0]);
        let audience = r.required::<String>(names[1]);
        let url = r.required::<Url>(names[2]);
        let subjects = r.optional("EVENTS_OIDC_SUBJECTS", String::new());
        let fetch = url.and_then(|url| fetch(&mut r, url));
        r.finish(|| {
            let clock = Clock::system();
            let keys = Keys::fetched(fetch?, ALGORITHMS, Pace::usual(), clock.clone());
            let subjects = subjects?;
            let subjects = subjects.split(',').map(str::trim);
            Some(Some(Self(Arc::new(Inner {
                keys,
                issuer: issuer?,
                audience: audience?,
                subjects: subjects
                    .filter(|subject| !subject.is_empty())
                    .map(str::to_owned)
                    .collect(),
                clock,
            }))))
        })
    }

    /// Refuses a request that is not the broker's: 401 without a good token, 403 with somebody else's.
    pub async fn check(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let token = bearer(headers).ok_or_else(Problem::unauthorized)?;
        let claims = self.claims(token).await?;
        if self.0.knows(&claims.sub) {
            return Ok(());
        }
        tracing::warn!(
            subject = claims.sub,
            "an event was refused: its sender may not deliver"
        );
        Err(Problem::forbidden("This sender may not deliver events."))
    }

    async fn claims(&self, token: &str) -> Result<Claims, Problem> {
        let refuse = |why: &dyn fmt::Display| {
            tracing::warn!(%why, "an event was refused: its sender's token is not good");
            Problem::invalid_token()
        };
        if token.len() > TOKEN_BYTES_MAX {
            return Err(refuse(&"it is too large"));
        }
        let header = decode_header(token).map_err(|error| refuse(&error))?;
        let key_id = header.kid.unwrap_or_default();
        let key = match self.0.keys.find(&key_id).await {
            Ok(key) => key.ok_or_else(|| refuse(&"it names another key"))?,
            Err(KeysAway(why)) => {
                tracing::warn!(why, "the keys that check the broker's tokens cannot be had");
                let detail = "Senders cannot be checked at the moment.";
                return Err(Problem::unavailable(detail, KEYS_AGAIN_SECONDS));
            }
        };
        let validation = self.0.validation(key.algorithm);
        let claims = decode::<Claims>(token, &key.key, &validation);
        let claims = claims.map_err(|error| refuse(&error))?.claims;
        let now = self.0.clock.now().timestamp();
        let begun = claims.nbf.unwrap_or(now) <= now.saturating_add(LEEWAY_SECONDS);
        if !begun || now >= claims.exp.saturating_add(LEEWAY_SECONDS) {
            return Err(refuse(&"it is not its time"));
        }
        Ok(claims)
    }
}

impl Inner {
    fn validation(&self, algorithm: Algorithm) -> Validation {
        let mut validation = Validation::new(algorithm);
        validation.set_issuer(&[&self.issuer]);
        validation.set_audience(&[&self.audience]);
        validation.set_required_spec_claims(&["iss", "aud", "exp", "sub"]);
        // Times are compared by the clock that was handed in.
        validation.validate_exp = false;
        validation
    }

    fn knows(&self, subject: &str) -> bool {
        let fits = |pattern: &String| match pattern.strip_suffix('*') {
            Some(prefix) => subject.starts_with(prefix),
            None => subject == pattern,
        };
        self.subjects.is_empty() || self.subjects.iter().any(fits)
    }
}

fn fetch(r: &mut Reader<'_>, url: Url) -> Option<Fetch> {
    let ca = r.env().get("EVENTS_OIDC_CA_FILE");
    let ca = match ca.map(fs::read).transpose() {
        Ok(ca) => ca,
        Err(error) => {
            r.mistake(format!("EVENTS_OIDC_CA_FILE cannot be read: {error}"));
            return None;
        }
    };
    let token_file = r.env().get("EVENTS_OIDC_TOKEN_FILE").map(PathBuf::from);
    Fetch::within_cluster(url, ca.as_deref(), token_file)
        .map_err(|error| r.mistake(format!("EVENTS_OIDC_JWKS_URL cannot be used: {error}")))
        .ok()
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
