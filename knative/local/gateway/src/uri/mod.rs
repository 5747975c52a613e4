//! Paths and query strings as Kong reads, joins and writes them. It knows nothing of routes and plugins.

pub(crate) mod join;
pub(crate) mod normal;
pub(crate) mod query;
