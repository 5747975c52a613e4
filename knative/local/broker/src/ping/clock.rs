//! One PingSource: when it ticks, and what it says.

use chrono::{DateTime, SecondsFormat, Utc};
use souk_plan::model::PingSourcePlan;
use uuid::Uuid;

use super::schedule::Schedule;
use crate::OpenError;
use crate::attribute;
use crate::event::{CORE, Event};

const TYPE: &str = "dev.knative.sources.ping";

/// A PingSource whose schedule was understood.
#[derive(Debug)]
pub(crate) struct Clock {
    plan: PingSourcePlan,
    schedule: Schedule,
}

/// All PingSources that can ever send something.
pub(crate) fn clocks(plans: &[PingSourcePlan]) -> Result<Vec<Clock>, OpenError> {
    plans.iter().map(Clock::new).collect()
}

impl Clock {
    pub(super) fn new(plan: &PingSourcePlan) -> Result<Self, OpenError> {
        let named = format!("PingSource {}/{}", plan.object.namespace, plan.object.name);
        // On a cluster such a source is Ready and never sends.
        let bad = |name: &&String| !attribute::is_name(name) || CORE.contains(&name.as_str());
        if let Some(name) = plan.extensions.keys().find(bad) {
            let why = "it is no extension's name, and Knative would never send an event with it";
            return Err(OpenError::new(
                format!("{named}: ceOverrides {name:?}"),
                why,
            ));
        }
        let schedule = Schedule::new(&plan.schedule, plan.timezone.as_deref())
            .map_err(|why| OpenError::new(named, why))?;
        Ok(Self {
            plan: plan.clone(),
            schedule,
        })
    }

    pub(super) fn plan(&self) -> &PingSourcePlan {
        &self.plan
    }

    pub(super) fn name(&self) -> &str {
        &self.plan.object.name
    }

    pub(super) fn sink(&self) -> &str {
        &self.plan.sink
    }

    pub(super) fn next_after(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.schedule.next_after(now)
    }

    /// The event of one tick.
    pub(super) fn event(&self, id: Uuid, now: DateTime<Utc>) -> Event {
        let PingSourcePlan {
            object,
            content_type,
            data,
            extensions,
            ..
        } = &self.plan;
        let mut attributes = extensions.clone();
        let mut add = |name: &str, value: String| attributes.insert(name.to_owned(), value);
        add("specversion", "1.0".to_owned());
        add("id", id.to_string());
        add("type", TYPE.to_owned());
        let (namespace, name) = (&object.namespace, &object.name);
        add(
            "source",
            format!("/apis/v1/namespaces/{namespace}/pingsources/{name}"),
        );
        add("time", now.to_rfc3339_opts(SecondsFormat::AutoSi, true));
        if let Some(content_type) = content_type {
            add("datacontenttype", content_type.clone());
        }
        Event {
            attributes,
            data: data.clone().unwrap_or_default().into(),
            ..Event::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use souk_plan::model::ObjectName;

    use super::*;

    fn plan(extensions: &[(&str, &str)]) -> PingSourcePlan {
        let extension = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        PingSourcePlan {
            object: ObjectName {
                namespace: "souk".to_owned(),
                name: "sweep".to_owned(),
            },
            schedule: "14,44 * * * *".to_owned(),
            timezone: None,
            content_type: Some("application/json".to_owned()),
            data: Some("{}".to_owned()),
            sink: "http://orders.souk.svc.cluster.local/events".to_owned(),
            extensions: extensions.iter().map(extension).collect(),
        }
    }

    #[test]
    fn a_tick_says_what_knatives_own_says() {
        let clock = Clock::new(&plan(&[("region", "eu")])).unwrap();
        let event = clock.event(Uuid::nil(), DateTime::UNIX_EPOCH);
        let wanted = BTreeMap::from(
            [
                ("specversion", "1.0"),
                ("id", "00000000-0000-0000-0000-000000000000"),
                ("type", "dev.knative.sources.ping"),
                ("source", "/apis/v1/namespaces/souk/pingsources/sweep"),
                ("time", "1970-01-01T00:00:00Z"),
                ("datacontenttype", "application/json"),
                ("region", "eu"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned())),
        );
        assert_eq!(event.attributes, wanted);
        assert_eq!(event.data, "{}");
    }

    #[test]
    fn a_source_that_could_never_send_is_refused() {
        for name in ["type", "time", "my-region", "Region"] {
            assert!(Clock::new(&plan(&[(name, "x")])).is_err(), "{name}");
        }
    }
}
