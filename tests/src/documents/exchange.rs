//! One request and its answer, against the document.

use std::env;

use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use super::openapi::{Openapi, openapi};

/// What the gateway answers when nobody is asked.
const NO_ROUTE: &str = "no Route matched with those values";

/// What was asked, and what came back.
#[derive(Debug)]
pub struct Exchange<'a> {
    /// The method.
    pub method: &'a str,
    /// The path, without the query.
    pub path: &'a str,
    /// The status of the answer.
    pub status: u16,
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// Its body: JSON, or text.
    pub body: &'a Value,
}

/// Compares an answer with docs/api/openapi.json.
///
/// # Panics
///
/// When the document does not have it, or has it otherwise.
pub fn check_answer(exchange: &Exchange<'_>) {
    // The previous release answers by a document of its own.
    if env::var_os("SOUK_PREVIOUS_RELEASE").is_some() {
        return;
    }
    let mistakes = mistakes(openapi(), exchange);
    assert!(
        mistakes.is_empty(),
        "{} {} was answered {}, and docs/api/openapi.json says otherwise: {}\n{:#}",
        exchange.method,
        exchange.path,
        exchange.status,
        mistakes.join("; "),
        exchange.body,
    );
}

fn mistakes(document: &Openapi, exchange: &Exchange<'_>) -> Vec<String> {
    let Some(operation) = document.operation(exchange.method, exchange.path) else {
        let nobody = exchange.status == 404 && exchange.body["message"] == NO_ROUTE;
        // A preflight is answered by the gateway, as CORS has it.
        let expected = nobody || exchange.method == "OPTIONS";
        let words = "it has no such operation".to_owned();
        return if expected { Vec::new() } else { vec![words] };
    };
    let responses = &operation["responses"];
    let response = &responses[exchange.status.to_string()];
    if response.is_null() {
        let known = responses.as_object().into_iter().flatten();
        let known: Vec<_> = known.map(|(status, _)| status.as_str()).collect();
        return vec![format!("it has only {}", known.join(", "))];
    }
    let mut mistakes = headers(document, response, exchange.headers);
    mistakes.extend(body(document, response, exchange));
    mistakes
}

fn headers(document: &Openapi, response: &Value, sent: &HeaderMap) -> Vec<String> {
    let headers = response["headers"].as_object().into_iter().flatten();
    let mistakes = headers.flat_map(|(name, header)| {
        let header = document.follow(header);
        let Some(text) = sent.get(name).and_then(|value| value.to_str().ok()) else {
            let missing = header["required"] == true;
            return if missing {
                vec![format!("the header {name} is absent")]
            } else {
                Vec::new()
            };
        };
        let value = match header["schema"]["type"].as_str() {
            Some("integer") => text
                .parse::<i64>()
                .map_or_else(|_| json!(text), Value::from),
            _ => json!(text),
        };
        let mistakes = document
            .schemas
            .mistakes(&header["schema"], &value)
            .into_iter();
        mistakes
            .map(|mistake| format!("the header {name}: {mistake}"))
            .collect()
    });
    mistakes.collect()
}

fn body(document: &Openapi, response: &Value, exchange: &Exchange<'_>) -> Vec<String> {
    if exchange.method == "HEAD" || exchange.body == "" {
        return Vec::new();
    }
    let media_type = exchange.headers.get("content-type");
    let media_type = media_type
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    let content = &response["content"][essence];
    if content.is_null() {
        return vec![format!("it has no body of `{essence}`")];
    }
    if !essence.ends_with("json") {
        return Vec::new();
    }
    let mut mistakes = document.schemas.mistakes(&content["schema"], exchange.body);
    if essence == "application/problem+json" {
        mistakes.extend(problem(response, exchange));
    }
    mistakes
}

/// Problems are told apart by their type; the document names all there may be.
fn problem(response: &Value, exchange: &Exchange<'_>) -> Option<String> {
    let slug = exchange.body["type"].as_str()?.rsplit('/').next()?;
    let known = response["x-problems"].as_array()?;
    let is_known = known.iter().any(|known| known == slug);
    (!is_known).then(|| format!("the problem `{slug}` is none of {known:?}"))
}
