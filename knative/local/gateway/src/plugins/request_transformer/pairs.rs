//! `name:value` as it is configured.

/// Splits every entry. Without a colon there is no value, which only `remove` allows.
pub(crate) fn pairs(field: &str, entries: &[String]) -> Result<Vec<(String, String)>, String> {
    entries.iter().map(|entry| pair(field, entry)).collect()
}

fn pair(field: &str, entry: &str) -> Result<(String, String), String> {
    if entry.contains("$(") {
        return Err(format!(
            "config.{field}: `{entry}`: templates are not supported here"
        ));
    }
    match entry.split_once(':') {
        Some((name, value)) if !name.is_empty() => Ok((
            name.to_owned(),
            value.trim_start_matches(':').trim().to_owned(),
        )),
        _ => Err(format!(
            "config.{field}: `{entry}` must be written as name:value"
        )),
    }
}
