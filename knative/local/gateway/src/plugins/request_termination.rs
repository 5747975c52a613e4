//! request-termination: answers itself instead of the upstream.

use std::sync::Arc;

use http::StatusCode;
use serde::Deserialize;

use super::{Plugin, Setting, parse};
use crate::exchange::Exchange;
use crate::exit::Exit;
use crate::uri::query::Query;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    #[serde(default = "default_status")]
    status_code: u16,
    message: Option<String>,
    content_type: Option<String>,
    body: Option<String>,
    #[serde(default)]
    echo: bool,
    trigger: Option<String>,
}

fn default_status() -> u16 {
    503
}

struct RequestTermination {
    exit: Box<Exit>,
    trigger: Option<String>,
}

/// Makes the plugin.
pub(crate) fn build(setting: &Setting<'_>) -> Result<Arc<dyn Plugin>, String> {
    let config: Config = parse(&setting.plugin.config)?;
    check(&config)?;
    let status = StatusCode::from_u16(config.status_code)
        .ok()
        .filter(|status| status.as_u16() < 600)
        .ok_or("config.status_code: must be between 100 and 599")?;
    Ok(Arc::new(RequestTermination {
        exit: exit(status, &config),
        trigger: config.trigger,
    }))
}

fn check(config: &Config) -> Result<(), String> {
    let present = |field: &Option<String>| field.as_ref().is_some_and(|text| !text.is_empty());
    let raw = present(&config.content_type) || present(&config.body);
    if config.echo {
        Err("config.echo: is not supported here".to_owned())
    } else if present(&config.message) && raw {
        Err("config.message: cannot be used with content_type or body".to_owned())
    } else if present(&config.content_type) && !present(&config.body) {
        Err("config.content_type: requires a body".to_owned())
    } else {
        Ok(())
    }
}

fn exit(status: StatusCode, config: &Config) -> Box<Exit> {
    if let Some(body) = &config.body {
        let content_type = config.content_type.as_deref();
        let content_type = content_type.unwrap_or("application/json; charset=utf-8");
        return Exit::fixed(status, content_type, body.clone());
    }
    match config
        .message
        .as_deref()
        .or_else(|| default_message(status))
    {
        Some(message) => Exit::message(status, message),
        None => Exit::empty(status),
    }
}

fn default_message(status: StatusCode) -> Option<&'static str> {
    match status.as_u16() {
        401 => Some("Unauthorized"),
        404 => Some("Not found"),
        405 => Some("Method not allowed"),
        500 => Some("An unexpected error occurred"),
        502 => Some("Bad Gateway"),
        503 => Some("Service unavailable"),
        _ => None,
    }
}

impl Plugin for RequestTermination {
    fn access(&self, exchange: &mut Exchange) -> Result<(), Box<Exit>> {
        if self
            .trigger
            .as_ref()
            .is_some_and(|name| !present(exchange, name))
        {
            return Ok(());
        }
        Err(self.exit.clone())
    }
}

fn present(exchange: &Exchange, name: &str) -> bool {
    let query = exchange.query.as_deref().unwrap_or_default();
    exchange.headers.contains_key(name) || Query::parse(query).has(name)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{exchange, plugin, refusal, text};
    use serde_json::{Value, json};

    fn answer(config: Value, path: &str, headers: &[(&str, &str)]) -> Option<(u16, String)> {
        let end = plugin("request-termination", config);
        let exit = end.access(&mut exchange("GET", path, headers)).err()?;
        Some((exit.status.as_u16(), text(&exit)))
    }

    #[test]
    fn the_body_is_compact_json_with_a_message_by_status() {
        for (config, status, body) in [
            (json!({}), 503, r#"{"message":"Service unavailable"}"#),
            (
                json!({"status_code": 405, "message": "No."}),
                405,
                r#"{"message":"No."}"#,
            ),
            (json!({"status_code": 418}), 418, ""),
            (
                json!({"body": "<x/>", "content_type": "application/xml"}),
                503,
                "<x/>",
            ),
        ] {
            assert_eq!(answer(config, "/", &[]), Some((status, body.to_owned())));
        }
    }

    #[test]
    fn a_trigger_must_be_in_the_headers_or_the_query() {
        let config = json!({"trigger": "stop"});
        assert_eq!(answer(config.clone(), "/", &[]), None);
        assert!(answer(config.clone(), "/?stop", &[]).is_some());
        assert!(answer(config, "/", &[("Stop", "1")]).is_some());
    }

    #[test]
    fn contradictions_and_echo_are_refused() {
        for (config, expected) in [
            (json!({"echo": true}), "config.echo"),
            (json!({"message": "a", "body": "b"}), "config.message"),
            (json!({"content_type": "text/plain"}), "config.content_type"),
            (json!({"status_code": 600}), "config.status_code"),
        ] {
            let error = refusal("request-termination", config);
            assert!(error.contains(expected), "{error}");
        }
    }
}
