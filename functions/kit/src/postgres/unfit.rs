//! Values that PostgreSQL cannot hold. They come from whoever is asking, and asking again does not help.

/// SQLSTATE of a text with a NUL in it.
const TEXT_WITH_NUL: &str = "22021";
/// SQLSTATE of a time before the first, or after the last.
const TIME_OUT_OF_RANGE: &str = "22008";

/// Whether a statement has failed because of a value that no column can hold.
pub(crate) fn is_unfit(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| [TEXT_WITH_NUL, TIME_OUT_OF_RANGE].contains(&&*code))
}
