//! Paths as people want to read them.

use std::path::{Component, Path, PathBuf, absolute};

/// For messages: relative to the current directory when below it.
pub(crate) fn shown(path: &Path) -> String {
    let full = full(path);
    let here = std::env::current_dir().unwrap_or_default();
    match full.strip_prefix(&here) {
        Ok(below) if below.as_os_str().is_empty() => ".".to_owned(),
        Ok(below) => below.display().to_string(),
        Err(_) => full.display().to_string(),
    }
}

/// Absolute and without `..`; symbolic links are not looked at, as a link's own name is the one that was written.
pub(crate) fn full(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in absolute(path)
        .unwrap_or_else(|_| path.to_owned())
        .components()
    {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => (),
            other => plain.push(other),
        }
    }
    plain
}
