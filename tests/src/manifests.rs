//! The repository's manifests with one thing changed.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::process::repository;

const WINDOW: &str = "autoscaling.knative.dev/window";
/// The line that every function's manifest has, and that another annotation can follow.
const MAX_SCALE: &str = "        autoscaling.knative.dev/max-scale:";

/// Copies of `knative/` and `eventing/`.
pub struct Manifests(TempDir);

impl Manifests {
    /// What `souk up` is told to use them.
    ///
    /// # Panics
    ///
    /// When the temporary folder's name is no UTF-8.
    #[must_use]
    pub fn arguments(&self) -> [String; 6] {
        let folder = |name: &str| {
            self.0
                .path()
                .join(name)
                .to_str()
                .expect("a path in UTF-8")
                .to_owned()
        };
        let gateway = repository().join("gateway-config/kong.yaml");
        [
            "--manifests".to_owned(),
            folder("knative/base"),
            "--manifests".to_owned(),
            folder("eventing/base"),
            "--gateway-config".to_owned(),
            gateway.display().to_string(),
        ]
    }

    /// Changes one text in one file, such as `knative/base/orders.yaml`.
    ///
    /// # Panics
    ///
    /// When the file does not hold `from` exactly once.
    pub fn change(&self, file: &str, from: &str, to: &str) {
        let file = self.0.path().join(file);
        let text = fs::read_to_string(&file).expect("a manifest is text");
        assert_eq!(
            text.matches(from).count(),
            1,
            "{from} in {}",
            file.display()
        );
        fs::write(file, text.replace(from, to)).expect("a file can be written");
    }
}

/// As they are, to be changed while a shop runs from them.
///
/// # Panics
///
/// When they cannot be copied.
#[must_use]
pub fn unchanged() -> Manifests {
    copied(&str::to_owned)
}

/// Every function goes to sleep after `window` without requests, such as `6s`, the shortest that Knative allows.
///
/// # Panics
///
/// When the manifests cannot be copied.
#[must_use]
pub fn with_window(window: &str) -> Manifests {
    copied(&|text| {
        let annotation = format!("        {WINDOW}: {window}\n{MAX_SCALE}");
        text.replace(MAX_SCALE, &annotation)
    })
}

fn copied(change: &dyn Fn(&str) -> String) -> Manifests {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for part in ["knative/base", "knative/jobs", "eventing/base"] {
        copy(&repository().join(part), &folder.path().join(part), change);
    }
    Manifests(folder)
}

fn copy(from: &Path, to: &Path, change: &dyn Fn(&str) -> String) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).expect("the repository can be read") {
        let entry = entry.expect("the repository can be read");
        let (path, copied) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &copied, change);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "yaml")
        {
            let text = fs::read_to_string(&path).expect("a manifest is text");
            fs::write(copied, change(&text)).expect("a file can be written");
        }
    }
}
