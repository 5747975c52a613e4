//! What Prometheus knows of a revision, by its [HTTP API](https://prometheus.io/docs/prometheus/latest/querying/api/).
//!
//! The metric is queue-proxy's `kn.serving.invocation.duration`: every request that reached a function, in seconds,
//! without the time it waited for a cold start. The labels `kn_service_name` and `kn_revision_name` come from the pods'
//! labels, see `knative/README.md`.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use url::Url;

use crate::judge::Figures;

const METRIC: &str = "kn_serving_invocation_duration_seconds";
const TIMEOUT: Duration = Duration::from_secs(10);

/// A Prometheus.
pub(crate) struct Prometheus {
    query: Url,
    client: reqwest::Client,
}

impl Prometheus {
    /// The one at this address, for example `http://127.0.0.1:9090`.
    ///
    /// # Errors
    ///
    /// When the address cannot be a base, or TLS cannot be set up.
    pub(crate) fn at(address: &Url) -> Result<Self> {
        let mut query = address.clone();
        query
            .path_segments_mut()
            .ok()
            .with_context(|| format!("{address} is no address of a Prometheus"))?
            .pop_if_empty()
            .extend(["api", "v1", "query"]);
        let client = reqwest::Client::builder().timeout(TIMEOUT).build()?;
        Ok(Self { query, client })
    }

    /// What a revision did in the last `window`.
    ///
    /// # Errors
    ///
    /// When Prometheus does not answer, or refuses the question.
    pub(crate) async fn figures(
        &self,
        service: &str,
        revision: &str,
        window: Duration,
    ) -> Result<Figures> {
        let of = Question::about(service, revision, window);
        Ok(Figures {
            requests: self.number(&of.requests()).await?.unwrap_or(0.0),
            errors: self.number(&of.errors()).await?.unwrap_or(0.0),
            p95_seconds: self.number(&of.p95_seconds()).await?,
        })
    }

    /// The one number that answers a question; none when there is no such series, or nothing to divide by.
    async fn number(&self, question: &str) -> Result<Option<f64>> {
        let request = self.client.post(self.query.clone());
        let response = request
            .form(&[("query", question)])
            .send()
            .await
            .with_context(|| format!("Prometheus at {} does not answer", self.query))?;
        let status = response.status();
        let body = response.bytes().await?;
        let answer: Answer = serde_json::from_slice(&body)
            .with_context(|| format!("Prometheus at {} answered {status}, not JSON", self.query))?;
        match answer {
            Answer::Error { error } => bail!("Prometheus refuses the question {question}: {error}"),
            Answer::Success { data } => first(data).transpose(),
        }
    }
}

fn first(data: Data) -> Option<Result<f64>> {
    let sample = data.result.into_iter().next()?;
    match sample.value.1.parse::<f64>() {
        Ok(number) if number.is_finite() => Some(Ok(number)),
        Ok(_) => None,
        Err(error) => Some(Err(error).context("Prometheus answered something that is no number")),
    }
}

#[derive(Deserialize)]
#[serde(tag = "status", rename_all = "lowercase")]
enum Answer {
    Success { data: Data },
    Error { error: String },
}

#[derive(Deserialize)]
struct Data {
    result: Vec<Sample>,
}

#[derive(Deserialize)]
struct Sample {
    value: (f64, String),
}

/// PromQL about one revision and one stretch of time.
struct Question {
    matchers: String,
    window: String,
}

impl Question {
    fn about(service: &str, revision: &str, window: Duration) -> Self {
        Self {
            matchers: format!(r#"kn_service_name="{service}",kn_revision_name="{revision}""#),
            window: format!("{}s", window.as_secs().max(1)),
        }
    }

    /// How much a counter grew. `increase()` would not count what a new instance did before it was first scraped, and
    /// instances of functions are new all the time.
    fn grown(&self, series: &str, more: &str) -> String {
        let Self { matchers, window } = self;
        let counter = format!("{METRIC}_{series}{{{matchers}{more}}}");
        let now = format!("last_over_time({counter}[{window}])");
        format!("clamp_min({now} - ({counter} offset {window} or {now} * 0), 0)")
    }

    fn requests(&self) -> String {
        format!("sum({})", self.grown("count", ""))
    }

    fn errors(&self) -> String {
        let failed = r#",http_response_status_code=~"5..""#;
        format!("sum({})", self.grown("count", failed))
    }

    fn p95_seconds(&self) -> String {
        let buckets = self.grown("bucket", "");
        format!("histogram_quantile(0.95, sum by (le) ({buckets}))")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_have_a_path() {
        let at = |address: &str| {
            Prometheus::at(&address.parse().unwrap())
                .unwrap()
                .query
                .to_string()
        };
        let _ = rustls::crypto::ring::default_provider().install_default();
        assert_eq!(at("http://p:9090"), "http://p:9090/api/v1/query");
        assert_eq!(at("http://p/prom/"), "http://p/prom/api/v1/query");
    }

    #[test]
    fn a_quantile_of_nothing_is_no_number() {
        let sample = |value: &str| Data {
            result: vec![Sample {
                value: (0.0, value.into()),
            }],
        };
        assert!(first(sample("NaN")).is_none());
        assert_eq!(first(sample("0.25")).unwrap().unwrap(), 0.25);
        assert!(first(Data { result: vec![] }).is_none());
    }
}
