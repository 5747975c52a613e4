//! correlation-id: gives every request an id, unless the client has given one.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use http::HeaderValue;
use http::header::HeaderName;
use serde::Deserialize;
use uuid::Uuid;

use super::{AnswerHead, Plugin, Setting, parse};
use crate::exchange::Exchange;
use crate::exit::Exit;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    #[serde(default = "default_header_name")]
    header_name: String,
    #[serde(default)]
    generator: Generator,
    #[serde(default)]
    echo_downstream: bool,
}

fn default_header_name() -> String {
    "Kong-Request-ID".to_owned()
}

#[derive(Clone, Copy, Default, Deserialize)]
enum Generator {
    #[serde(rename = "uuid")]
    Uuid,
    #[default]
    #[serde(rename = "uuid#counter")]
    UuidAndCounter,
}

struct CorrelationId {
    header: HeaderName,
    generator: Generator,
    echo_downstream: bool,
    worker: Uuid,
    count: AtomicU64,
}

/// Makes the plugin.
pub(crate) fn build(setting: &Setting<'_>) -> Result<Arc<dyn Plugin>, String> {
    let config: Config = parse(&setting.plugin.config)?;
    let header = config.header_name.parse().map_err(|_| {
        format!(
            "config.header_name: `{}` is not a header's name",
            config.header_name
        )
    })?;
    Ok(Arc::new(CorrelationId {
        header,
        generator: config.generator,
        echo_downstream: config.echo_downstream,
        worker: setting.shared.worker,
        count: AtomicU64::new(0),
    }))
}

impl Plugin for CorrelationId {
    fn access(&self, exchange: &mut Exchange) -> Result<(), Box<Exit>> {
        let id = self.given(exchange).or_else(|| self.generate());
        if let Some(id) = id {
            exchange.headers.insert(&self.header, id.clone());
            if self.echo_downstream {
                exchange.answer_headers.insert(&self.header, id);
            }
        }
        Ok(())
    }

    /// Also for a request that no route took, which has had no access phase.
    fn header_filter(&self, exchange: &Exchange, answer: &mut AnswerHead) {
        if !self.echo_downstream || exchange.answer_headers.contains_key(&self.header) {
            return;
        }
        if let Some(id) = self.given(exchange).or_else(|| self.generate()) {
            answer.headers.insert(&self.header, id);
        }
    }
}

impl CorrelationId {
    fn given(&self, exchange: &Exchange) -> Option<HeaderValue> {
        exchange
            .headers
            .get(&self.header)
            .filter(|value| !value.is_empty())
            .cloned()
    }

    fn generate(&self) -> Option<HeaderValue> {
        let id = match self.generator {
            Generator::Uuid => Uuid::new_v4().to_string(),
            Generator::UuidAndCounter => {
                let count = self.count.fetch_add(1, Ordering::Relaxed) + 1;
                format!("{}#{count}", self.worker)
            }
        };
        HeaderValue::from_str(&id).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{exchange, plugin, refusal};
    use super::*;
    use serde_json::json;

    #[test]
    fn a_request_without_an_id_gets_one_and_one_with_an_id_keeps_it() {
        let ids = plugin("correlation-id", json!({"generator": "uuid"}));
        let mut without = exchange("GET", "/", &[("kong-request-id", "")]);
        ids.access(&mut without).unwrap();
        assert!(
            without
                .header("kong-request-id")
                .unwrap()
                .parse::<Uuid>()
                .is_ok()
        );
        assert!(without.answer_headers.is_empty());
        let mut with = exchange("GET", "/", &[("kong-request-id", "mine")]);
        ids.access(&mut with).unwrap();
        assert_eq!(with.header("kong-request-id"), Some("mine"));
    }

    #[test]
    fn the_default_generator_counts() {
        let ids = plugin("correlation-id", json!({}));
        let id = || {
            let mut request = exchange("GET", "/", &[]);
            ids.access(&mut request).unwrap();
            request.header("kong-request-id").unwrap().to_owned()
        };
        assert!(id().ends_with("#1"));
        assert!(id().ends_with("#2"));
    }

    #[test]
    fn the_id_is_echoed_even_when_no_route_was_found() {
        let config = json!({"header_name": "X-Correlation-ID", "echo_downstream": true});
        let ids = plugin("correlation-id", config);
        let request = exchange("GET", "/", &[("x-correlation-id", "mine")]);
        let mut answer = AnswerHead::default();
        ids.header_filter(&request, &mut answer);
        assert_eq!(answer.headers["x-correlation-id"], "mine");
    }

    #[test]
    fn the_tracker_generator_is_refused() {
        let error = refusal("correlation-id", json!({"generator": "tracker"}));
        assert!(
            error.contains("config.generator: unknown variant `tracker`"),
            "{error}"
        );
    }
}
