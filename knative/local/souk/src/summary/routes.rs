//! The routes as rows: what they take, where they lead, and what they ask for.

use souk_plan::model::{GatewayPlan, KongPlugin, KongRoute};

/// A row for each path of each route that somebody can call.
pub(super) fn routes(gateway: &GatewayPlan) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> = gateway
        .routes
        .iter()
        .filter(|route| !is_terminated(gateway, route))
        .flat_map(|route| {
            route
                .paths
                .iter()
                .map(move |path| row(gateway, route, path))
        })
        .collect();
    rows.sort_by(|a, b| (&a[1], &a[0]).cmp(&(&b[1], &b[0])));
    rows
}

fn row(gateway: &GatewayPlan, route: &KongRoute, path: &str) -> Vec<String> {
    let methods = if route.methods.is_empty() {
        "any".to_owned()
    } else {
        route.methods.join(" ")
    };
    let service = gateway
        .services
        .iter()
        .find(|service| service.name == route.service);
    let host = service
        .map(|service| service.host.as_str())
        .unwrap_or_default();
    let function = host.split('.').next().unwrap_or_default().to_owned();
    vec![
        methods,
        readable(path),
        function,
        asked_for(gateway, route).unwrap_or_default(),
    ]
}

/// Routes that only say no are not for anybody to call.
pub(super) fn is_terminated(gateway: &GatewayPlan, route: &KongRoute) -> bool {
    has_plugin(gateway, route, "request-termination")
}

/// A token, and of whom, where the gate lets only some in.
pub(super) fn asked_for(gateway: &GatewayPlan, route: &KongRoute) -> Option<String> {
    if has_plugin(gateway, route, "key-auth") {
        return Some("API key".to_owned());
    }
    plugin(gateway, route, "jwt")?;
    let groups = plugin(gateway, route, "acl").map(|acl| &acl.config["allow"]);
    let groups = groups.and_then(serde_json::Value::as_array);
    let groups = groups
        .into_iter()
        .flatten()
        .filter_map(|group| group.as_str());
    let groups: Vec<&str> = groups.collect();
    Some(match groups.is_empty() {
        true => "token".to_owned(),
        false => format!("token of {}", groups.join(", ")),
    })
}

fn has_plugin(gateway: &GatewayPlan, route: &KongRoute, name: &str) -> bool {
    plugin(gateway, route, name).is_some()
}

/// The plugin of this name that runs on a route for everybody.
fn plugin<'a>(gateway: &'a GatewayPlan, route: &KongRoute, name: &str) -> Option<&'a KongPlugin> {
    gateway.plugins.iter().find(|plugin| {
        let here = plugin.route.as_ref().is_none_or(|at| *at == route.name)
            && plugin
                .service
                .as_ref()
                .is_none_or(|at| *at == route.service);
        plugin.enabled && plugin.name == name && plugin.consumer.is_none() && here
    })
}

/// A path as people write it: `~/v1/orders/[^/]+/updates$` is `/v1/orders/*/updates`.
pub(super) fn readable(path: &str) -> String {
    match path.strip_prefix('~') {
        None => path.to_owned(),
        Some(regex) => shortened(
            &regex
                .trim_end_matches('$')
                .replace("[^/]+", "*")
                .replace("\\.", "."),
        ),
    }
}

/// Of many alternatives the first two say what is meant.
fn shortened(path: &str) -> String {
    let group = path.split_once('(').and_then(|(before, from)| {
        let (inside, after) = from.split_once(')')?;
        Some((before, inside.split('|').collect::<Vec<_>>(), after))
    });
    match group {
        Some((before, all, after)) if all.len() > 3 => {
            format!("{before}({}|{}|...){after}", all[0], all[1])
        }
        _ => path.to_owned(),
    }
}
