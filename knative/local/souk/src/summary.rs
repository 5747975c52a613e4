//! What a person sees when the shop is open: its routes, who may use them, and one line to try. Pure.

use souk_plan::model::{GatewayPlan, KongPlugin, KongRoute};

use crate::credentials::{Client, Credentials};
use crate::terminal::{here, table};

/// Kong's address as processes in the cluster know it.
const IN_CLUSTER_GATEWAY: &str = "http://kong-kong-proxy.kong.svc.cluster.local";

/// What there is to tell.
pub(crate) struct Opened<'a> {
    pub(crate) gateway: &'a GatewayPlan,
    pub(crate) credentials: &'a Credentials,
    /// Stand-ins with a page to look at.
    pub(crate) pages: &'a [(String, String)],
    /// A command that some Job told.
    pub(crate) to_try: Option<&'a str>,
    pub(crate) seconds: f64,
}

/// The text.
pub(crate) fn text(opened: &Opened<'_>) -> String {
    let address = &opened.credentials.gateway;
    let mut parts = vec![format!(
        "The shop is open at {address} (ready in {:.1} s)",
        opened.seconds
    )];
    parts.push(section(
        &["METHODS", "PATH", "FUNCTION", "WITH"],
        routes(opened.gateway),
    ));
    parts.push(section(
        &["ACCOUNT", "EMAIL", "PASSWORD"],
        accounts(opened.credentials),
    ));
    parts.push(section(&["CLIENT", "SECRET"], clients(opened.credentials)));
    parts.push(token_hint(opened.credentials));
    parts.push(section(&["STAND-IN", "PAGE"], pages(opened.pages)));
    if let Some(line) = opened
        .to_try
        .map(|line| from_here(line, opened.credentials))
        .or_else(|| line_to_try(opened.gateway, address))
    {
        parts.push(format!("Try:\n  {line}"));
    }
    parts.push(format!(
        "Look:\n  {0} ps\n  {0} events --follow\n  {0} logs -f <function>\n\nClose:\n  {0} down",
        here()
    ));
    parts.retain(|part| !part.is_empty());
    parts.join("\n\n")
}

fn section(head: &[&str], mut rows: Vec<Vec<String>>) -> String {
    if rows.is_empty() {
        return String::new();
    }
    rows.insert(0, head.iter().map(|cell| (*cell).to_owned()).collect());
    table(&rows)
}

