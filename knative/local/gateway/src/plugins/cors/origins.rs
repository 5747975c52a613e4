//! Which origins are allowed. It compares; it sets no headers.

use http::HeaderValue;
use regex::Regex;

/// The configured origins.
pub(crate) enum Origins {
    Any,
    /// A single literal one: sent whatever the client's origin is.
    Fixed(HeaderValue),
    Several(Vec<Entry>),
}

/// What is allowed for one request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Allowed {
    Any,
    One(HeaderValue),
    None,
}

/// One of several origins.
pub(crate) enum Entry {
    Any,
    Literal(String),
    Pattern {
        regex: Regex,
        /// Compared with the host alone, because it names no scheme and no port.
        by_host: bool,
    },
}

impl Origins {
    pub(crate) fn new(configured: &[String]) -> Result<Self, String> {
        match configured {
            [] => Ok(Self::Any),
            [any] if any == "*" => Ok(Self::Any),
            [literal] if is_literal(literal) => Ok(Self::Fixed(
                HeaderValue::from_str(literal).map_err(|error| error.to_string())?,
            )),
            several => several
                .iter()
                .map(entry)
                .collect::<Result<_, _>>()
                .map(Self::Several),
        }
    }

    /// Whether the answer depends on the request's origin, as a cache must know.
    pub(crate) fn depends(&self) -> bool {
        !matches!(self, Self::Any)
    }

    pub(crate) fn allowed(&self, origin: Option<&str>) -> Allowed {
        match (self, origin) {
            (Self::Any, _) => Allowed::Any,
            (Self::Fixed(origin), _) => Allowed::One(origin.clone()),
            (Self::Several(_), None) => Allowed::None,
            (Self::Several(entries), Some(origin)) => one_of(entries, origin),
        }
    }
}

fn one_of(entries: &[Entry], origin: &str) -> Allowed {
    let (normal, host) = normalised(origin);
    for entry in entries {
        let fits = match entry {
            Entry::Any => return Allowed::Any,
            Entry::Literal(literal) => *literal == normal,
            Entry::Pattern {
                regex,
                by_host: true,
            } => regex.is_match(&host),
            Entry::Pattern {
                regex,
                by_host: false,
            } => regex.is_match(&normal),
        };
        if fits {
            return HeaderValue::from_str(&normal).map_or(Allowed::None, Allowed::One);
        }
    }
    Allowed::None
}

fn is_literal(origin: &str) -> bool {
    let literal = |byte: u8| byte.is_ascii_alphanumeric() || b".:/-".contains(&byte);
    !origin.is_empty() && origin.bytes().all(literal)
}

fn entry(origin: &String) -> Result<Entry, String> {
    if origin == "*" {
        return Ok(Entry::Any);
    }
    if is_literal(origin) {
        return Ok(Entry::Literal(normalised(origin).0));
    }
    let pattern = origin.strip_prefix('^').unwrap_or(origin);
    let pattern = pattern.strip_suffix('$').unwrap_or(pattern);
    let regex = Regex::new(&format!("^(?:{pattern})$"));
    Ok(Entry::Pattern {
        regex: regex.map_err(|error| format!("config.origins: `{origin}`: {error}"))?,
        by_host: !origin.contains(':'),
    })
}

/// An origin without the port that its scheme implies, and its host.
fn normalised(origin: &str) -> (String, String) {
    let Some((scheme, rest)) = origin.split_once("://") else {
        return (origin.to_owned(), origin.to_owned());
    };
    let authority = rest.split('/').next().unwrap_or_default();
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (host, Some(port)),
        _ => (authority, None),
    };
    let normal = match (scheme, port) {
        ("http", Some("80")) | ("https", Some("443")) | (_, None) => format!("{scheme}://{host}"),
        (_, Some(port)) => format!("{scheme}://{host}:{port}"),
    };
    (normal, host.to_owned())
}
