//! The pure step: a declarative configuration and a state make the configuration that Kong gets.

use serde_json::{Map, Value, json};

use crate::state::{Client, Key, State};
use crate::yaml;

/// The consumers of `kong.yaml` that stand for people. Each believes every key.
pub const PEOPLE: [&str; 4] = ["guests", "customers", "merchants", "operators"];

/// The group of all machine clients, for `acl`.
pub const GROUP_OF_MACHINES: &str = "machine";

/// Kong wants one with each credential; only HS256 and its like would use it, and a token says ES256 or is refused.
const UNUSED_SECRET: &str = "not used with ES256";

const LONGEST_NAME: usize = 128;

/// Why a configuration and a state do not go together. Says no key and no other content of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// The configuration cannot be read.
    #[error("the declarative configuration is not YAML: {0}")]
    NotYaml(String),
    /// It can be read, and is not what Kong takes.
    #[error("the declarative configuration: {0}")]
    Shape(String),
    /// One of [`PEOPLE`] is not among its consumers.
    #[error("the declarative configuration has no consumer `{0}`")]
    Missing(&'static str),
    /// One of [`PEOPLE`] has keys of its own: a forgotten one would outlive every rotation.
    #[error(
        "consumer `{0}` has jwt_secrets in the declarative configuration: keys come from identity alone"
    )]
    OwnKeys(&'static str),
    /// A client is called like a consumer of the configuration, or like another client.
    #[error("client `{0}` is called like another consumer")]
    Taken(String),
    /// A key or client that cannot be meant.
    #[error("the state of identity: {0}")]
    State(String),
}

/// Gives each of [`PEOPLE`] a credential for every key (`<kid>.<consumer>`), and makes each machine client a consumer with its own
/// credentials, group and limit. Everything else stays as it is.
///
/// `config` is YAML as decK has rendered it. The result is JSON, which is YAML as well: text in quotes means the same to every reader.
/// The same input gives the same bytes. An empty state is right: then no token is believed.
///
/// # Errors
///
/// [`MergeError`]: nothing may be given to Kong then.
pub fn merge(config: &str, state: &State) -> Result<String, MergeError> {
    check(state)?;
    let mut document = yaml::read(config)?;
    let consumers = document
        .as_object_mut()
        .ok_or_else(|| MergeError::Shape("it is no mapping".to_owned()))?
        .entry("consumers")
        .or_insert_with(|| Value::Array(Vec::new()))
        .as_array_mut()
        .ok_or_else(|| MergeError::Shape("`consumers` is no list".to_owned()))?;
    for name in PEOPLE {
        let consumer = named(consumers, name).ok_or(MergeError::Missing(name))?;
        if consumer.contains_key("jwt_secrets") {
            return Err(MergeError::OwnKeys(name));
        }
        consumer.insert("jwt_secrets".to_owned(), credentials(&state.keys, name));
    }
    for client in &state.clients {
        if named(consumers, &client.client_id).is_some() {
            return Err(MergeError::Taken(client.client_id.clone()));
        }
        consumers.push(machine(client, &state.keys));
    }
    serde_json::to_string_pretty(&document).map_err(|error| MergeError::Shape(error.to_string()))
}

fn named<'a>(consumers: &'a mut [Value], name: &str) -> Option<&'a mut Map<String, Value>> {
    let mut all = consumers.iter_mut().filter_map(Value::as_object_mut);
    all.find(|consumer| consumer.get("username").and_then(Value::as_str) == Some(name))
}

/// Kong keeps every public key in `rsa_public_key`, an elliptic curve's as well.
fn credentials(keys: &[Key], consumer: &str) -> Value {
    let all = keys.iter().map(|key| {
        json!({
            "key": format!("{}.{consumer}", key.kid),
            "algorithm": "ES256",
            "rsa_public_key": key.public_key_pem,
            "secret": UNUSED_SECRET,
        })
    });
    all.collect()
}

/// Its own limit is on the consumer, where Kong prefers it to a route's.
fn machine(client: &Client, keys: &[Key]) -> Value {
    json!({
        "username": client.client_id,
        "acls": [{ "group": GROUP_OF_MACHINES }],
        "jwt_secrets": credentials(keys, &client.client_id),
        "plugins": [{
            "name": "rate-limiting",
            "config": { "minute": client.limit_per_minute, "limit_by": "consumer", "policy": "local" },
        }],
    })
}

/// Two names with a dot between them are told apart only while neither has one.
fn check(state: &State) -> Result<(), MergeError> {
    for (index, key) in state.keys.iter().enumerate() {
        if !is_name(&key.kid, |c| c.is_ascii_alphanumeric() || "-_".contains(c)) {
            return wrong("a key's id is not letters, digits, hyphens and underscores");
        }
        if state.keys[..index].iter().any(|other| other.kid == key.kid) {
            return wrong("two keys have the same id");
        }
        let pem = key.public_key_pem.trim();
        if !pem.starts_with("-----BEGIN PUBLIC KEY-----") || pem.contains("PRIVATE") {
            return wrong("a key is no public key in PEM");
        }
    }
    for client in &state.clients {
        if !is_name(&client.client_id, |c| {
            c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
        }) {
            return wrong("a client's id is not lower-case letters, digits and hyphens");
        }
        if client.limit_per_minute == 0 {
            return wrong("a client's limit is 0, which Kong does not take: shut it off instead");
        }
    }
    Ok(())
}

fn is_name(name: &str, allowed: fn(char) -> bool) -> bool {
    (1..=LONGEST_NAME).contains(&name.len()) && name.chars().all(allowed)
}

fn wrong(what: &str) -> Result<(), MergeError> {
    Err(MergeError::State(what.to_owned()))
}

#[cfg(test)]
mod tests;
