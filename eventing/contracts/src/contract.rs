//! The promise that every event type keeps. It says nothing about who listens.

use chrono::{DateTime, Utc};
use cloudevents::{Data, Event, EventBuilder, EventBuilderV10};
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

/// The data of one event type, and what the envelope around it says.
pub trait Contract: Serialize + DeserializeOwned + JsonSchema + Send + Sync + 'static {
    /// The event type, such as `dev.souk.order.placed.v1`.
    const TYPE: &'static str;
    /// Who may emit it: a function, or a publisher outside the shop.
    const EMITTER: &'static str;
    /// The event source: `/functions/<emitter>` or `/publishers/<emitter>`.
    const SOURCE: &'static str;
    /// Whether it comes from outside, through `intake`.
    const PUBLIC: bool = false;

    /// What it is about, as `<collection>/<id>`.
    fn subject(&self) -> String;

    /// What keeps related events together: events with the same key share a partition.
    fn partition_key(&self) -> String;

    /// The event as it travels.
    fn event(&self, id: Uuid, time: DateTime<Utc>) -> Event {
        let data = serde_json::to_value(self).expect("contracts consist of what JSON can say");
        EventBuilderV10::new()
            .id(id)
            .source(Self::SOURCE)
            .ty(Self::TYPE)
            .subject(self.subject())
            .time(time)
            .extension("partitionkey", self.partition_key())
            .data("application/json", Data::Json(data))
            .build()
            .expect("id, source and type are set above")
    }
}
