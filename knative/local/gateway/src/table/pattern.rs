//! What a route's paths are called where each request must not have a name of its own: in spans.

use std::sync::Arc;

use souk_plan::model::KongRoute;

/// A part of a path that may be anything.
const ANY_PART: &str = "[^/]+";
/// What a regex may not have any more when it is to be read as a path.
const REGEX_SIGNS: &str = r"\^$*+?()[]{}|";

/// A route's paths, for people.
#[derive(Debug)]
pub(crate) struct Pattern {
    prefixes: Vec<Arc<str>>,
    other: Arc<str>,
}

impl Pattern {
    pub(crate) fn new(route: &KongRoute) -> Self {
        let (regexes, prefixes): (Vec<&String>, Vec<&String>) =
            route.paths.iter().partition(|path| path.starts_with('~'));
        let readable = match regexes.as_slice() {
            [regex] => readable(regex),
            _ => None,
        };
        Self {
            prefixes: prefixes
                .into_iter()
                .map(|path| path.as_str().into())
                .collect(),
            other: readable.unwrap_or_else(|| route.name.clone()).into(),
        }
    }

    /// Of a request of which this part of the path was matched: the prefix, the regex as `/v1/orders/*/updates`, or the route's name.
    pub(crate) fn of(&self, matched: Option<&str>) -> Arc<str> {
        let prefix =
            matched.and_then(|matched| self.prefixes.iter().find(|one| ***one == *matched));
        Arc::clone(prefix.unwrap_or(&self.other))
    }
}

fn readable(regex: &str) -> Option<String> {
    let path = regex.strip_prefix('~')?.trim_end_matches('$');
    let path = path.replace(ANY_PART, "\0").replace(r"\.", ".");
    let is_path = !path.contains(|sign| REGEX_SIGNS.contains(sign));
    is_path.then(|| path.replace('\0', "*"))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn of(paths: &[&str], matched: Option<&str>) -> String {
        let route = KongRoute {
            name: "the-route".to_owned(),
            id: Uuid::nil(),
            service: String::new(),
            protocols: vec![],
            methods: vec![],
            hosts: vec![],
            paths: paths.iter().map(|path| (*path).to_owned()).collect(),
            headers: Default::default(),
            regex_priority: 0,
            strip_path: false,
            preserve_host: false,
            at: String::new(),
        };
        Pattern::new(&route).of(matched).to_string()
    }

    #[test]
    fn no_pattern_has_anything_of_a_single_request() {
        let updates = &[r"~/v1/orders/[^/]+/updates$"];
        for (paths, matched, wanted) in [
            (
                &["/v1/orders", "/v2/orders"][..],
                "/v2/orders",
                "/v2/orders",
            ),
            (updates, "/v1/orders/7/updates", "/v1/orders/*/updates"),
            (&[r"~/openapi\.json$"], "/openapi.json", "/openapi.json"),
            (&["~/v1/sessions(/[^/]+)?$"], "/v1/sessions/7", "the-route"),
            (&["~/a$", "~/b/[^/]+$"], "/b/7", "the-route"),
        ] {
            assert_eq!(of(paths, Some(matched)), wanted);
        }
        assert_eq!(of(&[], None), "the-route");
    }
}
