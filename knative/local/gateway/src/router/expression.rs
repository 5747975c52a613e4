//! A route's conditions in the language of `atc-router`: every kind that is present, and any value of it.

use souk_plan::model::KongRoute;

/// The expression of a route, or of one part of it.
pub(crate) fn of(route: &KongRoute) -> String {
    let mut kinds = Vec::new();
    kinds.extend(any(&route.methods, |method| {
        format!("http.method == {}", quoted(method))
    }));
    kinds.extend(any(&route.hosts, host));
    kinds.extend(any(&route.paths, path));
    for (name, values) in &route.headers {
        kinds.extend(any(values, |value| header(name, value)));
    }
    kinds.join(" && ")
}

fn any(values: &[String], each: impl Fn(&str) -> String) -> Option<String> {
    let conditions: Vec<String> = values.iter().map(|value| each(value)).collect();
    (!values.is_empty()).then(|| format!("({})", conditions.join(" || ")))
}

fn host(written: &str) -> String {
    let (name, port) = match written.split_once(':') {
        Some((name, port)) if port.parse::<u16>().is_ok() => (name, Some(port)),
        _ => (written, None),
    };
    let condition = if let Some(suffix) = name.strip_prefix('*') {
        format!("http.host =^ {}", quoted(suffix))
    } else if let Some(prefix) = name.strip_suffix('*') {
        format!("http.host ^= {}", quoted(prefix))
    } else {
        format!("http.host == {}", quoted(name))
    };
    match port {
        Some(port) => format!("({condition} && net.dst.port == {port})"),
        None => condition,
    }
}

/// A regex as Kong anchors it: at its start only. PCRE's `(?<n>` is written `(?P<n>`.
pub(crate) fn anchored(regex: &str) -> String {
    format!("^{}", regex.replace("?<", "?P<"))
}

/// A plain path is a prefix by characters.
fn path(written: &str) -> String {
    match written.strip_prefix('~') {
        Some(regex) => format!("http.path ~ {}", quoted(&anchored(regex))),
        None => format!("http.path ^= {}", quoted(written)),
    }
}

/// Values are compared in lower case on both sides; Kong lowers a regex too, escapes included.
fn header(name: &str, written: &str) -> String {
    let field = format!(
        "any(lower(http.headers.{}))",
        name.to_lowercase().replace('-', "_")
    );
    match written.strip_prefix("~*") {
        Some(regex) => format!("{field} ~ {}", quoted(&regex.to_lowercase())),
        None => format!("{field} == {}", quoted(&written.to_lowercase())),
    }
}

/// As a raw string, unless it holds what would end one.
fn quoted(text: &str) -> String {
    if text.contains("\"#") {
        format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
    } else {
        format!("r#\"{text}\"#")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::router::tests::route;

    #[test]
    fn every_kind_of_condition_is_written_as_kong_writes_it() {
        let mut all = route("all");
        all.methods = vec!["GET".to_owned(), "PUT".to_owned()];
        all.hosts = vec![
            "a.com".to_owned(),
            "*.b.com".to_owned(),
            "c.*:8000".to_owned(),
        ];
        all.paths = vec!["~/x/(?<id>\\d+)$".to_owned()];
        all.headers.insert(
            "X-Ver".to_owned(),
            vec!["One".to_owned(), "~*^V\\d".to_owned()],
        );
        assert_eq!(
            of(&all),
            concat!(
                r##"(http.method == r#"GET"# || http.method == r#"PUT"#)"##,
                r##" && (http.host == r#"a.com"# || http.host =^ r#".b.com"#"##,
                r##" || (http.host ^= r#"c."# && net.dst.port == 8000))"##,
                r##" && (http.path ~ r#"^/x/(?P<id>\d+)$"#)"##,
                r##" && (any(lower(http.headers.x_ver)) == r#"one"# || any(lower(http.headers.x_ver)) ~ r#"^v\d"#)"##,
            )
        );
    }

    #[test]
    fn a_path_that_would_end_a_raw_string_is_escaped() {
        assert_eq!(quoted(r##"/a"#\b"##), r##""/a\"#\\b""##);
    }
}
