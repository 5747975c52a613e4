//! Kong's consumers and their credentials. No credential is ever part of a message.

use super::{entity, plugin};
use crate::fields::{Field, Fields};
use crate::model::{GatewayPlan, JwtSecret, KongConsumer};

const OTHER_CREDENTIALS: [&str; 4] = [
    "basicauth_credentials",
    "hmacauth_credentials",
    "mtls_auth_credentials",
    "oauth2_credentials",
];

/// Reads a consumer with its credentials and plugins.
pub(super) fn read(field: &Field<'_>, gateway: &mut GatewayPlan) {
    let Some(mut fields) = field.fields() else {
        return;
    };
    entity::ignore_housekeeping(&mut fields);
    fields.refuse(
        &OTHER_CREDENTIALS,
        "is not supported here; jwt_secrets and keyauth_credentials are",
    );
    let username = fields.required_text("username");
    let consumer = KongConsumer {
        username: username.unwrap_or_default().to_owned(),
        custom_id: fields.text("custom_id").map(str::to_owned),
        id: entity::id(&mut fields, "consumers", username.unwrap_or_default()),
        jwt_secrets: each(&mut fields, "jwt_secrets", jwt_secret),
        keyauth_keys: each(&mut fields, "keyauth_credentials", keyauth_key),
        acl_groups: each(&mut fields, "acls", |acl| {
            acl.required_text("group").map(str::to_owned)
        }),
        at: field.at().to_string(),
    };
    for field in fields.list("plugins") {
        let scope = plugin::Scope {
            consumer: username.map(str::to_owned),
            ..plugin::Scope::default()
        };
        gateway.plugins.extend(plugin::read(&field, scope));
    }
    if username.is_some() {
        gateway.consumers.push(consumer);
    }
}

fn each<T>(
    fields: &mut Fields<'_>,
    name: &'static str,
    read: fn(&mut Fields<'_>) -> Option<T>,
) -> Vec<T> {
    let items = fields.list(name);
    let items = items.iter().filter_map(|field| {
        let mut fields = field.fields()?;
        entity::ignore_housekeeping(&mut fields);
        // Nothing is told by a credential's id but itself.
        fields.ignore(&["id"]);
        read(&mut fields)
    });
    items.collect()
}

fn jwt_secret(fields: &mut Fields<'_>) -> Option<JwtSecret> {
    let key = fields.required_text("key");
    let algorithm = fields.text("algorithm").unwrap_or("HS256");
    let secret = fields.text("secret").map(str::to_owned);
    let public_key = fields.text("rsa_public_key").map(str::to_owned);
    match algorithm.starts_with("HS") {
        true if secret.is_none() => fields.wrong(format!("{algorithm} needs secret")),
        false if public_key.is_none() => fields.wrong(format!(
            "{algorithm} needs rsa_public_key, for keys of every kind"
        )),
        false if secret.is_none() => {
            fields.wrong("decK wants a secret as well, although it is not used");
        }
        _ => (),
    }
    Some(JwtSecret {
        key: key?.to_owned(),
        algorithm: algorithm.to_owned(),
        secret,
        rsa_public_key: public_key,
    })
}

fn keyauth_key(fields: &mut Fields<'_>) -> Option<String> {
    fields.refuse(
        &["ttl"],
        "is not supported here: it would begin anew with each start",
    );
    fields.required_text("key").map(str::to_owned)
}
