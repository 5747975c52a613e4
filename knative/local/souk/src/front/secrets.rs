//! Secrets of a cluster, for the variables of Kong's file: as `kubectl get secrets -o json` prints them, or in a folder.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use crate::failure::{Failure, Outcome};
use crate::operator::upper_snake;

/// Values by the names of the variables that stand for them: `DECK_<secret>_<key>`.
#[derive(Default)]
pub(crate) struct Secrets(BTreeMap<String, String>);

/// One Secret, or a List of them.
#[derive(Deserialize)]
#[serde(untagged)]
enum Printed {
    List { items: Vec<Secret> },
    One(Secret),
}

#[derive(Deserialize)]
struct Secret {
    metadata: Metadata,
    /// In base64.
    #[serde(default)]
    data: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Metadata {
    name: String,
}

impl Secrets {
    /// From a folder, a file of JSON, or stdin (`-`).
    pub(crate) fn read(from: &Path) -> Outcome<Self> {
        let mut secrets = Self::default();
        let read = if from.is_dir() {
            secrets.add_folder(from)
        } else {
            text(from).and_then(|text| secrets.add_printed(&text))
        };
        let failed = |why| {
            Failure::new(
                format!("--secrets {}: {why}", from.display()),
                "Name a folder with <secret>/<key> files, or what `kubectl get secrets -o json` prints (- is stdin).",
            )
        };
        read.map(|()| secrets).map_err(failed)
    }

    /// The value of a variable.
    pub(crate) fn get(&self, variable: &str) -> Option<&str> {
        self.0.get(variable).map(String::as_str)
    }

    /// `<secret>/<key>`, as a pod has them mounted, or `<namespace>/<secret>.json`, as souk keeps them. Names that begin with
    /// a dot are the mount's own.
    fn add_folder(&mut self, folder: &Path) -> Result<(), String> {
        for (above, path) in entries(folder)?
            .into_iter()
            .filter(|(_, path)| path.is_dir())
        {
            for (name, file) in entries(&path)? {
                match name.strip_suffix(".json") {
                    Some(secret) => self.add_kept(secret, &file)?,
                    None => self.add(&above, &name, text(&file)?),
                }
            }
        }
        Ok(())
    }

    fn add_kept(&mut self, secret: &str, file: &Path) -> Result<(), String> {
        let kept: BTreeMap<String, String> = serde_json::from_str(&text(file)?)
            .map_err(|error| format!("{}: {error}", file.display()))?;
        for (key, value) in kept {
            self.add(secret, &key, value);
        }
        Ok(())
    }

    fn add_printed(&mut self, json: &str) -> Result<(), String> {
        let printed =
            serde_json::from_str(json).map_err(|_| "this is no Secret, and no list of them")?;
        let secrets = match printed {
            Printed::List { items } => items,
            Printed::One(secret) => vec![secret],
        };
        for Secret { metadata, data } in secrets {
            for (key, value) in data {
                let bytes = STANDARD
                    .decode(value)
                    .map_err(|_| format!("{}: {key} is no base64", metadata.name))?;
                // Bytes that are no text can stand for no variable.
                if let Ok(value) = String::from_utf8(bytes) {
                    self.add(&metadata.name, &key, value);
                }
            }
        }
        Ok(())
    }

    /// A key that is called like a variable is that variable.
    fn add(&mut self, secret: &str, key: &str, value: String) {
        let variable = match key.starts_with("DECK_") {
            true => key.to_owned(),
            false => format!("DECK_{}_{}", upper_snake(secret), upper_snake(key)),
        };
        self.0.insert(variable, value);
    }
}

fn entries(folder: &Path) -> Result<Vec<(String, std::path::PathBuf)>, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if let Ok(name) = entry.file_name().into_string()
            && !name.starts_with('.')
        {
            found.push((name, entry.path()));
        }
    }
    Ok(found)
}

fn text(file: &Path) -> Result<String, String> {
    let mut text = String::new();
    let read = match file.to_str() {
        Some("-") => std::io::stdin().read_to_string(&mut text).map(|_| text),
        _ => fs::read_to_string(file),
    };
    read.map_err(|error| format!("{}: {error}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(text: &str) -> Result<Secrets, String> {
        let mut secrets = Secrets::default();
        secrets.add_printed(text).map(|()| secrets)
    }

    #[test]
    fn what_kubectl_prints_is_read() {
        let one = r#"{"kind":"Secret","metadata":{"name":"client-erp"},"data":{"secret":"aGlkZGVu","raw":"/w=="}}"#;
        for text in [
            one.to_owned(),
            format!(r#"{{"kind":"List","items":[{one}]}}"#),
        ] {
            let secrets = printed(&text).unwrap();
            assert_eq!(secrets.get("DECK_CLIENT_ERP_SECRET"), Some("hidden"));
            assert_eq!(secrets.get("DECK_CLIENT_ERP_RAW"), None);
        }
    }

    #[test]
    fn what_is_no_secret_is_refused_without_a_value() {
        for text in [
            "",
            "[]",
            r#"{"metadata":{"name":"a"},"data":{"k":"not base64"}}"#,
        ] {
            let told = printed(text).err().unwrap();
            assert!(!told.contains("not base64"), "{told}");
        }
    }

    #[test]
    fn a_folder_is_read_as_a_pod_or_souk_has_it() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("identity-signing-key/public.pem", "pem\n");
        write("identity-signing-key/..data", "the mount's own");
        write("souk/client-erp.json", r#"{"secret":"hidden"}"#);
        write("gateway_/kong.json", r#"{"DECK_CARRIER_SECRET":"too"}"#);
        let secrets = Secrets::read(folder.path()).unwrap();
        assert_eq!(
            secrets.get("DECK_IDENTITY_SIGNING_KEY_PUBLIC_PEM"),
            Some("pem\n")
        );
        assert_eq!(secrets.get("DECK_CLIENT_ERP_SECRET"), Some("hidden"));
        assert_eq!(secrets.get("DECK_CARRIER_SECRET"), Some("too"));
        let missing = Secrets::read(&folder.path().join("missing")).err().unwrap();
        assert!(
            missing.to_string().contains("kubectl get secrets -o json"),
            "{missing}"
        );
    }
}
