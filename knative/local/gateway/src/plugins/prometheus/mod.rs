//! prometheus: counts requests, bytes and latencies for each service and route.

mod metrics;

use std::sync::Arc;

use serde::Deserialize;

use super::{Plugin, Setting, parse};
use crate::record::Facts;
use crate::shared::Shared;

pub(crate) use metrics::Metrics;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    #[serde(default)]
    per_consumer: bool,
    #[serde(default)]
    status_code_metrics: bool,
    #[serde(default)]
    latency_metrics: bool,
    #[serde(default)]
    bandwidth_metrics: bool,
    /// There are no upstream entities here, so there is nothing to tell of their health.
    #[serde(default, rename = "upstream_health_metrics")]
    _upstream_health_metrics: bool,
    #[serde(default)]
    ai_metrics: bool,
}

struct Prometheus {
    config: Config,
    shared: Arc<Shared>,
}

/// Makes the plugin.
pub(crate) fn build(setting: &Setting<'_>) -> Result<Arc<dyn Plugin>, String> {
    let config: Config = parse(&setting.plugin.config)?;
    if config.ai_metrics {
        return Err("config.ai_metrics: is not supported here".to_owned());
    }
    Ok(Arc::new(Prometheus {
        config,
        shared: Arc::clone(setting.shared),
    }))
}

impl Plugin for Prometheus {
    fn log(&self, facts: &Facts) {
        let consumer = match self.config.per_consumer {
            true => facts.consumer.as_str(),
            false => "",
        };
        let metrics = &self.shared.metrics;
        if self.config.status_code_metrics {
            metrics.count_request(facts, consumer);
        }
        if self.config.bandwidth_metrics {
            metrics.count_bytes(facts, consumer);
        }
        if self.config.latency_metrics {
            metrics.observe_latencies(facts);
        }
    }
}

#[cfg(test)]
mod tests;
