//! Finds the documents of folders, as kustomize does where there is a kustomization and as `kubectl apply -R -f` elsewhere.

mod images;
mod kustomization;

use std::fs;
use std::path::{Path, PathBuf};

use kustomization::Kustomization;

use crate::mistake::{At, Report};
use crate::paths::{full, shown};
use crate::yaml::{Node, Source};

/// The names under which kustomize looks for its file.
const KUSTOMIZATIONS: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// All documents of these folders, in order.
pub(crate) fn read(folders: &[PathBuf], report: &Report) -> Vec<Node> {
    let mut reader = Reader {
        report,
        inside: Vec::new(),
    };
    folders
        .iter()
        .flat_map(|folder| reader.any(&full(folder), &At::whole(&shown(folder))))
        .collect()
}

struct Reader<'a> {
    report: &'a Report,
    /// The kustomizations that are being read: one that includes itself has no end.
    inside: Vec<PathBuf>,
}

impl Reader<'_> {
    /// A file or a folder. `named_at` is where it was asked for.
    fn any(&mut self, path: &Path, named_at: &At) -> Vec<Node> {
        if path.is_file() {
            return self.file(path);
        }
        if !path.is_dir() {
            self.report.add(
                named_at,
                format!("there is no file or folder {}", shown(path)),
            );
            return Vec::new();
        }
        match KUSTOMIZATIONS
            .iter()
            .map(|name| path.join(name))
            .find(|file| file.is_file())
        {
            Some(file) => self.kustomization(path, &file, named_at),
            None => self.plain(path, named_at),
        }
    }

    /// Every YAML file below a folder.
    fn plain(&mut self, folder: &Path, named_at: &At) -> Vec<Node> {
        let Some(files) = self.files(folder) else {
            return Vec::new();
        };
        if files.is_empty() {
            self.report.add(
                named_at,
                "there is no file in it whose name ends in .yaml or .yml",
            );
        }
        files.iter().flat_map(|file| self.file(file)).collect()
    }

    /// None: that was told as a mistake.
    fn files(&self, folder: &Path) -> Option<Vec<PathBuf>> {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => {
                self.report.add(
                    &At::whole(&shown(folder)),
                    format!("cannot be read: {error}"),
                );
                return None;
            }
        };
        let mut paths: Vec<PathBuf> = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .collect();
        paths.sort();
        let mut files = Vec::new();
        for path in paths {
            if path.is_dir() {
                files.extend(self.files(&path)?);
            } else if path
                .extension()
                .is_some_and(|extension| extension == "yaml" || extension == "yml")
            {
                files.push(path);
            }
        }
        Some(files)
    }

    fn file(&mut self, path: &Path) -> Vec<Node> {
        let file = shown(path);
        match fs::read_to_string(path) {
            Ok(text) => Source::new(&file, &text).documents(self.report),
            Err(error) => {
                self.report
                    .add(&At::whole(&file), format!("cannot be read: {error}"));
                Vec::new()
            }
        }
    }

    fn kustomization(&mut self, folder: &Path, file: &Path, named_at: &At) -> Vec<Node> {
        if self.inside.iter().any(|known| known == folder) {
            self.report
                .add(named_at, format!("{} includes itself", shown(folder)));
            return Vec::new();
        }
        self.inside.push(folder.to_owned());
        let mut documents = Vec::new();
        for document in self.file(file) {
            let kustomization = Kustomization::read(&document, self.report);
            for resource in &kustomization.resources {
                documents.extend(self.resource(folder, &resource.path, &resource.at));
            }
            kustomization.change(&mut documents);
        }
        self.inside.pop();
        documents
    }

    fn resource(&mut self, folder: &Path, written: &str, at: &At) -> Vec<Node> {
        let path = full(&folder.join(written));
        if path.is_file() && !path.starts_with(folder) {
            self.report.add(
                at,
                format!(
                    "resources: kustomize takes no file from outside its folder, such as {written}"
                ),
            );
            return Vec::new();
        }
        let is_plain_folder =
            path.is_dir() && !KUSTOMIZATIONS.iter().any(|name| path.join(name).is_file());
        if is_plain_folder {
            self.report.add(
                at,
                format!("resources: the folder {written} has no kustomization.yaml"),
            );
            return Vec::new();
        }
        self.any(&path, at)
    }
}
