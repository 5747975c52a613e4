//! Files in a folder of their own.

use std::fs;
use std::path::PathBuf;

use souk_plan::model::{ConfigNeed, Plan};
use tempfile::TempDir;

/// A folder with manifests.
pub(crate) struct Files(TempDir);

impl Files {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        for (name, text) in files {
            let path = folder.path(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The plan of one of its folders.
    pub(crate) fn load(&self, folder: &str) -> Result<Plan, Vec<String>> {
        self.told(souk_plan::load(&[self.path(folder)], None, &mut unset))
    }

    /// The plan of a Kong file.
    pub(crate) fn load_gateway(&self, file: &str) -> Result<Plan, Vec<String>> {
        self.told(souk_plan::load(&[], Some(&self.path(file)), &mut unset))
    }

    /// Mistakes without the folder's own path.
    fn told(&self, loaded: Result<Plan, Vec<souk_plan::Mistake>>) -> Result<Plan, Vec<String>> {
        let own = format!("{}/", self.0.path().display());
        loaded.map_err(|mistakes| {
            mistakes
                .iter()
                .map(|one| one.to_string().replace(&own, ""))
                .collect()
        })
    }
}

fn unset(_: &[ConfigNeed], _: &str) -> Option<String> {
    None
}

/// A text with one part replaced, which must be there.
pub(crate) fn changed(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from} is not in the text");
    text.replacen(from, to, 1)
}
