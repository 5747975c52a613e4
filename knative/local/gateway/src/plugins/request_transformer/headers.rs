//! Changes to headers, in Kong's order: remove, rename, replace, add, append.

use http::HeaderValue;
use http::header::{HOST, HeaderName};

use super::Config;
use super::pairs::pairs;
use crate::exchange::Exchange;

type Header = (HeaderName, HeaderValue);

pub(crate) struct HeaderEdits {
    remove: Vec<HeaderName>,
    rename: Vec<(HeaderName, HeaderName)>,
    replace: Vec<Header>,
    add: Vec<Header>,
    append: Vec<Header>,
}

impl HeaderEdits {
    pub(crate) fn new(config: &Config) -> Result<Self, String> {
        let remove = config.remove.headers.iter();
        let rename = pairs("rename.headers", &config.rename.headers)?;
        let rename = rename
            .iter()
            .map(|(old, new)| Ok((name("rename.headers", old)?, name("rename.headers", new)?)));
        Ok(Self {
            remove: remove
                .map(|entry| name("remove.headers", entry))
                .collect::<Result<_, _>>()?,
            rename: rename.collect::<Result<_, String>>()?,
            replace: headers("replace.headers", &config.replace.headers)?,
            add: headers("add.headers", &config.add.headers)?,
            append: headers("append.headers", &config.append.headers)?,
        })
    }

    /// `Host` is out of reach but for `replace`, which chooses what the upstream sees.
    pub(crate) fn apply(&self, exchange: &mut Exchange) {
        for name in self.remove.iter().filter(|name| *name != HOST) {
            exchange.headers.remove(name);
        }
        for (old, new) in self.rename.iter().filter(|(old, _)| *old != HOST) {
            rename(exchange, old, new);
        }
        for (name, value) in &self.replace {
            if *name == HOST {
                exchange.upstream_host = Some(value.clone());
            } else if exchange.headers.contains_key(name) {
                exchange.headers.insert(name, value.clone());
            }
        }
        for (name, value) in &self.add {
            if !exchange.headers.contains_key(name) {
                exchange.headers.insert(name, value.clone());
            }
        }
        for (name, value) in self.append.iter().filter(|(name, _)| *name != HOST) {
            exchange.headers.append(name, value.clone());
        }
    }
}

fn rename(exchange: &mut Exchange, old: &HeaderName, new: &HeaderName) {
    let values: Vec<HeaderValue> = exchange.headers.get_all(old).iter().cloned().collect();
    if values.is_empty() {
        return;
    }
    exchange.headers.remove(old);
    exchange.headers.remove(new);
    for value in values {
        exchange.headers.append(new, value);
    }
}

fn headers(field: &str, entries: &[String]) -> Result<Vec<Header>, String> {
    let header = |(written, value): &(String, String)| {
        let wrong = |_| format!("config.{field}: `{value}` cannot stand in a header");
        Ok((name(field, written)?, value.parse().map_err(wrong)?))
    };
    pairs(field, entries)?.iter().map(header).collect()
}

fn name(field: &str, written: &str) -> Result<HeaderName, String> {
    let wrong = |_| format!("config.{field}: `{written}` is not a header's name");
    written.parse().map_err(wrong)
}
