//! The ingress' checks, in its order: size of the head, method, broker, event.

use std::sync::Arc;

use http::Method;
use http::request::Parts;

use super::{Malformed, Refusal};
use crate::event::Event;
use crate::log::Topic;
use crate::{attribute, java_uri, timestamp};

/// The defaults of Vert.x, on which the real ingress is built.
const REQUEST_LINE_BYTES_MAX: usize = 4096;
const HEADER_BYTES_MAX: usize = 8192;

/// Everything that can be refused before the broker is looked up.
pub(super) fn of_request(parts: &Parts) -> Result<(), Refusal> {
    let target = parts
        .uri
        .path_and_query()
        .map_or(0, |text| text.as_str().len());
    if parts.method.as_str().len() + target + " HTTP/1.1".len() + 1 > REQUEST_LINE_BYTES_MAX {
        return Err(Refusal::UriTooLong);
    }
    let line = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        name.as_str().len() + value.len() + ": \r\n".len()
    };
    if parts.headers.iter().map(line).sum::<usize>() > HEADER_BYTES_MAX {
        return Err(Refusal::HeadersTooLarge);
    }
    if parts.method != Method::POST {
        return Err(Refusal::NotPost);
    }
    Ok(())
}

/// Finds the broker of `/<namespace>/<name>`. The path is literal but for one trailing slash.
pub(super) fn broker<'a>(path: &str, topics: &'a [Arc<Topic>]) -> Result<&'a Arc<Topic>, Refusal> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let names = path.strip_prefix('/').and_then(|rest| rest.split_once('/'));
    let (namespace, name) = names.ok_or(Refusal::UnknownBroker)?;
    topics
        .iter()
        .find(|topic| topic.name().namespace == namespace && topic.name().name == name)
        .ok_or(Refusal::UnknownBroker)
}

/// Attributes that have to be there, though they may be empty, and those whose form is looked at.
pub(super) fn complete(event: &mut Event) -> Result<(), Malformed> {
    version(event)?;
    for name in ["id", "source", "type"] {
        if event.attribute(name).is_none() {
            return Err(Malformed(format!("it has no {name}")));
        }
    }
    for (name, value) in &event.attributes {
        if !attribute::is_name(name) {
            return Err(Malformed(format!("{name:?} is no attribute name")));
        }
        // Knative takes it and then cannot send it: the event would be lost without a word.
        if !attribute::is_sendable(value) {
            return Err(Malformed(format!(
                "{name} has control characters; Knative would lose the event"
            )));
        }
    }
    for name in ["source", "dataschema", "schemaurl"] {
        if let Some(value) = event
            .attribute(name)
            .filter(|value| !java_uri::is_uri(value))
        {
            return Err(Malformed(format!("{name} {value:?} is no URI")));
        }
    }
    time(event)
}

fn version(event: &Event) -> Result<(), Malformed> {
    match event.attribute("specversion") {
        Some("1.0" | "0.3") => Ok(()),
        other => Err(Malformed(format!("specversion {other:?} is not known"))),
    }
}

fn time(event: &mut Event) -> Result<(), Malformed> {
    let Some(time) = event.attributes.get_mut("time") else {
        return Ok(());
    };
    *time = timestamp::normal(time)
        .ok_or_else(|| Malformed(format!("time {time:?} is none of RFC 3339")))?;
    Ok(())
}
