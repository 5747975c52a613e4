//! Whether an event may go on. It looks at everything before it answers, so that a publisher learns of all mistakes at once.

use std::collections::BTreeMap;

use chrono::{DateTime, Timelike, Utc};
use cloudevents::{AttributesWriter, Data, Event, EventBuilder, EventBuilderV10};
use serde_json::Value;
use souk_contracts::EventType;
use url::Url;

use super::{
    candidate::{Candidate, Mistake},
    extensions::extensions,
    publisher::Publisher,
    text::{complaint, is_json, is_uri},
};

/// A broker takes a megabyte, headers included, and would refuse more for ever.
const DATA_BYTES_MAX: usize = 900_000;

/// The event as it goes on, or every mistake that was found.
pub fn check(candidate: Candidate, publisher: &Publisher<'_>) -> Result<Event, Vec<Mistake>> {
    let Candidate { attributes, data } = candidate;
    let mut check = Check {
        attributes: &attributes,
        mistakes: Vec::new(),
    };
    match check.event(data, publisher) {
        Some(event) if check.mistakes.is_empty() => Ok(event),
        _ => Err(check.mistakes),
    }
}

struct Check<'a> {
    attributes: &'a BTreeMap<String, Value>,
    mistakes: Vec<Mistake>,
}

impl<'a> Check<'a> {
    /// `None` is a mistake that was noted; a mistake may have been noted otherwise, too.
    fn event(&mut self, data: Result<Value, String>, publisher: &Publisher<'_>) -> Option<Event> {
        self.specversion();
        let (id, source) = (self.required("id"), self.source(publisher));
        let event_type = self.event_type(publisher);
        let (subject, time, dataschema) =
            (self.optional("subject"), self.time(), self.dataschema());
        self.datacontenttype();
        let said = event_type.and_then(|event_type| self.data(data, event_type));
        let key = said.as_ref().map(|(_, key)| key.as_str());
        let extensions = match extensions(self.attributes, key) {
            Ok(extensions) => extensions,
            Err(mistakes) => return self.note(mistakes),
        };

        let event = EventBuilderV10::new()
            .id(id?)
            .source(source?)
            .ty(event_type?.type_name)
            .data("application/json", Data::Json(said?.0));
        let mut event = event.build().ok()?;
        event.set_subject(subject);
        event.set_time(time);
        event.set_dataschema(dataschema);
        for (name, value) in extensions {
            event.set_extension(&name, value);
        }
        Some(event)
    }

    fn specversion(&mut self) {
        if let Some(version) = self.required("specversion")
            && version != "1.0"
        {
            self.wrong::<()>("specversion", format!("is `{version}`, taken is 1.0"));
        }
    }

    fn source(&mut self, publisher: &Publisher<'_>) -> Option<&'a str> {
        let (source, own) = (self.required("source")?, publisher.source());
        if source == own {
            return Some(source);
        }
        let detail = format!(
            "is `{source}`, and {} may only speak as {own}",
            publisher.name
        );
        self.note(vec![Mistake::forbidden("source", detail)])
    }

    fn event_type(&mut self, publisher: &Publisher<'_>) -> Option<&'static EventType> {
        let type_name = self.required("type")?;
        if let Some(event_type) = publisher.may_send(type_name) {
            return Some(event_type);
        }
        let detail = format!("`{type_name}` is not granted to {}", publisher.name);
        self.note(vec![Mistake::forbidden("type", detail)])
    }

    fn time(&mut self) -> Option<DateTime<Utc>> {
        let text = self.optional("time")?;
        match DateTime::parse_from_rfc3339(text) {
            // A leap second is in RFC 3339, but not in what brokers parse it with.
            Ok(time) if time.nanosecond() < 1_000_000_000 => Some(time.to_utc()),
            Ok(_) => self.wrong("time", "is a leap second, which brokers do not know"),
            Err(error) => self.wrong("time", format!("is not RFC 3339: {error}")),
        }
    }

    fn dataschema(&mut self) -> Option<Url> {
        let text = self.optional("dataschema")?;
        match Url::parse(text) {
            Ok(url) if is_uri(text) => Some(url),
            _ => self.wrong("dataschema", "is no absolute URI"),
        }
    }

    fn datacontenttype(&mut self) {
        match self.attributes.get("datacontenttype") {
            None => {}
            Some(Value::String(media_type)) if is_json(media_type) => {}
            Some(other) => {
                let detail = format!("is {other}, and all data is application/json");
                self.wrong::<()>("datacontenttype", detail);
            }
        }
    }

    /// The data and its partition key. What goes on is what was understood here, not the bytes that came: a field that is
    /// named twice cannot mean one thing here and another to a consumer.
    fn data(
        &mut self,
        data: Result<Value, String>,
        event_type: &EventType,
    ) -> Option<(Value, String)> {
        let data = match data {
            Ok(data) => data,
            Err(why) => return self.wrong("data", why),
        };
        let bytes = data.to_string().len();
        if bytes > DATA_BYTES_MAX {
            let detail = format!("has {bytes} bytes, the broker takes {DATA_BYTES_MAX}");
            return self.wrong("data", detail);
        }
        match (event_type.partition_key)(&data) {
            Ok(key) => Some((data, key)),
            Err(why) => {
                let (field, detail) = why.split_once(": ").unwrap_or(("data", &why));
                self.wrong(field, detail)
            }
        }
    }

    fn required(&mut self, name: &str) -> Option<&'a str> {
        if !self.attributes.contains_key(name) {
            return self.wrong(name, "is absent");
        }
        self.optional(name)
    }

    fn optional(&mut self, name: &str) -> Option<&'a str> {
        match self.attributes.get(name)? {
            Value::String(text) => match complaint(text) {
                None => Some(text),
                Some(why) => self.wrong(name, why),
            },
            other => self.wrong(name, format!("is {other}, not text")),
        }
    }

    fn wrong<T>(&mut self, field: &str, detail: impl Into<String>) -> Option<T> {
        self.note(vec![Mistake::wrong(field, detail)])
    }

    fn note<T>(&mut self, mistakes: Vec<Mistake>) -> Option<T> {
        self.mistakes.extend(mistakes);
        None
    }
}
