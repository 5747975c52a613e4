//! The manifests as files, object by object, with the values of Secrets masked.
//!
//! Which objects a file holds is told by its lines, so that each is shown as it was written, comments included. What they mean is
//! souk-plan's to say, and was said when the shop was opened.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::cli::Sources;
use crate::failure::{Failure, Outcome};
use crate::planning;

const KUSTOMIZATIONS: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];
/// Files of one shop: enough, and an end to it.
const FILES_MOST: usize = 2_000;

/// `GET /api/manifests`.
pub(super) fn read(sources: &Sources) -> Outcome<Value> {
    let (folders, gateway) = planning::files(sources)?;
    let mut files = BTreeSet::new();
    for folder in folders.iter().chain(&gateway) {
        find(folder, &mut files)
            .map_err(|error| Failure::new(format!("{}: {error}", folder.display()), ""))?;
    }
    let here = fs::canonicalize(".").unwrap_or_default();
    let file = |path: &PathBuf| {
        let text = fs::read_to_string(path).ok()?;
        let whole = fs::canonicalize(path).ok()?;
        let shown = whole.strip_prefix(&here).unwrap_or(&whole);
        let is_gateway = gateway.as_deref() == Some(path);
        let objects = if is_gateway {
            kong(&text)
        } else {
            objects(&text)
        };
        Some(json!({ "path": shown, "objects": objects }))
    };
    Ok(json!({ "files": files.iter().filter_map(file).collect::<Vec<_>>() }))
}

/// As souk-plan looks for them: what a kustomization names, else every YAML file below.
pub(crate) fn find(path: &Path, files: &mut BTreeSet<PathBuf>) -> std::io::Result<()> {
    if files.len() >= FILES_MOST {
        return Ok(());
    }
    if path.is_file() {
        files.insert(path.to_owned());
        return Ok(());
    }
    let kustomization = KUSTOMIZATIONS
        .iter()
        .map(|name| path.join(name))
        .find(|file| file.is_file());
    if let Some(file) = kustomization {
        let text = fs::read_to_string(&file)?;
        files.insert(file);
        let mut named = resources(&text).into_iter();
        return named.try_for_each(|name| find(&path.join(name), files));
    }
    for entry in fs::read_dir(path)? {
        let path = entry?.path();
        let is_yaml = path
            .extension()
            .is_some_and(|ending| ending == "yaml" || ending == "yml");
        if path.is_dir() || is_yaml {
            find(&path, files)?;
        }
    }
    Ok(())
}

/// The entries of `resources:`.
fn resources(kustomization: &str) -> Vec<&str> {
    let after = kustomization
        .lines()
        .skip_while(|line| line.trim_end() != "resources:")
        .skip(1);
    let entry = |line: &'_ str| line.trim_start().starts_with("- ");
    let is_empty = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
    after
        .filter(|line| !is_empty(line))
        .take_while(|line| entry(line))
        .filter_map(|line| {
            let name = line.trim_start().strip_prefix("- ")?;
            let name = name.split(" #").next().unwrap_or(name);
            Some(name.trim().trim_matches(['"', '\'']))
        })
        .collect()
}

/// Kong's file is one object.
fn kong(text: &str) -> Vec<Value> {
    vec![json!({ "kind": "Kong", "name": "gateway", "namespace": null, "line": 1, "yaml": text })]
}

/// The documents of a file that are objects.
fn objects(text: &str) -> Vec<Value> {
    let mut objects = Vec::new();
    let mut document: Vec<&str> = Vec::new();
    let mut begins = 1;
    for (number, line) in text.lines().enumerate() {
        if line == "---" || line.starts_with("--- ") {
            objects.extend(object(&document, begins));
            document.clear();
            begins = number + 2;
        } else {
            document.push(line);
        }
    }
    objects.extend(object(&document, begins));
    objects
}

