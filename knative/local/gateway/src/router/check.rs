//! What Kong's schema refuses in a route, so that it is refused here before a cluster sees it.

use souk_plan::model::KongRoute;

use crate::uri::normal::normalise;

/// Everything that is wrong with a route's conditions.
pub(crate) fn check_route(route: &KongRoute) -> Vec<String> {
    let mut wrong = Vec::new();
    if route.methods.is_empty()
        && route.hosts.is_empty()
        && route.paths.is_empty()
        && route.headers.is_empty()
    {
        wrong.push("needs at least one of methods, hosts, headers or paths".to_owned());
    }
    wrong.extend(
        route
            .protocols
            .iter()
            .filter_map(|protocol| check_protocol(protocol)),
    );
    wrong.extend(
        route
            .methods
            .iter()
            .filter_map(|method| check_method(method)),
    );
    wrong.extend(route.hosts.iter().filter_map(|host| check_host(host)));
    wrong.extend(route.paths.iter().filter_map(|path| check_path(path)));
    wrong.extend(
        route
            .headers
            .iter()
            .filter_map(|(name, values)| check_header(name, values)),
    );
    wrong
}

fn check_protocol(protocol: &str) -> Option<String> {
    (!matches!(protocol, "http" | "https"))
        .then(|| format!("protocols: `{protocol}` is not supported here, only http and https are"))
}

fn check_method(method: &str) -> Option<String> {
    let fits = !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase());
    (!fits).then(|| format!("methods: `{method}` must be in capital letters"))
}

fn check_host(host: &str) -> Option<String> {
    let name = host.split(':').next().unwrap_or_default();
    let wildcards = name.matches('*').count();
    let at_an_end = name.starts_with("*.") || name.ends_with(".*");
    let fits = !name.is_empty()
        && (wildcards == 0 || (wildcards == 1 && at_an_end))
        && !host.contains(['/', '"', ' ']);
    (!fits).then(|| {
        format!("hosts: `{host}` must be a name with at most one wildcard, leftmost or rightmost")
    })
}

fn check_path(path: &str) -> Option<String> {
    if let Some(regex) = path.strip_prefix('~') {
        return (!regex.starts_with('/')).then(|| format!("paths: `{path}` must begin with `~/`"));
    }
    if !path.starts_with('/') {
        return Some(format!(
            "paths: `{path}` must begin with `/`, or `~/` for a regex"
        ));
    }
    if path.contains("//") {
        return Some(format!("paths: `{path}` must not have empty segments"));
    }
    let normal = String::from_utf8_lossy(&normalise(path)).into_owned();
    (normal != path).then(|| format!("paths: `{path}` would never match, write it as `{normal}`"))
}

fn check_header(name: &str, values: &[String]) -> Option<String> {
    if name.eq_ignore_ascii_case("host") {
        return Some("headers: `host` must be written as hosts".to_owned());
    }
    let fits = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if !fits {
        return Some(format!("headers: `{name}` is not a header's name"));
    }
    values
        .is_empty()
        .then(|| format!("headers: `{name}` needs a value"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::router::tests::route;

    #[test]
    fn what_kong_refuses_is_refused_by_field() {
        let wrong = |change: fn(&mut KongRoute)| {
            let mut route = route("r");
            route.paths = vec!["/".to_owned()];
            change(&mut route);
            check_route(&route)
        };
        assert_eq!(wrong(|_| {}), Vec::<String>::new());
        for (change, expected) in [
            (
                (|r| r.paths.clear()) as fn(&mut KongRoute),
                "needs at least one",
            ),
            (
                |r| r.protocols = vec!["grpc".to_owned()],
                "protocols: `grpc`",
            ),
            (|r| r.methods = vec!["get".to_owned()], "methods: `get`"),
            (|r| r.hosts = vec!["a.*.com".to_owned()], "hosts: `a.*.com`"),
            (|r| r.hosts = vec!["*.a.*".to_owned()], "hosts: `*.a.*`"),
            (|r| r.paths = vec!["a".to_owned()], "must begin with `/`"),
            (|r| r.paths = vec!["~a".to_owned()], "must begin with `~/`"),
            (|r| r.paths = vec!["/a//b".to_owned()], "empty segments"),
            (
                |r| r.paths = vec!["/a%20b".to_owned()],
                "write it as `/a b`",
            ),
            (
                |r| drop(r.headers.insert("Host".to_owned(), vec![])),
                "written as hosts",
            ),
            (
                |r| drop(r.headers.insert("x".to_owned(), vec![])),
                "needs a value",
            ),
        ] {
            let found = wrong(change);
            assert!(
                found.len() == 1 && found[0].contains(expected),
                "{expected}: {found:?}"
            );
        }
    }
}
