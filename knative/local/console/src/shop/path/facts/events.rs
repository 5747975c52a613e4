//! Events that the broker keeps, and those that no consumer took.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;

use super::one_line;

/// An event in the broker's log.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Event {
    pub(crate) id: String,
    #[serde(rename = "type")]
    pub(crate) event_type: String,
    pub(crate) source: String,
    pub(crate) accepted_at: DateTime<Utc>,
    /// When it became true, as its source says.
    #[serde(default)]
    pub(crate) time: Option<DateTime<Utc>>,
    #[serde(default)]
    pub(crate) data: Value,
}

impl Event {
    /// `payment.requested` for `dev.souk.payment.requested.v1`.
    pub(crate) fn name(&self) -> &str {
        short(&self.event_type)
    }

    /// The function that said it.
    pub(crate) fn who(&self) -> &str {
        self.source.rsplit('/').next().unwrap_or(&self.source)
    }

    /// When it became true, else when it was stored.
    pub(crate) fn at(&self) -> DateTime<Utc> {
        self.time.unwrap_or(self.accepted_at)
    }

    /// A text of its data; empty when there is none.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.data[name].as_str().unwrap_or_default()
    }
}

/// A type without the shop's prefix and without its version.
pub(crate) fn short(event_type: &str) -> &str {
    let name = event_type.strip_prefix("dev.souk.").unwrap_or(event_type);
    match name.rsplit_once(".v") {
        Some((name, version)) if version.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => name,
    }
}

/// An event that no consumer took.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct DeadLetter {
    pub(crate) dead_letter_id: String,
    #[serde(default, rename = "type")]
    pub(crate) event_type: Option<String>,
    #[serde(default)]
    pub(crate) destination: Option<String>,
    pub(crate) status: String,
    pub(crate) arrived_at: DateTime<Utc>,
    #[serde(default)]
    pub(crate) settled_at: Option<DateTime<Utc>>,
    #[serde(default)]
    pub(crate) discard_reason: Option<String>,
    #[serde(default)]
    pub(crate) error: DeliveryError,
}

/// What the consumer answered last.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct DeliveryError {
    #[serde(default)]
    pub(crate) code: Option<i64>,
    #[serde(default)]
    pub(crate) body: Option<Value>,
}

impl DeliveryError {
    /// `400: nothing was ever reserved`, or that there was no answer.
    pub(crate) fn told(&self) -> String {
        let Some(code) = self.code else {
            return "it did not answer".to_owned();
        };
        match self.detail() {
            Some(detail) => format!("it answered {code}: {detail}"),
            None => format!("it answered {code}"),
        }
    }

    /// The body is the text of a problem document, mostly.
    fn detail(&self) -> Option<String> {
        let body = self.body.as_ref()?;
        let parsed: Option<Value> = body
            .as_str()
            .and_then(|text| serde_json::from_str(text).ok());
        let problem = parsed.as_ref().unwrap_or(body);
        let told = problem["detail"].as_str().or(problem["title"].as_str());
        Some(one_line(told.or(body.as_str())?, 200))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_type_is_named_without_prefix_and_version() {
        assert_eq!(short("dev.souk.order.placed.v1"), "order.placed");
        assert_eq!(short("dev.souk.product.published.v12"), "product.published");
        assert_eq!(short("com.example.verbose"), "com.example.verbose");
    }

    #[test]
    fn what_a_consumer_answered_is_its_problems_detail() {
        let error = |code: Option<i64>, body: Value| {
            let error = DeliveryError {
                code,
                body: Some(body),
            };
            error.told()
        };
        assert_eq!(
            error(Some(400), json!(r#"{"detail":"no such order"}"#)),
            "it answered 400: no such order"
        );
        assert_eq!(
            error(Some(400), json!("nonsense\nhere")),
            "it answered 400: nonsense here"
        );
        assert_eq!(error(None, Value::Null), "it did not answer");
    }
}
