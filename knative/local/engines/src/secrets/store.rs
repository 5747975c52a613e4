//! The folder of secrets: one file of JSON for each Secret, for its owner only.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use crate::{EngineError, durable};

/// Keys and values of one Secret or ConfigMap.
pub type Entries = BTreeMap<String, String>;

/// The folder that keeps secrets from one start to the next.
#[derive(Debug, Clone)]
pub struct SecretStore {
    folder: PathBuf,
}

impl SecretStore {
    /// The store in `folder`, which is made when it is missing.
    ///
    /// # Errors
    ///
    /// When the folder cannot be made.
    pub fn open(folder: &Path) -> Result<Self, EngineError> {
        make_private_folder(folder).map_err(|error| unusable(folder, &error))?;
        Ok(Self {
            folder: folder.to_owned(),
        })
    }

    /// What is kept under a name; nothing when there is no such file.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or holds no object of strings.
    pub fn read(&self, namespace: &str, name: &str) -> Result<Entries, EngineError> {
        let file = self.file(namespace, name)?;
        match fs::read(&file) {
            Ok(text) => serde_json::from_slice(&text).map_err(|error| unusable(&file, &error)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Entries::new()),
            Err(error) => Err(unusable(&file, &error)),
        }
    }

    /// Keeps `entries` in addition to what is kept there already; an entry of the same key is replaced.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or written.
    pub fn keep(
        &self,
        namespace: &str,
        name: &str,
        entries: Entries,
    ) -> Result<Entries, EngineError> {
        let before = self.read(namespace, name)?;
        let mut after = before.clone();
        after.extend(entries);
        if after != before {
            let file = self.file(namespace, name)?;
            write_private(&file, &after).map_err(|error| unusable(&file, &error))?;
        }
        Ok(after)
    }

    /// The entry kept there, or the one that `make` gives, which is kept from now on.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or written.
    pub fn entry(
        &self,
        namespace: &str,
        name: &str,
        key: &str,
        make: impl FnOnce() -> String,
    ) -> Result<String, EngineError> {
        if let Some(kept) = self.read(namespace, name)?.remove(key) {
            return Ok(kept);
        }
        let made = make();
        self.keep(
            namespace,
            name,
            Entries::from([(key.to_owned(), made.clone())]),
        )?;
        Ok(made)
    }

    /// Keeps nothing under a name any more.
    ///
    /// # Errors
    ///
    /// When the file cannot be removed.
    pub fn forget(&self, namespace: &str, name: &str) -> Result<(), EngineError> {
        let file = self.file(namespace, name)?;
        match fs::remove_file(&file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(unusable(&file, &error)),
            _ => Ok(()),
        }
    }

    /// The namespaces in which something is kept under a name.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read.
    pub fn namespaces_of(&self, name: &str) -> Result<Vec<String>, EngineError> {
        let entries = fs::read_dir(&self.folder).map_err(|error| unusable(&self.folder, &error))?;
        let mut namespaces = Vec::new();
        for entry in entries.flatten() {
            let Ok(namespace) = entry.file_name().into_string() else {
                continue;
            };
            if self.file(&namespace, name)?.is_file() {
                namespaces.push(namespace);
            }
        }
        Ok(namespaces)
    }

    /// Names come from manifests: none may lead out of the folder.
    fn file(&self, namespace: &str, name: &str) -> Result<PathBuf, EngineError> {
        let plain = |part: &str| {
            let letters = part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
            letters && !part.is_empty() && !part.starts_with('.')
        };
        if plain(namespace) && plain(name) {
            return Ok(self.folder.join(namespace).join(format!("{name}.json")));
        }
        Err(EngineError::new(
            format!("`{namespace}/{name}` is no name of a Secret or ConfigMap"),
            "Use lower-case letters, digits, `-` and `.` in the manifest.",
        ))
    }
}

fn make_private_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

fn write_private(file: &Path, entries: &Entries) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        make_private_folder(folder)?;
    }
    durable::write(file, &serde_json::to_vec_pretty(entries)?, 0o600)
}

fn unusable(path: &Path, why: &dyn std::fmt::Display) -> EngineError {
    EngineError::new(
        format!("secrets in {} cannot be used: {why}", path.display()),
        "Check who owns the folder, or name another one with --data-dir <dir>.",
    )
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn store() -> (tempfile::TempDir, SecretStore) {
        let folder = tempfile::tempdir().unwrap();
        let store = SecretStore::open(&folder.path().join("secrets")).unwrap();
        (folder, store)
    }

    #[test]
    fn an_entry_is_made_once() {
        let (_folder, store) = store();
        let first = store
            .entry("souk", "erp", "api-key", crate::secrets::random_token)
            .unwrap();
        let second = store
            .entry("souk", "erp", "api-key", || "another".to_owned())
            .unwrap();
        assert_eq!(first, second);
    }

    #[test]
    fn entries_are_added_to_what_is_kept() {
        let (_folder, store) = store();
        store.entry("souk", "x", "a", || "1".to_owned()).unwrap();
        let all = store
            .keep(
                "souk",
                "x",
                Entries::from([("b".to_owned(), "2".to_owned())]),
            )
            .unwrap();
        assert_eq!(
            all.into_iter().collect::<Vec<_>>(),
            [("a".into(), "1".into()), ("b".into(), "2".into())]
        );
    }

    #[test]
    fn files_are_for_their_owner_only() {
        let (folder, store) = store();
        store
            .entry("souk", "erp", "api-key", || "1".to_owned())
            .unwrap();
        let mode = |path: &str| {
            fs::metadata(folder.path().join(path))
                .unwrap()
                .permissions()
                .mode()
                & 0o777
        };
        assert_eq!(mode("secrets"), 0o700);
        assert_eq!(mode("secrets/souk"), 0o700);
        assert_eq!(mode("secrets/souk/erp.json"), 0o600);
    }

    #[test]
    fn no_name_leads_out_of_the_folder() {
        let (_folder, store) = store();
        assert!(store.read("..", "passwd").is_err());
        assert!(store.read("souk", "../../passwd").is_err());
        assert!(store.read("", "x").is_err());
    }
}
