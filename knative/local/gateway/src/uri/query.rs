//! Query strings and forms as a list of names and values. It keeps their order and, where untouched, their spelling.

use super::normal::{push_triplet, triplet};

/// A decoded query: a name without `=` has no value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Query(Vec<(String, Option<String>)>);

impl Query {
    pub(crate) fn parse(text: &str) -> Self {
        Self(pieces(text).map(decoded_pair).collect())
    }

    /// Every value of one name, in order.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Option<&'a str>> {
        self.0
            .iter()
            .filter(move |(known, _)| known == name)
            .map(|(_, value)| value.as_deref())
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.0.retain(|(known, _)| known != name);
    }

    pub(crate) fn rename(&mut self, old: &str, new: &str) {
        if self.has(old) {
            self.remove(new);
        }
        for (name, _) in &mut self.0 {
            if name == old {
                *name = new.to_owned();
            }
        }
    }

    /// Replaces every value of the name by this one.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.remove(name);
        self.append(name, value);
    }

    pub(crate) fn append(&mut self, name: &str, value: &str) {
        self.0.push((name.to_owned(), Some(value.to_owned())));
    }
}

impl std::fmt::Display for Query {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, (name, value)) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("&")?;
            }
            f.write_str(&encode(name))?;
            if let Some(value) = value {
                write!(f, "={}", encode(value))?;
            }
        }
        Ok(())
    }
}

/// Takes one name out of a query and leaves the rest as the client spelt it; None when nothing is left.
pub(crate) fn without(text: &str, name: &str) -> Option<String> {
    let kept: Vec<&str> = pieces(text)
        .filter(|piece| decoded_pair(piece).0 != name)
        .collect();
    (!kept.is_empty()).then(|| kept.join("&"))
}

fn pieces(text: &str) -> impl Iterator<Item = &str> {
    text.split('&').filter(|piece| !piece.is_empty())
}

fn decoded_pair(piece: &str) -> (String, Option<String>) {
    match piece.split_once('=') {
        Some((name, value)) => (decode(name), Some(decode(value))),
        None => (decode(piece), None),
    }
}

fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        if let Some(byte) = triplet(&bytes[at..]) {
            decoded.push(byte);
            at += 3;
        } else {
            decoded.push(if bytes[at] == b'+' { b' ' } else { bytes[at] });
            at += 1;
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~!*'()".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            push_triplet(&mut encoded, byte);
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_are_decoded_and_written_again() {
        let query = Query::parse("a=1&b&c=x+y%21&a=2&&d=%E2%82%AC");
        assert_eq!(query.all("a").collect::<Vec<_>>(), [Some("1"), Some("2")]);
        assert_eq!(query.all("b").collect::<Vec<_>>(), [None]);
        assert_eq!(query.all("c").collect::<Vec<_>>(), [Some("x y!")]);
        assert_eq!(query.to_string(), "a=1&b&c=x%20y!&a=2&d=%E2%82%AC");
    }

    #[test]
    fn taking_a_name_out_leaves_the_rest_as_it_was_spelt() {
        assert_eq!(
            without("x=a+b&apikey=1&y=%7e", "apikey").as_deref(),
            Some("x=a+b&y=%7e")
        );
        assert_eq!(without("apikey=1&apikey=2", "apikey"), None);
    }

    #[test]
    fn renaming_to_a_name_in_use_leaves_one() {
        let mut query = Query::parse("old=1&new=2");
        query.rename("old", "new");
        assert_eq!(query.to_string(), "new=1");
        query.set("new", "3");
        query.append("new", "4");
        assert_eq!(query.to_string(), "new=3&new=4");
    }
}
