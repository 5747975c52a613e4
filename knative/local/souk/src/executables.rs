//! The executables that revisions run, kept by their content, so that an old revision still runs what it ran when somebody
//! has built anew: what a registry's digests are on a cluster.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use souk_plan::model::ContainerPlan;

const PREFIX: &str = "sha256:";

/// A folder that somebody builds into, and one where nothing changes.
#[derive(Debug, Clone)]
pub(crate) struct Executables {
    folder: PathBuf,
    kept: PathBuf,
}

impl Executables {
    /// `kept/<content>/<name>` is made as it is needed.
    pub(crate) fn new(folder: &Path, kept: PathBuf) -> Self {
        Self {
            folder: folder.to_owned(),
            kept,
        }
    }

    /// What is started: what was kept under the container's digest, else what the folder holds now.
    pub(crate) fn path(&self, container: &ContainerPlan) -> PathBuf {
        match &container.digest {
            Some(digest) => self.kept_as(digest, &container.executable),
            None => self.folder.join(&container.executable),
        }
    }

    /// Keeps what the folder holds under this name now, and gives its digest.
    pub(crate) fn pin(&self, name: &str) -> io::Result<String> {
        // Where a link leads may be another file tomorrow.
        let source = fs::canonicalize(self.folder.join(name))?;
        if let Some(digest) = self.digest_of_link(&source, name)? {
            return Ok(digest);
        }
        let digest = digest(&source)?;
        let kept = self.kept_as(&digest, name);
        if !kept.exists() {
            fs::create_dir_all(kept.parent().unwrap_or(&self.kept))?;
            keep(&source, &kept)?;
        }
        Ok(digest)
    }

    /// Whether the content of this digest was kept.
    pub(crate) fn has(&self, digest: &str) -> bool {
        self.folder_of(digest).is_dir()
    }

    /// Forgets the content of these digests.
    pub(crate) fn forget(&self, digests: &BTreeSet<String>) {
        for digest in digests {
            if let Err(error) = fs::remove_dir_all(self.folder_of(digest))
                && error.kind() != io::ErrorKind::NotFound
            {
                tracing::warn!(digest, %error, "an old executable cannot be removed");
            }
        }
    }

    /// Forgets everything else.
    pub(crate) fn keep_only(&self, digests: &BTreeSet<String>) {
        let folders = fs::read_dir(&self.kept).into_iter().flatten().flatten();
        let names = folders.filter_map(|entry| entry.file_name().into_string().ok());
        let kept: BTreeSet<String> = names.map(|name| format!("{PREFIX}{name}")).collect();
        self.forget(&kept.difference(digests).cloned().collect());
    }

    /// A file with two names is one: its content needs no second look.
    fn digest_of_link(&self, source: &Path, name: &str) -> io::Result<Option<String>> {
        let identity = |file: fs::Metadata| (file.dev(), file.ino());
        let wanted = identity(fs::metadata(source)?);
        for entry in fs::read_dir(&self.kept).into_iter().flatten() {
            let entry = entry?;
            let file = fs::metadata(entry.path().join(name));
            if file.is_ok_and(|file| identity(file) == wanted) {
                let digest = entry.file_name().into_string().ok();
                return Ok(digest.map(|digest| format!("{PREFIX}{digest}")));
            }
        }
        Ok(None)
    }

    fn kept_as(&self, digest: &str, name: &str) -> PathBuf {
        self.folder_of(digest).join(name)
    }

    fn folder_of(&self, digest: &str) -> PathBuf {
        self.kept.join(digest.trim_start_matches(PREFIX))
    }
}

/// By a second name where that can be: cargo and linkers put a new file in an old one's place and never write into it.
fn keep(source: &Path, kept: &Path) -> io::Result<()> {
    if fs::hard_link(source, kept).is_ok() {
        return Ok(());
    }
    // Another file system, or another user's file. Half a copy must not be taken for all of it.
    let half = kept.with_extension("half");
    fs::copy(source, &half)?;
    fs::rename(half, kept)
}

fn digest(file: &Path) -> io::Result<String> {
    let mut content = Sha256::new();
    io::copy(&mut File::open(file)?, &mut content)?;
    let bytes = content.finalize();
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("{PREFIX}{digits}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Folders {
        folder: tempfile::TempDir,
        executables: Executables,
    }

    fn folders() -> Folders {
        let folder = tempfile::tempdir().unwrap();
        let built = folder.path().join("built");
        fs::create_dir(&built).unwrap();
        let executables = Executables::new(&built, folder.path().join("kept"));
        Folders {
            folder,
            executables,
        }
    }

    impl Folders {
        /// As a linker does it: the old file keeps its content.
        fn build(&self, content: &str) {
            let file = self.folder.path().join("built/orders");
            let _ = fs::remove_file(&file);
            fs::write(file, content).unwrap();
        }

        fn content(&self, digest: Option<String>) -> String {
            let container = ContainerPlan {
                image: "orders".to_owned(),
                executable: "orders".to_owned(),
                digest,
                command: Vec::new(),
                args: Vec::new(),
                env: Vec::new(),
                env_from: Vec::new(),
                memory_limit_bytes: None,
            };
            fs::read_to_string(self.executables.path(&container)).unwrap_or_default()
        }
    }

    #[test]
    fn what_was_kept_is_there_when_another_one_was_built() {
        let folders = folders();
        folders.build("old");
        let old = folders.executables.pin("orders").unwrap();
        folders.build("new");
        let new = folders.executables.pin("orders").unwrap();
        assert_ne!(old, new);
        assert_eq!(folders.content(Some(old)), "old");
        assert_eq!(folders.content(Some(new)), "new");
        assert_eq!(folders.content(None), "new");
    }

    #[test]
    fn the_digest_is_that_of_the_content_wherever_it_lies() {
        let folders = folders();
        folders.build("abc");
        let expected = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(folders.executables.pin("orders").unwrap(), expected);
        assert_eq!(
            folders.executables.pin("orders").unwrap(),
            expected,
            "known by its name"
        );
        folders.build("abc");
        assert_eq!(
            folders.executables.pin("orders").unwrap(),
            expected,
            "built again"
        );
    }

    #[test]
    fn what_no_revision_needs_is_forgotten() {
        let folders = folders();
        folders.build("old");
        let old = folders.executables.pin("orders").unwrap();
        folders.build("new");
        let new = folders.executables.pin("orders").unwrap();
        folders
            .executables
            .keep_only(&BTreeSet::from([new.clone()]));
        assert_eq!(folders.content(Some(old)), "");
        assert_eq!(folders.content(Some(new)), "new");
    }

    #[test]
    fn an_executable_that_is_missing_is_an_error() {
        assert!(folders().executables.pin("orders").is_err());
    }
}
