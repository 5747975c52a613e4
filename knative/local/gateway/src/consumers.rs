//! Who may call: Kong's consumers and their credentials, found by what a request presents. It verifies nothing.

use std::collections::HashMap;
use std::sync::Arc;

use ring::digest::{SHA256, digest};
use souk_plan::model::{GatewayPlan, JwtSecret, KongConsumer};
use uuid::{Uuid, uuid};

use crate::mistake::Mistake;
use crate::plugins::jwt::VerifyingKey;

/// From which Kong makes ids that a declarative file does not give.
const ENTITIES: Uuid = uuid!("fd02801f-0957-4a15-a53a-c8d9606f30b5");

/// A consumer as plugins see it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Consumer {
    pub(crate) id: Uuid,
    pub(crate) username: String,
    pub(crate) custom_id: Option<String>,
    pub(crate) groups: Vec<String>,
}

/// A credential of the jwt plugin.
#[derive(Debug)]
pub(crate) struct JwtCredential {
    pub(crate) consumer: Arc<Consumer>,
    /// What a token's key claim must equal.
    pub(crate) key: String,
    pub(crate) algorithm: String,
    /// For HS algorithms, as written: the plugin's `secret_is_base64` decides how it is read.
    pub(crate) secret: Option<String>,
    /// For the others; None: the credential has no public key.
    pub(crate) public_key: Option<VerifyingKey>,
    /// Changes when the key does, so that a cached verdict on a token is not used for another key.
    pub(crate) fingerprint: [u8; 32],
}

/// A credential of the key-auth plugin.
#[derive(Debug)]
pub(crate) struct KeyCredential {
    pub(crate) consumer: Arc<Consumer>,
    pub(crate) id: Uuid,
}

/// All consumers.
#[derive(Debug, Default)]
pub(crate) struct Consumers {
    by_name: HashMap<String, Arc<Consumer>>,
    jwt: HashMap<String, Arc<JwtCredential>>,
    /// By hash, so that how long a look-up takes says nothing about a key.
    keys: HashMap<[u8; 32], Arc<KeyCredential>>,
}

impl Consumers {
    pub(crate) fn new(plan: &GatewayPlan, mistakes: &mut Vec<Mistake>) -> Self {
        let mut all = Self::default();
        for consumer in &plan.consumers {
            let at = format!("{}: consumer `{}`", consumer.at, consumer.username);
            for what in all.add(consumer) {
                mistakes.push(Mistake::new(&at, what));
            }
        }
        all
    }

    /// By username or id, as plugins name an anonymous consumer and Kong a scope.
    pub(crate) fn named(&self, name: &str) -> Option<&Arc<Consumer>> {
        self.by_name.get(name).or_else(|| {
            self.by_name
                .values()
                .find(|consumer| consumer.id.to_string() == name)
        })
    }

    pub(crate) fn jwt(&self, key: &str) -> Option<&Arc<JwtCredential>> {
        self.jwt.get(key)
    }

    pub(crate) fn key(&self, key: &str) -> Option<&Arc<KeyCredential>> {
        self.keys.get(&hash(key.as_bytes()))
    }

    fn add(&mut self, written: &KongConsumer) -> Vec<String> {
        let consumer = Arc::new(Consumer {
            id: written.id,
            username: written.username.clone(),
            custom_id: written.custom_id.clone(),
            groups: written.acl_groups.clone(),
        });
        let mut wrong = Vec::new();
        for secret in &written.jwt_secrets {
            wrong.extend(self.add_jwt(&consumer, secret).err());
        }
        for key in &written.keyauth_keys {
            wrong.extend(self.add_key(&consumer, key).err());
        }
        if self
            .by_name
            .insert(written.username.clone(), consumer)
            .is_some()
        {
            wrong.push("there are two of this name".to_owned());
        }
        wrong
    }

    fn add_jwt(&mut self, consumer: &Arc<Consumer>, written: &JwtSecret) -> Result<(), String> {
        let public_key = written.rsa_public_key.as_ref();
        let public_key = public_key
            .filter(|_| !written.algorithm.starts_with("HS"))
            .map(|pem| VerifyingKey::from_pem(&written.algorithm, pem))
            .transpose()?;
        let material = format!(
            "{}\n{}\n",
            written.algorithm,
            written.secret.as_deref().unwrap_or_default()
        ) + written.rsa_public_key.as_deref().unwrap_or_default();
        let credential = Arc::new(JwtCredential {
            consumer: Arc::clone(consumer),
            key: written.key.clone(),
            algorithm: written.algorithm.clone(),
            secret: written.secret.clone(),
            public_key,
            fingerprint: hash(material.as_bytes()),
        });
        match self.jwt.insert(written.key.clone(), credential) {
            Some(_) => Err(format!(
                "jwt_secrets: the key `{}` is used twice",
                written.key
            )),
            None => Ok(()),
        }
    }

    fn add_key(&mut self, consumer: &Arc<Consumer>, key: &str) -> Result<(), String> {
        let kind = Uuid::new_v5(&ENTITIES, b"keyauth_credentials");
        let credential = KeyCredential {
            consumer: Arc::clone(consumer),
            id: Uuid::new_v5(&kind, key.as_bytes()),
        };
        match self.keys.insert(hash(key.as_bytes()), Arc::new(credential)) {
            Some(_) => Err("keyauth_credentials: two credentials have the same key".to_owned()),
            None => Ok(()),
        }
    }
}

fn hash(bytes: &[u8]) -> [u8; 32] {
    let mut hashed = [0; 32];
    hashed.copy_from_slice(digest(&SHA256, bytes).as_ref());
    hashed
}
