//! An event that nobody took, whatever it looks like.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use url::Url;

use super::format;

/// An event as the broker handed it over. Nothing about it can be relied on: it may be here because it is broken.
#[derive(Clone, Debug, PartialEq)]
pub struct DeadLetter {
    /// Its attributes by name, the broker's own included.
    pub attributes: Map<String, Value>,
    /// Its data, byte for byte.
    pub data: Option<Vec<u8>>,
}

impl DeadLetter {
    /// An attribute that is text and not empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        let text = self.attributes.get(name)?.as_str()?;
        (!text.trim().is_empty()).then_some(text)
    }

    /// The address of the subscriber that did not take it.
    pub fn destination_url(&self) -> Option<&str> {
        self.text("knativeerrordest")
    }

    /// The function at that address: the first label of its host. The address itself if it is none.
    pub fn destination(&self) -> Option<String> {
        let address = self.destination_url()?;
        let host = Url::parse(address)
            .ok()
            .and_then(|url| Some(url.host_str()?.to_owned()));
        let host = host.unwrap_or_else(|| address.to_owned());
        host.split('.').next().map(str::to_owned)
    }

    /// The status that the subscriber answered last, if it answered at all.
    pub fn error_code(&self) -> Option<u16> {
        match self.attributes.get("knativeerrorcode")? {
            Value::String(text) => text.parse().ok(),
            other => u16::try_from(other.as_u64()?).ok(),
        }
    }

    /// What the subscriber answered. Brokers encode it in Base64, and may have cut it off.
    pub fn error_body(&self) -> Option<String> {
        let encoded = self.text("knativeerrordata")?;
        Some(match BASE64_STANDARD.decode(encoded) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(_) => encoded.to_owned(),
        })
    }

    /// By what the same dead letter is recognised: source, id and destination. An event without source or id has nothing but
    /// its content to be recognised by.
    pub fn fingerprint(&self) -> Vec<u8> {
        let destination = self.destination_url().unwrap_or_default();
        let parts: Vec<Vec<u8>> = match (self.text("source"), self.text("id")) {
            (Some(source), Some(id)) => [source, id, destination].map(Into::into).into(),
            _ => vec![
                Value::Object(self.attributes.clone()).to_string().into(),
                self.data.clone().unwrap_or_default(),
            ],
        };
        let mut digest = Sha256::new();
        for part in parts {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        digest.finalize().to_vec()
    }

    /// The whole of it in CloudEvents' JSON format.
    pub fn event(&self) -> Value {
        format::event(&self.attributes, self.data.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn letter(attributes: Value) -> DeadLetter {
        let Value::Object(attributes) = attributes else {
            panic!("attributes are an object")
        };
        DeadLetter {
            attributes,
            data: Some(b"{}".to_vec()),
        }
    }

    #[test]
    fn who_did_not_take_it_is_named_by_function_and_address() {
        let refused = letter(json!({
            "knativeerrordest": "http://inventory.souk.svc.cluster.local/events",
            "knativeerrorcode": "400", "knativeerrordata": "bm8gc3VjaCBvcmRlcg==",
        }));
        assert_eq!(refused.destination().as_deref(), Some("inventory"));
        assert_eq!(refused.error_code(), Some(400));
        assert_eq!(refused.error_body().as_deref(), Some("no such order"));
    }

    #[test]
    fn error_attributes_that_are_absent_or_nonsense_do_no_harm() {
        let silent = letter(json!({ "id": "1" }));
        assert_eq!(
            (
                silent.destination(),
                silent.error_code(),
                silent.error_body()
            ),
            (None, None, None)
        );
        let nonsense = letter(json!({
            "knativeerrordest": "not an address", "knativeerrorcode": "many", "knativeerrordata": "!",
        }));
        assert_eq!(nonsense.destination().as_deref(), Some("not an address"));
        assert_eq!(nonsense.error_code(), None);
        assert_eq!(nonsense.error_body().as_deref(), Some("!"));
    }

    #[test]
    fn the_same_event_is_the_same_dead_letter_once_for_each_destination() {
        let at = |destination: &str, offset: u32| {
            let attributes = json!({
                "source": "/s", "id": "1", "knativeerrordest": destination, "knativekafkaoffset": offset,
            });
            letter(attributes).fingerprint()
        };
        assert_eq!(at("http://a/", 1), at("http://a/", 2));
        assert_ne!(at("http://a/", 1), at("http://b/", 1));
    }

    #[test]
    fn events_without_an_id_are_told_apart_by_what_they_say() {
        let one = letter(json!({ "source": "/s", "id": "" }));
        let mut other = one.clone();
        assert_eq!(one.fingerprint(), other.fingerprint());
        other.data = None;
        assert_ne!(one.fingerprint(), other.fingerprint());
    }
}
