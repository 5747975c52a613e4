//! CloudEvents out: posted in binary mode to where the SinkBinding says. It keeps nothing; the outbox does.

use std::{collections::BTreeMap, time::Duration};

use ::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header::CONTENT_TYPE};
use bytes::Bytes;
use cloudevents::{Data, Event};
use reqwest::{Client, Url};
use serde::Deserialize;
use thiserror::Error;

use crate::{Reader, telemetry, web};

/// The broker's ingress may wait for its own store.
const SEND_TIMEOUT: Duration = Duration::from_secs(15);

/// Where a function's events go.
#[derive(Clone, Debug)]
pub struct Sink {
    client: Client,
    url: Url,
    overrides: BTreeMap<String, String>,
}

/// Why an event was not taken.
#[derive(Debug, Error)]
pub enum SinkError {
    /// Nobody answered, or not in time.
    #[error("the sink does not answer: {0}")]
    Unreachable(#[from] reqwest::Error),
    /// It answered that it will not, or not now.
    #[error("the sink answered {0}")]
    Refused(StatusCode),
    /// The event cannot be put into headers.
    #[error("the event cannot travel: {0}")]
    Unfit(String),
}

impl SinkError {
    /// Whether the same event may be taken another time.
    pub fn passes(&self) -> bool {
        match self {
            Self::Unreachable(_) => true,
            Self::Refused(status) => {
                status.is_server_error() || matches!(status.as_u16(), 404 | 408 | 425 | 429)
            }
            Self::Unfit(_) => false,
        }
    }
}

impl Sink {
    /// Sends to this address.
    pub fn new(url: Url) -> Result<Self, reqwest::Error> {
        let client = web::client(url.as_str(), SEND_TIMEOUT)?;
        Ok(Self {
            client,
            url,
            overrides: BTreeMap::new(),
        })
    }

    /// Reads `K_SINK` and `K_CE_OVERRIDES`, which a SinkBinding sets.
    pub fn from_env(r: &mut Reader<'_>) -> Option<Self> {
        let sink = r.required_with("K_SINK", |text| {
            Url::parse(text)
                .map_err(|e| e.to_string())
                .and_then(|url| Self::new(url).map_err(|e| e.to_string()))
        });
        let overrides = match r.env().get("K_CE_OVERRIDES") {
            None => Some(BTreeMap::new()),
            Some(_) => r.required_with("K_CE_OVERRIDES", extensions),
        };
        Some(Self {
            overrides: overrides?,
            ..sink?
        })
    }

    /// Posts one event, once. `traceparent` says which trace it continues.
    pub async fn send(&self, event: &Event, traceparent: Option<&str>) -> Result<(), SinkError> {
        let mut headers = self.headers(event)?;
        if let Some(value) = traceparent.and_then(|text| HeaderValue::from_str(text).ok()) {
            headers.insert(telemetry::TRACEPARENT, value);
        }
        let response = self
            .client
            .post(self.url.clone())
            .headers(headers)
            .body(body(event)?)
            .send()
            .await?;
        let status = response.status();
        if status.is_success() {
            Ok(())
        } else {
            Err(SinkError::Refused(status))
        }
    }

    fn headers(&self, event: &Event) -> Result<HeaderMap, SinkError> {
        let mut headers = HeaderMap::new();
        for (name, value) in event.iter() {
            let name = if name == "datacontenttype" {
                CONTENT_TYPE
            } else {
                ce(name)?
            };
            headers.insert(name, header(&value.to_string())?);
        }
        for (name, value) in &self.overrides {
            headers.insert(ce(name)?, header(value)?);
        }
        Ok(headers)
    }
}

fn ce(name: &str) -> Result<HeaderName, SinkError> {
    HeaderName::try_from(format!("ce-{name}"))
        .map_err(|error| SinkError::Unfit(format!("{name}: {error}")))
}

/// Only printable ASCII travels unchanged through every broker.
fn header(value: &str) -> Result<HeaderValue, SinkError> {
    if !value.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        return Err(SinkError::Unfit(format!(
            "`{value}` is not printable ASCII"
        )));
    }
    HeaderValue::from_str(value).map_err(|error| SinkError::Unfit(error.to_string()))
}

fn body(event: &Event) -> Result<Bytes, SinkError> {
    match event.data() {
        None => Ok(Bytes::new()),
        Some(Data::Binary(bytes)) => Ok(bytes.clone().into()),
        Some(Data::String(text)) => Ok(text.clone().into()),
        Some(Data::Json(value)) => Ok(value.to_string().into()),
    }
}

fn extensions(overrides: &str) -> Result<BTreeMap<String, String>, serde_json::Error> {
    #[derive(Deserialize)]
    struct Overrides {
        #[serde(default)]
        extensions: BTreeMap<String, String>,
    }
    serde_json::from_str::<Overrides>(overrides).map(|overrides| overrides.extensions)
}
