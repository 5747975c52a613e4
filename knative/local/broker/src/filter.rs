//! Whether a trigger wants an event: `spec.filters` as the Kafka broker evaluates them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use souk_plan::model::Filter;

use crate::event::Stored;

/// Whether all of `filters` match. An event on which a filter fails is not delivered either.
pub(crate) fn matches(filters: &[Filter], event: &Stored) -> bool {
    all(filters, event).unwrap_or(false)
}

/// The filter could not be evaluated: the broker discards the event, whatever stands around the filter.
struct Undecidable;

type Decision = Result<bool, Undecidable>;

fn all(filters: &[Filter], event: &Stored) -> Decision {
    for filter in filters {
        if !one(filter, event)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn any(filters: &[Filter], event: &Stored) -> Decision {
    for filter in filters {
        if one(filter, event)? {
            return Ok(true);
        }
    }
    // An empty `any` is no filter.
    Ok(filters.is_empty())
}

fn one(filter: &Filter, event: &Stored) -> Decision {
    match filter {
        Filter::Exact(wanted) => Ok(wanted.iter().all(|(name, value)| {
            value.is_empty() || event.filterable(name).as_deref() == Some(value)
        })),
        Filter::Prefix(wanted) => part(wanted, event, |text, value| text.starts_with(value)),
        Filter::Suffix(wanted) => part(wanted, event, |text, value| text.ends_with(value)),
        Filter::All(filters) => all(filters, event),
        Filter::Any(filters) => any(filters, event),
        Filter::Not(filter) => one(filter, event).map(|matched| !matched),
    }
}

/// An empty value is no condition. Without `subject` or `datacontenttype` the broker stumbles over a null.
fn part(
    wanted: &BTreeMap<String, String>,
    event: &Stored,
    fits: impl Fn(&str, &str) -> bool,
) -> Decision {
    for (name, value) in wanted.iter().filter(|(_, value)| !value.is_empty()) {
        let text = match event.filterable(name) {
            None if matches!(name.as_str(), "subject" | "datacontenttype") => {
                return Err(Undecidable);
            }
            other => other.unwrap_or(Cow::Borrowed("")),
        };
        if !fits(&text, value) {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::event::Event;

    fn event(attributes: &[(&str, &str)]) -> Stored {
        let attributes = attributes
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Stored {
            sequence: 1,
            partition_id: 1,
            partition: 3,
            offset: 41,
            accepted_at: DateTime::UNIX_EPOCH,
            event: Event {
                attributes: attributes.collect(),
                ..Event::default()
            },
        }
    }

    fn map(name: &str, value: &str) -> BTreeMap<String, String> {
        BTreeMap::from([(name.to_owned(), value.to_owned())])
    }

    fn exact(name: &str, value: &str) -> Filter {
        Filter::Exact(map(name, value))
    }

    fn prefix(name: &str, value: &str) -> Filter {
        Filter::Prefix(map(name, value))
    }

    fn not(filter: Filter) -> Filter {
        Filter::Not(Box::new(filter))
    }

    #[test]
    fn filters_decide_as_the_kafka_broker_does() {
        let placed = event(&[
            ("type", "dev.souk.order.placed.v1"),
            ("source", "/functions/orders"),
            ("time", "2026-01-02T03:04:05+02:00"),
        ]);
        let cases = [
            (vec![], true),
            (vec![exact("type", "dev.souk.order.placed.v1")], true),
            (vec![exact("type", "dev.souk.order.PLACED.v1")], false),
            (vec![exact("region", "eu")], false),
            (vec![not(exact("region", "eu"))], true),
            (vec![exact("region", "")], true),
            (vec![prefix("type", "dev.souk.order.")], true),
            (vec![prefix("region", "e")], false),
            (vec![not(prefix("region", "e"))], true),
            (vec![Filter::Suffix(map("type", ".v1"))], true),
            (vec![Filter::Suffix(map("type", ".v2"))], false),
            (vec![Filter::Exact(BTreeMap::new())], true),
            (vec![not(Filter::Exact(BTreeMap::new()))], false),
            (vec![Filter::All(vec![])], true),
            (vec![Filter::Any(vec![])], true),
            (
                vec![Filter::Any(vec![exact("a", "b"), prefix("source", "/f")])],
                true,
            ),
            (
                vec![Filter::Any(vec![exact("a", "b"), prefix("source", "/g")])],
                false,
            ),
            (
                vec![Filter::All(vec![prefix("type", "dev"), exact("a", "b")])],
                false,
            ),
            (vec![prefix("type", "dev"), exact("a", "b")], false),
            (vec![exact("time", "2026-01-02T01:04:05Z")], true),
            (vec![exact("time", "2026-01-02T03:04:05+02:00")], false),
            (vec![prefix("time", "2026-01-02T01")], true),
            (vec![exact("knativekafkapartition", "3")], true),
            (vec![exact("knativekafkaoffset", "41")], true),
        ];
        for (filters, wanted) in cases {
            assert_eq!(matches(&filters, &placed), wanted, "{filters:?}");
        }
    }

    #[test]
    fn part_of_a_subject_that_is_not_there_discards_the_event_even_under_not() {
        assert!(!matches(&[not(prefix("subject", "orders/"))], &event(&[])));
        assert!(!matches(
            &[not(prefix("datacontenttype", "text/"))],
            &event(&[])
        ));
    }
}
