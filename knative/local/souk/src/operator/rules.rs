//! By which convention a missing ConfigMap or Secret key is made. Pure: it looks at names only.

use souk_plan::model::{ConfigKind, ConfigNeed};

/// How the value of a key comes to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Rule {
    /// Said by the stand-in of this name.
    StandIn(String),
    /// URL of the PostgreSQL database of this name.
    Database(String),
    /// URL of the replica of the PostgreSQL database of this name.
    Replica(String),
    /// Address and keys of the embedded DynamoDB.
    DynamoDb,
    /// P-256 key pair and its thumbprint.
    SigningKey,
    /// E-mail address and password of this account.
    Account(String),
    /// Secret of this machine client: 32 random bytes.
    Client(String),
    /// Where clients reach the gateway.
    PublicUrl,
    /// Where functions send traces and metrics.
    Collector,
    /// 32 random bytes.
    Random,
    /// The reference is optional and nobody stands behind it.
    Unset,
    /// Required, and not a thing that can be made up.
    Unknown,
}

/// The rule for one need. `is_stand_in` knows the executables that are neither functions nor Jobs.
pub(crate) fn rule(need: &ConfigNeed, is_stand_in: &dyn Fn(&str) -> bool) -> Rule {
    let name = need.object.name.as_str();
    let key = need.key.as_deref();
    if is_stand_in(name) {
        return Rule::StandIn(name.to_owned());
    }
    if name == "dynamodb" {
        return Rule::DynamoDb;
    }
    if need.kind == ConfigKind::ConfigMap {
        match (name, key) {
            ("shop", Some("public-url")) => return Rule::PublicUrl,
            ("telemetry", Some("otlp-endpoint")) => return Rule::Collector,
            _ => (),
        }
    }
    if need.kind == ConfigKind::Secret
        && let Some(made) = key.and_then(|key| secret_rule(name, key))
    {
        return made;
    }
    match (need.optional, need.kind, key) {
        (true, ..) => Rule::Unset,
        (false, ConfigKind::Secret, Some(_)) => Rule::Random,
        (false, ..) => Rule::Unknown,
    }
}

/// Keys of Secrets whose names say what they are.
fn secret_rule(name: &str, key: &str) -> Option<Rule> {
    match key {
        "url" => Some(Rule::Database(name.strip_suffix("-database")?.to_owned())),
        "read-url" => Some(Rule::Replica(name.strip_suffix("-database")?.to_owned())),
        "email" | "password" => Some(Rule::Account(name.strip_suffix("-account")?.to_owned())),
        "secret" => Some(Rule::Client(name.strip_prefix("client-")?.to_owned())),
        "private.pem" | "public.pem" | "kid" => Some(Rule::SigningKey),
        // Known to both sides and to nobody else, also where nothing needs it to be there.
        "webhook-secret" => Some(Rule::Random),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use souk_plan::model::ObjectName;

    use super::*;

    fn need(kind: ConfigKind, name: &str, key: &str, optional: bool) -> ConfigNeed {
        ConfigNeed {
            kind,
            object: ObjectName {
                namespace: "souk".to_owned(),
                name: name.to_owned(),
            },
            key: (!key.is_empty()).then(|| key.to_owned()),
            optional,
            wanted_by: "Service souk/orders, env X (orders.yaml:1)".to_owned(),
        }
    }

    fn ruled(kind: ConfigKind, name: &str, key: &str, optional: bool) -> Rule {
        rule(&need(kind, name, key, optional), &|name| {
            name == "mail-server"
        })
    }

    #[test]
    fn names_and_keys_choose_the_rule() {
        use ConfigKind::{ConfigMap, Secret};
        let text = str::to_owned;
        for (kind, name, key, expected) in [
            (
                Secret,
                "orders-database",
                "url",
                Rule::Database(text("orders")),
            ),
            (
                Secret,
                "orders-database",
                "read-url",
                Rule::Replica(text("orders")),
            ),
            (Secret, "identity-signing-key", "kid", Rule::SigningKey),
            (
                Secret,
                "merchant-account",
                "password",
                Rule::Account(text("merchant")),
            ),
            (Secret, "client-erp", "secret", Rule::Client(text("erp"))),
            (Secret, "payment-provider", "webhook-secret", Rule::Random),
            (Secret, "identity-key-encryption", "key", Rule::Random),
            (ConfigMap, "shop", "public-url", Rule::PublicUrl),
            (ConfigMap, "shop", "name", Rule::Unknown),
            (Secret, "dynamodb", "access-key-id", Rule::DynamoDb),
            (ConfigMap, "dynamodb", "region", Rule::DynamoDb),
            (
                Secret,
                "mail-server",
                "url",
                Rule::StandIn(text("mail-server")),
            ),
            (
                ConfigMap,
                "mail-server",
                "",
                Rule::StandIn(text("mail-server")),
            ),
            (ConfigMap, "limits", "per-minute", Rule::Unknown),
            (Secret, "everything", "", Rule::Unknown),
        ] {
            assert_eq!(ruled(kind, name, key, false), expected, "{name} {key}");
        }
    }

    #[test]
    fn an_optional_reference_is_filled_only_by_a_rule_of_its_own() {
        assert_eq!(
            ruled(ConfigKind::ConfigMap, "telemetry", "otlp-endpoint", true),
            Rule::Collector
        );
        assert_eq!(
            ruled(ConfigKind::ConfigMap, "telemetry", "level", true),
            Rule::Unset
        );
        assert_eq!(
            ruled(ConfigKind::Secret, "extra", "token", true),
            Rule::Unset
        );
        assert_eq!(
            ruled(ConfigKind::Secret, "merchant-account", "email", true),
            Rule::Account("merchant".to_owned())
        );
    }
}
