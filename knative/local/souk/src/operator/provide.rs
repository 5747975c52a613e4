//! Makes what the rules ask for, and keeps it, so that the next start finds the same.

use std::collections::BTreeMap;

use souk_engines::SecretStore;
use souk_engines::secrets::{Entries, SigningKey, random_token, readable_password};
use souk_plan::model::{ConfigKind, ConfigNeed, ObjectName, Plan};

use super::{Rule, rule};
use crate::failure::{Failure, Outcome};

/// The domain of the accounts made here; nobody owns it (RFC 2606).
const ACCOUNT_DOMAIN: &str = "souk.example";
/// What the embedded DynamoDB takes for a region and keys: any.
const REGION: &str = "eu-central-1";

/// All objects made, by kind and name.
pub(crate) type Made = BTreeMap<(ConfigKind, ObjectName), Entries>;

/// Where the engines and the gateway answer, once they do.
#[derive(Debug, Clone, Default)]
pub(crate) struct Engines {
    /// URL of each database, by name.
    pub(crate) databases: BTreeMap<String, String>,
    /// URL of each database's replica, by name; empty: there is none.
    pub(crate) read_databases: BTreeMap<String, String>,
    /// URL of DynamoDB.
    pub(crate) dynamodb: Option<String>,
    /// URL of the gateway, as clients know it.
    pub(crate) public_url: Option<String>,
    /// URL that functions send traces and metrics to. None: they send none.
    pub(crate) collector: Option<String>,
}

/// What is needed, each need with its rule.
pub(crate) struct Needs<'a> {
    ruled: Vec<(&'a ConfigNeed, Rule)>,
}

impl<'a> Needs<'a> {
    pub(crate) fn of(needs: &'a [ConfigNeed], is_stand_in: &dyn Fn(&str) -> bool) -> Self {
        let ruled = needs
            .iter()
            .map(|need| (need, rule(need, is_stand_in)))
            .collect();
        Self { ruled }
    }

    /// Names of the stand-ins to start.
    pub(crate) fn stand_ins(&self) -> Vec<String> {
        self.names(|rule| {
            if let Rule::StandIn(name) = rule {
                Some(name)
            } else {
                None
            }
        })
    }

    /// Names of the databases to make.
    pub(crate) fn databases(&self) -> Vec<String> {
        self.names(|rule| {
            if let Rule::Database(name) = rule {
                Some(name)
            } else {
                None
            }
        })
    }

    /// Whether DynamoDB is wanted.
    pub(crate) fn dynamodb(&self) -> bool {
        self.ruled.iter().any(|(_, rule)| *rule == Rule::DynamoDb)
    }

    /// The Secret of each account, by the account's name.
    pub(crate) fn accounts(&self) -> BTreeMap<String, ObjectName> {
        let accounts = self.ruled.iter().filter_map(|(need, rule)| match rule {
            Rule::Account(name) => Some((name.clone(), need.object.clone())),
            _ => None,
        });
        accounts.collect()
    }

    /// The Secret of each machine client, by the client's id. What a function itself is a client of is its own business.
    pub(crate) fn clients(&self, plan: &Plan) -> BTreeMap<String, ObjectName> {
        let is_function = |id: &str| plan.services.iter().any(|one| one.object.name == id);
        let clients = self.ruled.iter().filter_map(|(need, rule)| match rule {
            Rule::Client(id) if !is_function(id) => Some((id.clone(), need.object.clone())),
            _ => None,
        });
        clients.collect()
    }

    fn names(&self, named: impl Fn(&Rule) -> Option<&String>) -> Vec<String> {
        let mut names: Vec<String> = self
            .ruled
            .iter()
            .filter_map(|(_, rule)| named(rule).cloned())
            .collect();
        names.sort();
        names.dedup();
        names
    }

    /// The value of one key of a Secret that can be made before any engine or stand-in runs.
    pub(crate) fn value(need: &ConfigNeed, store: &SecretStore) -> Outcome<Option<String>> {
        let made = entries(need, &rule(need, &|_| false), store, &Engines::default())?;
        let key = need.key.as_deref().unwrap_or_default();
        Ok(made.and_then(|mut entries| entries.remove(key)))
    }

    /// Makes everything, or says of everything that cannot be made who wants it.
    pub(crate) fn provide(&self, store: &SecretStore, engines: &Engines) -> Outcome<Made> {
        let mut made = Made::new();
        let mut unknown = Vec::new();
        for (need, rule) in &self.ruled {
            match entries(need, rule, store, engines)? {
                Some(entries) => made
                    .entry((need.kind, need.object.clone()))
                    .or_default()
                    .extend(entries),
                None if need.optional => (),
                None => unknown.push(describe(need)),
            }
        }
        if unknown.is_empty() {
            return Ok(made);
        }
        Err(Failure::new(
            format!(
                "nothing holds what the manifests refer to:\n  {}",
                unknown.join("\n  ")
            ),
            "Add the ConfigMap or Secret to the manifests, or mark the reference `optional: true`.",
        ))
    }
}

