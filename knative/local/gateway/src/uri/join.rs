//! How the service's path and the request's are joined (`path_handling: v0`, the only one this router flavour honours).

/// The path that the upstream sees. `prefix` is the matched text that `strip_path` removes, None when nothing is stripped.
pub(crate) fn upstream_path(base: &str, path: &str, prefix: Option<&str>) -> String {
    let Some(prefix) = prefix else {
        return joined_whole(base, path);
    };
    let rest = without_dots(path.get(prefix.len()..).unwrap_or_default());
    if rest.is_empty() {
        return base_alone(base, path);
    }
    match (base.strip_suffix('/'), rest.starts_with('/')) {
        (Some(trimmed), true) => format!("{trimmed}{rest}"),
        (None, false) => format!("{base}/{rest}"),
        (Some(_), false) | (None, true) => format!("{base}{rest}"),
    }
}

fn joined_whole(base: &str, path: &str) -> String {
    match base.strip_suffix('/') {
        Some(trimmed) => format!("{trimmed}{path}"),
        None if path == "/" => base.to_owned(),
        None => format!("{base}{path}"),
    }
}

fn base_alone(base: &str, path: &str) -> String {
    match base.strip_suffix('/') {
        Some("") => "/".to_owned(),
        Some(trimmed) if !path.ends_with('/') => trimmed.to_owned(),
        None if path.len() > 1 && path.ends_with('/') => format!("{base}/"),
        _ => base.to_owned(),
    }
}

/// A rest such as `../x` must not climb out of the service's path.
fn without_dots(rest: &str) -> &str {
    match rest {
        "." | ".." => "",
        _ => rest
            .strip_prefix("./")
            .or_else(|| rest.strip_prefix("../"))
            .unwrap_or(rest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// service path, route path, strip_path, request path, what the upstream sees.
    const CASES: &[(&str, &str, bool, &str, &str)] = &[
        ("/", "/", true, "/", "/"),
        ("/", "/", true, "/route", "/route"),
        ("/", "/", false, "/route/", "/route/"),
        ("/", "/route", false, "/routereq", "/routereq"),
        ("/", "/route", true, "/route", "/"),
        ("/", "/route", true, "/route/", "/"),
        ("/", "/route", true, "/routereq", "/req"),
        ("/", "/route/", true, "/route/", "/"),
        ("/", "/route/", true, "/route/req", "/req"),
        ("/srv", "/rou", false, "/roureq", "/srv/roureq"),
        ("/srv", "/rou", true, "/roureq", "/srv/req"),
        ("/srv/", "/rou", false, "/rou", "/srv/rou"),
        ("/srv/", "/rou", true, "/rou", "/srv"),
        ("/service", "/", true, "/", "/service"),
        ("/service", "/", false, "/", "/service"),
        ("/service", "/", true, "/route", "/service/route"),
        ("/service", "/", false, "/route/", "/service/route/"),
        ("/service", "/route", false, "/route", "/service/route"),
        ("/service", "/route", true, "/route", "/service"),
        ("/service", "/route", true, "/route/", "/service/"),
        ("/service", "/route", true, "/routereq", "/service/req"),
        ("/service", "/route/", true, "/route/req", "/service/req"),
        ("/service/", "/", false, "/", "/service/"),
        ("/service/", "/", true, "/route/", "/service/route/"),
        ("/service/", "/route", true, "/route", "/service"),
        ("/service/", "/route", true, "/route/", "/service/"),
        ("/service/", "/route", true, "/routereq", "/service/req"),
        ("/service/", "/route/", true, "/route/req", "/service/req"),
        ("/service", "/route/", true, "/route/", "/service/"),
        ("/service/", "/route/", true, "/route/", "/service/"),
        ("/service", "/a", true, "/a../b", "/service/b"),
    ];

    #[test]
    fn service_and_request_paths_are_joined_as_kong_does() {
        for (base, route, strip, path, expected) in CASES {
            let prefix = strip.then_some(*route);
            assert_eq!(
                upstream_path(base, path, prefix),
                *expected,
                "base {base}, route {route}, strip {strip}, request {path}"
            );
        }
    }
}
