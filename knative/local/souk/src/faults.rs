//! What goes wrong on purpose, in a shop that was opened with `--faults`: deliveries, the broker's disk, the provider, the mail server.
//!
//! Nothing of it is kept: a shop that is opened again is well. A stand-in that was started again is well too, and says so itself.

use axum::body::{Body, to_bytes};
use http::header::CONTENT_TYPE;
use http::{Method, Request};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};
use souk_broker::{Broker, DeliveryFaults};
use souk_network::{Network as _, Outside};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::stand_in::Announced;

const PROVIDER: &str = "payment-provider";
const MAILS: &str = "mail-server";
/// How late a slow provider is. Less than functions wait for it.
const SLOW_MS: u64 = 2_000;
/// A stand-in that hangs is not waited for.
const ANSWERED_WITHIN: std::time::Duration = std::time::Duration::from_secs(2);
const ANSWER_BYTES: usize = 64 * 1024;

/// What can go wrong.
pub(crate) struct Faults {
    pub(crate) allowed: bool,
    pub(crate) broker: Broker,
    pub(crate) stand_ins: Vec<(String, watch::Receiver<Announced>)>,
    pub(crate) network: Outside,
}

/// `GET /faults`. Fields may be added; none goes away.
#[derive(Debug, Serialize)]
pub(crate) struct Status {
    allowed: bool,
    /// `null`: as they should be.
    deliveries: Option<DeliveryFaults>,
    broker_disk: Disk,
    /// `null`: there is none, or it does not answer.
    provider: Option<Provider>,
    mails: Option<Mails>,
}

/// `PUT /faults`. What is left out stays as it is; `null` is as it should be.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Change {
    #[serde(default, deserialize_with = "said")]
    deliveries: Option<Option<DeliveryFaults>>,
    #[serde(default, deserialize_with = "said")]
    broker_disk: Option<Option<Disk>>,
    #[serde(default, deserialize_with = "said")]
    provider: Option<Option<Provider>>,
    #[serde(default, deserialize_with = "said")]
    mails: Option<Option<Mails>>,
}

/// Apart from what was left out.
fn said<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// The broker's disk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Disk {
    /// There is as much room as there is.
    #[default]
    Ok,
    /// There is none: the broker answers 503.
    Full,
}

/// The payment provider.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Provider {
    /// It answers.
    #[default]
    Normal,
    /// It answers after 2 s.
    Slow,
    /// It answers 500, before anything is done.
    Fail,
    /// It does not answer, although the work is done.
    Hang,
}

/// The mail server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Mails {
    /// It takes mails.
    #[default]
    Normal,
    /// It answers 451: later.
    Fail,
}

/// Why nothing was changed, or not everything.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NotChanged {
    /// The shop was opened without `--faults`.
    NotAllowed,
    /// The sentence says what is wrong.
    Wrong(String),
}

impl Provider {
    /// As the stand-in calls it.
    fn switches(self) -> Value {
        match self {
            Self::Normal => json!({ "mode": "normal" }),
            Self::Slow => json!({ "mode": "late", "delay_ms": SLOW_MS }),
            Self::Fail => json!({ "mode": "fail" }),
            Self::Hang => json!({ "mode": "hang" }),
        }
    }

    fn of(switches: &Value) -> Option<Self> {
        match switches["mode"].as_str()? {
            "normal" => Some(Self::Normal),
            "late" => Some(Self::Slow),
            "fail" => Some(Self::Fail),
            "hang" => Some(Self::Hang),
            _ => None,
        }
    }
}

impl Mails {
    fn switches(self) -> Value {
        json!({ "mode": self })
    }

    fn of(switches: &Value) -> Option<Self> {
        serde_json::from_value(switches["mode"].clone()).ok()
    }
}

impl Faults {
    /// What goes wrong now.
    pub(crate) async fn status(&self) -> Status {
        let (provider, mails) = tokio::join!(
            self.stand_in(PROVIDER, Method::GET, None),
            self.stand_in(MAILS, Method::GET, None)
        );
        Status {
            allowed: self.allowed,
            deliveries: self.broker.delivery_faults(),
            broker_disk: match self.broker.disk_is_full() {
                true => Disk::Full,
                false => Disk::Ok,
            },
            provider: provider.ok().as_ref().and_then(Provider::of),
            mails: mails.ok().as_ref().and_then(Mails::of),
        }
    }

