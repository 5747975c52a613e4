//! One event, delivered; and the two ways to refuse it.

use chrono::{DateTime, Utc};
use cloudevents::{AttributesReader, Data};
use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::{Problem, postgres::is_unfit};

/// An event whole, for whoever does not know its type.
pub type RawEvent = cloudevents::Event;

/// An event whose data was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery<T> {
    /// Unique for its source.
    pub id: String,
    /// Who emitted it.
    pub source: String,
    /// What it is.
    pub event_type: String,
    /// When it happened, if it says so.
    pub time: Option<DateTime<Utc>>,
    /// What it says.
    pub data: T,
}

/// Why an event is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// 503: the broker shall try again.
    #[error("later: {0}")]
    Later(String),
    /// 400: it will never be accepted, and goes to the dead letters.
    #[error("never: {0}")]
    Never(String),
}

impl<T> Delivery<T> {
    /// The envelope of `event` around `data`.
    pub fn of(event: &RawEvent, data: T) -> Self {
        Self {
            id: event.id().to_owned(),
            source: event.source().to_string(),
            event_type: event.ty().to_owned(),
            time: event.time().copied(),
            data,
        }
    }

    /// The same event with its data said otherwise: it is still recognised as the same.
    pub fn map<U>(self, say: impl FnOnce(T) -> U) -> Delivery<U> {
        Delivery {
            id: self.id,
            source: self.source,
            event_type: self.event_type,
            time: self.time,
            data: say(self.data),
        }
    }
}

impl<T: DeserializeOwned> Delivery<T> {
    /// Understands the data of `event`, or says where it cannot.
    pub(super) fn read(event: &RawEvent) -> Result<Self, Refusal> {
        let refuse = |error: String| {
            Refusal::Never(format!(
                "the data of {} cannot be understood: {error}",
                event.ty()
            ))
        };
        let data = match event.data() {
            Some(Data::Json(value)) => T::deserialize(value).map_err(|error| error.to_string()),
            Some(Data::Binary(bytes)) => {
                serde_json::from_slice(bytes).map_err(|error| error.to_string())
            }
            Some(Data::String(text)) => {
                serde_json::from_str(text).map_err(|error| error.to_string())
            }
            None => Err("there is none".to_owned()),
        };
        Ok(Self::of(event, data.map_err(refuse)?))
    }
}

impl From<sqlx::Error> for Refusal {
    fn from(error: sqlx::Error) -> Self {
        if is_unfit(&error) {
            Self::Never(error.to_string())
        } else {
            Self::Later(error.to_string())
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Later(why) => Self::unavailable(why, 1),
            Refusal::Never(why) => Self::bad_request(why),
        }
    }
}