fn object(lines: &[&str], begins: usize) -> Option<Value> {
    let top = |name: &str| {
        lines
            .iter()
            .find_map(|line| value(line.strip_prefix(name)?))
    };
    let kind = top("kind:")?;
    let within: Vec<&&str> = lines
        .iter()
        .skip_while(|line| !line.starts_with("metadata:"))
        .skip(1)
        .take_while(|line| line.starts_with(' ') || line.trim().is_empty())
        .collect();
    // Directly beneath `metadata`, and not a label that is called `name`.
    let depth = within
        .iter()
        .find(|line| !line.trim().is_empty())
        .map_or(0, |line| indent(line));
    let own = |name: &str| {
        let mut own = within.iter().filter(|line| indent(line) == depth);
        own.find_map(|line| value(line.trim_start().strip_prefix(name)?))
    };
    let blank = lines
        .iter()
        .take_while(|line| line.trim().is_empty() || line.starts_with('#'));
    let line = begins + blank.count();
    let yaml = match kind.as_str() {
        "Secret" => masked(lines),
        _ => lines.join("\n"),
    };
    Some(json!({
        "kind": kind, "name": own("name:"), "namespace": own("namespace:"), "line": line,
        "yaml": yaml.trim_matches('\n'),
    }))
}

/// The scalar after a key.
fn value(rest: &str) -> Option<String> {
    let text = rest
        .split(" #")
        .next()
        .unwrap_or(rest)
        .trim()
        .trim_matches(['"', '\'']);
    (!text.is_empty()).then(|| text.to_owned())
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// A Secret's lines; of what is beneath `data` and `stringData` only the keys stay.
fn masked(lines: &[&str]) -> String {
    let mut shown = Vec::new();
    let mut depth: Option<usize> = None;
    let mut is_secret = false;
    for line in lines {
        let is_top = !line.starts_with([' ', '\t', '#']) && !line.trim().is_empty();
        if is_top {
            let name = line.split(':').next().unwrap_or_default();
            is_secret = ["data", "stringData"].contains(&name.trim_matches(['"', '\'']));
            depth = None;
            let is_block = line
                .split_once(':')
                .is_some_and(|(_, rest)| rest.trim().is_empty());
            shown.push(if is_secret && !is_block {
                format!("{name}: ***")
            } else {
                (*line).to_owned()
            });
            continue;
        }
        if !is_secret {
            shown.push((*line).to_owned());
            continue;
        }
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        let depth = *depth.get_or_insert(indent(line));
        if indent(line) == depth
            && let Some((key, _)) = line.split_once(':')
        {
            shown.push(format!("{key}: ***"));
        }
    }
    shown.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# A comment.\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  labels:\n    name: not-this\n  name: \"settings\"\n  \
        namespace: souk\ndata:\n  mode: plain\n---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: keys\nstringData:\n  \
        password: hunter2 # really\n  key: |\n    -----BEGIN\n    c2VjcmV0\n---\n# nothing\n";

    #[test]
    fn objects_are_told_with_their_names_and_lines() {
        let objects = objects(FILE);
        let told = |one: &Value| {
            format!(
                "{} {} {} {}",
                one["kind"], one["name"], one["namespace"], one["line"]
            )
        };
        let told: Vec<String> = objects.iter().map(told).collect();
        assert_eq!(
            told,
            [
                r#""ConfigMap" "settings" "souk" 2"#,
                r#""Secret" "keys" null 12"#,
            ]
        );
        assert!(objects[0]["yaml"].as_str().unwrap().contains("mode: plain"));
    }

    #[test]
    fn of_a_secret_only_its_keys_are_shown() {
        let objects = objects(FILE);
        let yaml = objects[1]["yaml"].as_str().unwrap();
        assert!(yaml.contains("  password: ***\n  key: ***"), "{yaml}");
        for secret in ["hunter2", "BEGIN", "c2VjcmV0"] {
            assert!(!yaml.contains(secret), "{yaml}");
        }
        let flow = masked(&["kind: Secret", "data: {password: aHVudGVyMg==}"]);
        assert!(!flow.contains("aHV"), "{flow}");
    }

    #[test]
    fn what_a_kustomization_names_is_read_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        write(
            "kustomization.yaml",
            "kind: Kustomization\nresources:\n  - a.yaml # first\n  # not this\n\nimages: []\n",
        );
        write("a.yaml", "kind: A\n");
        write("b.yaml", "kind: B\n");
        let mut files = BTreeSet::new();
        find(folder.path(), &mut files).unwrap();
        let names: Vec<_> = files
            .iter()
            .map(|file| file.file_name().unwrap().to_str().unwrap())
            .collect();
        assert_eq!(names, ["a.yaml", "kustomization.yaml"]);
    }
}
