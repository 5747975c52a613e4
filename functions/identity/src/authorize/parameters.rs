//! The parameters of a request, each at most once (RFC 6749, 3.1). Whoever reads a repeated one reads nothing, so that nobody
//! is told one thing while another is done.

use std::collections::BTreeMap;

use serde::de::{
    DeserializeOwned,
    value::{Error, MapDeserializer},
};
use url::form_urlencoded::{Serializer, parse};
use zeroize::Zeroizing;

/// The longest query or form that is looked at.
const BYTES_MAX: usize = 8 * 1024;

/// What was sent, as a query or as a form. Wiped when it goes: there may be a password in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Parameters {
    values: BTreeMap<String, Zeroizing<String>>,
    repeated: Vec<String>,
}

impl Parameters {
    /// Reads a query or a form. An empty value counts as none.
    pub(crate) fn read(text: &str) -> Self {
        let mut read = Self::default();
        if text.len() > BYTES_MAX {
            return read;
        }
        for (name, value) in parse(text.as_bytes()) {
            let before = read
                .values
                .insert(name.to_string(), value.into_owned().into());
            if before.is_some() {
                read.repeated.push(name.into_owned());
            }
        }
        for name in &read.repeated {
            read.values.remove(name);
        }
        read.values.retain(|_, value| !value.is_empty());
        read
    }

    /// The value, if it was sent once.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(|value| value.as_str())
    }

    /// A name that was sent more than once.
    pub(crate) fn repeated(&self) -> Option<&str> {
        self.repeated.first().map(String::as_str)
    }

    /// The same with another value, or without one.
    pub(crate) fn with(mut self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.values.insert(name.to_owned(), value.to_owned().into()),
            None => self.values.remove(name),
        };
        self
    }

    /// As the fields of a form. None may be an `Option`: one that was not sent takes its default.
    pub(crate) fn fields<F: DeserializeOwned>(&self) -> Result<F, Error> {
        let pairs = self
            .values
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        F::deserialize(MapDeserializer::new(pairs))
    }

    /// As a query.
    pub(crate) fn query(&self) -> String {
        let mut query = Serializer::new(String::new());
        query.extend_pairs(
            self.values
                .iter()
                .map(|(name, value)| (name, value.as_str())),
        );
        query.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_twice_counts_as_not_sent() {
        let read = Parameters::read("a=1&b=2&a=3&c=");
        assert_eq!(
            (read.get("a"), read.get("b"), read.get("c")),
            (None, Some("2"), None)
        );
        assert_eq!(read.repeated(), Some("a"));
    }

    #[test]
    fn a_query_is_read_as_it_was_written() {
        let read = Parameters::read("state=%26%3D+%C3%A4&x=1");
        assert_eq!(Parameters::read(&read.query()), read);
        assert_eq!(
            read.with("x", None).with("y", Some("2")).query(),
            "state=%26%3D+%C3%A4&y=2"
        );
    }

    #[test]
    fn a_query_without_end_is_not_read() {
        assert_eq!(
            Parameters::read(&"a=1&".repeat(4000)),
            Parameters::default()
        );
    }
}
