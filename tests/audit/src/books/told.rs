//! What was told, and who hears it.

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

/// An event in the broker's log.
#[derive(Debug, Clone)]
pub struct Event {
    /// Its type.
    pub event_type: String,
    /// Its source.
    pub source: String,
    /// Its id.
    pub id: String,
    /// `partitionkey`.
    pub key: String,
    /// When the broker took it.
    pub accepted_at: DateTime<Utc>,
    /// Its data, if that is JSON.
    pub data: Value,
}

impl Event {
    /// The order that it is about, if it is about one.
    #[must_use]
    pub fn order_id(&self) -> Option<Uuid> {
        self.data["order_id"].as_str()?.parse().ok()
    }

    /// Such as `order.placed`; of any version.
    #[must_use]
    pub fn fact(&self) -> &str {
        let name = self
            .event_type
            .strip_prefix("dev.souk.")
            .unwrap_or(&self.event_type);
        match name.rsplit_once(".v") {
            Some((fact, version)) if version.bytes().all(|digit| digit.is_ascii_digit()) => fact,
            _ => name,
        }
    }
}

/// Who hears what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trigger {
    /// Its name, `<consumer>-on-<noun>-<past>`.
    pub name: String,
    /// The function.
    pub consumer: String,
    /// The type, such as `dev.souk.order.placed.v1`.
    pub event_type: String,
}

impl Trigger {
    /// By the rule that names triggers; nothing for a name that does not follow it.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let (consumer, fact) = name.split_once("-on-")?;
        let (fact, version) = match fact.rsplit_once("-v") {
            Some((fact, version)) if version.parse::<u32>().is_ok() => (fact, version),
            _ => (fact, "1"),
        };
        let (noun, past) = fact.rsplit_once('-')?;
        Some(Self {
            name: name.to_owned(),
            consumer: consumer.to_owned(),
            event_type: format!("dev.souk.{noun}.{past}.v{version}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_triggers_name_says_who_hears_what() {
        let trigger = Trigger::named("orders-on-product-published-v2").unwrap();
        assert_eq!(trigger.consumer, "orders");
        assert_eq!(trigger.event_type, "dev.souk.product.published.v2");
        let trigger = Trigger::named("payments-on-order-cancelled").unwrap();
        assert_eq!(trigger.event_type, "dev.souk.order.cancelled.v1");
        assert_eq!(Trigger::named("sweeper"), None);
    }

    #[test]
    fn every_trigger_of_the_shop_is_named_by_the_rule() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../eventing/base/triggers");
        let mut seen = 0;
        for file in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            for document in text.split("\n---") {
                let value = |key: &str| {
                    let line = document
                        .lines()
                        .find_map(|line| line.trim().strip_prefix(key));
                    line.unwrap_or_default().trim().to_owned()
                };
                let (name, event_type) = (value("name: "), value("type: "));
                let trigger = Trigger::named(&name).unwrap();
                assert_eq!(trigger.event_type, event_type, "{name}");
                seen += 1;
            }
        }
        assert!(seen > 20, "{seen}");
    }

    #[test]
    fn a_fact_is_the_type_without_its_version() {
        let event = |event_type: &str| Event {
            event_type: event_type.to_owned(),
            source: String::new(),
            id: String::new(),
            key: String::new(),
            accepted_at: DateTime::UNIX_EPOCH,
            data: Value::Null,
        };
        assert_eq!(event("dev.souk.order.placed.v12").fact(), "order.placed");
        assert_eq!(event("com.other.thing").fact(), "com.other.thing");
    }
}
