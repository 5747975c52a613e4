//! rate-limiting: so many requests per second, minute, ... for each caller, counted in this process (`policy: local`).

mod counters;
mod verdict;
mod window;

use std::sync::Arc;

use http::header::HeaderName;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;

use super::{Plugin, Setting, parse};
use crate::exchange::Exchange;
use crate::exit::Exit;
use crate::shared::Shared;
use counters::CallerId;
use verdict::Verdict;
use window::Period;

pub(crate) use counters::Counters;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    second: Option<u64>,
    minute: Option<u64>,
    hour: Option<u64>,
    day: Option<u64>,
    month: Option<u64>,
    year: Option<u64>,
    #[serde(default)]
    limit_by: LimitBy,
    header_name: Option<String>,
    path: Option<String>,
    #[serde(default = "local")]
    policy: String,
    /// A counter in this process never fails, so nothing has to be tolerated.
    #[serde(default, rename = "fault_tolerant")]
    _fault_tolerant: Option<bool>,
    #[serde(default)]
    hide_client_headers: bool,
    #[serde(default = "too_many_requests")]
    error_code: u16,
    #[serde(default = "limit_exceeded")]
    error_message: String,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum LimitBy {
    #[default]
    Consumer,
    Credential,
    Ip,
    Service,
    Header,
    Path,
}

fn local() -> String {
    "local".to_owned()
}

fn too_many_requests() -> u16 {
    429
}

fn limit_exceeded() -> String {
    "API rate limit exceeded".to_owned()
}

/// Who shares a counter.
enum Caller {
    Consumer,
    Credential,
    Ip,
    Service,
    Header(HeaderName),
    Path(String),
}

struct RateLimiting {
    /// The plugin's own scope: one global plugin has one counter for all routes.
    scope: String,
    caller: Caller,
    limits: Vec<(Period, u64)>,
    hide_client_headers: bool,
    error_code: StatusCode,
    error_message: String,
    shared: Arc<Shared>,
}

/// Makes the plugin.
pub(crate) fn build(setting: &Setting<'_>) -> Result<Arc<dyn Plugin>, String> {
    let config: Config = parse(&setting.plugin.config)?;
    if config.policy != "local" {
        return Err(format!(
            "config.policy: `{}` is not supported here, local is",
            config.policy
        ));
    }
    let error_code = StatusCode::from_u16(config.error_code);
    let (route, service) = (&setting.plugin.route, &setting.plugin.service);
    Ok(Arc::new(RateLimiting {
        scope: format!("{}\n{}", text(route), text(service)),
        caller: caller(&config)?,
        limits: limits(&config)?,
        hide_client_headers: config.hide_client_headers,
        error_code: error_code.map_err(|_| "config.error_code: is no status code")?,
        error_message: config.error_message,
        shared: Arc::clone(setting.shared),
    }))
}

fn text(name: &Option<String>) -> &str {
    name.as_deref().unwrap_or_default()
}

fn caller(config: &Config) -> Result<Caller, String> {
    Ok(match (config.limit_by, &config.header_name, &config.path) {
        (LimitBy::Consumer, ..) => Caller::Consumer,
        (LimitBy::Credential, ..) => Caller::Credential,
        (LimitBy::Ip, ..) => Caller::Ip,
        (LimitBy::Service, ..) => Caller::Service,
        (LimitBy::Header, None, _) => {
            return Err("config.header_name: is required by limit_by header".to_owned());
        }
        (LimitBy::Header, Some(name), _) => Caller::Header(
            name.parse()
                .map_err(|_| format!("config.header_name: `{name}` is not a header's name"))?,
        ),
        (LimitBy::Path, _, None) => {
            return Err("config.path: is required by limit_by path".to_owned());
        }
        (LimitBy::Path, _, Some(path)) if path.starts_with('/') => Caller::Path(path.clone()),
        (LimitBy::Path, _, Some(path)) => {
            return Err(format!("config.path: `{path}` must begin with `/`"));
        }
    })
}

fn limits(config: &Config) -> Result<Vec<(Period, u64)>, String> {
    let limits: Vec<(Period, u64)> = [
        (Period::Second, config.second),
        (Period::Minute, config.minute),
        (Period::Hour, config.hour),
        (Period::Day, config.day),
        (Period::Month, config.month),
        (Period::Year, config.year),
    ]
    .into_iter()
    .filter_map(|(period, limit)| Some((period, limit?)))
    .collect();
    if limits.is_empty() {
        return Err(
            "config: needs at least one of second, minute, hour, day, month, year".to_owned(),
        );
    }
    if let Some((period, _)) = limits.iter().find(|(_, limit)| *limit == 0) {
        return Err(format!("config.{}: must be greater than 0", period.name()));
    }
    match limits.windows(2).find(|pair| pair[1].1 < pair[0].1) {
        Some(pair) => Err(format!(
            "config: the limit for {} ({}) cannot be lower than the limit for {} ({})",
            pair[1].0.name(),
            pair[1].1,
            pair[0].0.name(),
            pair[0].1
        )),
        None => Ok(limits),
    }
}

impl Plugin for RateLimiting {
    fn access(&self, exchange: &mut Exchange) -> Result<(), Box<Exit>> {
        let caller = CallerId::new(&self.scope, &self.identifier(exchange));
        let usage = self
            .shared
            .counters
            .take(&caller, &self.limits, exchange.now);
        let verdict = Verdict::new(&usage, exchange.now);
        let mut headers = HeaderMap::new();
        if !self.hide_client_headers {
            verdict.write(&mut headers);
        }
        if verdict.refused() {
            let mut exit = Exit::error(self.error_code, &self.error_message);
            exit.headers = headers;
            return Err(exit);
        }
        exchange.answer_headers.extend(headers);
        Ok(())
    }
}

impl RateLimiting {
    /// What tells this caller from others; whoever has no such thing is told by the address.
    fn identifier(&self, exchange: &Exchange) -> String {
        let credential = || exchange.credential.clone();
        let found = match &self.caller {
            Caller::Consumer => {
                let consumer = exchange.consumer.as_ref();
                consumer
                    .map(|consumer| consumer.id.to_string())
                    .or_else(credential)
            }
            Caller::Credential => credential(),
            Caller::Ip => None,
            Caller::Service => exchange.route().map(|route| route.service.name.to_string()),
            Caller::Header(name) => exchange.header(name).map(str::to_owned),
            Caller::Path(path) => Some(path.clone()).filter(|path| *path == exchange.raw_path),
        };
        found.unwrap_or_else(|| exchange.client.to_string())
    }
}

#[cfg(test)]
mod tests;
