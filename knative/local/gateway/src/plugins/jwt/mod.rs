//! jwt: authenticates by a JSON Web Token that one of the consumers' credentials has signed.
//!
//! It verifies the signature and, where told to, `exp` and `nbf`; every other claim is the function's to judge.

mod claims;
mod der;
mod key;
mod places;
mod token;
mod verified;

use std::sync::Arc;

use http::header::WWW_AUTHENTICATE;
use http::{HeaderValue, StatusCode};
use serde::Deserialize;
use serde_json::Value;

use super::identity::{Door, identify};
use super::{Plugin, Setting, parse};
use crate::consumers::{Consumers, JwtCredential};
use crate::exchange::Exchange;
use crate::exit::Exit;
use crate::shared::Shared;
use claims::{Claim, ClaimRules, Times};
use places::{Places, Presented};
use token::Token;
use verified::{TokenId, Verified};

pub(crate) use key::VerifyingKey;
pub(crate) use verified::VerifiedTokens;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    #[serde(default = "default_uri_param_names")]
    uri_param_names: Vec<String>,
    #[serde(default)]
    cookie_names: Vec<String>,
    #[serde(default = "default_header_names")]
    header_names: Vec<String>,
    #[serde(default = "default_key_claim_name")]
    key_claim_name: String,
    #[serde(default)]
    secret_is_base64: bool,
    #[serde(default)]
    claims_to_verify: Vec<Claim>,
    #[serde(default)]
    maximum_expiration: u64,
    anonymous: Option<String>,
    #[serde(default = "yes")]
    run_on_preflight: bool,
    realm: Option<String>,
}

fn default_uri_param_names() -> Vec<String> {
    vec!["jwt".to_owned()]
}

fn default_header_names() -> Vec<String> {
    vec!["authorization".to_owned()]
}

fn default_key_claim_name() -> String {
    "iss".to_owned()
}

fn yes() -> bool {
    true
}

struct Jwt {
    places: Places,
    key_claim_name: String,
    secret_is_base64: bool,
    rules: ClaimRules,
    door: Door,
    /// To a request without a token.
    challenge: HeaderValue,
    /// To a request with a bad one.
    challenge_with_error: HeaderValue,
    consumers: Arc<Consumers>,
    shared: Arc<Shared>,
}

/// Makes the plugin.
pub(crate) fn build(setting: &Setting<'_>) -> Result<Arc<dyn Plugin>, String> {
    let config: Config = parse(&setting.plugin.config)?;
    let challenge = match &config.realm {
        Some(realm) => format!("Bearer realm=\"{realm}\""),
        None => "Bearer".to_owned(),
    };
    let value = |text: &str| {
        HeaderValue::from_str(text).map_err(|_| "config.realm: cannot stand in a header")
    };
    Ok(Arc::new(Jwt {
        places: Places::new(
            config.uri_param_names,
            config.cookie_names,
            &config.header_names,
        )?,
        key_claim_name: config.key_claim_name,
        secret_is_base64: config.secret_is_base64,
        rules: ClaimRules::new(config.claims_to_verify, config.maximum_expiration)?,
        door: Door::new(
            setting,
            config.anonymous.as_deref(),
            config.run_on_preflight,
        )?,
        challenge: value(&challenge)?,
        challenge_with_error: value(&format!("{challenge} error=\"invalid_token\""))?,
        consumers: Arc::clone(setting.consumers),
        shared: Arc::clone(setting.shared),
    }))
}

impl Plugin for Jwt {
    fn access(&self, exchange: &mut Exchange) -> Result<(), Box<Exit>> {
        self.door
            .pass(exchange, |exchange| self.authenticate(exchange))
    }
}

