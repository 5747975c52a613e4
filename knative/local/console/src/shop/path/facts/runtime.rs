//! Functions, triggers and faults, as the runtime says them.

use chrono::{DateTime, Utc};
use serde::Deserialize;

/// A function as the runtime sees it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Function {
    pub(crate) name: String,
    /// Why it does not come up.
    #[serde(default)]
    pub(crate) failing: Option<String>,
}

/// A trigger as the broker sees it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Trigger {
    pub(crate) name: String,
    /// The address that events go to.
    #[serde(default)]
    pub(crate) subscriber: String,
    #[serde(default)]
    pub(crate) lag: u64,
    #[serde(default)]
    pub(crate) retrying: Vec<Retry>,
}

impl Trigger {
    /// The function that it sends to: the first label of the address.
    pub(crate) fn function(&self) -> &str {
        let host = self.subscriber.split("://").nth(1).unwrap_or_default();
        host.split(['.', '/', ':']).next().unwrap_or_default()
    }
}

/// A delivery that waits for its next attempt.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Retry {
    pub(crate) event_id: String,
    #[serde(default, rename = "type")]
    pub(crate) event_type: String,
    /// Attempts that have failed so far.
    #[serde(default)]
    pub(crate) attempt: u32,
    #[serde(default)]
    pub(crate) next_at: Option<DateTime<Utc>>,
    #[serde(default)]
    pub(crate) why: String,
}

/// What goes wrong on purpose; all of it off in a shop that was opened without `--faults`.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Faults {
    #[serde(default)]
    pub(crate) broker_disk: Option<String>,
    #[serde(default)]
    pub(crate) provider: Option<String>,
    #[serde(default)]
    pub(crate) mails: Option<String>,
    /// Functions that are dead.
    #[serde(default)]
    pub(crate) functions: Vec<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_trigger_knows_its_function_by_the_address() {
        let trigger: Trigger = serde_json::from_value(json!({
            "name": "inventory-on-order-placed", "subscriber": "http://inventory.souk.svc.cluster.local/events",
        })).unwrap();
        assert_eq!(trigger.function(), "inventory");
    }
}
