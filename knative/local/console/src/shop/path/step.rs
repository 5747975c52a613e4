//! One line of the timeline.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;

/// Something that happened to an order, or that it waits for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Step {
    /// RFC 3339 in UTC, with microseconds. In the future: an attempt that is to come.
    #[serde(serialize_with = "rfc3339")]
    pub(crate) at: DateTime<Utc>,
    pub(crate) kind: Kind,
    /// The function, or `gateway`, `broker`.
    pub(crate) who: String,
    pub(crate) title: String,
    pub(crate) detail: String,
    pub(crate) status: Status,
    pub(crate) trace_id: Option<String>,
    /// What belongs to it, by name: an id, or a path of this API.
    pub(crate) links: BTreeMap<&'static str, String>,
}

/// What kind of thing it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// A request that came through the gateway.
    Request,
    /// The order itself moved.
    Saga,
    /// An event that moves nothing by itself.
    Event,
    /// A function was woken for it.
    Delivery,
    /// An attempt that failed, or the next one.
    Retry,
    DeadLetter,
    Money,
    Mail,
    Stock,
    Shipment,
}

/// How it stands with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    Ok,
    Waiting,
    Failed,
    /// Who knows it does not answer.
    Unknown,
}

impl Step {
    /// A step that is done, without a trace.
    pub(crate) fn new(at: DateTime<Utc>, kind: Kind, who: &str, title: impl Into<String>) -> Self {
        Self {
            at,
            kind,
            who: who.to_owned(),
            title: title.into(),
            detail: String::new(),
            status: Status::Ok,
            trace_id: None,
            links: BTreeMap::new(),
        }
    }

    pub(crate) fn detail(self, detail: impl Into<String>) -> Self {
        Self {
            detail: detail.into(),
            ..self
        }
    }

    pub(crate) fn status(self, status: Status) -> Self {
        Self { status, ..self }
    }

    pub(crate) fn trace(self, trace_id: Option<String>) -> Self {
        Self { trace_id, ..self }
    }

    pub(crate) fn link(mut self, name: &'static str, to: impl Into<String>) -> Self {
        self.links.insert(name, to.into());
        self
    }
}

/// RFC 3339 in UTC, with microseconds.
pub(crate) fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

fn rfc3339<S: serde::Serializer>(at: &DateTime<Utc>, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&time(*at))
}
