//! What texts must look like: the validators of Kong's `typedefs.lua` and `tools/http.lua`.

use url::Url;

/// Letters, digits, `-` and `_`.
pub(super) fn header_name(text: &str) -> Result<(), &'static str> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    text.bytes()
        .all(fits)
        .then_some(())
        .ok_or("must be a header's name: letters, digits, - and _")
}

/// As far as a URL needs to be one: scheme and host.
pub(super) fn url(text: &str) -> Result<(), &'static str> {
    let has_host = Url::parse(text).is_ok_and(|url| url.has_host());
    has_host
        .then_some(())
        .ok_or("must be a URL with scheme and host")
}

/// A path as routes have it, without empty segments.
pub(super) fn path(text: &str) -> Result<(), &'static str> {
    (text.starts_with('/') && !text.contains("//"))
        .then_some(())
        .ok_or("must begin with / and have no empty segments")
}

/// A method that nginx knows.
pub(super) fn method(text: &str) -> Result<(), &'static str> {
    text.bytes()
        .all(|byte| byte.is_ascii_uppercase())
        .then_some(())
        .ok_or("must be in capital letters")
}

/// What can be the header in `name` or `name:value`.
pub(super) fn header_of_pair(text: &str) -> Result<(), &'static str> {
    header_name(text.split(':').next().unwrap_or_default())
}

/// `header:value`.
pub(super) fn header_pair(text: &str) -> Result<(), &'static str> {
    pair(text)?;
    header_of_pair(text)
}

/// `header:other-header`.
pub(super) fn header_rename(text: &str) -> Result<(), &'static str> {
    let (old, new) = text.split_once(':').ok_or(NO_PAIR)?;
    header_name(old)?;
    header_name(new)
}

/// `name:value`, neither of them empty.
pub(super) fn pair(text: &str) -> Result<(), &'static str> {
    match text.split_once(':') {
        Some((name, value)) if !name.is_empty() && !value.is_empty() => Ok(()),
        _ => Err(NO_PAIR),
    }
}

const NO_PAIR: &str = "must be name:value";
