//! What goes wrong on purpose, in a shop that was opened with `--faults`: deliveries, the broker's disk, the provider, the mail server,
//! functions, and events that nobody can take.
//!
//! Nothing of it is kept: a shop that is opened again is well. A stand-in that was started again is well too, and says so itself.

mod dead;
mod poison;
mod stand_ins;
mod told;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer, Serialize};
use souk_broker::DeliveryFaults;

use crate::wiring::Handles;

pub(crate) use dead::Dead;
use poison::Poisoned;
pub(crate) use stand_ins::StandIns;
use stand_ins::{MAILS, PROVIDER};
pub(crate) use words::{Disk, Life, Mails, Provider};

/// What can go wrong.
pub(crate) struct Faults {
    pub(crate) allowed: bool,
    handles: Handles,
    stand_ins: StandIns,
    poisoned: Poisoned,
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
    /// Those that are dead.
    functions: BTreeSet<String>,
    /// How many poisoned events were sent.
    poisoned: u64,
    #[serde(skip)]
    poisoned_lately: bool,
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
    /// Those that are named; `null` is all of them.
    #[serde(default, deserialize_with = "said")]
    functions: Option<Option<BTreeMap<String, Life>>>,
    /// Who is to get an event that it refuses for good.
    poison: Option<String>,
}

/// Apart from what was left out.
fn said<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// Why nothing was changed, or not everything.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NotChanged {
    /// The shop was opened without `--faults`.
    NotAllowed,
    /// The sentence says what is wrong.
    Wrong(String),
}

impl Faults {
    pub(crate) fn new(allowed: bool, handles: Handles, stand_ins: StandIns) -> Self {
        Self {
            allowed,
            handles,
            stand_ins,
            poisoned: Poisoned::default(),
        }
    }

    /// What goes wrong now.
    pub(crate) async fn status(&self) -> Status {
        let (provider, mails) =
            tokio::join!(self.stand_ins.ask(PROVIDER), self.stand_ins.ask(MAILS));
        let broker = self.handles.broker();
        Status {
            allowed: self.allowed,
            deliveries: broker.delivery_faults(),
            broker_disk: match broker.disk_is_full() {
                true => Disk::Full,
                false => Disk::Ok,
            },
            provider: provider.ok().as_ref().and_then(Provider::of),
            mails: mails.ok().as_ref().and_then(Mails::of),
            functions: self.handles.dead().names(),
            poisoned: self.poisoned.count(),
            poisoned_lately: self.poisoned.lately(),
        }
    }

    /// The same for Prometheus; nothing in a shop in which nothing can go wrong on purpose.
    pub(crate) async fn metrics(&self) -> String {
        match self.allowed {
            true => told::text(&self.status().await),
            false => String::new(),
        }
    }

    /// Lets things go wrong, or go well again.
    pub(crate) async fn change(&self, change: Change) -> Result<(), NotChanged> {
        if !self.allowed {
            return Err(NotChanged::NotAllowed);
        }
        self.change_all(change).await.map_err(NotChanged::Wrong)?;
        let status = self.status().await;
        tracing::warn!(?status, "faults were switched");
        Ok(())
    }

    async fn change_all(&self, change: Change) -> Result<(), String> {
        let broker = self.handles.broker();
        if let Some(deliveries) = change.deliveries {
            broker.set_delivery_faults(deliveries)?;
        }
        if let Some(disk) = change.broker_disk {
            let full = disk.unwrap_or_default() == Disk::Full;
            let set = broker.set_disk_full(full).await;
            set.map_err(|error| error.to_string())?;
        }
        if let Some(provider) = change.provider {
            let switches = provider.unwrap_or_default().switches();
            self.stand_ins.switch(PROVIDER, switches).await?;
        }
        if let Some(mails) = change.mails {
            let switches = mails.unwrap_or_default().switches();
            self.stand_ins.switch(MAILS, switches).await?;
        }
        if let Some(functions) = change.functions {
            self.handles
                .dead()
                .change(functions, self.handles.serving())?;
        }
        match change.poison {
            Some(consumer) => self.poisoned.send(&consumer, &self.handles).await,
            None => Ok(()),
        }
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
        assert_eq!((change.functions, change.poison), (None, None));
    }

    #[test]
    fn a_fault_that_does_not_exist_is_refused() {
        for text in [
            r#"{"provider":"sleepy"}"#,
            r#"{"disk":"full"}"#,
            r#"{"deliveries":{"twice":1}}"#,
            r#"{"functions":{"payments":"tired"}}"#,
            r#"{"functions":["payments"]}"#,
        ] {
            assert!(change(text).is_err(), "{text}");
        }
    }
}
