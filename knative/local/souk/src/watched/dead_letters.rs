//! The shop's dead letters: passed on to `deadletters` as the operator, and counted for the triggers.

use std::sync::Arc;
use std::time::{Duration, Instant};

use http::Method;
use serde_json::Value;
use souk_console::{Answer, Problem};
use souk_plan::model::{Filter, TriggerPlan};
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::masked;
use super::rest::Rest;
use crate::platform::OPERATOR;

const DEAD_LETTERS: &str = "/v1/dead-letters";
const PAGE_ITEMS: usize = 100;
/// Pages of one look: beyond this there are enough of them to be worried about.
const PAGES_MOST: usize = 5;
/// All of them; one page has a bound of its own.
const LOOKED_WITHIN: Duration = Duration::from_secs(5);
/// Several pages may be open and look again and again.
const LOOKED_AFTER_EVERY: Duration = Duration::from_secs(3);

/// Asks for them, and remembers the open ones for a moment.
pub(super) struct DeadLetters {
    rest: Arc<Rest>,
    open: Mutex<Option<(Instant, Result<Open, Problem>)>>,
}

/// The open ones: the address that did not take each, and its type.
#[derive(Debug, Clone, Default)]
pub(super) struct Open(Arc<Vec<(String, String)>>);

impl DeadLetters {
    pub(super) fn new(rest: Arc<Rest>) -> Self {
        Self {
            rest,
            open: Mutex::default(),
        }
    }

    /// One request; `path` follows `/v1/dead-letters`. Personal data of an event are masked.
    pub(super) async fn pass(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let changes = method != Method::GET;
        let path = format!("{DEAD_LETTERS}{path}");
        let mut answer = self
            .rest
            .ask(OPERATOR, method, &path, body.as_ref())
            .await?;
        if changes {
            *self.open.lock().await = None;
        }
        if let Some(event) = answer.get_mut("event") {
            *event = masked::personal(event.take());
        }
        Ok(answer)
    }

    /// Those of any status that came since then, newest first.
    pub(super) async fn since(&self, since: Option<&str>) -> Result<Vec<Value>, Problem> {
        let since = since
            .map(|since| format!("&since={since}"))
            .unwrap_or_default();
        self.pages(&since).await
    }

    /// Those that nobody has dealt with.
    pub(super) async fn open_by_trigger(&self) -> Result<Open, Problem> {
        let mut known = self.open.lock().await;
        if let Some((looked_at, open)) = &*known
            && looked_at.elapsed() < LOOKED_AFTER_EVERY
        {
            return open.clone();
        }
        let open = self.pages("&status=open").await.map(Open::among);
        *known = Some((Instant::now(), open.clone()));
        open
    }

    async fn pages(&self, wanted: &str) -> Result<Vec<Value>, Problem> {
        let read = timeout(LOOKED_WITHIN, self.pages_one_by_one(wanted)).await;
        read.unwrap_or_else(|_| Err(Problem::away(format!("no answer within {LOOKED_WITHIN:?}"))))
    }

    async fn pages_one_by_one(&self, wanted: &str) -> Result<Vec<Value>, Problem> {
        let mut letters = Vec::new();
        let mut cursor = String::new();
        for _ in 0..PAGES_MOST {
            let path = format!("{DEAD_LETTERS}?limit={PAGE_ITEMS}{wanted}{cursor}");
            let mut page = self.rest.ask(OPERATOR, Method::GET, &path, None).await?;
            if let Some(items) = page["items"].as_array_mut() {
                letters.append(items);
            }
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={}", crate::platform::segment(next)),
                None => break,
            }
        }
        Ok(letters)
    }
}

impl Open {
    fn among(letters: Vec<Value>) -> Self {
        let text =
            |letter: &Value, name: &str| letter[name].as_str().unwrap_or_default().to_owned();
        let letters = letters.iter();
        let letters = letters.map(|letter| (text(letter, "destination_url"), text(letter, "type")));
        Self(Arc::new(letters.collect()))
    }

    /// How many a trigger, as the broker shows it, has given up. Those of two triggers with the same subscriber and type are counted
    /// for both: a letter does not say which it was.
    pub(super) fn of(&self, trigger: &Value, plans: &[TriggerPlan]) -> usize {
        let name = (trigger["namespace"].as_str(), trigger["name"].as_str());
        let is_it = |plan: &&TriggerPlan| {
            (
                Some(plan.object.namespace.as_str()),
                Some(plan.object.name.as_str()),
            ) == name
        };
        let filters = plans
            .iter()
            .find(is_it)
            .map_or(&[][..], |plan| plan.filters.as_slice());
        let fits = |(address, event_type): &&(String, String)| {
            trigger["subscriber"] == **address && may_be_wanted(filters, event_type)
        };
        self.0.iter().filter(fits).count()
    }
}

/// Whether these filters let through some event of this type. What they say of other attributes is not looked at.
fn may_be_wanted(filters: &[Filter], event_type: &str) -> bool {
    filters.iter().all(|filter| match filter {
        Filter::Exact(wanted) => wanted.get("type").is_none_or(|wanted| wanted == event_type),
        _ => true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_counts_for_the_trigger_with_its_address_and_type() {
        let exact =
            |event_type: &str| Filter::Exact([("type".to_owned(), event_type.to_owned())].into());
        assert!(may_be_wanted(&[exact("a")], "a"));
        assert!(!may_be_wanted(&[exact("a")], "b"));
        assert!(may_be_wanted(&[], "b"));
        let letters = [
            ("http://x/events", "a"),
            ("http://x/events", "a"),
            ("http://y/events", "a"),
        ];
        let letters =
            letters.map(|(address, event_type)| (address.to_owned(), event_type.to_owned()));
        let open = Open(Arc::new(letters.to_vec()));
        let trigger =
            serde_json::json!({ "name": "t", "namespace": "n", "subscriber": "http://x/events" });
        assert_eq!(open.of(&trigger, &[]), 2);
    }
}
