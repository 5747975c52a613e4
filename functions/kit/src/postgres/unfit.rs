//! What an error of PostgreSQL means to whoever is asking: a value that it cannot hold, or something that passes.

/// SQLSTATE of a text with a NUL in it.
const TEXT_WITH_NUL: &str = "22021";
/// SQLSTATE of a time before the first, or after the last.
const TIME_OUT_OF_RANGE: &str = "22008";
/// SQLSTATEs of what another try may not meet: a lock or a statement that took too long, a session that was ended, a serialization
/// failure, a deadlock, a server that ends, starts, has no connection left, or has become a replica.
const PASSING: [&str; 11] = [
    "55P03", "57014", "25P03", "40001", "40P01", "57P01", "57P02", "57P03", "57P05", "53300",
    "25006",
];

/// Whether a statement has failed because of a value that no column can hold. It comes from whoever is asking, and asking again does not
/// help.
pub(crate) fn is_unfit(error: &sqlx::Error) -> bool {
    has_code(error, &[TEXT_WITH_NUL, TIME_OUT_OF_RANGE])
}

/// Whether the database does not do it now, and may do it when it is asked again.
pub(crate) fn passes(error: &sqlx::Error) -> bool {
    use sqlx::Error::{Io, PoolClosed, PoolTimedOut};
    matches!(error, PoolTimedOut | PoolClosed | Io(_)) || has_code(error, &PASSING)
}

fn has_code(error: &sqlx::Error, codes: &[&str]) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| codes.contains(&&*code))
}
