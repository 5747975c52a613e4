//! The images in a folder, as `.ci/build-images` leaves them there, and those that podman has.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::Deserialize;

use super::podman::Podman;
use crate::failure::{Failure, Outcome};
use crate::terminal::progress;

const LIST: &str = "images.json";
const REMEDY: &str =
    "Build them: .ci/build-images, or name the folder that has them: --images <dir>";

/// A line of the list.
#[derive(Debug, Deserialize)]
struct Image {
    name: String,
    /// What podman calls it: the digest of its configuration, and so of everything in it.
    image_id: String,
}

/// Images by name, each handed to podman when it is wanted.
pub(super) struct Images {
    folder: PathBuf,
    podman: Podman,
    /// Ids that podman is known to have.
    provided: Mutex<BTreeSet<String>>,
}

impl Images {
    pub(super) fn new(folder: &Path, podman: Podman) -> Self {
        Self {
            folder: folder.to_owned(),
            podman,
            provided: Mutex::default(),
        }
    }

    /// The image of this name now: somebody may have built anew since the last time.
    pub(super) fn id(&self, name: &str) -> io::Result<String> {
        let id = listed(&self.folder)?.remove(name);
        id.ok_or_else(|| io::Error::other(format!("there is no image of {name}")))
    }

    /// Hands it to podman, unless that has it.
    pub(super) async fn provide(&self, name: &str, id: &str) -> Outcome {
        if self.is_provided(id) {
            return Ok(());
        }
        let exists = ["image", "exists", id];
        if self.podman.ask(exists).await.is_err() {
            progress(&format!("image {name}: loading"));
            let archive = self.folder.join(format!("{name}.tar"));
            let is_there = archive.is_file();
            let archive = archive.display().to_string();
            if !is_there {
                return Err(Failure::new(format!("{archive} is missing"), REMEDY));
            }
            let load = ["load", "--quiet", "--input", &archive];
            self.podman.ask(load).await?;
            self.podman.ask(exists).await.map_err(|_| {
                let what = format!("{archive} is not the image that {LIST} lists");
                Failure::new(what, REMEDY)
            })?;
        }
        let mut provided = self.provided.lock().unwrap_or_else(PoisonError::into_inner);
        provided.insert(id.to_owned());
        Ok(())
    }

    fn is_provided(&self, id: &str) -> bool {
        let provided = self.provided.lock().unwrap_or_else(PoisonError::into_inner);
        provided.contains(id)
    }
}

/// The ids of these images, or which are missing, all at once.
pub(super) fn find<'a>(
    folder: &Path,
    wanted: impl Iterator<Item = &'a str>,
) -> Outcome<BTreeMap<String, String>> {
    let file = folder.join(LIST);
    let listed = listed(folder)
        .map_err(|error| Failure::new(format!("{}: {error}", file.display()), REMEDY))?;
    let wanted: BTreeSet<&str> = wanted.collect();
    let is_missing = |name: &&str| !listed.contains_key(*name);
    let missing: Vec<&str> = wanted.iter().copied().filter(is_missing).collect();
    if missing.is_empty() {
        let is_wanted = |(name, _): &(String, String)| wanted.contains(name.as_str());
        return Ok(listed.into_iter().filter(is_wanted).collect());
    }
    let what = format!("{} has no image of: {}", file.display(), missing.join(", "));
    Err(Failure::new(what, REMEDY))
}

fn listed(folder: &Path) -> io::Result<BTreeMap<String, String>> {
    let listed: Vec<Image> = serde_json::from_slice(&fs::read(folder.join(LIST))?)?;
    let by_name = listed.into_iter().map(|image| (image.name, image.image_id));
    Ok(by_name.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_that_are_missing_are_named_all_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let list =
            r#"[{"name":"orders","image_id":"abc","size":1},{"name":"portal","image_id":"d"}]"#;
        fs::write(folder.path().join(LIST), list).unwrap();
        let wanted = ["orders", "catalog", "carts"];
        let said = find(folder.path(), wanted.into_iter())
            .unwrap_err()
            .to_string();
        assert!(
            said.contains("carts, catalog") && said.contains(".ci/build-images"),
            "{said}"
        );
        let found = find(folder.path(), ["orders"].into_iter()).unwrap();
        assert_eq!(
            found,
            BTreeMap::from([("orders".to_owned(), "abc".to_owned())])
        );
    }

    #[test]
    fn a_folder_without_images_is_told_what_makes_them() {
        let folder = tempfile::tempdir().unwrap();
        let said = find(folder.path(), ["orders"].into_iter())
            .unwrap_err()
            .to_string();
        assert!(
            said.contains(LIST) && said.contains(".ci/build-images"),
            "{said}"
        );
    }
}
