//! key-auth: authenticates by a key in a header or the query.

use std::sync::Arc;

use http::header::{HeaderName, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::Deserialize;

use super::identity::{Door, identify};
use super::{Plugin, Setting, parse};
use crate::consumers::Consumers;
use crate::exchange::Exchange;
use crate::exit::Exit;
use crate::uri::query::{Query, without};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    #[serde(default = "default_key_names")]
    key_names: Vec<String>,
    #[serde(default = "yes")]
    key_in_header: bool,
    #[serde(default = "yes")]
    key_in_query: bool,
    #[serde(default)]
    key_in_body: bool,
    #[serde(default)]
    hide_credentials: bool,
    anonymous: Option<String>,
    #[serde(default = "yes")]
    run_on_preflight: bool,
    realm: Option<String>,
}

fn default_key_names() -> Vec<String> {
    vec!["apikey".to_owned()]
}

fn yes() -> bool {
    true
}

struct KeyAuth {
    /// As written, for the query, and as a header.
    names: Vec<(String, HeaderName)>,
    in_header: bool,
    in_query: bool,
    hide_credentials: bool,
    challenge: HeaderValue,
    door: Door,
    consumers: Arc<Consumers>,
}

/// Makes the plugin.
pub(crate) fn build(setting: &Setting<'_>) -> Result<Arc<dyn Plugin>, String> {
    let config: Config = parse(&setting.plugin.config)?;
    if config.key_in_body {
        return Err("config.key_in_body: is not supported here".to_owned());
    }
    let challenge = match &config.realm {
        Some(realm) => format!("Key realm=\"{realm}\""),
        None => "Key".to_owned(),
    };
    Ok(Arc::new(KeyAuth {
        names: config
            .key_names
            .into_iter()
            .map(header_name)
            .collect::<Result<_, _>>()?,
        in_header: config.key_in_header,
        in_query: config.key_in_query,
        hide_credentials: config.hide_credentials,
        challenge: challenge
            .parse()
            .map_err(|_| "config.realm: cannot stand in a header")?,
        door: Door::new(
            setting,
            config.anonymous.as_deref(),
            config.run_on_preflight,
        )?,
        consumers: Arc::clone(setting.consumers),
    }))
}

fn header_name(name: String) -> Result<(String, HeaderName), String> {
    let header = name.parse();
    let header =
        header.map_err(|_| format!("config.key_names: `{name}` is not a header's name"))?;
    Ok((name, header))
}

/// What a request presents under one name.
enum Presented {
    Nothing,
    Key(String),
    Several,
}

impl Plugin for KeyAuth {
    fn access(&self, exchange: &mut Exchange) -> Result<(), Box<Exit>> {
        self.door
            .pass(exchange, |exchange| self.authenticate(exchange))
    }
}

impl KeyAuth {
    fn authenticate(&self, exchange: &mut Exchange) -> Result<(), Box<Exit>> {
        let key = self.take_key(exchange)?;
        let key = key.filter(|key| !key.is_empty());
        let key = key.ok_or_else(|| self.refuse("No API key found in request"))?;
        let credential = self
            .consumers
            .key(&key)
            .ok_or_else(|| self.refuse("Unauthorized"))?;
        identify(
            exchange,
            &credential.consumer,
            Some(&credential.id.to_string()),
        );
        Ok(())
    }

    /// The key under the first name that has one.
    fn take_key(&self, exchange: &mut Exchange) -> Result<Option<String>, Box<Exit>> {
        let query = match self.in_query {
            true => Query::parse(exchange.query.as_deref().unwrap_or_default()),
            false => Query::default(),
        };
        for (name, header) in &self.names {
            match self.presented(exchange, &query, name, header) {
                Presented::Nothing => {}
                Presented::Several => return Err(self.refuse("Duplicate API key found")),
                Presented::Key(key) => {
                    self.hide(exchange, name, header);
                    return Ok(Some(key));
                }
            }
        }
        Ok(None)
    }

    fn presented(
        &self,
        exchange: &Exchange,
        query: &Query,
        name: &str,
        header: &HeaderName,
    ) -> Presented {
        let in_headers = exchange
            .headers
            .get_all(header)
            .iter()
            .filter(|_| self.in_header);
        let in_headers = in_headers.map(|value| String::from_utf8_lossy(value.as_bytes()).into());
        match one(in_headers) {
            Presented::Nothing => one(query.all(name).flatten().map(str::to_owned)),
            found => found,
        }
    }

