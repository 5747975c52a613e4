//! What a person sees when the shop is open: its routes, who may use them, and one line to try. Pure.

mod routes;
#[cfg(test)]
mod tests;

use souk_plan::model::GatewayPlan;

use crate::clock::span;
use crate::credentials::{Client, Credentials};
use crate::terminal::{here, table};
use routes::{asked_for, is_terminated, routes};

/// Kong's address as processes in the cluster know it.
const IN_CLUSTER_GATEWAY: &str = "http://kong-kong-proxy.kong.svc.cluster.local";

/// What there is to tell.
pub(crate) struct Opened<'a> {
    pub(crate) gateway: &'a GatewayPlan,
    pub(crate) credentials: &'a Credentials,
    /// Stand-ins with a page to look at.
    pub(crate) pages: &'a [(String, String)],
    /// What to open in a browser to see the shop.
    pub(crate) console: &'a str,
    /// A command that some Job told.
    pub(crate) to_try: Option<&'a str>,
    pub(crate) seconds: f64,
    /// How far the shop's clock is ahead.
    pub(crate) moved_seconds: u64,
    /// Whether things may go wrong on purpose.
    pub(crate) faults: bool,
}

/// The text.
pub(crate) fn text(opened: &Opened<'_>) -> String {
    let address = &opened.credentials.gateway;
    let mut parts = vec![format!(
        "The shop is open at {address} (ready in {:.1} s)",
        opened.seconds
    )];
    parts.push(format!("See it at {}", opened.console));
    parts.extend(warnings(opened));
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

/// What is not as it would be in production.
fn warnings(opened: &Opened<'_>) -> Vec<String> {
    let mut warnings = Vec::new();
    if opened.moved_seconds > 0 {
        warnings.push(format!(
            "Its clock is {} ahead of this machine: {} clock",
            span(opened.moved_seconds),
            here()
        ));
    }
    if opened.faults {
        warnings.push(format!("Things may go wrong on purpose: {} faults", here()));
    }
    warnings
}

fn section(head: &[&str], mut rows: Vec<Vec<String>>) -> String {
    if rows.is_empty() {
        return String::new();
    }
    rows.insert(0, head.iter().map(|cell| (*cell).to_owned()).collect());
    table(&rows)
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
