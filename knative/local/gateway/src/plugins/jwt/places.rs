//! Where a request may carry a token: query parameters, cookies, headers.

use std::sync::LazyLock;

use http::header::{COOKIE, HeaderName};
use regex::Regex;

use crate::exchange::Exchange;
use crate::uri::query::Query;

/// Not anchored, and only these two spellings, as in Kong.
static BEARER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[Bb]earer\s+(.+)").ok());

/// The places that are looked at.
pub(crate) struct Places {
    parameters: Vec<String>,
    cookies: Vec<String>,
    headers: Vec<HeaderName>,
}

/// What was found. The same token in two places is one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Presented {
    Nothing,
    One(String),
    Several,
}

impl Places {
    pub(crate) fn new(
        parameters: Vec<String>,
        cookies: Vec<String>,
        headers: &[String],
    ) -> Result<Self, String> {
        let header = |name: &String| {
            let wrong = |_| format!("config.header_names: `{name}` is not a header's name");
            name.parse().map_err(wrong)
        };
        Ok(Self {
            parameters,
            cookies,
            headers: headers.iter().map(header).collect::<Result<_, _>>()?,
        })
    }

    pub(crate) fn token(&self, exchange: &Exchange) -> Presented {
        let mut tokens = self.in_query(exchange);
        tokens.extend(self.in_cookies(exchange));
        tokens.extend(
            self.headers
                .iter()
                .filter_map(|name| bearer(exchange.header(name)?)),
        );
        tokens.retain(|token| !token.is_empty());
        tokens.sort_unstable();
        tokens.dedup();
        match (tokens.pop(), tokens.is_empty()) {
            (None, _) => Presented::Nothing,
            (Some(token), true) => Presented::One(token),
            (Some(_), false) => Presented::Several,
        }
    }

    fn in_query(&self, exchange: &Exchange) -> Vec<String> {
        let text = match &exchange.query {
            Some(text) if !self.parameters.is_empty() => text,
            _ => return Vec::new(),
        };
        let query = Query::parse(text);
        let values = self
            .parameters
            .iter()
            .flat_map(|name| query.all(name).flatten());
        values.map(str::to_owned).collect()
    }

    fn in_cookies(&self, exchange: &Exchange) -> Vec<String> {
        let cookies = exchange.headers.get_all(COOKIE).iter();
        let cookies = cookies.filter(|_| !self.cookies.is_empty());
        cookies
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|cookie| cookie.trim().split_once('='))
            .filter(|(name, _)| {
                self.cookies
                    .iter()
                    .any(|known| known.eq_ignore_ascii_case(name))
            })
            .map(|(_, value)| value.to_owned())
            .collect()
    }
}

fn bearer(value: &str) -> Option<String> {
    let found = BEARER.as_ref()?.captures(value)?;
    Some(found.get(1)?.as_str().to_owned())
}