    fn hide(&self, exchange: &mut Exchange, name: &str, header: &HeaderName) {
        if self.hide_credentials {
            exchange.headers.remove(header);
            exchange.query = exchange
                .query
                .take()
                .and_then(|query| without(&query, name));
        }
    }

    fn refuse(&self, message: &str) -> Box<Exit> {
        Exit::error(StatusCode::UNAUTHORIZED, message)
            .header(WWW_AUTHENTICATE, self.challenge.clone())
    }
}

fn one(mut values: impl Iterator<Item = String>) -> Presented {
    match (values.next(), values.next()) {
        (None, _) => Presented::Nothing,
        (Some(key), None) => Presented::Key(key),
        (Some(_), Some(_)) => Presented::Several,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{consumers, exchange, message, plugin, plugin_for, refusal};
    use super::*;
    use serde_json::{Value, json};
    use uuid::Uuid;

    fn request(config: Value, path: &str, headers: &[(&str, &str)]) -> Result<Exchange, Box<Exit>> {
        let mut request = exchange("POST", path, headers);
        plugin_for("key-auth", config, &consumers()).access(&mut request)?;
        Ok(request)
    }

    #[test]
    fn a_known_key_names_its_consumer_to_the_upstream() {
        for (path, headers) in [("/?apikey=s3cret", &[][..]), ("/", &[("apikey", "s3cret")])] {
            let request = request(json!({}), path, headers).unwrap();
            assert_eq!(request.header("x-consumer-username"), Some("erp"));
            assert_eq!(request.header("x-consumer-custom-id"), Some("erp-1"));
            let credential = request.header("x-credential-identifier").unwrap();
            assert!(credential.parse::<Uuid>().is_ok());
            assert_eq!(request.header("x-anonymous-consumer"), None);
        }
    }

    #[test]
    fn every_refusal_is_a_401_with_its_own_message_and_a_challenge() {
        let strict = json!({"key_in_query": false});
        for (config, path, headers, expected) in [
            (json!({}), "/", &[][..], "No API key found in request"),
            (json!({}), "/?apikey=", &[], "No API key found in request"),
            (
                strict,
                "/?apikey=s3cret",
                &[],
                "No API key found in request",
            ),
            (json!({}), "/", &[("apikey", "wrong")], "Unauthorized"),
            (
                json!({}),
                "/?apikey=a&apikey=b",
                &[],
                "Duplicate API key found",
            ),
            (
                json!({}),
                "/",
                &[("apikey", "a"), ("apikey", "b")],
                "Duplicate API key found",
            ),
        ] {
            let exit = request(config, path, headers).err().unwrap();
            assert_eq!(
                (exit.status.as_u16(), message(&exit).as_str()),
                (401, expected)
            );
            assert_eq!(exit.headers[WWW_AUTHENTICATE], "Key");
        }
        let exit = request(json!({"realm": "shop"}), "/", &[]).err().unwrap();
        assert_eq!(exit.headers[WWW_AUTHENTICATE], "Key realm=\"shop\"");
    }

    #[test]
    fn hidden_credentials_do_not_reach_the_upstream() {
        let config = json!({"hide_credentials": true});
        let request = request(config, "/?a=+1&apikey=s3cret", &[]).unwrap();
        assert_eq!(request.query.as_deref(), Some("a=+1"));
    }

    #[test]
    fn the_anonymous_consumer_stands_for_whoever_has_no_key() {
        let request = request(json!({"anonymous": "guest"}), "/", &[]).unwrap();
        assert_eq!(request.header("x-consumer-username"), Some("guest"));
        assert_eq!(request.header("x-anonymous-consumer"), Some("true"));
        assert_eq!(request.credential, None);
    }

    #[test]
    fn what_is_not_supported_is_refused_by_name() {
        assert!(refusal("key-auth", json!({"key_in_body": true})).contains("config.key_in_body"));
        let error = refusal("key-auth", json!({"anonymous": "nobody"}));
        assert!(error.contains("there is no consumer `nobody`"), "{error}");
    }

    #[test]
    fn preflights_may_be_excused() {
        let keys = plugin("key-auth", json!({"run_on_preflight": false}));
        assert!(keys.access(&mut exchange("OPTIONS", "/", &[])).is_ok());
        assert!(keys.access(&mut exchange("GET", "/", &[])).is_err());
    }
}
