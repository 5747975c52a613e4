//! The routes of `kong.yaml`, and which one Kong takes: a regex before a prefix, a longer prefix before a shorter one.

use std::collections::BTreeSet;
use std::path::PathBuf;

use regex::Regex;
use serde_json::Value;
use souk_gate_keys::{State, merge};

/// `gateway-config`.
pub(crate) fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// All routes.
pub(crate) struct Gate {
    pub(crate) routes: Vec<Route>,
    /// The headers that are taken away from every request.
    pub(crate) removed: BTreeSet<String>,
}

/// What matters of a route here.
pub(crate) struct Route {
    pub(crate) name: String,
    methods: Vec<String>,
    paths: Vec<Pattern>,
    pub(crate) needs_token: bool,
    /// `acl`'s, if it has one.
    pub(crate) groups: Option<BTreeSet<String>>,
    pub(crate) limit_by: Option<String>,
    pub(crate) minute: String,
    /// What a `request-transformer` of its own takes away.
    pub(crate) removed: Option<BTreeSet<String>>,
}

/// One of a route's paths.
enum Pattern {
    Regex(Regex),
    Prefix(String),
}

impl Gate {
    /// As the merge gives it, without keys. decK's templates stay text.
    pub(crate) fn read() -> Self {
        let text = std::fs::read_to_string(folder().join("kong.yaml")).unwrap();
        let merged: Value =
            serde_json::from_str(&merge(&text, &State::default()).unwrap()).unwrap();
        let services = merged["services"].as_array().unwrap();
        let routes = services
            .iter()
            .flat_map(|service| service["routes"].as_array().unwrap());
        Self {
            routes: routes.map(Route::read).collect(),
            removed: removed(&merged).unwrap(),
        }
    }

    /// The route of a request.
    pub(crate) fn route(&self, method: &str, path: &str) -> Option<&Route> {
        let of_method = self
            .routes
            .iter()
            .filter(|route| route.methods.iter().any(|one| one == method));
        let found = of_method.filter_map(|route| Some((route.priority(path)?, route)));
        let (_, route) = found.max_by_key(|(priority, _)| *priority)?;
        Some(route)
    }
}

impl Route {
    fn read(route: &Value) -> Self {
        let jwt = plugin(route, "jwt");
        let limit = plugin(route, "rate-limiting");
        Self {
            name: route["name"].as_str().unwrap().to_owned(),
            methods: texts(&route["methods"]),
            paths: texts(&route["paths"])
                .into_iter()
                .map(Pattern::read)
                .collect(),
            needs_token: jwt.is_some(),
            groups: plugin(route, "acl").map(|acl| texts(&acl["allow"]).into_iter().collect()),
            limit_by: limit
                .and_then(|limit| limit["limit_by"].as_str())
                .map(str::to_owned),
            removed: removed(route),
            minute: limit
                .map(|limit| limit["minute"].to_string())
                .unwrap_or_default(),
        }
    }

    fn priority(&self, path: &str) -> Option<(bool, usize)> {
        let found = self.paths.iter().filter_map(|pattern| match pattern {
            Pattern::Regex(regex) => regex.is_match(path).then_some((true, 0)),
            Pattern::Prefix(prefix) => path.starts_with(prefix).then_some((false, prefix.len())),
        });
        found.max()
    }
}

impl Pattern {
    /// Kong anchors a regex at the beginning only.
    fn read(text: String) -> Self {
        match text.strip_prefix('~') {
            Some(regex) => Self::Regex(Regex::new(&format!("^{regex}")).unwrap()),
            None => Self::Prefix(text),
        }
    }
}

fn plugin<'a>(route: &'a Value, name: &str) -> Option<&'a Value> {
    let plugins = route["plugins"].as_array()?;
    plugins
        .iter()
        .find(|plugin| plugin["name"] == name)
        .map(|plugin| &plugin["config"])
}

/// The headers that the `request-transformer` of a route, or of everything, takes away.
fn removed(holder: &Value) -> Option<BTreeSet<String>> {
    let transformer = plugin(holder, "request-transformer")?;
    Some(
        texts(&transformer["remove"]["headers"])
            .into_iter()
            .collect(),
    )
}

fn texts(list: &Value) -> Vec<String> {
    let items = list.as_array().unwrap().iter();
    items
        .map(|item| item.as_str().unwrap().to_owned())
        .collect()
}