impl Jwt {
    fn authenticate(&self, exchange: &mut Exchange) -> Result<(), Box<Exit>> {
        let text = match self.places.token(exchange) {
            Presented::One(text) => text,
            Presented::Nothing => {
                return Err(Exit::message(StatusCode::UNAUTHORIZED, "Unauthorized")
                    .header(WWW_AUTHENTICATE, self.challenge.clone()));
            }
            Presented::Several => return Err(self.refuse("Multiple tokens provided")),
        };
        let (credential, times) = self.verified(&text, exchange)?;
        if let Err(wrong) = self.rules.check(&times, exchange.now) {
            return Err(Exit::json(StatusCode::UNAUTHORIZED, &wrong)
                .header(WWW_AUTHENTICATE, self.challenge_with_error.clone()));
        }
        identify(exchange, &credential.consumer, Some(&credential.key));
        Ok(())
    }

    /// Who signed a token. What is known of it from an earlier request holds as long as the key is the same.
    fn verified(
        &self,
        text: &str,
        exchange: &Exchange,
    ) -> Result<(Arc<JwtCredential>, Times), Box<Exit>> {
        let id = TokenId::new(text, &self.key_claim_name, self.secret_is_base64);
        if let Some(known) = self.shared.tokens.get(&id, exchange.now)
            && let Some(credential) = self.consumers.jwt(&known.key)
            && credential.fingerprint == known.fingerprint
        {
            return Ok((Arc::clone(credential), known.times));
        }
        let token = Token::decode(text).map_err(|why| self.refuse(&format!("Bad token; {why}")))?;
        let credential = Arc::clone(self.credential(&token)?);
        self.check_signature(&token, &credential)?;
        let times = Times::of(&token.claims);
        self.shared.tokens.put(
            id,
            Verified {
                key: credential.key.clone(),
                fingerprint: credential.fingerprint,
                times,
            },
        );
        Ok((credential, times))
    }

    fn credential(&self, token: &Token<'_>) -> Result<&Arc<JwtCredential>, Box<Exit>> {
        let name = self.key_claim_name.as_str();
        let present = |value: &&Value| !matches!(value, Value::Bool(false));
        let key = token.claims.get(name).filter(present);
        let key = key.or_else(|| token.header.get(name).filter(present));
        match key {
            None => Err(self.refuse(&format!("No mandatory '{name}' in claims"))),
            Some(Value::String(key)) if key.is_empty() => {
                Err(self.refuse(&format!("Invalid '{name}' in claims")))
            }
            Some(Value::String(key)) => self
                .consumers
                .jwt(key)
                .ok_or_else(|| self.refuse(&format!("No credentials found for given '{name}'"))),
            // Kong fails where it looks such a key up.
            Some(_) => Err(Exit::unexpected()),
        }
    }

    fn check_signature(
        &self,
        token: &Token<'_>,
        credential: &JwtCredential,
    ) -> Result<(), Box<Exit>> {
        if token.algorithm != credential.algorithm {
            return Err(self.refuse("Invalid algorithm"));
        }
        let valid = match (&credential.public_key, &credential.secret) {
            (Some(key), _) => key.verifies(token.signed.as_bytes(), &token.signature),
            (None, Some(secret)) if token.algorithm.starts_with("HS") => {
                let secret = self
                    .secret(secret)
                    .ok_or_else(|| self.refuse("Invalid key/secret"))?;
                key::hmac_verifies(
                    &token.algorithm,
                    &secret,
                    token.signed.as_bytes(),
                    &token.signature,
                )
            }
            _ => return Err(self.refuse("Invalid key/secret")),
        };
        match valid {
            Ok(true) => Ok(()),
            Ok(false) => Err(self.refuse("Invalid signature")),
            Err(key::WrongLength) => Err(Exit::unexpected()),
        }
    }

    fn secret(&self, written: &str) -> Option<Vec<u8>> {
        match self.secret_is_base64 {
            true => token::decode_base64(written),
            false => Some(written.as_bytes().to_vec()),
        }
    }

    fn refuse(&self, message: &str) -> Box<Exit> {
        Exit::message(StatusCode::UNAUTHORIZED, message)
            .header(WWW_AUTHENTICATE, self.challenge_with_error.clone())
    }
}

#[cfg(test)]
mod tests;
