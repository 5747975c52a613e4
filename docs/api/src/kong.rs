//! What `kong.yaml` says of a path: who answers it, and what is asked and counted before.

use regex::Regex;
use saphyr::{LoadableYamlNode, Yaml};

/// The gateway's routes.
pub struct Gateway {
    pub(crate) routes: Vec<Route>,
}

/// A route.
pub(crate) struct Route {
    pub(crate) name: String,
    pub(crate) service: String,
    methods: Vec<String>,
    paths: Vec<Pattern>,
    pub(crate) has_token: bool,
    /// The groups of which a consumer has to be in one, by the plugin acl.
    pub(crate) groups: Option<Vec<String>>,
    pub(crate) has_limit: bool,
    pub(crate) kilobytes_max: Option<i64>,
    /// The gateway answers it by itself.
    pub(crate) is_terminated: bool,
}

enum Pattern {
    Prefix(String),
    Expression(Regex),
}

impl Gateway {
    /// Reads the file, whose variables may stand unresolved.
    pub fn read(text: &str) -> Result<Self, String> {
        let documents = Yaml::load_from_str(text).map_err(|error| error.to_string())?;
        let file = documents.first().ok_or("it is empty")?;
        let global = size_limit(plugins(file));
        let mut routes = Vec::new();
        for service in list(file, "services") {
            let of = text_at(service, "name");
            for route in list(service, "routes") {
                routes.push(Route::read(route, &of, global)?);
            }
        }
        Ok(Self { routes })
    }

    /// The route that Kong takes: expressions before prefixes, long before short ones.
    pub(crate) fn route(&self, method: &str, path: &str) -> Option<&Route> {
        let fitting = self.routes.iter().filter_map(|route| {
            let rank = route.rank(method, path)?;
            Some((rank, route))
        });
        let best = fitting.max_by_key(|(rank, _)| *rank);
        best.map(|(_, route)| route)
    }
}

impl Route {
    fn read(route: &Yaml<'_>, service: &str, global: Option<i64>) -> Result<Self, String> {
        let has = |name: &str| plugins(route).any(|plugin| text_at(plugin, "name") == name);
        let patterns = list(route, "paths")
            .filter_map(Yaml::as_str)
            .map(Pattern::read);
        Ok(Self {
            name: text_at(route, "name"),
            service: service.to_owned(),
            methods: list(route, "methods")
                .filter_map(Yaml::as_str)
                .map(str::to_owned)
                .collect(),
            paths: patterns.collect::<Result<_, _>>()?,
            has_token: has("jwt"),
            groups: groups(route),
            has_limit: has("rate-limiting"),
            kilobytes_max: size_limit(plugins(route)).or(global),
            is_terminated: has("request-termination"),
        })
    }

    fn rank(&self, method: &str, path: &str) -> Option<(bool, usize)> {
        if !self.methods.iter().any(|own| own == method) {
            return None;
        }
        self.paths.iter().filter_map(|own| own.rank(path)).max()
    }
}

impl Pattern {
    fn read(path: &str) -> Result<Self, String> {
        match path.strip_prefix('~') {
            None => Ok(Self::Prefix(path.to_owned())),
            Some(expression) => Regex::new(&format!("^{expression}"))
                .map(Self::Expression)
                .map_err(|error| error.to_string()),
        }
    }

    fn rank(&self, path: &str) -> Option<(bool, usize)> {
        match self {
            Self::Prefix(prefix) => path.starts_with(prefix).then_some((false, prefix.len())),
            Self::Expression(regex) => regex.is_match(path).then_some((true, regex.as_str().len())),
        }
    }
}

fn plugins<'a>(of: &'a Yaml<'a>) -> impl Iterator<Item = &'a Yaml<'a>> {
    list(of, "plugins")
}

fn size_limit<'a>(mut plugins: impl Iterator<Item = &'a Yaml<'a>>) -> Option<i64> {
    let limit = plugins.find(|plugin| text_at(plugin, "name") == "request-size-limiting")?;
    let config = limit.as_mapping_get("config")?;
    config.as_mapping_get("allowed_payload_size")?.as_integer()
}

fn groups(route: &Yaml<'_>) -> Option<Vec<String>> {
    let acl = plugins(route).find(|plugin| text_at(plugin, "name") == "acl")?;
    let allowed = list(acl.as_mapping_get("config")?, "allow");
    Some(
        allowed
            .filter_map(Yaml::as_str)
            .map(str::to_owned)
            .collect(),
    )
}

fn list<'a>(of: &'a Yaml<'a>, name: &str) -> impl Iterator<Item = &'a Yaml<'a>> {
    let list = of.as_mapping_get(name).and_then(Yaml::as_sequence);
    list.into_iter().flatten()
}

fn text_at(of: &Yaml<'_>, name: &str) -> String {
    let text = of.as_mapping_get(name).and_then(Yaml::as_str);
    text.unwrap_or_default().to_owned()
}
