//! `souk restore`: makes a shop of what `souk backup` has written, in a data directory that holds none.

use std::fs;
use std::io;
use std::path::Path;

use crate::backup::{FORMAT, Manifest, UNFINISHED, read_manifest, unpack};
use crate::cli::ArchiveOption;
use crate::data_dir::DataDir;
use crate::failure::{Failure, Outcome};
use crate::terminal::{answer, here, me};
use crate::version;

/// Puts the shop of a file into the data directory.
pub(crate) fn read(options: &ArchiveOption, data_dir: &DataDir) -> Outcome {
    let file = &options.file;
    let manifest = read_manifest(file).map_err(|error| unusable(file, &error))?;
    check(&manifest, file)?;
    data_dir.make()?;
    let _nobody_opens_it = data_dir.lock()?;
    if data_dir.holds_a_shop() {
        let (what, dir) = ("a shop's data are in", data_dir.path().display());
        let remedy = format!(
            "Restore beside it: {me} --data-dir <dir> restore {file}. Or move it away first: mv {dir} {dir}.before",
            me = me(),
            file = file.display()
        );
        return Err(Failure::new(format!("{what} {dir} already"), remedy));
    }
    put(file, data_dir).map_err(|error| {
        let what = format!("{} cannot be restored: {error}", file.display());
        Failure::new(
            what,
            format!("{} holds no shop still.", data_dir.path().display()),
        )
    })?;
    answer(&format!(
        "{} holds the shop of {}; open it: {} up",
        data_dir.path().display(),
        manifest.made_at.format("%Y-%m-%d %H:%M:%S UTC"),
        here()
    ));
    Ok(())
}

/// An older shop is brought up to date when it is opened; a newer one may hold what this souk does not know.
fn check(manifest: &Manifest, file: &Path) -> Outcome {
    let own = version::OWN;
    if manifest.format == FORMAT && !version::is_newer(&manifest.souk, own) {
        return Ok(());
    }
    Err(Failure::new(
        format!(
            "{} was made by souk {}, and this is {own}",
            file.display(),
            manifest.souk
        ),
        format!("Restore it with souk {} or newer.", manifest.souk),
    ))
}

/// Unpacks beside the place and renames, secrets last: with them it is a shop, and an interrupted restore leaves none.
fn put(file: &Path, data_dir: &DataDir) -> io::Result<()> {
    let mut workshop = tempfile::Builder::new();
    let workshop = workshop.prefix(UNFINISHED).tempdir_in(data_dir.path())?;
    unpack(file, workshop.path())?;
    souk_engines::postgres::hand_over(data_dir.path(), workshop.path())?;
    let secrets = data_dir.secrets();
    let mut names = Vec::new();
    for entry in fs::read_dir(workshop.path())? {
        names.push(entry?.file_name());
    }
    names.sort_by_key(|name| secrets.ends_with(name));
    for name in names {
        let place = data_dir.path().join(&name);
        // What `make` has made, and nobody has used.
        if place.is_dir() {
            fs::remove_dir_all(&place)?;
        }
        fs::rename(workshop.path().join(&name), place)?;
    }
    Ok(())
}

fn unusable(file: &Path, error: &io::Error) -> Failure {
    Failure::new(
        format!("{} is no backup of a shop: {error}", file.display()),
        format!("Name a file that was written by: {} backup <file>", me()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made_by(souk: &str, format: u32) -> Manifest {
        Manifest {
            format,
            souk: souk.to_owned(),
            made_at: chrono::DateTime::UNIX_EPOCH,
            postgres: None,
        }
    }

    #[test]
    fn a_backup_of_a_newer_souk_is_refused_with_both_versions() {
        let own = env!("CARGO_PKG_VERSION");
        let file = Path::new("shop.tar.gz");
        assert!(check(&made_by(own, FORMAT), file).is_ok());
        assert!(check(&made_by("0.0.9", FORMAT), file).is_ok());
        for manifest in [made_by("99.10.0", FORMAT), made_by(own, FORMAT + 1)] {
            let said = check(&manifest, file).unwrap_err().to_string();
            assert!(
                said.contains(&manifest.souk) && said.contains(own),
                "{said}"
            );
        }
    }
}
