//! An old version of an API that still answers: it says so with every answer, and counts who still asks.
//!
//! What is old is said where the routes are ([`Routes::deprecated`](crate::api::Routes::deprecated)), until when by the
//! configuration, once for a function ([`Service::deprecation`](crate::Service::deprecation)).

mod announce;
mod dates;
mod usage;

use std::sync::Arc;

pub(crate) use announce::announce;
pub(crate) use dates::documented;

use dates::Dates;
use usage::Usage;

use crate::Reader;

/// What is said of the old version of an API, and what is known of those who still use it. Clones share it.
#[derive(Clone, Debug)]
pub struct Deprecation(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    dates: Dates,
    usage: Usage,
}

impl Deprecation {
    /// Reads `<prefix>_DEPRECATED_AT` and `<prefix>_SUNSET_AT` (RFC 3339), and `API_POLICY_URL`, where people read what they
    /// are to do. It may end later than was `promised` in the document (`2027-12-01`), never earlier.
    pub fn from_env(r: &mut Reader<'_>, prefix: &str, promised: &str) -> Option<Self> {
        let dates = Dates::from_env(r, prefix, promised)?;
        let usage = Usage::default();
        Some(Self(Arc::new(Inner { dates, usage })))
    }
}
