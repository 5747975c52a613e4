//! Checks that JSON types alone cannot express, applied while an event is read, so that an error carries its path.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, de};

/// The most lines that one event carries.
const LINES_MAX: usize = 500;
/// Longer than any place or company is called.
const TEXT_CHARS_MAX: usize = 200;

/// What identifies an article: `^[A-Z0-9][A-Z0-9-]{1,31}$`.
pub(crate) fn sku<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    let letters = text
        .bytes()
        .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-');
    if !letters || text.starts_with('-') || !(2..=32).contains(&text.len()) {
        return Err(de::Error::custom(format!(
            "`{text}` is not a SKU: 2 to 32 of A-Z, 0-9 and -, not starting with -"
        )));
    }
    Ok(text)
}

/// A name given by somebody outside, which becomes a subject and a partition key: `^[A-Za-z0-9._:/-]{1,64}$`.
pub(crate) fn reference<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    let plain = text
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"._:/-".contains(&b));
    if !plain || !(1..=64).contains(&text.len()) {
        return Err(de::Error::custom(format!(
            "`{text}` is not a reference: 1 to 64 of A-Z, a-z, 0-9 and . _ : / -"
        )));
    }
    Ok(text)
}

/// A few words of somebody outside, on one line: `^[^\u0000-\u001f\u007f-\u009f]{1,200}$`.
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    let chars = text.chars().count();
    if !(1..=TEXT_CHARS_MAX).contains(&chars) || text.chars().any(char::is_control) {
        return Err(de::Error::custom(format!(
            "a text of {chars} characters; allowed are 1 to {TEXT_CHARS_MAX} and no control characters"
        )));
    }
    Ok(text)
}

/// The same, where there may be none.
pub(crate) fn text_maybe<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    struct Text(#[serde(deserialize_with = "text")] String);
    Ok(Option::<Text>::deserialize(deserializer)?.map(|Text(text)| text))
}

/// A time that somebody outside has written: RFC 3339, whose years have four digits. Left to itself, chrono reads years that no
/// database can hold.
pub(crate) fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
    let text = String::deserialize(deserializer)?;
    DateTime::parse_from_rfc3339(&text)
        .map(|time| time.to_utc())
        .map_err(|error| de::Error::custom(format!("`{text}` is not RFC 3339: {error}")))
}

/// A number of pieces: at least one.
pub(crate) fn quantity<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    match u32::deserialize(deserializer)? {
        0 => Err(de::Error::custom("a quantity is at least 1")),
        quantity => Ok(quantity),
    }
}

/// A list with something in it, and not too much.
pub(crate) fn lines<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let lines = Vec::<T>::deserialize(deserializer)?;
    if lines.is_empty() || lines.len() > LINES_MAX {
        return Err(de::Error::custom(format!(
            "there are {} lines, allowed are 1 to {LINES_MAX}",
            lines.len()
        )));
    }
    Ok(lines)
}
