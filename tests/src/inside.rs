//! What lies behind the public door. A shop that was started here is open; of another one a variable has to say where:
//! `SOUK_BROKER_URL`, `SOUK_SECRETS`. The journeys that ask for it are left out where it is not said, and print so.

use std::path::PathBuf;

use reqwest::Method;
use serde_json::Value;

use crate::shop::read_json;
use crate::{Client, Shop};

/// What a broker said to an event.
#[derive(Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is kept.
    Accepted,
    /// It is none: 400.
    Refused,
}

impl Shop {
    /// Hands an event to the broker as a function would; nothing where the broker cannot be reached.
    ///
    /// # Panics
    ///
    /// When there is no answer, or one that says neither.
    pub async fn tell_the_broker(&self, event: &Value) -> Option<Taken> {
        if self.local.is_some() {
            return Some(self.send(event));
        }
        let Ok(broker) = std::env::var("SOUK_BROKER_URL") else {
            return left_out("SOUK_BROKER_URL");
        };
        let request = Client::elsewhere(&broker)
            .request(Method::POST, "")
            .header("content-type", "application/cloudevents+json")
            .body(event.to_string());
        let answer = request.send().await;
        let answer = answer.unwrap_or_else(|error| panic!("{broker}: {error}"));
        match answer.status().as_u16() {
            202 => Some(Taken::Accepted),
            400 => Some(Taken::Refused),
            other => panic!("{broker} answered {other} to {event}"),
        }
    }

    /// A Secret of the functions, by name; nothing where Secrets are not told.
    #[must_use]
    pub fn secret(&self, name: &str) -> Option<Value> {
        if let Some(local) = &self.local {
            return Some(local.secret(name));
        }
        match std::env::var("SOUK_SECRETS") {
            Ok(folder) => Some(read_json(
                &PathBuf::from(folder).join(format!("{name}.json")),
            )),
            Err(_) => left_out("SOUK_SECRETS"),
        }
    }

    fn send(&self, event: &Value) -> Taken {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let file = folder.path().join("event.json");
        std::fs::write(&file, event.to_string()).expect("a file can be written");
        let path = file.to_str().expect("a path in UTF-8");
        let sent = self.local().souk(&["send", path]);
        let said = String::from_utf8_lossy(&sent.stderr).into_owned();
        match (sent.status.success(), said.contains("400")) {
            (true, _) => Taken::Accepted,
            (false, true) => Taken::Refused,
            (false, false) => panic!("souk send: {said}"),
        }
    }
}

fn left_out<T>(variable: &str) -> Option<T> {
    eprintln!("left out: the shop runs elsewhere, and {variable} is not set (tests/README.md)");
    None
}