    /// Lets things go wrong, or go well again.
    pub(crate) async fn change(&self, change: Change) -> Result<(), NotChanged> {
        if !self.allowed {
            return Err(NotChanged::NotAllowed);
        }
        if let Some(deliveries) = change.deliveries {
            let set = self.broker.set_delivery_faults(deliveries);
            set.map_err(NotChanged::Wrong)?;
        }
        if let Some(disk) = change.broker_disk {
            let full = disk.unwrap_or_default() == Disk::Full;
            let set = self.broker.set_disk_full(full).await;
            set.map_err(|error| NotChanged::Wrong(error.to_string()))?;
        }
        if let Some(provider) = change.provider {
            let switches = provider.unwrap_or_default().switches();
            self.switch(PROVIDER, switches).await?;
        }
        if let Some(mails) = change.mails {
            self.switch(MAILS, mails.unwrap_or_default().switches())
                .await?;
        }
        let status = self.status().await;
        tracing::warn!(?status, "faults were switched");
        Ok(())
    }

    async fn switch(&self, name: &str, switches: Value) -> Result<(), NotChanged> {
        let switched = self.stand_in(name, Method::PUT, Some(switches)).await;
        switched.map(drop).map_err(NotChanged::Wrong)
    }

    /// Asks a stand-in's `/switches`, beside its page.
    async fn stand_in(
        &self,
        name: &str,
        method: Method,
        body: Option<Value>,
    ) -> Result<Value, String> {
        let stand_in = self.stand_ins.iter().find(|(one, _)| one == name);
        let (_, said) = stand_in.ok_or_else(|| format!("this shop has no {name}"))?;
        let page = said.borrow().entries.get("page").cloned();
        let page = page.ok_or_else(|| format!("{name} has no page"))?;
        let request = Request::builder()
            .method(method)
            .uri(format!("{page}switches"))
            .header(CONTENT_TYPE, "application/json")
            .body(body.map_or_else(Body::empty, |body| Body::from(body.to_string())))
            .map_err(|error| error.to_string())?;
        let asked = async {
            let answer = self.network.call(request).await;
            let status = answer.status();
            let body = to_bytes(answer.into_body(), ANSWER_BYTES).await;
            let body = body.map_err(|error| format!("{name}: {error}"))?;
            match status.is_success() {
                true => Ok(serde_json::from_slice(&body).unwrap_or_default()),
                false => Err(format!("{name} answered {status}")),
            }
        };
        let answer = timeout(ANSWERED_WITHIN, asked).await;
        answer.unwrap_or_else(|_| Err(format!("{name} does not answer")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(text: &str) -> Result<Change, serde_json::Error> {
        serde_json::from_str(text)
    }

    #[test]
    fn what_is_left_out_stays_and_null_is_normal() {
        let change = change(r#"{"deliveries":null,"provider":"slow"}"#).unwrap();
        assert_eq!(change.deliveries, Some(None));
        assert_eq!(change.provider, Some(Some(Provider::Slow)));
        assert_eq!((change.broker_disk, change.mails), (None, None));
    }

    #[test]
    fn a_fault_that_does_not_exist_is_refused() {
        for text in [
            r#"{"provider":"sleepy"}"#,
            r#"{"disk":"full"}"#,
            r#"{"deliveries":{"twice":1}}"#,
        ] {
            assert!(change(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_providers_moods_are_told_as_they_were_set() {
        for mood in [
            Provider::Normal,
            Provider::Slow,
            Provider::Fail,
            Provider::Hang,
        ] {
            assert_eq!(Provider::of(&mood.switches()), Some(mood));
        }
        for mood in [Mails::Normal, Mails::Fail] {
            assert_eq!(Mails::of(&mood.switches()), Some(mood));
        }
    }
}
