//! The manifests: whether they can be run, and which were changed since the open shop has read them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use souk_plan::model::Plan;

use super::super::facts::Manifests;
use super::place::modified;
use crate::cli::Sources;
use crate::planning;
use crate::watched::manifests::find;

/// What the gateway is made of, beside Kong's file itself.
const BESIDE_THE_GATEWAY: [&str; 2] = ["gate-keys.yaml", "environments/local.env"];

/// Reads them, as `up` would. `read_at` is a file that was written when the open shop had read them.
pub(super) fn manifests(sources: &Sources, read_at: Option<&Path>) -> (Manifests, Option<Plan>) {
    let (refused, plan) = match planning::preview(sources) {
        Ok(plan) => (None, Some(plan)),
        Err(failure) => {
            let told = (failure.what().to_owned(), failure.remedy().to_owned());
            (Some(told), None)
        }
    };
    let newer = match (read_at, planning::files(sources)) {
        (Some(read_at), Ok((folders, gateway))) => newer(read_at, &folders, gateway.as_deref()),
        _ => Vec::new(),
    };
    (Manifests { refused, newer }, plan)
}

/// Files that were written, and folders that got or lost one, after that file.
fn newer(than: &Path, folders: &[PathBuf], gateway: Option<&Path>) -> Vec<PathBuf> {
    let Some(read) = modified(than) else {
        return Vec::new();
    };
    let mut paths = BTreeSet::new();
    for folder in folders {
        // One that cannot be read is refused above.
        let _ = find(folder, &mut paths);
    }
    let holding: BTreeSet<PathBuf> = paths
        .iter()
        .filter_map(|file| file.parent().map(Path::to_owned))
        .collect();
    paths.extend(holding);
    if let Some(gateway) = gateway {
        paths.insert(gateway.to_owned());
        let beside = BESIDE_THE_GATEWAY.iter();
        paths.extend(beside.map(|name| gateway.with_file_name(name)));
    }
    let is_newer = |path: &PathBuf| modified(path).is_some_and(|written| written > read);
    paths.into_iter().filter(is_newer).collect()
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::time::{Duration, SystemTime};

    use super::*;

    #[test]
    fn what_was_written_or_removed_after_the_shop_has_read_it_is_newer() {
        let folder = tempfile::tempdir().unwrap();
        let manifests = folder.path().join("manifests");
        fs::create_dir(&manifests).unwrap();
        let at = |path: &Path, seconds: u64| {
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
            File::open(path).unwrap().set_modified(time).unwrap();
        };
        for (name, seconds) in [("orders.yaml", 10), ("carts.yaml", 30)] {
            File::create(manifests.join(name)).unwrap();
            at(&manifests.join(name), seconds);
        }
        let read_at = folder.path().join("credentials.json");
        File::create(&read_at).unwrap();
        at(&read_at, 20);
        at(&manifests, 15);
        let found = || newer(&read_at, std::slice::from_ref(&manifests), None);
        assert_eq!(found(), [manifests.join("carts.yaml")]);
        at(&manifests, 25);
        assert_eq!(found(), [manifests.clone(), manifests.join("carts.yaml")]);
    }

    #[test]
    fn without_a_reading_nothing_is_newer() {
        let folder = tempfile::tempdir().unwrap();
        let none = folder.path().join("none");
        assert!(newer(&none, &[folder.path().to_owned()], None).is_empty());
    }
}
