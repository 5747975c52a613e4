//! What a shop tells of itself: its console, its metrics, and the trace of an order.

use serde_json::Value;

use crate::spans::Trace;
use crate::wait::eventually;
use crate::{Client, Shop};

impl Shop {
    /// The shop's console, as somebody on this machine calls it.
    #[must_use]
    pub fn console(&self) -> Client {
        Client::elsewhere(&self.local().address("console"))
    }

    /// The trace of an order as the console has it now; what is missing otherwise.
    ///
    /// # Errors
    ///
    /// When the console has no trace of the order yet, or more than one.
    pub async fn trace_of(&self, order_id: &str) -> Result<Trace, String> {
        let console = self.console();
        let listed = console.get(&format!("/api/traces?key={order_id}")).await;
        let traces = listed.expect(200).body["traces"].clone();
        let all = traces.as_array().into_iter().flatten();
        let ids: Vec<&str> = all.filter_map(|trace| trace["trace_id"].as_str()).collect();
        let [id] = ids[..] else {
            return Err(format!(
                "{} traces of order {order_id}: {traces:#}",
                ids.len()
            ));
        };
        Ok(self.trace(id).await)
    }

    /// A trace by its id, as far as it is known.
    pub async fn trace(&self, trace_id: &str) -> Trace {
        let answer = self.console().get(&format!("/api/traces/{trace_id}")).await;
        Trace::read(&answer.expect(200).body)
    }

    /// The trace of an order once it passes `check`.
    pub async fn trace_that(
        &self,
        order_id: &str,
        what: &str,
        check: impl Fn(&Trace) -> Result<(), String>,
    ) -> Trace {
        eventually(what, async || {
            let trace = self.trace_of(order_id).await?;
            check(&trace).map_err(|why| format!("{why}\n{trace}"))?;
            Ok::<_, String>(trace)
        })
        .await
    }

    /// What stands at one of the two addresses that Prometheus scrapes: the platform's, or the functions'.
    pub async fn scraped(&self, functions: bool) -> Metrics {
        Metrics::read(&self.scraped_text(functions).await)
    }

    /// The same as it came.
    pub async fn scraped_text(&self, functions: bool) -> String {
        let address = self.local().address("metrics");
        let below = if functions { "/functions" } else { "" };
        let client = Client::elsewhere(&address);
        let answer = client.get(below).await.expect(200);
        text(&answer.body)
    }
}

/// Metrics in Prometheus' text format.
#[derive(Debug, Default)]
pub struct Metrics(Vec<(String, String, f64)>);

impl Metrics {
    /// Reads the text; comments are passed over.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let samples = lines.filter_map(|line| {
            let (series, value) = line.trim().rsplit_once(' ')?;
            let (name, labels) = series.split_once('{').unwrap_or((series, ""));
            Some((name.to_owned(), labels.to_owned(), value.parse().ok()?))
        });
        Self(samples.collect())
    }

    /// Whether there is a sample of that name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, ..)| known == name)
    }

    /// The sum of all samples of a name whose labels hold each of these texts, such as `service_name="orders"`.
    #[must_use]
    pub fn sum(&self, name: &str, labels: &[&str]) -> f64 {
        let samples = self.0.iter().filter(|(known, its, _)| {
            known == name && labels.iter().all(|label| its.contains(label))
        });
        samples.map(|(.., value)| value).sum()
    }

    /// The names, each once.
    #[must_use]
    pub fn names(&self) -> std::collections::BTreeSet<&str> {
        self.0.iter().map(|(name, ..)| name.as_str()).collect()
    }
}

/// The text of a JSON string, empty when it is none.
pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
