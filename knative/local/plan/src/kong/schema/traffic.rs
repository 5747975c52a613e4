//! rate-limiting, request-size-limiting, request-termination.

use serde_json::Value;

use super::{ANY_NUMBER, ANY_WHOLE, HEADER_NAME, Kind, Schema, TEXT, is_set, needs_one_of, text};

/// From the shortest to the longest.
const PERIODS: [&str; 6] = ["second", "minute", "hour", "day", "month", "year"];
const ABOVE_0: Kind = Kind::Number(|number| number > 0.0, "must be more than 0");

pub(super) const RATE_LIMITING: Schema = Schema {
    name: "rate-limiting",
    on_consumers: true,
    fields: &[
        ("second", ABOVE_0),
        ("minute", ABOVE_0),
        ("hour", ABOVE_0),
        ("day", ABOVE_0),
        ("month", ABOVE_0),
        ("year", ABOVE_0),
        (
            "limit_by",
            Kind::OneOf(&["consumer", "credential", "ip", "service", "header", "path"]),
        ),
        ("header_name", HEADER_NAME),
        ("path", Kind::Text(text::path)),
        // `cluster` needs a database.
        ("policy", Kind::OneOf(&["local", "redis"])),
        ("fault_tolerant", Kind::Flag),
        ("redis", Kind::Unchecked),
        ("hide_client_headers", Kind::Flag),
        ("error_code", ABOVE_0),
        ("error_message", TEXT),
        ("sync_rate", ANY_NUMBER),
    ],
    rules: &[
        |config| needs_one_of(config, &PERIODS),
        longer_periods_allow_more,
        |config| needs_beside(config, "limit_by", "header", "header_name"),
        |config| needs_beside(config, "limit_by", "path", "path"),
        |config| needs_beside(config, "policy", "redis", "redis"),
    ],
};

pub(super) const REQUEST_SIZE_LIMITING: Schema = Schema {
    name: "request-size-limiting",
    on_consumers: true,
    fields: &[
        ("allowed_payload_size", ANY_WHOLE),
        (
            "size_unit",
            Kind::OneOf(&["megabytes", "kilobytes", "bytes"]),
        ),
        ("require_content_length", Kind::Flag),
    ],
    rules: &[],
};

pub(super) const REQUEST_TERMINATION: Schema = Schema {
    name: "request-termination",
    on_consumers: true,
    fields: &[
        ("status_code", Kind::Whole(100..=599)),
        ("message", TEXT),
        ("content_type", TEXT),
        ("body", TEXT),
        ("echo", Kind::Flag),
        ("trigger", HEADER_NAME),
    ],
    rules: &[
        |config| {
            let both = is_set(config, "message")
                && (is_set(config, "content_type") || is_set(config, "body"));
            both.then(|| "message may not stand beside content_type or body".to_owned())
        },
        |config| {
            let alone = is_set(config, "content_type") && !is_set(config, "body");
            alone.then(|| "content_type needs body".to_owned())
        },
        |config| {
            let echoes = config.get("echo") == Some(&Value::Bool(true));
            let both = echoes && (is_set(config, "content_type") || is_set(config, "body"));
            both.then(|| "echo may not stand beside content_type or body".to_owned())
        },
    ],
};

fn longer_periods_allow_more(config: &Value) -> Option<String> {
    let limits = PERIODS
        .iter()
        .filter_map(|period| Some((*period, config.get(period)?.as_f64()?)));
    let limits: Vec<(&str, f64)> = limits.collect();
    let (shorter, longer) = limits
        .windows(2)
        .find(|pair| pair[1].1 < pair[0].1)
        .map(|pair| (pair[0].0, pair[1].0))?;
    Some(format!(
        "the limit for each {longer} may not be lower than that for each {shorter}"
    ))
}

fn needs_beside(config: &Value, name: &str, value: &str, other: &str) -> Option<String> {
    let applies = config.get(name).is_some_and(|written| written == value);
    (applies && !is_set(config, other)).then(|| format!("{name}: {value} needs {other}"))
}
