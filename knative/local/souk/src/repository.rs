//! The checkout around the current folder: where manifests, the gateway's file and the programs are by default.

use std::path::{Path, PathBuf};

/// The root of a checkout: the nearest folder upwards that holds `knative/base`.
#[derive(Debug, Clone)]
pub(crate) struct Repository {
    root: PathBuf,
}

impl Repository {
    /// The checkout that the current folder is in.
    pub(crate) fn around_here() -> Option<Self> {
        Self::around(&std::env::current_dir().ok()?)
    }

    fn around(folder: &Path) -> Option<Self> {
        let mut upwards = folder.ancestors();
        let root = upwards.find(|folder| folder.join("knative").join("base").is_dir())?;
        Some(Self {
            root: root.to_owned(),
        })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The manifests that go to production, without what only a cluster can hold (Kafka itself, overlays).
    pub(crate) fn manifests(&self) -> Vec<PathBuf> {
        vec![
            self.root.join("knative/base"),
            self.root.join("eventing/base"),
        ]
    }

    pub(crate) fn gateway_config(&self) -> PathBuf {
        self.root.join("gateway-config/kong.yaml")
    }

    /// Whether cargo builds the programs from here.
    pub(crate) fn is_cargo_workspace(&self) -> bool {
        self.root.join("Cargo.toml").is_file()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkout_is_found_from_any_folder_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("functions/orders/src");
        std::fs::create_dir_all(&deep).unwrap();
        std::fs::create_dir_all(folder.path().join("knative/base")).unwrap();
        assert_eq!(Repository::around(&deep).unwrap().root(), folder.path());
    }

    #[test]
    fn elsewhere_there_is_none() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Repository::around(folder.path()).is_none());
    }
}
