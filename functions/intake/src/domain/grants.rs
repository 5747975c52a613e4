//! Which publisher may send which types.

use std::collections::BTreeMap;

use souk_contracts::{EventType, find};

/// Who may publish what.
#[derive(Debug)]
pub struct Grants(BTreeMap<String, Vec<&'static EventType>>);

/// Somebody outside the shop who publishes.
#[derive(Clone, Copy, Debug)]
pub struct Publisher<'a> {
    /// The name that its API key belongs to.
    pub name: &'a str,
    granted: &'a [&'static EventType],
}

impl Grants {
    /// Reads `{"<publisher>": ["<event type>", ...]}`. A type that does not exist, or that only functions emit, is a mistake.
    pub fn parse(text: &str) -> Result<Self, String> {
        let named: BTreeMap<String, Vec<String>> =
            serde_json::from_str(text).map_err(|error| error.to_string())?;
        let grants = named.into_iter().map(|(publisher, types)| {
            let granted = types.iter().map(|name| grantable(name));
            Ok((named_well(publisher)?, granted.collect::<Result<_, _>>()?))
        });
        grants.collect::<Result<_, _>>().map(Self)
    }

    /// The publisher of this name; one that nothing was granted to may say nothing.
    pub fn publisher<'a>(&'a self, name: &'a str) -> Publisher<'a> {
        let granted = self.0.get(name).map(Vec::as_slice).unwrap_or_default();
        Publisher { name, granted }
    }
}

impl Publisher<'_> {
    /// The only source that it may speak as.
    pub fn source(&self) -> String {
        format!("/publishers/{}", self.name)
    }

    /// The type of this name, if it may send it.
    pub fn may_send(&self, type_name: &str) -> Option<&'static EventType> {
        let found = self.granted.iter().find(|own| own.type_name == type_name);
        found.copied()
    }
}

/// The name becomes a part of the source of events.
fn named_well(publisher: String) -> Result<String, String> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if !publisher.is_empty() && publisher.bytes().all(plain) {
        return Ok(publisher);
    }
    Err(format!(
        "`{publisher}` is no name of a publisher: a-z, 0-9 and -"
    ))
}

fn grantable(type_name: &str) -> Result<&'static EventType, String> {
    let found = find(type_name).ok_or_else(|| format!("there is no event type `{type_name}`"))?;
    if !found.public {
        return Err(format!(
            "`{type_name}` is only for {} to emit",
            found.emitter
        ));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_publisher_may_send_what_was_granted_to_it_and_nothing_else() {
        let grants = Grants::parse(r#"{"erp":["dev.souk.goods.received.v1"]}"#).unwrap();
        let erp = grants.publisher("erp");
        assert!(erp.may_send("dev.souk.goods.received.v1").is_some());
        assert!(erp.may_send("dev.souk.parcel.moved.v1").is_none());
        let stranger = grants.publisher("stranger");
        assert!(stranger.may_send("dev.souk.goods.received.v1").is_none());
    }

    #[test]
    fn what_cannot_be_granted_is_refused_at_the_start() {
        let complaint = |text| Grants::parse(text).unwrap_err();
        assert!(complaint("[]").contains("expected a map"));
        assert!(complaint(r#"{"erp":["dev.souk.no.such.v1"]}"#).contains("no event type"));
        assert!(complaint(r#"{"erp":["dev.souk.order.placed.v1"]}"#).contains("only for orders"));
        assert!(complaint(r#"{"the erp":[]}"#).contains("no name of a publisher"));
    }
}
