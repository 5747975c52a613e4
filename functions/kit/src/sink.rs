//! CloudEvents out: posted in binary mode to where the SinkBinding says. It keeps nothing; the outbox does.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use ::http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE},
};
use bytes::Bytes;
use cloudevents::{Data, Event};
use reqwest::{Client, Url};
use serde::Deserialize;
use thiserror::Error;

use crate::{
    Reader,
    telemetry::{
        self, outgoing,
        sending::{From, Sending},
    },
    web,
};

/// The broker's ingress may wait for its own store.
const SEND_TIMEOUT: Duration = Duration::from_secs(15);
/// Where a SinkBinding mounts the token for the broker, if Knative's OIDC is enabled; the kubelet replaces it in time.
const SENDER_TOKEN: &str = "/oidc/token";

/// Where a function's events go.
#[derive(Clone, Debug)]
pub struct Sink {
    client: Client,
    url: Url,
    overrides: BTreeMap<String, String>,
    token: Option<PathBuf>,
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
    /// The token that shows the broker who is sending cannot be read.
    #[error("{SENDER_TOKEN} cannot be read: {0}")]
    NoToken(std::io::Error),
}

impl SinkError {
    /// Whether the same event may be taken another time.
    pub fn passes(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::NoToken(_) => true,
            // 401 is a sender's token that has just expired.
            Self::Refused(status) => {
                status.is_server_error() || matches!(status.as_u16(), 401 | 404 | 408 | 425 | 429)
            }
            Self::Unfit(_) => false,
        }
    }

    /// What it is, in a word or a status.
    pub(crate) fn kind(&self) -> String {
        match self {
            Self::Unreachable(error) => outgoing::kind(error).to_owned(),
            Self::Refused(status) => status.as_u16().to_string(),
            Self::Unfit(_) => "unfit".to_owned(),
            Self::NoToken(_) => "no_token".to_owned(),
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
            token: None,
        })
    }

    /// Reads `K_SINK` and `K_CE_OVERRIDES`, which a SinkBinding sets.
    pub fn from_env(r: &mut Reader<'_>) -> Option<Self> {
        let url = r.required::<Url>("K_SINK");
        let overrides = match r.env().get("K_CE_OVERRIDES") {
            None => Some(BTreeMap::new()),
            Some(_) => r.required_with("K_CE_OVERRIDES", extensions),
        };
        let sink = Self::new(url?);
        let sink = sink
            .map_err(|error| r.mistake(format!("K_SINK cannot be used: {error}")))
            .ok();
        Some(Self {
            overrides: overrides?,
            ..sink?.showing(Path::new(SENDER_TOKEN))
        })
    }

    /// Shows the broker the token in this file, if there is one.
    fn showing(self, file: &Path) -> Self {
        let token = file.exists().then(|| file.to_owned());
        Self { token, ..self }
    }

    /// Posts one event, once. `traceparent` says which trace it continues.
    pub async fn send(&self, event: &Event, traceparent: Option<&str>) -> Result<(), SinkError> {
        let sending = Sending::begin(event, traceparent, From::Caller);
        let own = sending.traceparent();
        let outcome = self.post(event, own.as_deref().or(traceparent)).await;
        sending.ended(outcome.as_ref().copied(), None);
        outcome
    }

    /// Posts one event, once, with this trace context.
    pub(crate) async fn post(
        &self,
        event: &Event,
        traceparent: Option<&str>,
    ) -> Result<(), SinkError> {
        let mut headers = self.headers(event)?;
        if let Some(value) = traceparent.and_then(|text| HeaderValue::from_str(text).ok()) {
            headers.insert(telemetry::TRACEPARENT, value);
        }
        if let Some(file) = &self.token {
            headers.insert(AUTHORIZATION, credentials(file)?);
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

/// Read each time, because it is replaced; it is a small file in memory.
fn credentials(file: &Path) -> Result<HeaderValue, SinkError> {
    let token = fs::read_to_string(file).map_err(SinkError::NoToken)?;
    let value = HeaderValue::from_str(&format!("Bearer {}", token.trim()));
    let mut value =
        value.map_err(|_| SinkError::NoToken(std::io::ErrorKind::InvalidData.into()))?;
    value.set_sensitive(true);
    Ok(value)
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

#[cfg(test)]
mod tests {
    use cloudevents::{EventBuilder, EventBuilderV10};
    use serde_json::json;

    use super::*;
    use crate::Env;

    fn sink(settings: &[(&str, &str)]) -> Option<Sink> {
        let env = Env::of(settings);
        let mut r = Reader::new(&env);
        let sink = Sink::from_env(&mut r);
        r.finish(|| sink).ok()
    }

    fn event(subject: &str) -> Event {
        let event = EventBuilderV10::new()
            .id("1")
            .source("/s")
            .ty("t")
            .subject(subject);
        event.data("application/json", json!({})).build().unwrap()
    }

    #[tokio::test]
    async fn overrides_of_the_sink_binding_win() {
        let overrides = r#"{"extensions":{"region":"eu"}}"#;
        let sink = sink(&[("K_SINK", "http://broker"), ("K_CE_OVERRIDES", overrides)]).unwrap();
        let headers = sink.headers(&event("orders/1")).unwrap();
        assert_eq!(headers["ce-region"], "eu");
        assert_eq!(headers["ce-specversion"], "1.0");
        assert_eq!(headers["content-type"], "application/json");
        assert!(!headers.contains_key("ce-datacontenttype"));
    }

    #[tokio::test]
    async fn an_empty_override_which_every_sink_binding_sets_is_none() {
        assert!(sink(&[("K_SINK", "http://broker"), ("K_CE_OVERRIDES", "")]).is_some());
        assert!(sink(&[("K_SINK", "http://broker"), ("K_CE_OVERRIDES", "{")]).is_none());
        assert!(sink(&[("K_SINK", "broker")]).is_none());
    }

    #[tokio::test]
    async fn an_attribute_that_brokers_would_mangle_is_refused() {
        let sink = sink(&[("K_SINK", "http://broker")]).unwrap();
        assert!(matches!(
            sink.headers(&event("caf\u{e9}")),
            Err(SinkError::Unfit(_))
        ));
    }

    #[test]
    fn the_token_is_shown_as_it_is_now_if_one_is_mounted() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("token");
        let sink = || sink(&[("K_SINK", "http://broker")]).unwrap();
        assert_eq!(sink().showing(&file).token, None);
        fs::write(&file, "first\n").unwrap();
        let showing = sink().showing(&file);
        fs::write(&file, "second\n").unwrap();
        let token = credentials(showing.token.as_deref().unwrap()).unwrap();
        assert_eq!(token, "Bearer second");
        assert!(token.is_sensitive());
        fs::remove_file(&file).unwrap();
        assert!(credentials(&file).unwrap_err().passes());
    }

    #[test]
    fn what_may_pass_is_told_from_what_will_not() {
        let refused = |status: u16| SinkError::Refused(StatusCode::from_u16(status).unwrap());
        assert!(
            [503, 500, 401, 404, 429, 408]
                .into_iter()
                .all(|status| refused(status).passes())
        );
        assert!(
            [400, 403, 413, 415]
                .into_iter()
                .all(|status| !refused(status).passes())
        );
    }
}
