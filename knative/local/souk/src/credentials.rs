//! Who may do what in this shop, for the person and the tests that use it: `credentials.json`.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use serde::{Deserialize, Serialize};
use souk_plan::model::{ConfigKind, ObjectName};

use crate::operator::Config;

/// Everything in `credentials.json`.
#[derive(Serialize, Deserialize)]
pub(crate) struct Credentials {
    pub(crate) gateway: String,
    /// By name: `customer`, `merchant`, `operator`.
    pub(crate) accounts: BTreeMap<String, Account>,
    /// Machine clients, by their ids.
    pub(crate) clients: BTreeMap<String, Client>,
}

/// Somebody who can log in.
#[derive(Serialize, Deserialize)]
pub(crate) struct Account {
    pub(crate) email: String,
    pub(crate) password: String,
}

/// A program that gets tokens by client credentials.
#[derive(Serialize, Deserialize)]
pub(crate) struct Client {
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
}

impl Credentials {
    /// Gathers them from the Secrets of the accounts and clients.
    pub(crate) fn gather(
        gateway: String,
        accounts: &BTreeMap<String, ObjectName>,
        clients: &BTreeMap<String, ObjectName>,
        config: &Config,
    ) -> Self {
        let value = |secret: &ObjectName, key| config.value(ConfigKind::Secret, secret, key);
        let account = |secret: &ObjectName| {
            Some(Account {
                email: value(secret, "email")?,
                password: value(secret, "password")?,
            })
        };
        let accounts = accounts
            .iter()
            .filter_map(|(name, secret)| Some((name.clone(), account(secret)?)));
        let clients = clients.iter().filter_map(|(id, secret)| {
            let client = Client {
                client_id: id.clone(),
                client_secret: value(secret, "secret")?,
            };
            Some((id.clone(), client))
        });
        Self {
            gateway,
            accounts: accounts.collect(),
            clients: clients.collect(),
        }
    }

    /// Reads the file.
    pub(crate) fn read(path: &Path) -> io::Result<Self> {
        Ok(serde_json::from_slice(&fs::read(path)?)?)
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
            &BTreeMap::new(),
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

    #[test]
    fn who_may_use_the_shop_is_read_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("credentials.json");
        let object = |name: &str| ObjectName {
            namespace: "souk".to_owned(),
            name: name.to_owned(),
        };
        let entries = |pairs: &[(&str, &str)]| {
            let pairs = pairs
                .iter()
                .map(|(key, value)| (key.to_string(), value.to_string()));
            pairs.collect()
        };
        let made = BTreeMap::from([
            (
                (ConfigKind::Secret, object("operator-account")),
                entries(&[("email", "o@souk.example"), ("password", "p")]),
            ),
            (
                (ConfigKind::Secret, object("client-erp")),
                entries(&[("secret", "s")]),
            ),
        ]);
        let config = Config::new(&[], made, Default::default());
        let accounts = BTreeMap::from([("operator".to_owned(), object("operator-account"))]);
        let clients = BTreeMap::from([("erp".to_owned(), object("client-erp"))]);
        Credentials::gather("http://x".to_owned(), &accounts, &clients, &config)
            .write(&path)
            .unwrap();
        let read = Credentials::read(&path).unwrap();
        assert_eq!(read.accounts["operator"].password, "p");
        let erp = &read.clients["erp"];
        assert_eq!(
            (erp.client_id.as_str(), erp.client_secret.as_str()),
            ("erp", "s")
        );
    }
}
