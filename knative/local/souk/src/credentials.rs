//! Who may do what in this shop, for the person and the tests that use it: `credentials.json`.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use serde::Serialize;
use souk_plan::model::{ConfigKind, KongConsumer, ObjectName};

use crate::operator::Config;

/// Everything in `credentials.json`.
#[derive(Debug, Serialize)]
pub(crate) struct Credentials {
    pub(crate) gateway: String,
    pub(crate) accounts: BTreeMap<String, Account>,
    pub(crate) api_keys: BTreeMap<String, String>,
}

/// Somebody who can log in.
#[derive(Debug, Serialize)]
pub(crate) struct Account {
    pub(crate) email: String,
    pub(crate) password: String,
}

impl Credentials {
    /// Gathers them from the Secrets of the accounts and from the gateway's consumers.
    pub(crate) fn gather(
        gateway: String,
        accounts: &BTreeMap<String, ObjectName>,
        consumers: &[KongConsumer],
        config: &Config,
    ) -> Self {
        let account = |secret: &ObjectName| {
            let value = |key| config.value(ConfigKind::Secret, secret, key);
            Some(Account {
                email: value("email")?,
                password: value("password")?,
            })
        };
        let accounts = accounts
            .iter()
            .filter_map(|(name, secret)| Some((name.clone(), account(secret)?)));
        let key = |consumer: &KongConsumer| {
            Some((
                consumer.username.clone(),
                consumer.keyauth_keys.first()?.clone(),
            ))
        };
        Self {
            gateway,
            accounts: accounts.collect(),
            api_keys: consumers.iter().filter_map(key).collect(),
        }
    }

    /// Writes the file, for its owner only.
    pub(crate) fn write(&self, path: &Path) -> io::Result<()> {
        let beside = path.with_extension("json.new");
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&beside)?;
        file.write_all(&serde_json::to_vec_pretty(self)?)?;
        fs::rename(beside, path)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn the_file_is_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("credentials.json");
        let none = Credentials::gather(
            "http://x".to_owned(),
            &BTreeMap::new(),
            &[],
            &Config::default(),
        );
        none.write(&path).unwrap();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains("\"gateway\": \"http://x\""), "{text}");
    }
}