/// The entries that a rule gives; an empty object where there is nothing to make here, `None` where nobody can make it.
fn entries(
    need: &ConfigNeed,
    rule: &Rule,
    store: &SecretStore,
    engines: &Engines,
) -> Outcome<Option<Entries>> {
    let ObjectName { namespace, name } = &need.object;
    let kept = |key: &str, make: &dyn Fn() -> String| {
        let value = store.entry(namespace, name, key, make)?;
        Ok::<_, Failure>(Some(Entries::from([(key.to_owned(), value)])))
    };
    match (rule, need.key.as_deref()) {
        (Rule::StandIn(_) | Rule::Unset, _) => Ok(Some(Entries::new())),
        (Rule::Database(database), _) => match engines.databases.get(database) {
            Some(url) => {
                store.keep(namespace, name, one("url", url))?;
                Ok(Some(one("url", url)))
            }
            None => Ok(None),
        },
        (Rule::Replica(database), Some(key)) => {
            let url = engines.read_databases.get(database);
            Ok(url.map(|url| one(key, url)))
        }
        (Rule::DynamoDb, key) => Ok(dynamodb(engines, key)),
        (Rule::SigningKey, _) => signing_key(store, namespace, name).map(Some),
        (Rule::Account(account), Some("email")) => {
            kept("email", &|| format!("{account}@{ACCOUNT_DOMAIN}"))
        }
        (Rule::Account(_), Some(key)) => kept(key, &readable_password),
        (Rule::PublicUrl, _) => Ok(engines
            .public_url
            .as_deref()
            .map(|url| one("public-url", url))),
        (Rule::Collector, Some(key)) => {
            let url = engines.collector.as_deref();
            Ok(url.map(|url| one(key, url)))
        }
        (Rule::Client(_) | Rule::Random, Some(key)) => kept(key, &random_token),
        _ => Ok(None),
    }
}

fn one(key: &str, value: &str) -> Entries {
    Entries::from([(key.to_owned(), value.to_owned())])
}

fn dynamodb(engines: &Engines, key: Option<&str>) -> Option<Entries> {
    let url = engines.dynamodb.as_deref()?;
    let all = [
        ("region", REGION),
        ("endpoint-url", url),
        ("access-key-id", "souk"),
        ("secret-access-key", "souk"),
    ];
    let wanted: Entries = all
        .into_iter()
        .filter(|(name, _)| key.is_none_or(|key| key == *name))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    (!wanted.is_empty()).then_some(wanted)
}

/// A key pair belongs together: the three entries are made at once, and from the private one where it is kept.
fn signing_key(store: &SecretStore, namespace: &str, name: &str) -> Outcome<Entries> {
    let kept = store.read(namespace, name)?;
    if ["private.pem", "public.pem", "kid"]
        .iter()
        .all(|key| kept.contains_key(*key))
    {
        return Ok(kept);
    }
    let pair = match kept.get("private.pem") {
        Some(private) => SigningKey::from_private_pem(private),
        None => SigningKey::generate(),
    };
    let pair = pair.map_err(|why| {
        Failure::new(
            format!("secret {namespace}/{name}: {why}"),
            "Remove its file, and a new key is made.",
        )
    })?;
    let entries = [
        ("private.pem", pair.private_pem),
        ("public.pem", pair.public_pem),
        ("kid", pair.kid),
    ];
    let entries = entries.map(|(key, value)| (key.to_owned(), value));
    Ok(store.keep(namespace, name, Entries::from(entries))?)
}

/// The password of a database's role, kept beside its URL.
pub(crate) fn database_password(
    store: &SecretStore,
    needs: &[ConfigNeed],
    database: &str,
) -> Outcome<String> {
    let secret = format!("{database}-database");
    let namespace = needs
        .iter()
        .find(|need| need.object.name == secret)
        .map(|need| need.object.namespace.as_str());
    Ok(store.entry(
        namespace.unwrap_or("default"),
        &secret,
        "password",
        random_token,
    )?)
}