fn routes(gateway: &GatewayPlan) -> Vec<Vec<String>> {
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
fn is_terminated(gateway: &GatewayPlan, route: &KongRoute) -> bool {
    has_plugin(gateway, route, "request-termination")
}

/// A token, and of whom, where the gate lets only some in.
fn asked_for(gateway: &GatewayPlan, route: &KongRoute) -> Option<String> {
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
fn readable(path: &str) -> String {
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

fn accounts(credentials: &Credentials) -> Vec<Vec<String>> {
    let accounts = credentials.accounts.iter();
    accounts
        .map(|(name, account)| {
            vec![
                name.clone(),
                account.email.clone(),
                account.password.clone(),
            ]
        })
        .collect()
}

fn clients(credentials: &Credentials) -> Vec<Vec<String>> {
    let row = |client: &Client| vec![client.client_id.clone(), client.client_secret.clone()];
    credentials.clients.values().map(row).collect()
}

/// How a program gets a token, where there is one.
fn token_hint(credentials: &Credentials) -> String {
    let Some(id) = credentials.clients.keys().next() else {
        return String::new();
    };
    let gateway = &credentials.gateway;
    format!(
        "A client's token, with its SECRET:\n  curl -u {id}:SECRET -d grant_type=client_credentials {gateway}/oauth2/token"
    )
}

fn pages(pages: &[(String, String)]) -> Vec<Vec<String>> {
    pages
        .iter()
        .map(|(name, page)| vec![name.clone(), page.clone()])
        .collect()
}

/// A Job's line for somebody outside the cluster: its name of the gateway is the address here, and
/// `<password of EMAIL>` the password, which the Job itself does not write into its log.
fn from_here(line: &str, credentials: &Credentials) -> String {
    let line = line.replace(IN_CLUSTER_GATEWAY, &credentials.gateway);
    let accounts = credentials.accounts.values();
    accounts.fold(line, |line, account| {
        let place = format!("<password of {}>", account.email);
        line.replace(&place, &account.password)
    })
}

/// The first path that anybody may GET.
fn line_to_try(gateway: &GatewayPlan, address: &str) -> Option<String> {
    let mut open = gateway.routes.iter().filter(|route| {
        let gets = route.methods.is_empty() || route.methods.iter().any(|method| method == "GET");
        gets && asked_for(gateway, route).is_none() && !is_terminated(gateway, route)
    });
    let path = open.find_map(|route| route.paths.iter().find(|path| !path.starts_with('~')))?;
    Some(format!("curl {address}{path}"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;
    use souk_plan::model::KongService;

    use super::*;
    use crate::credentials::Account;

    fn route(name: &str, service: &str, methods: &[&str], path: &str) -> KongRoute {
        KongRoute {
            name: name.to_owned(),
            id: uuid::Uuid::nil(),
            service: service.to_owned(),
            protocols: vec!["http".to_owned()],
            methods: methods.iter().map(ToString::to_string).collect(),
            hosts: Vec::new(),
            paths: vec![path.to_owned()],
            headers: BTreeMap::new(),
            regex_priority: 0,
            strip_path: false,
            preserve_host: false,
            at: String::new(),
        }
    }

    fn service(name: &str) -> KongService {
        KongService {
            name: name.to_owned(),
            host: format!("{name}.souk.svc.cluster.local"),
            port: 80,
            path: None,
            retries: 2,
            connect_timeout_ms: 5000,
            read_timeout_ms: 65000,
            write_timeout_ms: 65000,
            enabled: true,
            at: String::new(),
        }
    }

    fn plugin(name: &str, route: &str) -> KongPlugin {
        KongPlugin {
            name: name.to_owned(),
            enabled: true,
            service: None,
            route: Some(route.to_owned()),
            consumer: None,
            config: json!({}),
            at: "kong.yaml:1".to_owned(),
        }
    }

    fn gateway() -> GatewayPlan {
        GatewayPlan {
            file: "kong.yaml".into(),
            services: vec![service("orders"), service("catalog")],
            routes: vec![
                route("orders", "orders", &["GET", "POST"], "/v1/orders"),
                route(
                    "updates",
                    "orders",
                    &["GET"],
                    r"~/v1/orders/[^/]+/updates\.txt$",
                ),
                route("browse", "catalog", &["GET"], "/v1/products"),
                route("preflight", "catalog", &["OPTIONS"], "/v1"),
            ],
            consumers: Vec::new(),
            keys_from: None,
            rendered: String::new(),
            plugins: vec![
                plugin("jwt", "orders"),
                plugin("request-termination", "preflight"),
            ],
        }
    }

    fn summary(to_try: Option<&str>) -> String {
        let account = Account {
            email: "customer@souk.example".to_owned(),
            password: "tovi-raka".to_owned(),
        };
        let erp = Client {
            client_id: "erp".to_owned(),
            client_secret: "s-1".to_owned(),
        };
        let credentials = Credentials {
            gateway: "http://127.0.0.1:8000".to_owned(),
            accounts: BTreeMap::from([("customer".to_owned(), account)]),
            clients: BTreeMap::from([("erp".to_owned(), erp)]),
        };
        text(&Opened {
            gateway: &gateway(),
            credentials: &credentials,
            pages: &[],
            to_try,
            seconds: 0.94,
        })
    }

    #[test]
    fn each_route_stands_with_its_function_and_what_it_asks_for() {
        let said = summary(None);
        let rows: Vec<Vec<&str>> = said
            .lines()
            .map(|line| line.split_whitespace().collect())
            .collect();
        assert!(
            rows.contains(&vec!["GET", "POST", "/v1/orders", "orders", "token"]),
            "{said}"
        );
        assert!(
            rows.contains(&vec!["GET", "/v1/orders/*/updates.txt", "orders"]),
            "{said}"
        );
        assert!(!said.contains("OPTIONS"), "{said}");
    }

    #[test]
    fn of_many_alternatives_the_first_two_are_shown() {
        for (path, shown) in [
            (
                "~/account/(login|consent|logout|sessions)$",
                "/account/(login|consent|...)",
            ),
            (
                "~/oauth2/(token|revoke|introspect)$",
                "/oauth2/(token|revoke|introspect)",
            ),
            ("~/docs(/[^/]+)?$", "/docs(/*)?"),
        ] {
            assert_eq!(readable(path), shown);
        }
    }

    #[test]
    fn accounts_have_their_passwords_beside_them() {
        assert!(summary(None).contains("customer  customer@souk.example  tovi-raka"));
    }

    #[test]
    fn clients_have_their_secrets_beside_them_and_the_way_to_a_token_below() {
        let said = summary(None);
        assert!(said.contains("erp     s-1"), "{said}");
        let hint = "curl -u erp:SECRET -d grant_type=client_credentials http://127.0.0.1:8000/oauth2/token";
        assert!(said.contains(hint), "{said}");
    }

    #[test]
    fn a_route_for_some_says_for_whom() {
        let mut gateway = gateway();
        let mut acl = plugin("acl", "orders");
        acl.config = json!({ "allow": ["merchant", "machine"] });
        gateway.plugins.push(acl);
        let asked = |route: usize| asked_for(&gateway, &gateway.routes[route]);
        assert_eq!(asked(0).as_deref(), Some("token of merchant, machine"));
        assert_eq!(asked(2), None);
    }

    #[test]
    fn the_line_to_try_needs_no_token() {
        assert!(summary(None).contains("Try:\n  curl http://127.0.0.1:8000/v1/products\n"));
    }

    #[test]
    fn what_a_job_says_to_try_comes_first() {
        let said = "curl http://kong-kong-proxy.kong.svc.cluster.local/v1 <password of customer@souk.example>";
        let shown = "Try:\n  curl http://127.0.0.1:8000/v1 tovi-raka\n";
        assert!(summary(Some(said)).contains(shown));
    }
}
