//! cors: answers preflights and says on every answer which origins may read it.

mod origins;

use std::sync::Arc;

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, HeaderName, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde::Deserialize;

use super::{AnswerHead, Plugin, Setting, parse};
use crate::exchange::Exchange;
use crate::exit::Exit;
use origins::{Allowed, Origins};

const ALLOW_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static("access-control-allow-private-network");
const REQUEST_PRIVATE_NETWORK: &str = "access-control-request-private-network";
const TRUE: HeaderValue = HeaderValue::from_static("true");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    #[serde(default)]
    origins: Vec<String>,
    methods: Option<Vec<AllowedMethod>>,
    #[serde(default)]
    headers: Vec<String>,
    #[serde(default)]
    exposed_headers: Vec<String>,
    max_age: Option<u64>,
    #[serde(default)]
    credentials: bool,
    #[serde(default)]
    private_network: bool,
    #[serde(default)]
    preflight_continue: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum AllowedMethod {
    Get,
    Head,
    Put,
    Patch,
    Post,
    Delete,
    Options,
    Trace,
    Connect,
}

struct Cors {
    origins: Origins,
    methods: HeaderValue,
    /// None: what the client asks for.
    headers: Option<HeaderValue>,
    exposed_headers: Option<HeaderValue>,
    max_age: Option<HeaderValue>,
    credentials: bool,
    private_network: bool,
    preflight_continue: bool,
}

/// Makes the plugin.
pub(crate) fn build(setting: &Setting<'_>) -> Result<Arc<dyn Plugin>, String> {
    let config: Config = parse(&setting.plugin.config)?;
    Ok(Arc::new(Cors {
        origins: Origins::new(&config.origins)?,
        methods: methods(config.methods.as_deref()),
        headers: list("headers", &config.headers)?,
        exposed_headers: list("exposed_headers", &config.exposed_headers)?,
        max_age: config.max_age.map(HeaderValue::from),
        credentials: config.credentials,
        private_network: config.private_network,
        preflight_continue: config.preflight_continue,
    }))
}

fn methods(configured: Option<&[AllowedMethod]>) -> HeaderValue {
    let all = "GET,HEAD,PUT,PATCH,POST,DELETE,OPTIONS,TRACE,CONNECT";
    let names = configured.map(|methods| {
        let names: Vec<_> = methods
            .iter()
            .map(|name| format!("{name:?}").to_uppercase())
            .collect();
        names.join(",")
    });
    let names = names.and_then(|names| HeaderValue::try_from(names).ok());
    names.unwrap_or(HeaderValue::from_static(all))
}

fn list(field: &str, values: &[String]) -> Result<Option<HeaderValue>, String> {
    if values.is_empty() {
        return Ok(None);
    }
    let value = HeaderValue::from_str(&values.join(","));
    value
        .map(Some)
        .map_err(|_| format!("config.{field}: cannot stand in a header"))
}

impl Plugin for Cors {
    fn access(&self, exchange: &mut Exchange) -> Result<(), Box<Exit>> {
        if !is_preflight(exchange) || self.preflight_continue {
            return Ok(());
        }
        let mut exit = Exit::empty(StatusCode::OK);
        self.allow_origin(exchange.headers.get(ORIGIN), &mut exit.headers);
        self.allow_request(exchange, &mut exit.headers);
        Err(exit)
    }

    fn header_filter(&self, exchange: &Exchange, answer: &mut AnswerHead) {
        if is_preflight(exchange) {
            return;
        }
        self.allow_origin(exchange.headers.get(ORIGIN), &mut answer.headers);
        if let Some(exposed) = &self.exposed_headers {
            answer
                .headers
                .insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed.clone());
        }
    }
}

fn is_preflight(exchange: &Exchange) -> bool {
    exchange.method == Method::OPTIONS
        && exchange.headers.contains_key(ORIGIN)
        && exchange.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

impl Cors {
    fn allow_origin(&self, origin: Option<&HeaderValue>, headers: &mut HeaderMap) {
        let text = origin.and_then(|origin| origin.to_str().ok());
        if self.origins.depends() {
            headers.append(VARY, HeaderValue::from_static("Origin"));
        }
        match (self.origins.allowed(text), origin) {
            // `*` and credentials exclude each other, so the origin is named.
            (Allowed::Any, Some(origin)) if self.credentials => {
                headers.append(VARY, HeaderValue::from_static("Origin"));
                headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
                headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, TRUE);
            }
            (Allowed::Any, _) => {
                headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            }
            (Allowed::One(origin), _) => {
                headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
                self.allow_credentials(headers);
            }
            (Allowed::None, _) => {
                headers.remove(ACCESS_CONTROL_ALLOW_ORIGIN);
                self.allow_credentials(headers);
            }
        }
    }

    fn allow_credentials(&self, headers: &mut HeaderMap) {
        if self.credentials {
            headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, TRUE);
        }
    }

    fn allow_request(&self, exchange: &Exchange, headers: &mut HeaderMap) {
        let asked = exchange.headers.get(ACCESS_CONTROL_REQUEST_HEADERS);
        if let Some(allowed) = self.headers.as_ref().or(asked) {
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, allowed.clone());
        }
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, self.methods.clone());
        if let Some(max_age) = &self.max_age {
            headers.insert(ACCESS_CONTROL_MAX_AGE, max_age.clone());
        }
        if self.private_network && exchange.header(REQUEST_PRIVATE_NETWORK) == Some("true") {
            headers.insert(ALLOW_PRIVATE_NETWORK, TRUE);
        }
    }
}

#[cfg(test)]
mod tests;