fn describe(need: &ConfigNeed) -> String {
    let ObjectName { namespace, name } = &need.object;
    let key = need
        .key
        .as_deref()
        .map(|key| format!(", key {key}"))
        .unwrap_or_default();
    format!(
        "{:?} {namespace}/{name}{key}, wanted by {}",
        need.kind, need.wanted_by
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn need(kind: ConfigKind, name: &str, key: &str) -> ConfigNeed {
        ConfigNeed {
            kind,
            object: ObjectName {
                namespace: "souk".to_owned(),
                name: name.to_owned(),
            },
            key: Some(key.to_owned()),
            optional: false,
            wanted_by: "Service souk/orders, env X (orders.yaml:31)".to_owned(),
        }
    }

    fn store() -> (tempfile::TempDir, SecretStore) {
        let folder = tempfile::tempdir().unwrap();
        let store = SecretStore::open(&folder.path().join("secrets")).unwrap();
        (folder, store)
    }

    fn provide(store: &SecretStore, needs: &[ConfigNeed]) -> Outcome<Made> {
        let engines = Engines {
            databases: BTreeMap::from([("orders".to_owned(), "postgres://orders".to_owned())]),
            read_databases: BTreeMap::from([("orders".to_owned(), "postgres://r".to_owned())]),
            dynamodb: Some("http://127.0.0.1:1".to_owned()),
            public_url: Some("https://shop.example".to_owned()),
            collector: Some("http://collector:4318".to_owned()),
        };
        Needs::of(needs, &|_| false).provide(store, &engines)
    }

    #[test]
    fn the_second_start_finds_the_same_secrets() {
        let (_folder, store) = store();
        let needs = [
            need(ConfigKind::Secret, "identity-signing-key", "kid"),
            need(ConfigKind::Secret, "identity-signing-key", "public.pem"),
            need(ConfigKind::Secret, "merchant-account", "email"),
            need(ConfigKind::Secret, "merchant-account", "password"),
            need(ConfigKind::Secret, "client-erp", "secret"),
            need(ConfigKind::Secret, "identity-key-encryption", "key"),
        ];
        let first = provide(&store, &needs).unwrap();
        assert_eq!(provide(&store, &needs).unwrap(), first);
        let account = first
            .values()
            .find(|entries| entries.contains_key("email"))
            .unwrap();
        assert_eq!(account["email"], "merchant@souk.example");
    }

    #[test]
    fn the_engines_answer_for_databases_and_dynamodb() {
        let (_folder, store) = store();
        let needs = [
            need(ConfigKind::Secret, "orders-database", "url"),
            need(ConfigKind::ConfigMap, "dynamodb", "endpoint-url"),
        ];
        let made = provide(&store, &needs).unwrap();
        let values: Vec<&Entries> = made.values().collect();
        assert_eq!(values[0]["endpoint-url"], "http://127.0.0.1:1");
        assert_eq!(values[1]["url"], "postgres://orders");
        assert_eq!(
            store.read("souk", "orders-database").unwrap()["url"],
            "postgres://orders"
        );
    }

    #[test]
    fn lists_are_read_in_a_replica_only_while_there_is_one() {
        let (_folder, store) = store();
        let mut read = need(ConfigKind::Secret, "orders-database", "read-url");
        read.optional = true;
        let needs = [need(ConfigKind::Secret, "orders-database", "url"), read];
        let with = provide(&store, &needs).unwrap();
        assert_eq!(with.values().next().unwrap()["read-url"], "postgres://r");
        let engines = Engines {
            databases: BTreeMap::from([("orders".to_owned(), "postgres://orders".to_owned())]),
            ..Engines::default()
        };
        let without = Needs::of(&needs, &|_| false).provide(&store, &engines);
        let without = without.unwrap();
        assert_eq!(without.values().next().unwrap().get("read-url"), None);
    }

    #[test]
    fn the_shop_is_where_its_gateway_is() {
        let (_folder, store) = store();
        let needs = [need(ConfigKind::ConfigMap, "shop", "public-url")];
        let made = provide(&store, &needs).unwrap();
        let values: Vec<&Entries> = made.values().collect();
        assert_eq!(values[0]["public-url"], "https://shop.example");
    }

    #[test]
    fn functions_send_to_the_collector_only_while_there_is_one() {
        let (_folder, store) = store();
        let mut need = need(ConfigKind::ConfigMap, "telemetry", "otlp-endpoint");
        need.optional = true;
        let needs = [need];
        let made = provide(&store, &needs).unwrap();
        let sent_to = made.values().next().unwrap()["otlp-endpoint"].as_str();
        assert_eq!(sent_to, "http://collector:4318");
        let without = Needs::of(&needs, &|_| false).provide(&store, &Engines::default());
        assert!(without.unwrap().is_empty());
    }

    #[test]
    fn what_nobody_can_make_is_named_with_who_wants_it() {
        let (_folder, store) = store();
        let needs = [need(ConfigKind::ConfigMap, "limits", "per-minute")];
        let said = provide(&store, &needs).unwrap_err().to_string();
        assert!(
            said.contains("souk/limits, key per-minute") && said.contains("orders.yaml:31"),
            "{said}"
        );
    }
}
