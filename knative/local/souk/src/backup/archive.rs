//! The file: a compressed tar archive whose first entry says what it is.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read, Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use chrono::{DateTime, Utc};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use tar::{Archive, Builder, Header};

use super::{Kind, Tree};

/// Of the archive's layout; another one would be another number.
pub(crate) const FORMAT: u32 = 1;
const MANIFEST: &str = "souk-backup.json";
const MANIFEST_BYTES_MAX: u64 = 64 * 1024;

/// What the archive says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    pub(crate) format: u32,
    /// The version of souk that has made it.
    pub(crate) souk: String,
    pub(crate) made_at: DateTime<Utc>,
    /// Major version of the PostgreSQL whose files are in it.
    pub(crate) postgres: Option<u32>,
}

/// Writes the files of a shop into an open file, uncompressed: while it stands still, time is dear.
pub(crate) fn pack(data_dir: &Path, manifest: &Manifest, into: &mut File) -> io::Result<()> {
    let mut archive = Builder::new(BufWriter::new(into));
    let text = serde_json::to_vec_pretty(manifest)?;
    let mut header = Header::new_gnu();
    header.set_size(text.len() as u64);
    header.set_mode(0o600);
    archive.append_data(&mut header, MANIFEST, &*text)?;
    for (path, kind) in Tree::of(data_dir)?.entries {
        let source = data_dir.join(&path);
        match kind {
            Kind::Folder => archive.append_dir(&path, source)?,
            Kind::File => archive.append_path_with_name(source, &path)?,
        }
    }
    archive.into_inner()?.flush()
}

/// Compresses what was packed into `target`, which is there whole or not at all, and for its owner only: secrets are in it.
pub(crate) fn compress(packed: &mut File, target: &Path) -> io::Result<()> {
    let unfinished = target.with_extension("unfinished");
    packed.rewind()?;
    let written = write_compressed(packed, &unfinished);
    let written = written.and_then(|()| fs::rename(&unfinished, target));
    if written.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    written
}

fn write_compressed(packed: &mut File, path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let file = options.write(true).create(true).truncate(true).mode(0o600);
    let mut encoder = GzEncoder::new(file.open(path)?, Compression::fast());
    io::copy(packed, &mut encoder)?;
    encoder.finish()?.sync_all()
}

/// What an archive says about itself.
pub(crate) fn read_manifest(file: &Path) -> io::Result<Manifest> {
    let mut archive = open(file)?;
    let first = archive
        .entries()?
        .next()
        .ok_or(io::ErrorKind::UnexpectedEof)??;
    if first.path()? != Path::new(MANIFEST) {
        return Err(io::Error::other("it does not begin with souk-backup.json"));
    }
    Ok(serde_json::from_reader(first.take(MANIFEST_BYTES_MAX))?)
}

/// Puts the files of a shop into a folder. Nothing lands outside of it.
pub(crate) fn unpack(file: &Path, folder: &Path) -> io::Result<()> {
    let mut archive = open(file)?;
    archive.set_preserve_permissions(true);
    archive.set_preserve_ownerships(false);
    for entry in archive.entries()? {
        let mut entry = entry?;
        if entry.path()? != Path::new(MANIFEST) && !entry.unpack_in(folder)? {
            let path = entry.path()?.display().to_string();
            return Err(io::Error::other(format!(
                "`{path}` leads out of the folder"
            )));
        }
    }
    Ok(())
}

fn open(file: &Path) -> io::Result<Archive<impl Read>> {
    Ok(Archive::new(GzDecoder::new(BufReader::new(File::open(
        file,
    )?))))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn manifest() -> Manifest {
        Manifest {
            format: FORMAT,
            souk: "0.2.0".to_owned(),
            made_at: DateTime::UNIX_EPOCH,
            postgres: Some(18),
        }
    }

    fn packed(folder: &Path) -> std::path::PathBuf {
        let (data_dir, target) = (folder.join("data"), folder.join("shop.tar.gz"));
        fs::create_dir_all(data_dir.join("secrets")).unwrap();
        fs::write(data_dir.join("secrets/key"), "secret").unwrap();
        fs::set_permissions(data_dir.join("secrets"), fs::Permissions::from_mode(0o700)).unwrap();
        let mut file = tempfile::tempfile().unwrap();
        pack(&data_dir, &manifest(), &mut file).unwrap();
        compress(&mut file, &target).unwrap();
        target
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn what_was_packed_comes_back_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let (file, back) = (packed(folder.path()), folder.path().join("back"));
        fs::create_dir(&back).unwrap();
        assert_eq!(read_manifest(&file).unwrap(), manifest());
        unpack(&file, &back).unwrap();
        assert_eq!(
            fs::read_to_string(back.join("secrets/key")).unwrap(),
            "secret"
        );
        assert_eq!((mode(&file), mode(&back.join("secrets"))), (0o600, 0o700));
        assert!(!back.join(MANIFEST).exists());
    }

    #[test]
    fn a_file_that_is_cut_off_or_something_else_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let (file, back) = (packed(folder.path()), folder.path().join("back"));
        fs::create_dir(&back).unwrap();
        let whole = fs::read(&file).unwrap();
        fs::write(&file, &whole[..whole.len() - 40]).unwrap();
        assert!(unpack(&file, &back).is_err());
        fs::write(&file, "a text").unwrap();
        assert!(read_manifest(&file).is_err());
    }
}
